//! Why a file cannot become a table, with what to do about it.

/// A file that is refused as a whole. Single bad rows are not: see [`super::Reject`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// No bytes, or only blank ones.
    #[error("the file is empty; send a CSV with a header and at least one row")]
    Empty,
    /// A header and nothing below it.
    #[error("the file has a header but no rows; add at least one row below the header")]
    HeaderOnly,
    /// An archive or a container of another format.
    #[error("this is {kind}, not a CSV; {fix}")]
    Archive {
        /// What it is, with its article: `a ZIP archive or Excel workbook`.
        kind: String,
        /// What to do instead.
        fix: String,
    },
    /// Bytes that are no text in any encoding that is understood.
    #[error("this is binary data, not text; export the table as CSV in UTF-8 and send that")]
    Binary,
    /// Text in an encoding of East Asia that is not read.
    #[error(
        "the text looks like Chinese, Japanese or Korean in an older encoding such as GB18030 or GBK, which is not read; save the file as \"CSV UTF-8\" and send that"
    )]
    EastAsian,
    /// Text of another format.
    #[error("this is {kind}, not a CSV; export the table as CSV and send that")]
    NotCsv {
        /// What it is, with its article: `an HTML page`.
        kind: String,
    },
    /// A header that cannot be read.
    #[error("line {line}: the header cannot be read: {reason}; mend the first line")]
    BadHeader {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// More columns than allowed.
    #[error(
        "the file has {found} columns, the limit is {limit}; remove columns, or check that the delimiter is right"
    )]
    TooManyColumns {
        /// Columns in the header.
        found: usize,
        /// Columns allowed.
        limit: usize,
    },
    /// More rows than allowed.
    #[error("the file has more than {limit} rows; send fewer rows")]
    TooManyRows {
        /// Rows allowed.
        limit: usize,
    },
    /// A field of more bytes than allowed.
    #[error(
        "line {line}, column {column}: the field is longer than {limit} bytes; shorten it, or close the quote that opens it"
    )]
    FieldTooLong {
        /// The line it starts on, from 1.
        line: u64,
        /// The column, from 1.
        column: u32,
        /// Bytes allowed.
        limit: usize,
    },
    /// A row of more bytes than allowed.
    #[error("line {line}: the row is longer than {limit} bytes; check the line ends and the quotes there")]
    LineTooLong {
        /// The line it starts on, from 1.
        line: u64,
        /// Bytes allowed.
        limit: usize,
    },
    /// A quote that nothing closes: all that follows would be one field.
    #[error(
        "line {line}: a quote opens a field and is never closed; close it, or double it if it is part of the text"
    )]
    UnclosedQuote {
        /// The line of the quote, from 1.
        line: u64,
    },
    /// Every row was rejected.
    #[error("all {count} rows were rejected; the first, on line {line}: {reason}")]
    AllRowsRejected {
        /// Rows rejected.
        count: u64,
        /// The line of the first.
        line: u64,
        /// Why the first was.
        reason: String,
    },
    /// A row that can't be read, where none was to be left out.
    #[error("line {line}: {reason}; or let such rows be left out")]
    BadRow {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it and how to mend it.
        reason: String,
    },
    /// A delimiter, quote or missing token that cannot work.
    #[error("the dialect cannot be used: {reason}")]
    BadDialect {
        /// The part of it: `delimiter`, `quote`, `decimal_comma` or `thousands`.
        part: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl IntakeError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::HeaderOnly => "header_only",
            Self::Archive { .. } => "archive_not_csv",
            Self::Binary => "binary_not_csv",
            Self::EastAsian => "encoding_not_read",
            Self::NotCsv { .. } => "not_csv",
            Self::BadHeader { .. } => "bad_header",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::FieldTooLong { .. } => "field_too_long",
            Self::LineTooLong { .. } => "line_too_long",
            Self::UnclosedQuote { .. } => "unclosed_quote",
            Self::AllRowsRejected { .. } => "all_rows_rejected",
            Self::BadRow { .. } => "bad_row",
            Self::BadDialect { .. } => "bad_dialect",
        }
    }
}
