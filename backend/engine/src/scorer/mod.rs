//! The compiled form of a model: preparation folded into it, read-only, shared by any number of threads.
//!
//! A model is one part, a blend several. A part makes sums of a row's features ([`sums`] linearly, [`trees`] by walking),
//! its link turns them into a number on the target's own scale or into probabilities. The answers of several parts are
//! averaged by their weights, and probabilities are calibrated at the end. Every order is fixed, so that a row has the
//! same answer alone and in a batch, before saving and after loading.
//!
//! A missing number stands for the filled value, a missing category for the most frequent level, a level that the train
//! part did not hold adds nothing; trees send what is missing, and levels they do not know, to the side they learned.

mod batch;
mod compile;
pub(crate) mod costs;
pub(crate) mod link;
mod schema;
pub(crate) mod sums;
pub(crate) mod trees;

use std::sync::{Arc, OnceLock};

pub use batch::{Batch, CellOutcome};
pub use schema::{Example, Feature, Schema};

use crate::certainty::Calibration;
pub use crate::metrics::ScoreMap;
use crate::table::{ColumnData, Table};

/// What makes the sums of a part.
#[derive(Debug)]
pub(crate) enum Core {
    /// Weights, or nothing but constants.
    Sums(sums::Sums),
    /// Trees.
    Trees(trees::FlatTrees),
}

/// A model, or a member of a blend.
#[derive(Debug)]
pub(crate) struct Part {
    /// Its share of the answer.
    pub weight: f64,
    /// What makes its sums.
    pub core: Core,
    /// What makes its answers of them.
    pub link: link::Link,
    /// What explanations of trees need; made when the first is asked for.
    pub paths: OnceLock<crate::explain::Paths>,
}

impl Part {
    fn is_finite(&self) -> bool {
        self.weight.is_finite()
            && match &self.core {
                Core::Sums(sums) => sums.is_finite(),
                Core::Trees(trees) => trees.base.iter().chain(&trees.values).all(|v| v.is_finite()),
            }
    }

    /// The number of sums.
    pub fn sums(&self) -> usize {
        match &self.core {
            Core::Sums(sums) => sums.bias.len(),
            Core::Trees(trees) => trees.base.len(),
        }
    }

    /// The answers of all rows, in place of what `values` held.
    #[inline]
    fn answer(&self, batch: &Batch, cells: &mut trees::Cells, values: &mut Vec<f64>) {
        values.clear();
        match &self.core {
            Core::Sums(sums) => sums.add_to(batch, values),
            Core::Trees(trees) => trees.add_to(batch, cells, values),
        }
        self.link.apply(values, self.sums());
    }
}

/// A model ready to answer.
#[derive(Debug)]
pub struct Scorer {
    schema: Arc<Schema>,
    dictionaries: Arc<[batch::Dictionary]>,
    /// At least one.
    pub(crate) parts: Vec<Part>,
    /// Values of an answer.
    width: usize,
    pub(crate) calibration: Option<Calibration>,
    costs: costs::Costs,
}

/// Answers, row by row. Keep one and use it again: it grows once and then allocates nothing.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    /// A number a row for a regression, else `width` probabilities a row in the order of the classes.
    pub values: Vec<f64>,
    /// Values a row: 1, or the number of classes.
    pub width: usize,
    /// The answers of one member of a blend.
    part: Vec<f64>,
    cells: trees::Cells,
}

impl PartialEq for Scores {
    fn eq(&self, other: &Self) -> bool {
        self.width == other.width && self.values == other.values
    }
}

impl Scores {
    /// The values of a row; empty beyond the end.
    pub fn row(&self, row: usize) -> &[f64] {
        self.values.get(row * self.width..(row + 1) * self.width).unwrap_or_default()
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// The place of the greatest probability of a row in the schema's classes; the first of equals.
    pub fn most_likely(&self, row: usize) -> usize {
        crate::metrics::most_likely(self.row(row))
    }
}

impl Scorer {
    /// What the model needs and what it answers.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// A batch of `rows` rows, every cell missing.
    pub fn new_batch(&self, rows: usize) -> Batch {
        Batch::new(Arc::clone(&self.schema), Arc::clone(&self.dictionaries), rows)
    }

    /// A batch of the given rows of a table, columns matched by name. A column that the table lacks, or has in another
    /// form (words where numbers are needed), is missing in every row.
    pub fn batch_of(&self, table: &Table, rows: &[usize]) -> Batch {
        let mut batch = self.new_batch(rows.len());
        for (at, feature) in self.schema.features.iter().enumerate() {
            match table.column(&feature.name).map(|column| &column.data) {
                Some(ColumnData::Numbers(values)) if feature.is_number() => {
                    batch.fill_numbers(
                        at,
                        rows.iter().map(|row| values.get(*row).copied().unwrap_or(f64::NAN)),
                    );
                }
                Some(ColumnData::Categories { codes, levels }) if feature.is_text() => {
                    batch.fill_texts(at, levels, rows.iter().map(|row| codes.get(*row).copied()));
                }
                Some(ColumnData::Categories { codes, levels }) if !feature.is_number() => {
                    batch.fill_levels(at, levels, rows.iter().map(|row| codes.get(*row).copied()));
                }
                _ => {}
            }
        }
        batch
    }

    /// Answers every row of the batch. Never fails: cells of a batch that was made for another model count as missing.
    /// Probabilities are always finite; a number is finite unless a cell is so large that its product with a weight
    /// leaves the range of `f64`, or a sum so large that its exponential does.
    pub fn score_into(&self, batch: &Batch, scores: &mut Scores) {
        scores.width = self.width;
        if let [part] = self.parts.as_slice() {
            part.answer(batch, &mut scores.cells, &mut scores.values);
        } else {
            scores.values.clear();
            scores.values.resize(batch.rows() * self.width, 0.0);
            for part in &self.parts {
                part.answer(batch, &mut scores.cells, &mut scores.part);
                for (value, answer) in scores.values.iter_mut().zip(&scores.part) {
                    *value += part.weight * answer;
                }
            }
        }
        if let Some(calibration) = &self.calibration {
            scores.values.chunks_exact_mut(self.width).for_each(|row| calibration.apply(row));
        }
    }

    /// The place of the class to answer for these probabilities: that of least expected cost when the settings name
    /// costs, else the most likely one; of equals the first.
    pub fn label(&self, probabilities: &[f64]) -> usize {
        self.costs.label(probabilities)
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::goes_right;
