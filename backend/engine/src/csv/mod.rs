//! Whole-file CSV intake: bytes → dialect → typed table, with a report of every row that was left out.
//!
//! Invariants: a row is taken whole or rejected with its line and reason, never shifted; a value is never changed;
//! blank lines are passed over with a note; the limits hold before memory is spent. Repeated column names get `_2`,
//! `_3`, …; empty ones become `column_4`; both with a note.

mod builder;
mod decode;
mod dialect;
mod error;
mod infer;
mod kinds;
mod names;
mod record;

use std::collections::BTreeMap;

use builder::{Builder, CellRules};
pub use dialect::{DEFAULT_MISSING, Dialect, DialectOverrides, Encoding};
pub use error::IntakeError;
use record::{Outcome, Records};
use serde::{Deserialize, Serialize};

use crate::table::{Column, ColumnKind, Table};

/// Bounds of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Columns.
    pub max_columns: usize,
    /// Rows.
    pub max_rows: usize,
    /// Bytes of a field.
    pub max_field_bytes: usize,
    /// Bytes of a record.
    pub max_line_bytes: usize,
    /// Rejects kept with their text; the rest is counted.
    pub max_rejects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_columns: 2_000,
            max_rows: 50_000_000,
            max_field_bytes: 1 << 20,
            max_line_bytes: 8 << 20,
            max_rejects: 1_000,
        }
    }
}

/// How to read a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IntakeOptions {
    /// Bounds.
    pub limits: Limits,
    /// What the caller knows of the dialect.
    pub dialect: Option<DialectOverrides>,
    /// What the caller knows of columns, by their names: a cell that can't be of the kind counts as missing and is
    /// among the column's disagreements.
    pub kinds: BTreeMap<String, ColumnKind>,
}

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A file.
    Whole,
    /// The beginning of one: it may end in the middle of a record.
    Head,
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

/// A file that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Intake {
    /// How it is written.
    pub dialect: Dialect,
    /// What is in it.
    pub table: Table,
    /// The first rows left out, up to [`Limits::max_rejects`].
    pub rejects: Vec<Reject>,
    /// How many rows were left out in all.
    pub rejected: u64,
    /// The line each row of the table starts on, from 1.
    pub row_lines: Vec<u64>,
    /// What was decided on the way: renamed columns, blank lines.
    pub notes: Vec<String>,
}

/// The first rows of a file, as they are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The names of the columns, made unique.
    pub header: Vec<String>,
    /// The cells of each row; `None` is missing.
    pub rows: Vec<Vec<Option<String>>>,
}

/// Reads a whole file.
///
/// # Errors
/// A file that cannot become a table; see [`IntakeError`].
pub fn read(bytes: &[u8], options: &IntakeOptions) -> Result<Intake, IntakeError> {
    read_part(bytes, options, Part::Whole)
}

/// Reads the beginning of a file as [`read`] would read all of it, as far as the beginning tells. A record that is not
/// whole at the end is left out.
///
/// # Errors
/// Those of [`read`], found so far.
pub fn read_head(bytes: &[u8], options: &IntakeOptions) -> Result<Intake, IntakeError> {
    read_part(bytes, options, Part::Head)
}

fn read_part(bytes: &[u8], options: &IntakeOptions, part: Part) -> Result<Intake, IntakeError> {
    let known = options.dialect.clone().unwrap_or_default();
    let dialect = Dialect::detect_with(bytes, &known)?;
    let text = decode::to_utf8(bytes, dialect.encoding);
    let text = match part {
        Part::Whole => &*text,
        Part::Head => &text[..memchr::memrchr(b'\n', &text).map_or(text.len(), |end| end + 1)],
    };
    let mut scan = Scan::start(text, &dialect, &options.limits, part)?;
    let rules = CellRules::new(&dialect);
    let told: Vec<Option<ColumnKind>> =
        scan.header.iter().map(|name| options.kinds.get(name).copied()).collect();
    let mut builders: Vec<Builder> = told.iter().map(|kind| Builder::told(*kind)).collect();
    let mut row_lines = Vec::new();
    while scan.next_row()? {
        if row_lines.len() >= options.limits.max_rows {
            return Err(IntakeError::TooManyRows { limit: options.limits.max_rows });
        }
        row_lines.push(scan.records.line);
        for (builder, field) in builders.iter_mut().zip(&scan.records.fields) {
            builder.push(&scan.records, field, &rules);
        }
    }
    let rows = row_lines.len();
    if rows == 0 {
        return Err(nothing_left(&scan));
    }
    builders.iter_mut().zip(&told).for_each(|(builder, kind)| builder.suit(*kind));
    if builders.iter().any(Builder::must_reread) {
        let again = Scan::start(text, &dialect, &options.limits, part)?;
        reread(again, &rules, &mut builders)?;
    }
    let Scan { header, rejects, rejected, mut notes, records, .. } = scan;
    notes.extend(names::unknown(&options.kinds, &header));
    if records.blank_lines > 0 {
        notes.push(format!("{} blank lines were passed over", records.blank_lines));
    }
    let finish = |((name, built), told): ((String, Builder), Option<ColumnKind>)| -> Column {
        match told {
            Some(kind) => kinds::column(name, built, kind, &row_lines, dialect.style()),
            None => infer::column(name, built, &row_lines, dialect.style()),
        }
    };
    let columns = header.into_iter().zip(builders).zip(told).map(finish).collect();
    Ok(Intake { table: Table { columns, rows }, dialect, rejects, rejected, row_lines, notes })
}

/// Columns that began as numbers or dates and met a word are read once more, as words from the first row.
fn reread(mut scan: Scan<'_>, rules: &CellRules, builders: &mut [Builder]) -> Result<(), IntakeError> {
    let mut again: Vec<(usize, &mut Builder)> =
        builders.iter_mut().enumerate().filter(|(_, b)| b.must_reread()).collect();
    for (_, builder) in &mut again {
        **builder = Builder::of_words();
    }
    while scan.next_row()? {
        for (at, builder) in &mut again {
            if let Some(field) = scan.records.fields.get(*at) {
                builder.push(&scan.records, field, rules);
            }
        }
    }
    Ok(())
}

fn nothing_left(scan: &Scan<'_>) -> IntakeError {
    if let Some(line) = scan.cut_at {
        return IntakeError::UnclosedQuote { line };
    }
    match scan.rejects.first() {
        Some(first) => IntakeError::AllRowsRejected {
            count: scan.rejected,
            line: first.line,
            reason: first.reason.clone(),
        },
        None => IntakeError::HeaderOnly,
    }
}

/// The first `limit` rows of a file or of its head, as they are written; rejected rows are passed over.
///
/// # Errors
/// A file whose header cannot be read; see [`IntakeError`].
pub fn preview(bytes: &[u8], dialect: &Dialect, limit: usize) -> Result<Preview, IntakeError> {
    let text = decode::to_utf8(bytes, dialect.encoding);
    let limits = Limits { max_rejects: 1, ..Limits::default() };
    let mut scan = Scan::start(&text, dialect, &limits, Part::Head)?;
    let rules = CellRules::new(dialect);
    let mut rows = Vec::new();
    // A head may end in the middle of a record: whatever stops the scan ends the preview.
    while rows.len() < limit && scan.next_row().unwrap_or(false) {
        let cells = scan.records.fields.iter().map(|field| {
            let value = scan.records.value(field);
            (!rules.is_missing(&value)).then(|| String::from_utf8_lossy(&value).into_owned())
        });
        rows.push(cells.collect());
    }
    Ok(Preview { header: scan.header, rows })
}

/// A pass over the rows of a text: the header first, then every row that is sound.
struct Scan<'a> {
    records: Records<'a>,
    header: Vec<String>,
    /// Whether the current record is the first row of a file without a header.
    pending_first: bool,
    /// Whether every byte is valid UTF-8 and none is NUL, so that rows need no check.
    clean: bool,
    limits: &'a Limits,
    part: Part,
    /// The line where a head ended within a quote.
    cut_at: Option<u64>,
    rejects: Vec<Reject>,
    rejected: u64,
    notes: Vec<String>,
}

impl<'a> Scan<'a> {
    fn start(text: &'a [u8], dialect: &Dialect, limits: &'a Limits, part: Part) -> Result<Self, IntakeError> {
        let mut records = dialect.records(text, limits)?;
        let outcome = records.advance();
        let line = records.line;
        match outcome {
            Outcome::Record => {}
            Outcome::End => return Err(IntakeError::Empty),
            Outcome::Unclosed => return Err(IntakeError::UnclosedQuote { line }),
            Outcome::FieldTooLong(at) => return Err(field_too_long(line, at, limits)),
            Outcome::TooManyFields => {
                let found = records.fields.len();
                return Err(IntakeError::TooManyColumns { found, limit: limits.max_columns });
            }
            Outcome::TextAfterQuote(at) => {
                let reason = format!("text follows the closing quote of column {}", at + 1);
                return Err(IntakeError::BadHeader { line, reason });
            }
        }
        let found = records.fields.len();
        if found > limits.max_columns {
            return Err(IntakeError::TooManyColumns { found, limit: limits.max_columns });
        }
        let mut notes = Vec::new();
        let header = if dialect.header {
            let names = records.fields.iter().map(|field| names::clean(&records.value(field)));
            names::unique(names.collect(), &mut notes)
        } else {
            (1..=found).map(|n| format!("column_{n}")).collect()
        };
        let clean = memchr::memchr(0, text).is_none() && std::str::from_utf8(text).is_ok();
        let pending_first = !dialect.header;
        Ok(Self {
            records,
            header,
            pending_first,
            clean,
            limits,
            part,
            cut_at: None,
            rejects: Vec::new(),
            rejected: 0,
            notes,
        })
    }

    /// Moves to the next sound row; false at the end. What is unsound goes to the rejects.
    fn next_row(&mut self) -> Result<bool, IntakeError> {
        loop {
            let outcome = if std::mem::take(&mut self.pending_first) {
                Outcome::Record
            } else {
                self.records.advance()
            };
            let line = self.records.line;
            let (column, reason) = match outcome {
                Outcome::End => return Ok(false),
                Outcome::Unclosed if self.part == Part::Head => {
                    self.cut_at = Some(line);
                    return Ok(false);
                }
                Outcome::Unclosed => return Err(IntakeError::UnclosedQuote { line }),
                Outcome::FieldTooLong(at) => return Err(field_too_long(line, at, self.limits)),
                Outcome::TextAfterQuote(at) => (Some(at), self.after_quote()),
                Outcome::TooManyFields => (None, self.ragged()),
                Outcome::Record => {
                    let (start, end) = self.records.span;
                    if end - start > self.limits.max_line_bytes {
                        return Err(IntakeError::LineTooLong { line, limit: self.limits.max_line_bytes });
                    }
                    if self.records.fields.len() != self.header.len() {
                        (None, self.ragged())
                    } else if let Some(fault) = self.unreadable() {
                        fault
                    } else {
                        return Ok(true);
                    }
                }
            };
            self.reject(column, reason);
        }
    }

    fn reject(&mut self, column: Option<usize>, reason: String) {
        self.rejected += 1;
        if self.rejects.len() < self.limits.max_rejects {
            let raw = self.records.raw();
            let raw = String::from_utf8_lossy(&raw[..raw.len().min(2_000)]).chars().take(500).collect();
            let column = column.and_then(|at| u32::try_from(at + 1).ok());
            self.rejects.push(Reject { line: self.records.line, column, reason, raw });
        }
    }

    fn ragged(&self) -> String {
        let (found, wanted) = (self.records.fields.len(), self.header.len());
        let fix = if found > wanted {
            "put text that holds the delimiter in quotes"
        } else {
            "add the missing fields, empty ones too"
        };
        format!("the row has {found} fields, the header {wanted}; {fix}")
    }

    fn after_quote(&self) -> String {
        let (from, to) = self.records.lines();
        let span = if to > from {
            format!(" (the quoted field runs over lines {from} to {to})")
        } else {
            String::new()
        };
        format!("text follows a closing quote{span}; double the quotes that are part of the text")
    }

    /// The first field with bytes that are no text, and what they are.
    fn unreadable(&self) -> Option<(Option<usize>, String)> {
        if self.clean {
            return None;
        }
        let raw = self.records.raw();
        if memchr::memchr(0, raw).is_none() && std::str::from_utf8(raw).is_ok() {
            return None;
        }
        let bad = |bytes: &[u8]| bytes.contains(&0) || std::str::from_utf8(bytes).is_err();
        let at = self.records.fields.iter().position(|field| bad(&self.records.value(field)));
        let reason = match at.and_then(|at| self.records.fields.get(at)) {
            Some(field) if self.records.value(field).contains(&0) => "a NUL byte; remove it".to_owned(),
            _ => "bytes that are not valid UTF-8; save the file in one encoding".to_owned(),
        };
        Some((at, reason))
    }
}

fn field_too_long(line: u64, at: usize, limits: &Limits) -> IntakeError {
    let column = u32::try_from(at + 1).unwrap_or(u32::MAX);
    IntakeError::FieldTooLong { line, column, limit: limits.max_field_bytes }
}
