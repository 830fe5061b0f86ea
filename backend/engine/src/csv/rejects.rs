//! Rows that are left out: where, what is wrong, how to mend it.

use serde::{Deserialize, Serialize};

/// What happens to a file with rows that cannot be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadRows {
    /// The file is read without them, and each is told.
    #[default]
    LeaveOut,
    /// The file is refused at the first of them.
    Refuse,
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// The line it starts on, from 1.
    pub line: u64,
    /// The column at fault, from 1, where one is.
    pub column: Option<u32>,
    /// What is wrong and how to mend it.
    pub reason: String,
    /// The text of the row, cut at 500 characters.
    pub raw: String,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// It has this many fields.
    Ragged { found: usize, wanted: usize },
    /// More follows a closing quote, in a field that runs over this many line ends.
    AfterQuote { line_ends: u64 },
    /// A quote opens a field that only later rows' quotes could close.
    StrayQuote,
    /// A byte 0.
    Nul,
    /// Bytes that are no text.
    NotText,
}

/// A row that was left out, its line counted from the start of a part of the file.
#[derive(Debug)]
pub struct BadRow {
    /// Line ends before it.
    pub line: u64,
    /// The field at fault, from 0.
    pub field: Option<usize>,
    pub fault: Fault,
    pub raw: String,
}

impl BadRow {
    pub fn new(line: u64, field: Option<usize>, fault: Fault, raw: &[u8]) -> Self {
        let head = raw.get(..raw.len().min(2_000)).unwrap_or_default();
        Self { line, field, fault, raw: String::from_utf8_lossy(head).chars().take(500).collect() }
    }

    /// The row as it is told, when this many lines come before the part.
    pub fn told(&self, lines_before: u64) -> Reject {
        let line = lines_before + self.line;
        let column = self.field.and_then(|at| u32::try_from(at + 1).ok());
        Reject { line, column, reason: self.fault.reason(line), raw: self.raw.clone() }
    }
}

impl Fault {
    fn reason(self, line: u64) -> String {
        match self {
            Self::Ragged { found, wanted } => {
                let fix = if found > wanted {
                    "put text that holds the delimiter in quotes"
                } else {
                    "add the missing fields, empty ones too"
                };
                format!("the row has {found} fields, the header {wanted}; {fix}")
            }
            Self::AfterQuote { line_ends } => {
                let span = match line_ends {
                    0 => String::new(),
                    more => format!(" (the quoted field runs over lines {line} to {})", line + more),
                };
                format!("text follows a closing quote{span}; double the quotes that are part of the text")
            }
            Self::StrayQuote => {
                "a quote opens a field and is not closed in this row; close it, or double it if it is part of the \
                 text"
                    .to_owned()
            }
            Self::Nul => "a NUL byte; remove it".to_owned(),
            Self::NotText => "bytes that are not valid UTF-8; save the file in one encoding".to_owned(),
        }
    }
}
