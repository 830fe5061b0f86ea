//! Whole-file CSV intake: bytes → dialect → typed table, with a report of every row that was left out.
//!
//! Invariants: a row is taken whole or rejected with its line and reason, never shifted; a value is never changed;
//! blank lines are passed over with a note; the limits hold before memory is spent. Repeated column names get `_2`,
//! `_3`, …; empty ones become `column_4`; both with a note.

mod builder;
mod cells;
mod decode;
mod detect;
mod dialect;
mod error;
mod formats;
mod ids;
mod infer;
mod kinds;
mod lines;
mod marks;
mod names;
mod pass;
mod readings;
mod record;
mod rejects;
mod rows;
mod words;
mod writing;

use std::collections::BTreeMap;

use builder::Builder;
use cells::CellRules;
pub use dialect::{DEFAULT_MISSING, Dialect, DialectOverrides, Encoding};
pub use error::IntakeError;
pub use lines::RowLines;
pub use names::column_names;
use pass::{Passed, Reader, Sizes};
use record::{Field, Outcome};
pub use rejects::{BadRows, Reject};
use rows::{Frame, Rows};
use serde::{Deserialize, Serialize};
pub use writing::Writing;

use crate::table::{Column, ColumnData, ColumnKind, Table};

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
    /// What becomes of a file with rows that can't be read.
    pub bad_rows: BadRows,
    /// Threads that read at a time, 0 for one. What is read is the same with any number of them.
    pub threads: usize,
}

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A file.
    Whole,
    /// The beginning of one: it may end in the middle of a record.
    Head,
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
    pub row_lines: RowLines,
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
    read_part(bytes, options, Part::Whole, Sizes::default())
}

/// Reads the beginning of a file as [`read`] would read all of it, as far as the beginning tells. A record that is not
/// whole at the end is left out.
///
/// # Errors
/// Those of [`read`], found so far.
pub fn read_head(bytes: &[u8], options: &IntakeOptions) -> Result<Intake, IntakeError> {
    read_part(bytes, options, Part::Head, Sizes::default())
}

fn read_part(bytes: &[u8], options: &IntakeOptions, part: Part, sizes: Sizes) -> Result<Intake, IntakeError> {
    let known = options.dialect.clone().unwrap_or_default();
    let dialect = Dialect::detect_with(bytes, &known)?;
    let text = decode::to_utf8(bytes, dialect.encoding);
    let text = match part {
        Part::Whole => &*text,
        Part::Head => &text[..memchr::memrchr(b'\n', &text).map_or(text.len(), |end| end + 1)],
    };
    let start = Start::of(text, &dialect, &options.limits, part)?;
    let rules = CellRules::new(&dialect);
    let told: Vec<Option<ColumnKind>> =
        start.header.iter().map(|name| options.kinds.get(name).copied()).collect();
    let reader = Reader {
        frame: start.frame(text, &dialect, &options.limits, part)?,
        rows_at: start.rows_at,
        lines_before: start.lines_before,
        rules: &rules,
        order: dialect.date_order,
        threads: options.threads.max(1),
        bad_rows: options.bad_rows,
        sizes,
    };
    let (builders, passed) = reader.read(&told)?;
    if passed.lines.is_empty() {
        return Err(nothing_left(&passed));
    }
    if part == Part::Whole && known.decimal_comma.is_none() && readings::have_commas(&builders, &dialect) {
        let known = DialectOverrides { decimal_comma: Some(true), ..known };
        let options = IntakeOptions { dialect: Some(known), ..options.clone() };
        let mut again = read_part(bytes, &options, part, sizes)?;
        again.dialect.evidence.push("decimal comma: numbers like 1,5 below the head".to_owned());
        return Ok(again);
    }
    let Passed { rejects, rejected, lines, blank_lines, .. } = passed;
    let mut notes = start.notes;
    notes.extend(names::unknown(&options.kinds, &start.header));
    if start.blank_lines + blank_lines > 0 {
        notes.push(format!("{} blank lines were passed over", start.blank_lines + blank_lines));
    }
    let rows = lines.len();
    let finish = |((name, built), told): ((String, Builder), Option<ColumnKind>)| -> Column {
        let date_order = built.date_order();
        let mut column = match told {
            Some(kind) => kinds::column(name, built, kind, &lines, &dialect),
            None => infer::column(name, built, &lines, &dialect),
        };
        let dates = column.kind == ColumnKind::DateTime;
        let numbers = matches!(column.data, ColumnData::Numbers(_)) && !dates;
        let found = std::mem::take(&mut column.writing);
        column.writing = Writing {
            decimal_comma: numbers && dialect.decimal_comma,
            thousands: found.thousands.or(dialect.thousands).filter(|_| numbers),
            date_order: found.date_order.or(date_order).filter(|_| dates),
            missing: Writing::missing_of(&dialect),
            ..found
        };
        column
    };
    let columns = start.header.into_iter().zip(builders).zip(told).map(finish).collect();
    Ok(Intake { table: Table { columns, rows }, dialect, rejects, rejected, row_lines: lines, notes })
}

fn nothing_left(passed: &Passed) -> IntakeError {
    if let Some(line) = passed.cut_at {
        return IntakeError::UnclosedQuote { line };
    }
    match passed.rejects.first() {
        Some(first) => IntakeError::AllRowsRejected {
            count: passed.rejected,
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
    let start = Start::of(&text, dialect, &limits, Part::Head)?;
    let frame = start.frame(&text, dialect, &limits, Part::Head)?;
    let mut scan = Rows::new(frame, (start.rows_at, text.len()));
    let rules = CellRules::new(dialect);
    // A head may end in the middle of a record: whatever stops the scan ends the preview.
    let found = scan.next_batch(limit).unwrap_or(0);
    let cell = |field: &Field| {
        let value = field.value(&text, rules.quote);
        (!rules.is_missing(&value)).then(|| String::from_utf8_lossy(&value).into_owned())
    };
    let rows = scan.fields.chunks(frame.width.max(1)).take(found);
    let rows = rows.map(|fields| fields.iter().map(cell).collect()).collect();
    Ok(Preview { header: start.header, rows })
}

/// What comes before the rows of a text.
struct Start {
    header: Vec<String>,
    /// Where the first row is looked for.
    rows_at: usize,
    /// Line ends before that place.
    lines_before: u64,
    blank_lines: u64,
    notes: Vec<String>,
}

impl Start {
    fn of(text: &[u8], dialect: &Dialect, limits: &Limits, part: Part) -> Result<Self, IntakeError> {
        let mut records = dialect.records(text, limits, part)?;
        let first = records.place();
        let mut fields = Vec::new();
        let outcome = records.advance(&mut fields);
        let line = records.line;
        match outcome {
            Outcome::Record => {}
            Outcome::End => return Err(IntakeError::Empty),
            Outcome::Unclosed | Outcome::StrayQuote(_) => return Err(IntakeError::UnclosedQuote { line }),
            Outcome::FieldTooLong(field) => {
                return Err(rows::Halt::FieldTooLong { line, field }.error(0, limits));
            }
            Outcome::TooManyFields => {
                let found = fields.len();
                return Err(IntakeError::TooManyColumns { found, limit: limits.max_columns });
            }
            Outcome::TextAfterQuote(at) => {
                let reason = format!("text follows the closing quote of column {}", at + 1);
                return Err(IntakeError::BadHeader { line, reason });
            }
        }
        let found = fields.len();
        if found > limits.max_columns {
            return Err(IntakeError::TooManyColumns { found, limit: limits.max_columns });
        }
        let mut notes = Vec::new();
        if !dialect.header {
            let header = (1..=found).map(|n| format!("column_{n}")).collect();
            return Ok(Self { header, rows_at: first.0, lines_before: first.1, blank_lines: 0, notes });
        }
        let quote = u8::try_from(dialect.quote).unwrap_or(b'"');
        let names = fields.iter().map(|field| names::clean(&field.value(text, quote)));
        let header = names::unique(names.collect(), &mut notes);
        let (rows_at, lines_before) = records.place();
        Ok(Self { header, rows_at, lines_before, blank_lines: records.blank_lines, notes })
    }

    fn frame<'a>(
        &self,
        text: &'a [u8],
        dialect: &Dialect,
        limits: &'a Limits,
        part: Part,
    ) -> Result<Frame<'a>, IntakeError> {
        let signs = dialect.signs(limits, part)?;
        let clean = memchr::memchr(0, text).is_none() && std::str::from_utf8(text).is_ok();
        let width = self.header.len();
        let signs = record::Signs { width: Some(width), ..signs };
        Ok(Frame { text, signs, width, clean, limits })
    }
}

#[cfg(test)]
mod tests;
