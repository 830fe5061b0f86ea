//! One record at a time: fields as ranges of the text, quotes undone only where they must be.
//!
//! Invariant: a record is either read whole (every quote closed, nothing after a closing quote) or reported as
//! malformed with the range it covers; the reader always moves forward to the start of a line.

use std::borrow::Cow;

/// A field of the current record.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Where its text starts, after an opening quote.
    pub start: usize,
    /// Where its text ends, before a closing quote.
    pub end: usize,
    /// Whether it was in quotes.
    pub quoted: bool,
    /// Whether it holds doubled quotes.
    pub escaped: bool,
}

/// What reading a record came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// `fields` holds a record.
    Record,
    /// Text after a closing quote in the field with this index (from 0).
    TextAfterQuote(usize),
    /// A quote that nothing closes.
    Unclosed,
    /// A field longer than the limit, with its index (from 0).
    FieldTooLong(usize),
    /// More fields than the limit; the rest of the line was skipped.
    TooManyFields,
    /// No record is left.
    End,
}

/// Reads records from text.
pub struct Records<'a> {
    text: &'a [u8],
    delimiter: u8,
    quote: u8,
    max_field: usize,
    max_fields: usize,
    at: usize,
    next_line: u64,
    /// The fields of the current record.
    pub fields: Vec<Field>,
    /// The line the current record starts on, from 1.
    pub line: u64,
    /// Where the current record starts and ends (without its line end).
    pub span: (usize, usize),
    /// Blank lines passed over so far.
    pub blank_lines: u64,
}

impl<'a> Records<'a> {
    /// Reads `text` from its start.
    pub fn new(text: &'a [u8], delimiter: u8, quote: u8, max_field: usize, max_fields: usize) -> Self {
        Self {
            text,
            delimiter,
            quote,
            max_field,
            max_fields,
            at: 0,
            next_line: 1,
            fields: Vec::new(),
            line: 0,
            span: (0, 0),
            blank_lines: 0,
        }
    }

    /// The lines the current record covers, from 1.
    pub fn lines(&self) -> (u64, u64) {
        (self.line, self.next_line.saturating_sub(1).max(self.line))
    }

    /// The bytes of the current record.
    pub fn raw(&self) -> &'a [u8] {
        &self.text[self.span.0..self.span.1]
    }

    /// The text of a field, doubled quotes made single.
    pub fn value(&self, field: &Field) -> Cow<'a, [u8]> {
        let raw = &self.text[field.start..field.end];
        if !field.escaped {
            return Cow::Borrowed(raw);
        }
        let mut text = Vec::with_capacity(raw.len());
        let mut bytes = raw.iter();
        while let Some(byte) = bytes.next() {
            text.push(*byte);
            if *byte == self.quote {
                bytes.next();
            }
        }
        Cow::Owned(text)
    }

    /// Moves to the next record, past blank lines.
    pub fn advance(&mut self) -> Outcome {
        self.fields.clear();
        while let Some(byte) = self.text.get(self.at) {
            let width = match byte {
                b'\n' => 1,
                b'\r' if self.text.get(self.at + 1) == Some(&b'\n') => 2,
                _ => break,
            };
            self.at += width;
            self.next_line += 1;
            self.blank_lines += 1;
        }
        if self.at >= self.text.len() {
            return Outcome::End;
        }
        self.line = self.next_line;
        let start = self.at;
        let outcome = self.read_fields();
        if outcome != Outcome::Record {
            self.skip_line();
        }
        self.span = (start, trimmed_end(self.text, start, self.at));
        outcome
    }

    fn read_fields(&mut self) -> Outcome {
        loop {
            if self.fields.len() >= self.max_fields {
                return Outcome::TooManyFields;
            }
            let start = self.at;
            if self.text.get(start) == Some(&self.quote) {
                match self.quoted_field(start + 1) {
                    Outcome::Record => {}
                    other => return other,
                }
            } else {
                let rest = &self.text[start..];
                let length = match memchr::memchr2(self.delimiter, b'\n', rest) {
                    Some(length) => length,
                    None => rest.len(),
                };
                let mut end = start + length;
                self.at = end;
                let last = self.text.get(end) != Some(&self.delimiter);
                if last && end > start && self.text[end - 1] == b'\r' {
                    end -= 1;
                }
                if end - start > self.max_field {
                    return Outcome::FieldTooLong(self.fields.len());
                }
                self.fields.push(Field { start, end, quoted: false, escaped: false });
            }
            match self.text.get(self.at) {
                Some(byte) if *byte == self.delimiter => self.at += 1,
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
    fn quoted_field(&mut self, start: usize) -> Outcome {
        let index = self.fields.len();
        let (mut at, mut escaped) = (start, false);
        loop {
            // One byte beyond the limit is looked at, so that a lost quote does not swallow the file.
            let window_end = self.text.len().min(start.saturating_add(self.max_field).saturating_add(2));
            let Some(length) = memchr::memchr(self.quote, self.text.get(at..window_end).unwrap_or_default())
            else {
                self.at = window_end;
                let cut = window_end < self.text.len();
                return if cut { Outcome::FieldTooLong(index) } else { Outcome::Unclosed };
            };
            at += length + 1;
            if self.text.get(at) == Some(&self.quote) {
                at += 1;
                escaped = true;
            } else {
                break;
            }
        }
        let end = at - 1;
        self.next_line += memchr::memchr_iter(b'\n', &self.text[start..end]).count() as u64;
        self.fields.push(Field { start, end, quoted: true, escaped });
        self.at = at;
        match self.text.get(at) {
            None | Some(b'\n') => Outcome::Record,
            Some(byte) if *byte == self.delimiter => Outcome::Record,
            Some(b'\r') if matches!(self.text.get(at + 1), None | Some(b'\n')) => {
                self.at += 1;
                Outcome::Record
            }
            Some(_) => Outcome::TextAfterQuote(index),
        }
    }

    /// Moves behind the next line end.
    fn skip_line(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |length| length + 1);
        self.next_line += 1;
    }
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
