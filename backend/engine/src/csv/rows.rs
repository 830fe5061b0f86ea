//! The rows of a part of a text: sound ones in batches, the others as faults.

use super::error::IntakeError;
use super::lines::RowLines;
use super::record::{Field, Outcome, Records, Signs};
use super::rejects::{BadRow, Fault};
use super::{Limits, Part};

/// What is known of every row before any is read.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    pub text: &'a [u8],
    pub signs: Signs,
    /// Fields of a row.
    pub width: usize,
    /// Whether every byte is valid UTF-8 and none is NUL, so that rows need no check.
    pub clean: bool,
    pub limits: &'a Limits,
}

/// What ends reading. Lines are counted from the start of the part.
#[derive(Debug, Clone, Copy)]
pub enum Halt {
    FieldTooLong { line: u64, field: usize },
    LineTooLong { line: u64 },
    Unclosed { line: u64 },
}

impl Halt {
    /// The error, when this many lines come before the part.
    pub fn error(self, lines_before: u64, limits: &Limits) -> IntakeError {
        match self {
            Self::FieldTooLong { line, field } => IntakeError::FieldTooLong {
                line: line + lines_before,
                column: u32::try_from(field + 1).unwrap_or(u32::MAX),
                limit: limits.max_field_bytes,
            },
            Self::LineTooLong { line } => {
                IntakeError::LineTooLong { line: line + lines_before, limit: limits.max_line_bytes }
            }
            Self::Unclosed { line } => IntakeError::UnclosedQuote { line: line + lines_before },
        }
    }
}

/// The sound rows of a part, some at a time.
pub struct Rows<'a> {
    pub frame: Frame<'a>,
    records: Records<'a>,
    /// The fields of the current batch, row by row.
    pub fields: Vec<Field>,
    /// The line of each sound row so far.
    pub lines: RowLines,
    /// The first rows left out.
    pub bad: Vec<BadRow>,
    /// How many were left out.
    pub rejected: u64,
    /// The line where a head ended within a quote.
    pub cut_at: Option<u64>,
    halted: Option<Halt>,
}

impl<'a> Rows<'a> {
    /// The rows that start within `range`, whose start is the start of a line.
    pub fn new(frame: Frame<'a>, range: (usize, usize)) -> Self {
        Self {
            frame,
            records: Records::new(frame.text, frame.signs, range),
            fields: Vec::new(),
            lines: RowLines::default(),
            bad: Vec::new(),
            rejected: 0,
            cut_at: None,
            halted: None,
        }
    }

    /// Where the next row is looked for, the line ends before it, and the blank lines.
    pub fn place(&self) -> (usize, u64, u64) {
        let (at, lines) = self.records.place();
        (at, lines, self.records.blank_lines)
    }

    /// Replaces the batch by the next sound rows, `most` at most, and gives their number; 0 at the end. What is
    /// unsound goes to the bad rows.
    ///
    /// # Errors
    /// What ends reading, once the rows before it were given.
    pub fn next_batch(&mut self, most: usize) -> Result<usize, Halt> {
        self.fields.clear();
        let mut rows = 0;
        while rows < most && self.halted.is_none() {
            let before = self.fields.len();
            match self.records.advance(&mut self.fields) {
                Outcome::Record => match self.fault_of_record(before) {
                    Ok(None) => {
                        self.lines.push(self.records.line);
                        rows += 1;
                    }
                    Ok(Some((field, fault))) => self.reject(before, field, fault),
                    Err(halt) => self.halted = Some(halt),
                },
                Outcome::End => break,
                outcome => {
                    if !self.take_fault(outcome, before) {
                        break;
                    }
                }
            }
        }
        match self.halted {
            Some(halt) if rows == 0 => Err(halt),
            _ => Ok(rows),
        }
    }

    /// Whether reading goes on after a malformed record.
    fn take_fault(&mut self, outcome: Outcome, before: usize) -> bool {
        let line = self.records.line;
        let found = self.fields.len() - before;
        match outcome {
            Outcome::TextAfterQuote(at) => {
                let (from, to) = self.records.lines();
                self.reject(before, Some(at), Fault::AfterQuote { line_ends: to - from });
            }
            Outcome::StrayQuote(_) => self.reject(before, None, Fault::StrayQuote),
            Outcome::TooManyFields => {
                self.reject(before, None, Fault::Ragged { found, wanted: self.frame.width });
            }
            Outcome::Unclosed if self.frame.signs.part == Part::Head => {
                self.cut_at = Some(line);
                self.fields.truncate(before);
                return false;
            }
            Outcome::Unclosed => self.halted = Some(Halt::Unclosed { line }),
            Outcome::FieldTooLong(field) => self.halted = Some(Halt::FieldTooLong { line, field }),
            Outcome::Record | Outcome::End => {}
        }
        if self.halted.is_some() {
            self.fields.truncate(before);
        }
        self.halted.is_none()
    }

    /// What is wrong with a record that could be told into fields.
    #[inline]
    fn fault_of_record(&self, before: usize) -> Result<Option<(Option<usize>, Fault)>, Halt> {
        let (start, end) = self.records.span;
        if end - start > self.frame.limits.max_line_bytes {
            return Err(Halt::LineTooLong { line: self.records.line });
        }
        let found = self.fields.len() - before;
        if found != self.frame.width {
            return Ok(Some((None, Fault::Ragged { found, wanted: self.frame.width })));
        }
        if self.frame.clean { Ok(None) } else { Ok(self.unreadable(before)) }
    }

    /// The first field with bytes that are no text, and what they are.
    fn unreadable(&self, before: usize) -> Option<(Option<usize>, Fault)> {
        let raw = self.records.raw();
        if is_text(raw) {
            return None;
        }
        let fields = self.fields.get(before..).unwrap_or_default();
        let at = fields.iter().position(|field| !is_text(field.raw(self.frame.text)));
        let bytes = at.and_then(|at| fields.get(at)).map_or(raw, |field| field.raw(self.frame.text));
        let nul = memchr::memchr(0, bytes).is_some();
        Some((at, if nul { Fault::Nul } else { Fault::NotText }))
    }

    fn reject(&mut self, before: usize, field: Option<usize>, fault: Fault) {
        self.fields.truncate(before);
        self.rejected += 1;
        if self.bad.len() < self.frame.limits.max_rejects.max(1) {
            self.bad.push(BadRow::new(self.records.line, field, fault, self.records.raw()));
        }
    }
}

fn is_text(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes).is_none() && std::str::from_utf8(bytes).is_ok()
}
