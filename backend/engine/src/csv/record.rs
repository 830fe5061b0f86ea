//! One record at a time: fields as ranges of the text, quotes undone only where they must be.
//!
//! Invariant: a record is either read whole (every quote closed, nothing after a closing quote) or reported as
//! malformed with the range it covers; the reader always moves forward to the start of a line.

use std::borrow::Cow;

use super::Part;
use super::marks::Marks;

/// A field of a record.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Where its text starts, after an opening quote.
    start: usize,
    /// The bytes of its text, without quotes around it.
    length: u32,
    /// Whether it was in quotes.
    pub quoted: bool,
    /// Whether it holds doubled quotes.
    pub escaped: bool,
}

impl Field {
    /// The field as it is written, without quotes around it.
    #[inline]
    pub fn raw<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        text.get(self.start..self.start + self.length as usize).unwrap_or_default()
    }

    /// What the field says: doubled quotes made single.
    #[inline]
    pub fn value<'a>(&self, text: &'a [u8], quote: u8) -> Cow<'a, [u8]> {
        let raw = self.raw(text);
        if self.escaped { Cow::Owned(unescaped(raw, quote)) } else { Cow::Borrowed(raw) }
    }
}

fn unescaped(raw: &[u8], quote: u8) -> Vec<u8> {
    let mut text = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter();
    while let Some(byte) = bytes.next() {
        text.push(*byte);
        if *byte == quote {
            bytes.next();
        }
    }
    text
}

/// What reading a record came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The fields of a record were added.
    Record,
    /// Text after a closing quote in the field with this index (from 0).
    TextAfterQuote(usize),
    /// A quote that nothing closes.
    Unclosed,
    /// A quote that nothing closes, in the field with this index (from 0): what follows it on lines of their own are
    /// records by themselves, so only this line is lost.
    StrayQuote(usize),
    /// A field longer than the limit, with its index (from 0).
    FieldTooLong(usize),
    /// More fields than the limit; the rest of the line was skipped.
    TooManyFields,
    /// No record is left.
    End,
}

/// What the parts of a text are told by.
#[derive(Debug, Clone, Copy)]
pub struct Signs {
    /// Between two fields.
    pub delimiter: u8,
    /// Around a field.
    pub quote: u8,
    /// Bytes of a field.
    pub max_field: usize,
    /// Fields of a record.
    pub max_fields: usize,
    /// Fields that records have as a rule, where that is known: what tells a stray quote from a long text.
    pub width: Option<usize>,
    /// Whether the text ends where the file does.
    pub part: Part,
}

/// Reads records from text.
pub struct Records<'a> {
    text: &'a [u8],
    signs: Signs,
    marks: Marks<'a>,
    at: usize,
    /// No record starts here or behind.
    stop: usize,
    next_line: u64,
    /// The line the current record starts on; the first of the text is 1.
    pub line: u64,
    /// Where the current record starts and ends (without its line end).
    pub span: (usize, usize),
    /// Blank lines passed over so far.
    pub blank_lines: u64,
}

impl<'a> Records<'a> {
    /// Reads the records of `text` that start from `start` on and before `stop`. `start` is the start of a line.
    pub fn new(text: &'a [u8], signs: Signs, (start, stop): (usize, usize)) -> Self {
        let signs = Signs { max_field: signs.max_field.min(u32::MAX as usize), ..signs };
        let mut marks = Marks::new(text, signs.delimiter);
        marks.jump(start);
        let stop = stop.min(text.len());
        Self {
            text,
            signs,
            marks,
            at: start,
            stop,
            next_line: 1,
            line: 0,
            span: (start, start),
            blank_lines: 0,
        }
    }

    /// The same records, when this many lines come before the first.
    pub fn after(mut self, lines: u64) -> Self {
        self.next_line += lines;
        self
    }

    /// The lines the current record covers.
    pub fn lines(&self) -> (u64, u64) {
        (self.line, self.next_line.saturating_sub(1).max(self.line))
    }

    /// The bytes of the current record.
    pub fn raw(&self) -> &'a [u8] {
        self.text.get(self.span.0..self.span.1).unwrap_or_default()
    }

    /// Where the next record is looked for, and the number of line ends before it.
    pub fn place(&self) -> (usize, u64) {
        (self.at, self.next_line - 1)
    }

    /// Moves to the next record, past blank lines, and adds its fields to `fields`.
    #[inline]
    pub fn advance(&mut self, fields: &mut Vec<Field>) -> Outcome {
        if matches!(self.text.get(self.at), Some(b'\n' | b'\r')) {
            self.skip_blank_lines();
        }
        if self.at >= self.stop {
            return Outcome::End;
        }
        self.line = self.next_line;
        let start = self.at;
        let outcome = self.read_fields(fields);
        let outcome = match outcome {
            Outcome::Record => outcome,
            fault => self.give_up(start, fault),
        };
        self.span = (start, trimmed_end(self.text, start, self.at));
        outcome
    }

    fn skip_blank_lines(&mut self) {
        while self.at < self.stop {
            let width = match self.text.get(self.at) {
                Some(b'\n') => 1,
                Some(b'\r') if self.text.get(self.at + 1) == Some(&b'\n') => 2,
                _ => break,
            };
            self.at += width;
            self.next_line += 1;
            self.blank_lines += 1;
        }
        self.marks.jump(self.at);
    }

    #[inline]
    fn read_fields(&mut self, fields: &mut Vec<Field>) -> Outcome {
        let before = fields.len();
        loop {
            let index = fields.len() - before;
            if index >= self.signs.max_fields {
                return Outcome::TooManyFields;
            }
            let start = self.at;
            if self.text.get(start) == Some(&self.signs.quote) {
                match self.quoted_field(start + 1, index) {
                    Ok(field) => fields.push(field),
                    Err(fault) => return fault,
                }
            } else {
                let mut end = self.marks.next();
                self.at = end;
                let last = self.text.get(end) != Some(&self.signs.delimiter);
                if last && end > start && self.text.get(end - 1) == Some(&b'\r') {
                    end -= 1;
                }
                if end - start > self.signs.max_field {
                    return Outcome::FieldTooLong(index);
                }
                fields.push(Field { start, length: (end - start) as u32, quoted: false, escaped: false });
            }
            match self.text.get(self.at) {
                Some(byte) if *byte == self.signs.delimiter => self.at += 1,
                Some(b'\n') => {
                    self.at += 1;
                    self.next_line += 1;
                    return Outcome::Record;
                }
                _ => return Outcome::Record,
            }
        }
    }

    /// Reads a field whose text starts at `start`, and stops at the delimiter or line end after its closing quote.
    #[inline]
    fn quoted_field(&mut self, start: usize, index: usize) -> Result<Field, Outcome> {
        let quote = self.signs.quote;
        let (mut at, mut escaped) = (start, false);
        // One byte beyond the limit is looked at, so that a lost quote does not swallow the file.
        let window_end = self.text.len().min(start.saturating_add(self.signs.max_field).saturating_add(2));
        loop {
            let Some(length) = memchr::memchr(quote, self.text.get(at..window_end).unwrap_or_default())
            else {
                self.at = window_end;
                let cut = window_end < self.text.len();
                return Err(if cut { Outcome::FieldTooLong(index) } else { Outcome::Unclosed });
            };
            at += length + 1;
            if self.text.get(at) == Some(&quote) {
                at += 1;
                escaped = true;
            } else {
                break;
            }
        }
        let end = at - 1;
        let inside = self.text.get(start..end).unwrap_or_default();
        if inside.len() > self.signs.max_field {
            self.at = end;
            return Err(Outcome::FieldTooLong(index));
        }
        let field = Field { start, length: (end - start) as u32, quoted: true, escaped };
        self.next_line += memchr::memchr_iter(b'\n', inside).count() as u64;
        self.at = at;
        match self.text.get(at) {
            None | Some(b'\n') => {}
            Some(byte) if *byte == self.signs.delimiter => {}
            Some(b'\r') if matches!(self.text.get(at + 1), None | Some(b'\n')) => self.at += 1,
            Some(_) => return Err(Outcome::TextAfterQuote(index)),
        }
        self.marks.jump((self.at + 1).min(self.text.len()));
        Ok(field)
    }

    /// Moves behind a record that can't be read: behind its last line, or behind its first alone when the lines that
    /// its quote swallowed are records by themselves.
    fn give_up(&mut self, start: usize, fault: Outcome) -> Outcome {
        let first_end = line_end(self.text, start);
        let swallowed = self.text.get(first_end..self.at).unwrap_or_default();
        let index = match fault {
            Outcome::TextAfterQuote(index) | Outcome::FieldTooLong(index) => index,
            _ => 0,
        };
        let complete = fault == Outcome::Unclosed && self.at >= self.text.len();
        let by_quote = !matches!(fault, Outcome::TooManyFields);
        let alone = complete && first_end >= self.at && self.signs.part == Part::Whole;
        if by_quote && (alone || (first_end < self.at && self.are_records(swallowed, complete))) {
            self.at = first_end;
            self.next_line = self.line + 1;
            self.marks.jump(self.at);
            return Outcome::StrayQuote(index);
        }
        self.at = line_end(self.text, self.at);
        self.next_line += 1;
        self.marks.jump(self.at);
        fault
    }

    /// Whether every whole line of what a quote swallowed has the fields that records have. The last line is whole
    /// only where the text is `complete`.
    fn are_records(&self, swallowed: &[u8], complete: bool) -> bool {
        let Some(width) = self.signs.width.filter(|width| *width > 1) else { return false };
        let whole = match memchr::memrchr(b'\n', swallowed) {
            Some(end) if !complete => swallowed.get(..end).unwrap_or_default(),
            None if !complete => return false,
            _ => swallowed.strip_suffix(b"\n").unwrap_or(swallowed),
        };
        let mut lines =
            whole.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).peekable();
        let fields = |line: &[u8]| memchr::memchr_iter(self.signs.delimiter, line).count() + 1;
        lines.peek().is_some()
            && lines.all(|line| fields(line) == width && memchr::memchr(self.signs.quote, line).is_none())
    }
}

/// The start of the line after the one that `at` is on; the end of the text when there is none.
pub fn line_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(text.len(), |length| at + length + 1)
}

/// The end of a record that ends before `end`, without its line end.
fn trimmed_end(text: &[u8], start: usize, end: usize) -> usize {
    let mut end = end;
    if end > start && text[end - 1] == b'\n' {
        end -= 1;
        if end > start && text[end - 1] == b'\r' {
            end -= 1;
        }
    }
    end
}
