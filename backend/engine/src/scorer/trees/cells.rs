//! The cells of a row: what the nodes compare, made of the batch once for all trees.

use std::ops::Range;

use super::FlatTrees;
use crate::families::trees::narrowed;
use crate::prepare::DatePart;
use crate::scorer::Batch;
use crate::scorer::batch::{FIRST_LEVEL, MISSING, UNKNOWN};

/// What an input is made of.
#[derive(Debug)]
pub enum Source {
    /// A number.
    Number,
    /// The place of a level.
    Level {
        /// Levels of the schema.
        levels: u32,
    },
    /// A number for each code of a batch: missing, unknown, levels.
    Statistic(Vec<f32>),
    /// A part of a date.
    DatePart(DatePart),
    /// The weight of a term in a text.
    Term(u32),
    /// The number of words of a text.
    Words,
}

/// An input that some node reads.
#[derive(Debug)]
pub struct Input {
    /// The feature.
    pub feature: usize,
    /// What it is made of.
    pub source: Source,
    /// The cell of nodes whose missing values go left, and of those whose go right; one that nobody reads else.
    pub cells: [u32; 2],
}

/// The cells of some rows, kept to be used again.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    numbers: Vec<f32>,
    codes: Vec<u32>,
    width: usize,
}

impl Cells {
    /// What a row's nodes compare with their thresholds.
    #[inline]
    pub fn numbers(&self, row: usize) -> &[f32] {
        self.numbers.get(row * self.width..(row + 1) * self.width).unwrap_or_default()
    }

    /// The bits that a row's nodes ask of their sets: a level's place from 1, 0 where it is missing.
    #[inline]
    pub fn codes(&self, row: usize) -> &[u32] {
        self.codes.get(row * self.width..(row + 1) * self.width).unwrap_or_default()
    }
}

impl FlatTrees {
    /// Makes the cells of the given rows.
    pub fn read(&self, batch: &Batch, rows: Range<usize>, cells: &mut Cells) {
        cells.width = self.width;
        cells.numbers.resize(rows.len() * self.width, 0.0);
        if !self.sets.is_empty() {
            cells.codes.clear();
            cells.codes.resize(rows.len() * self.width, 0);
        }
        for input in &self.inputs {
            match &input.source {
                Source::Number => {
                    let column = batch.numbers(input.feature).get(rows.clone());
                    self.put(input, cells, &rows, |row| {
                        narrowed(column.and_then(|c| c.get(row)).copied().unwrap_or(f64::NAN))
                    });
                }
                Source::DatePart(part) => self.put(input, cells, &rows, |row| {
                    narrowed(part.of(batch.number(input.feature, rows.start + row)))
                }),
                Source::Term(term) => self.put(input, cells, &rows, |row| {
                    batch.document(input.feature, rows.start + row).map_or(f32::NAN, |d| d.weight(*term))
                }),
                Source::Words => self.put(input, cells, &rows, |row| {
                    batch.document(input.feature, rows.start + row).map_or(f32::NAN, |d| d.words)
                }),
                Source::Statistic(table) => self.put(input, cells, &rows, |row| {
                    let code = batch.code(input.feature, rows.start + row) as usize;
                    table.get(code).copied().unwrap_or(f32::NAN)
                }),
                Source::Level { levels } => {
                    let place = |row: usize| {
                        let code = batch.code(input.feature, rows.start + row);
                        (code.wrapping_sub(FIRST_LEVEL) < *levels).then(|| code - FIRST_LEVEL)
                    };
                    self.put(input, cells, &rows, |row| place(row).map_or(f32::NAN, |level| level as f32));
                    self.put_codes(input, cells, &rows, |row| place(row).map_or(0, |level| level + 1));
                }
            }
        }
    }

    #[inline(always)]
    fn put(&self, input: &Input, cells: &mut Cells, rows: &Range<usize>, value: impl Fn(usize) -> f32) {
        let [left, right] = input.cells.map(|cell| cell as usize);
        let lines = cells.numbers.chunks_exact_mut(self.width);
        for (row, line) in lines.enumerate().take(rows.len()) {
            let x = value(row);
            line[left] = if x.is_nan() { f32::NEG_INFINITY } else { x };
            line[right] = if x.is_nan() { f32::INFINITY } else { x };
        }
    }

    fn put_codes(&self, input: &Input, cells: &mut Cells, rows: &Range<usize>, code: impl Fn(usize) -> u32) {
        let lines = cells.codes.chunks_exact_mut(self.width);
        for (row, line) in lines.enumerate().take(rows.len()) {
            let code = code(row);
            for cell in input.cells {
                line[cell as usize] = code;
            }
        }
    }
}

/// The numbers of a statistic by the codes of a batch.
pub fn statistic(values: &[f32], missing: Option<f32>, unknown: Option<f32>) -> Vec<f32> {
    let mut table = vec![f32::NAN; values.len() + FIRST_LEVEL as usize];
    table[MISSING as usize] = missing.unwrap_or(f32::NAN);
    table[UNKNOWN as usize] = unknown.unwrap_or(f32::NAN);
    table[FIRST_LEVEL as usize..].copy_from_slice(values);
    table
}
