//! The compiled form of a model: preparation folded into its weights, read-only, shared by any number of threads.
//!
//! `value = bias + Σ number · weight + Σ level_weight[code]`. A missing number stands for the filled value, a missing
//! category for the most frequent level, a level that the train part did not hold adds nothing. The order of the sum is
//! fixed, so that a row has the same answer alone and in a batch, before saving and after loading.

mod batch;
mod compile;
mod schema;

use std::sync::Arc;

pub use batch::{Batch, CellOutcome};
pub use schema::{Example, Feature, Schema};

use crate::math::{exp_m1, sigmoid, softmax};
pub use crate::metrics::ScoreMap;
use crate::prepare::Cycle;
use crate::table::{ColumnData, Table};

/// What turns sums into answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    /// The sum is the answer.
    Identity,
    /// `eˢ − 1`, which undoes `ln(1 + y)`.
    ExpM1,
    /// Two probabilities from the logit of the second.
    Sigmoid,
    /// A probability for each sum.
    Softmax,
}

/// A number's part of the sums.
#[derive(Debug)]
struct NumberTerm {
    /// The feature.
    feature: usize,
    /// What stands for a missing value.
    fill: f64,
    /// The factor for the first sum, of most models the only one.
    weight: f64,
    /// The factor for each sum.
    weights: Vec<f64>,
}

/// A category's part of the sums.
#[derive(Debug)]
struct CategoryTerm {
    /// The feature.
    feature: usize,
    /// For each sum, for each code of a batch (missing, unknown, levels), what is added.
    tables: Vec<Vec<f64>>,
}

/// A date's part of the sums beside its number: what repeats in it.
#[derive(Debug)]
struct CycleTerm {
    /// The feature.
    feature: usize,
    /// The period.
    cycle: Cycle,
    /// For each sum, for each place of the period and last for a missing date, what is added.
    tables: Vec<Vec<f64>>,
}

impl CycleTerm {
    /// What a moment adds to a sum.
    fn value(&self, sum: usize, moment: f64) -> f64 {
        let Some(table) = self.tables.get(sum) else { return 0.0 };
        let place = self.cycle.place(moment).unwrap_or(self.cycle.values.len());
        table.get(place).copied().unwrap_or(0.0)
    }
}

/// A model ready to answer.
#[derive(Debug)]
pub struct Scorer {
    schema: Arc<Schema>,
    dictionaries: Arc<[batch::Dictionary]>,
    bias: Vec<f64>,
    numbers: Vec<NumberTerm>,
    cycles: Vec<CycleTerm>,
    categories: Vec<CategoryTerm>,
    link: Link,
}

/// Answers, row by row. Keep one and use it again: it grows once and then allocates nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scores {
    /// A number a row for a regression, else `width` probabilities a row in the order of the classes.
    pub values: Vec<f64>,
    /// Values a row: 1, or the number of classes.
    pub width: usize,
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
    /// leaves the range of `f64`.
    pub fn score_into(&self, batch: &Batch, scores: &mut Scores) {
        let rows = batch.rows();
        let sums = self.bias.len();
        scores.width = if self.link == Link::Sigmoid { 2 } else { sums };
        scores.values.clear();
        if self.link == Link::Identity || self.link == Link::ExpM1 || sums == 1 {
            self.single_sum(batch, rows, scores);
            return;
        }
        for row in 0..rows {
            let start = scores.values.len();
            scores.values.extend_from_slice(&self.bias);
            let sum = &mut scores.values[start..];
            for term in &self.numbers {
                let x = filled(batch.number(term.feature, row), term.fill);
                sum.iter_mut().zip(&term.weights).for_each(|(s, w)| *s += x * w);
            }
            for term in &self.cycles {
                let moment = batch.number(term.feature, row);
                sum.iter_mut().enumerate().for_each(|(at, s)| *s += term.value(at, moment));
            }
            for term in &self.categories {
                let code = batch.code(term.feature, row) as usize;
                sum.iter_mut().zip(&term.tables).for_each(|(s, t)| *s += t.get(code).copied().unwrap_or(0.0));
            }
            softmax(sum);
        }
    }

    /// Regressions and two classes: one sum a row, term by term over all rows.
    fn single_sum(&self, batch: &Batch, rows: usize, scores: &mut Scores) {
        let values = &mut scores.values;
        let bias = self.bias.first().copied().unwrap_or(0.0);
        if rows == 1 {
            values.push(self.sum_of_row(batch, bias));
        } else {
            values.resize(rows, bias);
            self.sums_of_rows(batch, values);
        }
        match self.link {
            Link::ExpM1 => values.iter_mut().for_each(|v| *v = exp_m1(*v)),
            Link::Sigmoid => {
                values.resize(rows * 2, 0.0);
                for row in (0..rows).rev() {
                    let p = sigmoid(values[row]);
                    values[row * 2] = 1.0 - p;
                    values[row * 2 + 1] = p;
                }
            }
            Link::Identity | Link::Softmax => {}
        }
    }

    /// The sum of the only row, in the order of [`Scorer::sums_of_rows`].
    fn sum_of_row(&self, batch: &Batch, bias: f64) -> f64 {
        let mut sum = bias;
        for term in &self.numbers {
            sum += filled(batch.number(term.feature, 0), term.fill) * term.weight;
        }
        for term in &self.cycles {
            sum += term.value(0, batch.number(term.feature, 0));
        }
        for term in &self.categories {
            let table = term.tables.first().map_or(&[] as &[f64], Vec::as_slice);
            sum += table.get(batch.code(term.feature, 0) as usize).copied().unwrap_or(0.0);
        }
        sum
    }

    fn sums_of_rows(&self, batch: &Batch, values: &mut [f64]) {
        for term in &self.numbers {
            let weight = term.weight;
            for (sum, x) in values.iter_mut().zip(batch.numbers(term.feature)) {
                *sum += filled(*x, term.fill) * weight;
            }
        }
        for term in &self.cycles {
            for (sum, moment) in values.iter_mut().zip(batch.numbers(term.feature)) {
                *sum += term.value(0, *moment);
            }
        }
        for term in &self.categories {
            let Some(table) = term.tables.first() else { continue };
            for (sum, code) in values.iter_mut().zip(batch.codes(term.feature)) {
                *sum += table.get(*code as usize).copied().unwrap_or(0.0);
            }
        }
    }
}

#[inline]
fn filled(x: f64, fill: f64) -> f64 {
    if x.is_nan() { fill } else { x }
}
