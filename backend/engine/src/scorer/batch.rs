//! Rows on their way to a scorer: a typed column for each feature, set cell by cell, used again without allocating.

mod columns;

use std::collections::HashMap;
use std::sync::Arc;

use super::schema::{Feature, Schema};
use crate::prepare::Document;
use crate::table::{ColumnKind, boolean_value, parse_date_time, plain_number};

/// The code of a missing category.
pub(super) const MISSING: u32 = 0;
/// The code of a level that the train part did not hold.
pub(super) const UNKNOWN: u32 = 1;
/// The code of the first level of the schema.
pub(super) const FIRST_LEVEL: u32 = 2;

/// How much longer the columns become when a row has no room: rows come one by one, and each growth touches all columns.
const GROWTH: usize = 4;

/// What became of a cell that was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum CellOutcome {
    /// It holds the value.
    Set,
    /// It holds "a level that the train part did not hold", which is allowed and adds nothing.
    UnknownLevel,
    /// Words for a number, a number for words: the cell is left as it was.
    WrongKind,
    /// No finite number: the cell is left as it was.
    NotFinite,
    /// There is no such row or feature.
    OutOfRange,
}

/// The codes of a feature's levels.
#[derive(Debug)]
pub(super) struct Dictionary {
    codes: HashMap<String, u32, ahash::RandomState>,
    /// The codes of the levels that mean false and true.
    truths: [Option<u32>; 2],
}

impl Dictionary {
    pub(super) fn new(levels: &[String], kind: ColumnKind) -> Self {
        let mut dictionary = Self {
            codes: HashMap::with_capacity_and_hasher(
                levels.len(),
                ahash::RandomState::with_seeds(5, 6, 7, 8),
            ),
            truths: [None; 2],
        };
        for (code, level) in (FIRST_LEVEL..).zip(levels) {
            dictionary.codes.insert(level.clone(), code);
            if kind == ColumnKind::Boolean
                && let Some((_, truth)) = boolean_value(level)
            {
                dictionary.truths[usize::from(truth)] = Some(code);
            }
        }
        dictionary
    }

    #[inline]
    fn code(&self, level: &str) -> u32 {
        self.codes.get(level).copied().unwrap_or(UNKNOWN)
    }
}

/// One feature of a batch.
#[derive(Debug, Clone)]
enum Cells {
    /// NaN is missing.
    Numbers(Vec<f64>),
    /// Codes as above.
    Codes(Vec<u32>),
    /// What the texts hold.
    Texts(Vec<Document>),
}

impl Cells {
    fn of(feature: &Feature) -> Self {
        if feature.is_text() {
            Self::Texts(Vec::new())
        } else if feature.is_number() {
            Self::Numbers(Vec::new())
        } else {
            Self::Codes(Vec::new())
        }
    }
}

/// Rows for a scorer, made by [`super::Scorer::new_batch`].
#[derive(Debug, Clone)]
pub struct Batch {
    schema: Arc<Schema>,
    dictionaries: Arc<[Dictionary]>,
    /// At least as long as there are rows; missing beyond them.
    cells: Vec<Cells>,
    rows: usize,
    /// The length of each column.
    room: usize,
}

impl Batch {
    pub(super) fn new(schema: Arc<Schema>, dictionaries: Arc<[Dictionary]>, rows: usize) -> Self {
        let cells = schema.features.iter().map(Cells::of).collect();
        let mut batch = Self { schema, dictionaries, cells, rows, room: rows };
        batch.reset(rows);
        batch
    }

    /// Makes every cell missing and the number of rows `rows`; allocates only when it grows beyond what it ever was.
    pub fn reset(&mut self, rows: usize) {
        self.rows = rows;
        self.make_room(0);
        self.make_room(rows);
    }

    /// Adds a row with every cell missing and gives its place.
    #[inline]
    pub fn add_row(&mut self) -> usize {
        if self.rows == self.room {
            self.make_room((self.rows * GROWTH).max(1));
        }
        self.rows += 1;
        self.rows - 1
    }

    /// Makes every column this long, with missing cells at its end.
    fn make_room(&mut self, room: usize) {
        self.room = room;
        for column in &mut self.cells {
            match column {
                Cells::Numbers(values) => values.resize(room, f64::NAN),
                Cells::Codes(codes) => codes.resize(room, MISSING),
                // Not cut, so that what a text has taken is there for the next.
                Cells::Texts(texts) if room == 0 => texts.iter_mut().for_each(Document::clear),
                Cells::Texts(texts) => texts.resize_with(room.max(texts.len()), Document::default),
            }
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// What the rows are for.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Sets a number; NaN makes the cell missing. Words are wanted by a category: [`CellOutcome::WrongKind`].
    #[inline]
    pub fn set_number(&mut self, row: usize, feature: usize, value: f64) -> CellOutcome {
        match self.cells.get_mut(feature) {
            Some(Cells::Numbers(values)) => match values.get_mut(row).filter(|_| row < self.rows) {
                Some(_) if value.is_infinite() => CellOutcome::NotFinite,
                Some(cell) => {
                    *cell = value;
                    CellOutcome::Set
                }
                None => CellOutcome::OutOfRange,
            },
            Some(Cells::Codes(_) | Cells::Texts(_)) => CellOutcome::WrongKind,
            None => CellOutcome::OutOfRange,
        }
    }

    /// Sets a level or a free text; on a feature of dates, a date. Text for a number is [`CellOutcome::WrongKind`].
    #[inline]
    pub fn set_text(&mut self, row: usize, feature: usize, text: &str) -> CellOutcome {
        match (self.cells.get_mut(feature), self.dictionaries.get(feature)) {
            (Some(Cells::Codes(codes)), Some(dictionary)) => {
                match codes.get_mut(row).filter(|_| row < self.rows) {
                    Some(cell) => {
                        *cell = dictionary.code(text);
                        if *cell == UNKNOWN { CellOutcome::UnknownLevel } else { CellOutcome::Set }
                    }
                    None => CellOutcome::OutOfRange,
                }
            }
            (Some(Cells::Numbers(_)), _) => self.set_date(row, feature, text),
            (Some(Cells::Texts(_)), _) => self.set_document(row, feature, text),
            _ => CellOutcome::OutOfRange,
        }
    }

    fn set_document(&mut self, row: usize, feature: usize, text: &str) -> CellOutcome {
        let vocabulary = self.schema.features.get(feature).and_then(|feature| feature.text.as_ref());
        match (vocabulary, self.cells.get_mut(feature)) {
            (Some(vocabulary), Some(Cells::Texts(texts))) if row < self.rows => {
                let Some(document) = texts.get_mut(row) else { return CellOutcome::OutOfRange };
                vocabulary.read(text, document);
                CellOutcome::Set
            }
            _ => CellOutcome::OutOfRange,
        }
    }

    fn set_date(&mut self, row: usize, feature: usize, text: &str) -> CellOutcome {
        let is_date = self.schema.features.get(feature).is_some_and(|f| f.kind == ColumnKind::DateTime);
        match parse_date_time(text) {
            Some(seconds) if is_date => self.set_number(row, feature, seconds),
            _ => CellOutcome::WrongKind,
        }
    }

    /// Sets the level that means true or false; only booleans have one.
    #[inline]
    pub fn set_bool(&mut self, row: usize, feature: usize, value: bool) -> CellOutcome {
        let is_boolean = self.schema.features.get(feature).is_some_and(|f| f.kind == ColumnKind::Boolean);
        match (self.cells.get_mut(feature), self.dictionaries.get(feature)) {
            (Some(Cells::Codes(codes)), Some(dictionary)) if is_boolean => {
                match codes.get_mut(row).filter(|_| row < self.rows) {
                    Some(cell) => {
                        *cell = dictionary.truths[usize::from(value)].unwrap_or(UNKNOWN);
                        if *cell == UNKNOWN { CellOutcome::UnknownLevel } else { CellOutcome::Set }
                    }
                    None => CellOutcome::OutOfRange,
                }
            }
            (Some(_), _) => CellOutcome::WrongKind,
            (None, _) => CellOutcome::OutOfRange,
        }
    }

    /// Sets a cell from the text of a CSV, written as in the data that was learned from: a number or a date where one is
    /// wanted, else as [`Batch::set_text`]. Nothing and the words that meant "no value" there (`NA`, `NaN` and `null`
    /// unless others did) are missing unless they are levels.
    pub fn set_csv(&mut self, row: usize, feature: usize, text: &str) -> CellOutcome {
        let read = self.schema.features.get(feature).and_then(|feature| {
            let written = feature.writing.as_ref()?;
            let is_date = feature.kind == ColumnKind::DateTime;
            let number = || if is_date { written.date(text) } else { None }.or_else(|| written.number(text));
            Some((written.is_missing(text), feature.is_number().then(number).flatten()))
        });
        let missing =
            read.map_or_else(|| crate::csv::DEFAULT_MISSING.contains(&text.trim()), |(missing, _)| missing);
        let outcome = match (self.cells.get(feature), read) {
            (Some(Cells::Numbers(_)), Some(_)) if missing => self.set_missing(row, feature),
            (Some(Cells::Numbers(_)), Some((_, Some(number)))) => self.set_number(row, feature, number),
            (Some(Cells::Numbers(_)), Some(_)) => CellOutcome::WrongKind,
            (Some(Cells::Numbers(_)), None) => match plain_number(text.trim().as_bytes()) {
                Some(number) => self.set_number(row, feature, number),
                None => self.set_text(row, feature, text),
            },
            _ => self.set_text(row, feature, text),
        };
        match outcome {
            CellOutcome::Set if missing && self.is_text(feature) => self.set_missing(row, feature),
            CellOutcome::UnknownLevel | CellOutcome::WrongKind if missing => self.set_missing(row, feature),
            other => other,
        }
    }

    fn is_text(&self, feature: usize) -> bool {
        matches!(self.cells.get(feature), Some(Cells::Texts(_)))
    }

    /// Makes a cell missing.
    pub fn set_missing(&mut self, row: usize, feature: usize) -> CellOutcome {
        let set = match self.cells.get_mut(feature).filter(|_| row < self.rows) {
            Some(Cells::Numbers(values)) => values.get_mut(row).map(|cell| *cell = f64::NAN),
            Some(Cells::Codes(codes)) => codes.get_mut(row).map(|cell| *cell = MISSING),
            Some(Cells::Texts(texts)) => texts.get_mut(row).map(Document::clear),
            None => None,
        };
        set.map_or(CellOutcome::OutOfRange, |()| CellOutcome::Set)
    }

    /// Whether a cell is missing; one that is not there is.
    pub fn is_missing(&self, row: usize, feature: usize) -> bool {
        match self.cells.get(feature) {
            Some(Cells::Numbers(_)) => self.number(feature, row).is_nan(),
            Some(Cells::Texts(_)) => self.document(feature, row).is_none_or(Document::is_missing),
            Some(Cells::Codes(_)) | None => self.code(feature, row) == MISSING,
        }
    }

    /// Makes a column that of another batch of the same model, its rows in the given order.
    pub(crate) fn take_column(&mut self, feature: usize, from: &Self, order: impl Iterator<Item = usize>) {
        match (self.cells.get_mut(feature), from.cells.get(feature)) {
            (Some(Cells::Numbers(cells)), Some(Cells::Numbers(values))) => {
                let value = |row| values.get(row).copied().unwrap_or(f64::NAN);
                cells.iter_mut().zip(order).for_each(|(cell, row)| *cell = value(row));
            }
            (Some(Cells::Codes(cells)), Some(Cells::Codes(codes))) => {
                let code = |row| codes.get(row).copied().unwrap_or(MISSING);
                cells.iter_mut().zip(order).for_each(|(cell, row)| *cell = code(row));
            }
            (Some(Cells::Texts(cells)), Some(Cells::Texts(texts))) => {
                let text = |row: usize| texts.get(row).cloned().unwrap_or_default();
                cells.iter_mut().zip(order).for_each(|(cell, row)| *cell = text(row));
            }
            _ => {}
        }
    }

    /// The place of a category's level in the schema; `None` for a missing cell or a level that the train part did not
    /// hold.
    pub(crate) fn level(&self, feature: usize, row: usize) -> Option<usize> {
        self.code(feature, row).checked_sub(FIRST_LEVEL).map(|level| level as usize)
    }

    /// Makes the first row that of another batch of the same model.
    #[cfg(test)]
    pub(crate) fn copy_row(&mut self, from: &Self, row: usize) {
        for feature in 0..self.cells.len() {
            match self.cells.get_mut(feature) {
                Some(Cells::Numbers(values)) => values[0] = from.number(feature, row),
                Some(Cells::Codes(codes)) => codes[0] = from.code(feature, row),
                Some(Cells::Texts(texts)) => {
                    texts[0] = from.document(feature, row).cloned().unwrap_or_default();
                }
                None => {}
            }
        }
    }

    #[inline]
    pub(crate) fn numbers(&self, feature: usize) -> &[f64] {
        match self.cells.get(feature) {
            Some(Cells::Numbers(values)) => values.get(..self.rows).unwrap_or_default(),
            _ => &[],
        }
    }

    #[inline]
    pub(super) fn codes(&self, feature: usize) -> &[u32] {
        match self.cells.get(feature) {
            Some(Cells::Codes(codes)) => codes.get(..self.rows).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The text of a row; none where the feature is not of text.
    #[inline]
    pub(crate) fn document(&self, feature: usize, row: usize) -> Option<&Document> {
        match self.cells.get(feature) {
            Some(Cells::Texts(texts)) => texts.get(row).filter(|_| row < self.rows),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn number(&self, feature: usize, row: usize) -> f64 {
        self.numbers(feature).get(row).copied().unwrap_or(f64::NAN)
    }

    #[inline]
    pub(crate) fn code(&self, feature: usize, row: usize) -> u32 {
        self.codes(feature).get(row).copied().unwrap_or(MISSING)
    }
}
