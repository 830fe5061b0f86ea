//! The fast way from `{"rows":[{…},…]}`, or from the lines of a CSV, to typed columns: one pass, no tree, no allocation for a cell.
//!
//! It takes only what it is sure of: known shapes, cells of the right kind, texts without escapes. Everything else is
//! [`Strange`], and the exact way decides.

use super::{
    columns::{Columns, Kind, Notes},
    number::number,
    wishes::{self, Told},
};
use engine::{Batch, CellOutcome};

/// The body holds something that the fast way does not decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Strange;

struct Cursor<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

/// Reads the rows into an empty batch, at most `most` of them, and what is wanted beside the answers, where that stands
/// after them.
pub(super) fn rows(
    body: &[u8],
    columns: &Columns,
    batch: &mut Batch,
    notes: &mut Notes,
    most: usize,
) -> Result<Told, Strange> {
    let text = std::str::from_utf8(body).map_err(|_| Strange)?;
    let mut cursor = Cursor { text, bytes: body, at: 0 };
    cursor.expect(b'{')?;
    cursor.skip_space();
    cursor.word(b"\"rows\"")?;
    cursor.expect(b':')?;
    cursor.expect(b'[')?;
    loop {
        if batch.rows() == most {
            return Err(Strange);
        }
        let row = batch.add_row();
        cursor.row(row, columns, batch, notes)?;
        if !cursor.another(b']')? {
            break;
        }
    }
    let told = if cursor.another(b'}')? { cursor.wishes()? } else { Told::default() };
    cursor.skip_space();
    if cursor.at == body.len() { Ok(told) } else { Err(Strange) }
}

/// Reads the lines of a CSV without quotes after its header into an empty batch, at most `most` of them; `places` tells where each
/// cell belongs.
pub(super) fn lines(
    body: &[u8],
    columns: &Columns,
    places: &[Option<usize>],
    batch: &mut Batch,
    notes: &mut Notes,
    most: usize,
) -> Result<(), Strange> {
    let text = std::str::from_utf8(body).map_err(|_| Strange)?;
    let mut cursor = Cursor { text, bytes: body, at: 0 };
    while let Some(first) = cursor.peek() {
        // A blank line is no row.
        if batch.rows() == most || matches!(first, b'\n' | b'\r') {
            return Err(Strange);
        }
        let row = batch.add_row();
        for (at, place) in places.iter().enumerate() {
            match place {
                Some(place) => cursor.csv_cell(row, *place, columns.plain_numbers[*place], batch, notes)?,
                None => drop(cursor.csv_text()?),
            }
            cursor.csv_end(at + 1 == places.len())?;
        }
    }
    Ok(())
}

impl<'a> Cursor<'a> {
    /// The text up to the next comma or the end of the line.
    #[inline]
    fn csv_text(&mut self) -> Result<&'a str, Strange> {
        let rest = self.bytes.get(self.at..).ok_or(Strange)?;
        let length = memchr::memchr3(b',', b'\n', b'\r', rest).unwrap_or(rest.len());
        let text = self.text.get(self.at..self.at + length).ok_or(Strange)?;
        self.at += length;
        Ok(text)
    }

    /// The comma after a cell, or the end of the line after the last.
    #[inline]
    fn csv_end(&mut self, last: bool) -> Result<(), Strange> {
        let byte = self.peek();
        self.at += 1;
        match (byte, last) {
            (Some(b','), false) | (Some(b'\n') | None, true) => Ok(()),
            (Some(b'\r'), true) if self.peek() == Some(b'\n') => {
                self.at += 1;
                Ok(())
            }
            _ => Err(Strange),
        }
    }

    #[inline]
    fn csv_cell(
        &mut self,
        row: usize,
        place: usize,
        plain_number: bool,
        batch: &mut Batch,
        notes: &mut Notes,
    ) -> Result<(), Strange> {
        let outcome = match self.peek() {
            Some(b'-' | b'0'..=b'9') if plain_number => {
                let value = number(self.bytes, &mut self.at).ok_or(Strange)?;
                batch.set_number(row, place, value)
            }
            _ => {
                let outcome = batch.set_csv(row, place, self.csv_text()?);
                if batch.is_missing(row, place) {
                    notes.gap();
                }
                outcome
            }
        };
        settle(outcome, place, notes)
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Space, then this byte.
    #[inline]
    fn expect(&mut self, byte: u8) -> Result<(), Strange> {
        self.skip_space();
        if self.peek() != Some(byte) {
            return Err(Strange);
        }
        self.at += 1;
        Ok(())
    }

    /// Exactly these bytes.
    #[inline]
    fn word(&mut self, word: &[u8]) -> Result<(), Strange> {
        if !self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return Err(Strange);
        }
        self.at += word.len();
        Ok(())
    }

    /// Whether a comma follows; else `end` must.
    #[inline]
    fn another(&mut self, end: u8) -> Result<bool, Strange> {
        self.skip_space();
        let byte = self.peek();
        self.at += 1;
        match byte {
            Some(b',') => Ok(true),
            Some(byte) if byte == end => Ok(false),
            _ => Err(Strange),
        }
    }

    /// What is wanted beside the answers, and the end of the body.
    fn wishes(&mut self) -> Result<Told, Strange> {
        let (mut told, mut wrong) = (Told::default(), Vec::new());
        let mut seen = [false; 2];
        loop {
            self.skip_space();
            let name = self.text()?;
            self.expect(b':')?;
            self.skip_space();
            let start = self.at;
            let place = usize::from(name == "interval");
            if seen[place] || self.peek() == Some(b'"') {
                return Err(Strange);
            }
            seen[place] = true;
            self.skip_value()?;
            let raw = self.text.get(start..self.at).ok_or(Strange)?;
            match name {
                "explain" => told.explain = wishes::explain("", raw, &mut wrong),
                "interval" => told.level = wishes::level("", raw, &mut wrong),
                _ => return Err(Strange),
            }
            if !wrong.is_empty() {
                return Err(Strange);
            }
            if !self.another(b'}')? {
                return Ok(told);
            }
        }
    }

    fn row(
        &mut self,
        row: usize,
        columns: &Columns,
        batch: &mut Batch,
        notes: &mut Notes,
    ) -> Result<(), Strange> {
        self.expect(b'{')?;
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            notes.gap();
            return Ok(());
        }
        let mut next = 0;
        loop {
            self.skip_space();
            match self.key(columns, next)? {
                Column::Known(place) => {
                    if place != next {
                        notes.gap();
                    }
                    next = place + 1;
                    self.skip_space();
                    self.cell(row, place, columns.kinds[place], batch, notes)?;
                }
                Column::Unknown(name) => {
                    notes.unknown_column(name);
                    self.skip_space();
                    self.skip_value()?;
                }
            }
            if !self.another(b'}')? {
                if next != columns.keys.len() {
                    notes.gap();
                }
                return Ok(());
            }
        }
    }

    /// The key here and its colon: most rows name the columns in the model's order, so `next` is tried first.
    #[inline]
    fn key(&mut self, columns: &Columns, next: usize) -> Result<Column<'a>, Strange> {
        if let Some(expected) = columns.keys.get(next)
            && let Some(length) = self.bytes.get(self.at..).and_then(|rest| expected.begins(rest))
        {
            self.at += length;
            return Ok(Column::Known(next));
        }
        let name = self.text()?;
        self.expect(b':')?;
        Ok(columns.place(name).map_or(Column::Unknown(name), Column::Known))
    }

    /// A string without escapes.
    #[inline]
    fn text(&mut self) -> Result<&'a str, Strange> {
        if self.peek() != Some(b'"') {
            return Err(Strange);
        }
        let start = self.at + 1;
        let rest = self.bytes.get(start..).ok_or(Strange)?;
        let length =
            rest.iter().position(|byte| *byte == b'"' || *byte == b'\\' || *byte < 0x20).ok_or(Strange)?;
        if rest[length] != b'"' {
            return Err(Strange);
        }
        self.at = start + length + 1;
        self.text.get(start..start + length).ok_or(Strange)
    }

    #[inline]
    fn cell(
        &mut self,
        row: usize,
        place: usize,
        kind: Kind,
        batch: &mut Batch,
        notes: &mut Notes,
    ) -> Result<(), Strange> {
        let outcome = match self.peek() {
            Some(b'-' | b'0'..=b'9') if matches!(kind, Kind::Number | Kind::Date) => {
                let value = number(self.bytes, &mut self.at).ok_or(Strange)?;
                batch.set_number(row, place, value)
            }
            Some(b'"') if kind != Kind::Number => batch.set_text(row, place, self.text()?),
            Some(b't') if kind == Kind::Boolean => {
                self.word(b"true")?;
                batch.set_bool(row, place, true)
            }
            Some(b'f') if kind == Kind::Boolean => {
                self.word(b"false")?;
                batch.set_bool(row, place, false)
            }
            Some(b'n') => {
                self.word(b"null")?;
                notes.gap();
                batch.set_missing(row, place)
            }
            _ => return Err(Strange),
        };
        settle(outcome, place, notes)
    }

    fn skip_value(&mut self) -> Result<(), Strange> {
        match self.peek() {
            Some(b'"') => self.text().map(drop),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            _ => number(self.bytes, &mut self.at).map(drop).ok_or(Strange),
        }
    }
}

/// Notes what is allowed; what is not is for the exact way to tell.
#[inline]
fn settle(outcome: CellOutcome, place: usize, notes: &mut Notes) -> Result<(), Strange> {
    match outcome {
        CellOutcome::Set => Ok(()),
        CellOutcome::UnknownLevel => {
            notes.new_level(place);
            Ok(())
        }
        CellOutcome::WrongKind | CellOutcome::NotFinite | CellOutcome::OutOfRange => Err(Strange),
    }
}

enum Column<'a> {
    Known(usize),
    Unknown(&'a str),
}
