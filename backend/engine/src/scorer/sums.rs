//! The sums of linear models: `sum = bias + Σ number · weight + Σ level_weight[code]`, preparation folded into the weights.

use super::batch::{Batch, FIRST_LEVEL, MISSING, UNKNOWN};
use crate::math::dot;
use crate::prepare::{Cycle, Document, Preparation, Prepared};

/// A number's part of the sums.
#[derive(Debug)]
pub struct NumberTerm {
    /// The feature.
    pub feature: usize,
    /// What stands for a missing value.
    pub fill: f64,
    /// The mean of the filled values over the train part.
    pub mean: f64,
    /// The factor for the first sum, of most models the only one.
    weight: f64,
    /// The factor for each sum.
    pub weights: Vec<f64>,
}

/// A category's part of the sums.
#[derive(Debug)]
pub struct CategoryTerm {
    /// The feature.
    pub feature: usize,
    /// For each sum, for each code of a batch (missing, unknown, levels), what is added.
    pub tables: Vec<Vec<f64>>,
    /// For each sum the mean of what is added over the train part.
    pub means: Vec<f64>,
}

/// The part of the sums of what repeats in a date.
#[derive(Debug)]
pub struct CycleTerm {
    /// The feature.
    pub feature: usize,
    /// The period.
    cycle: Cycle,
    /// For each sum, for each place of the period and last for a missing date, what is added.
    tables: Vec<Vec<f64>>,
    /// For each sum the mean of what is added over the train part.
    pub means: Vec<f64>,
}

impl CycleTerm {
    fn new(feature: usize, cycle: &Cycle, weights: &[Vec<f64>], mean_of: &dyn Fn(u32) -> f64) -> Self {
        let own = |line: &Vec<f64>| line.get(cycle.column as usize..).unwrap_or_default().to_vec();
        let table = |line: &Vec<f64>| -> Vec<f64> {
            let weights = own(line);
            cycle.values.iter().chain([&cycle.missing]).map(|row| dot(row, &weights)).collect()
        };
        let mean = |line: &Vec<f64>| {
            let weights = own(line);
            (cycle.column..).zip(&weights).take(cycle.width()).map(|(column, w)| w * mean_of(column)).sum()
        };
        Self {
            feature,
            cycle: cycle.clone(),
            tables: weights.iter().map(table).collect(),
            means: weights.iter().map(mean).collect(),
        }
    }

    /// What a moment adds to a sum.
    #[inline]
    pub fn of(&self, sum: usize, seconds: f64) -> f64 {
        let Some(table) = self.tables.get(sum) else { return 0.0 };
        let place = self.cycle.place(seconds).unwrap_or(table.len().saturating_sub(1));
        table.get(place).copied().unwrap_or(0.0)
    }
}

/// A text's part of the sums.
#[derive(Debug)]
pub struct TextTerm {
    /// The feature.
    pub feature: usize,
    /// For each sum the factor of each term.
    weights: Vec<Vec<f64>>,
    /// For each sum the mean of what is added over the train part.
    pub means: Vec<f64>,
}

impl TextTerm {
    /// What a text adds to a sum; nothing where it is missing.
    #[inline]
    pub fn of(&self, sum: usize, document: Option<&Document>) -> f64 {
        let (Some(weights), Some(document)) = (self.weights.get(sum), document) else { return 0.0 };
        let weight = |term: u32| weights.get(term as usize).copied().unwrap_or(0.0);
        document.terms.iter().map(|(term, x)| f64::from(*x) * weight(*term)).sum()
    }
}

/// Sums that are linear in the columns of a matrix.
#[derive(Debug)]
pub struct Sums {
    /// One for each sum.
    pub bias: Vec<f64>,
    pub numbers: Vec<NumberTerm>,
    pub cycles: Vec<CycleTerm>,
    pub categories: Vec<CategoryTerm>,
    pub texts: Vec<TextTerm>,
}

impl Sums {
    /// Sums without features.
    pub fn constant(bias: Vec<f64>) -> Self {
        Self { bias, numbers: Vec::new(), cycles: Vec::new(), categories: Vec::new(), texts: Vec::new() }
    }

    /// Folds filling and scaling into the weights, a line of them for each sum. Where the means of the columns are not
    /// known they count as 0.
    pub fn fold(bias: Vec<f64>, weights: &[Vec<f64>], preparation: &Preparation, means: &[f64]) -> Self {
        let mut sums = Self::constant(bias);
        let mean_of = |column: u32| means.get(column as usize).copied().unwrap_or(0.0);
        for (feature, prepared) in preparation.features.iter().enumerate() {
            match prepared {
                Prepared::Number { column, fill, offset, scale }
                | Prepared::Date { column, fill, offset, scale, .. } => {
                    if let Prepared::Date { cycles, .. } = prepared {
                        let term = |cycle| CycleTerm::new(feature, cycle, weights, &mean_of);
                        sums.cycles.extend(cycles.iter().map(term));
                    }
                    let at = |line: &Vec<f64>| line.get(*column as usize).copied().unwrap_or(0.0) / scale;
                    let weights: Vec<f64> = weights.iter().map(at).collect();
                    sums.bias.iter_mut().zip(&weights).for_each(|(bias, weight)| *bias -= offset * weight);
                    let weight = weights.first().copied().unwrap_or(0.0);
                    let mean = mean_of(*column) * scale + offset;
                    sums.numbers.push(NumberTerm { feature, fill: *fill, mean, weight, weights });
                }
                Prepared::Category { columns, missing } => {
                    let tables = weights.iter().map(|line| table(line, columns, *missing)).collect();
                    // Rare levels share a column, whose mean counts once.
                    let mut own: Vec<u32> = columns.iter().flatten().copied().collect();
                    own.sort_unstable();
                    own.dedup();
                    let mean = |line: &Vec<f64>| {
                        own.iter().map(|c| line.get(*c as usize).copied().unwrap_or(0.0) * mean_of(*c)).sum()
                    };
                    let means = weights.iter().map(mean).collect();
                    sums.categories.push(CategoryTerm { feature, tables, means });
                }
                Prepared::Text { column, terms } => {
                    let columns = *column..column.saturating_add(*terms);
                    let own = |line: &Vec<f64>| {
                        let at = |column: u32| line.get(column as usize).copied().unwrap_or(0.0);
                        columns.clone().map(at).collect::<Vec<f64>>()
                    };
                    let weights: Vec<Vec<f64>> = weights.iter().map(own).collect();
                    let mean =
                        |own: &Vec<f64>| columns.clone().zip(own).map(|(c, w)| w * mean_of(c)).sum::<f64>();
                    let means = weights.iter().map(mean).collect();
                    sums.texts.push(TextTerm { feature, weights, means });
                }
            }
        }
        sums
    }

    /// Whether every number is finite.
    pub fn is_finite(&self) -> bool {
        let finite = |values: &[f64]| values.iter().all(|v| v.is_finite());
        finite(&self.bias)
            && self.numbers.iter().all(|term| finite(&term.weights))
            && self.cycles.iter().flat_map(|term| &term.tables).all(|table| finite(table))
            && self.categories.iter().flat_map(|term| &term.tables).all(|table| finite(table))
            && self.texts.iter().flat_map(|term| &term.weights).all(|weights| finite(weights))
    }

    /// Adds a row's sums for each row: `[rows, sums]`.
    #[inline]
    pub fn add_to(&self, batch: &Batch, values: &mut Vec<f64>) {
        if let [bias] = self.bias.as_slice() {
            if batch.rows() == 1 {
                values.push(self.sum_of_row(batch, *bias));
            } else {
                let start = values.len();
                values.resize(start + batch.rows(), *bias);
                self.sums_of_rows(batch, values.get_mut(start..).unwrap_or_default());
            }
            return;
        }
        for row in 0..batch.rows() {
            let start = values.len();
            values.extend_from_slice(&self.bias);
            let sum = values.get_mut(start..).unwrap_or_default();
            for term in &self.numbers {
                let x = filled(batch.number(term.feature, row), term.fill);
                sum.iter_mut().zip(&term.weights).for_each(|(s, w)| *s += x * w);
            }
            for term in &self.cycles {
                let seconds = batch.number(term.feature, row);
                sum.iter_mut().enumerate().for_each(|(at, s)| *s += term.of(at, seconds));
            }
            for term in &self.categories {
                let code = batch.code(term.feature, row) as usize;
                sum.iter_mut().zip(&term.tables).for_each(|(s, t)| *s += t.get(code).copied().unwrap_or(0.0));
            }
            for term in &self.texts {
                let document = batch.document(term.feature, row);
                sum.iter_mut().enumerate().for_each(|(at, s)| *s += term.of(at, document));
            }
        }
    }

    /// The sum of the only row, in the order of [`Sums::sums_of_rows`].
    fn sum_of_row(&self, batch: &Batch, bias: f64) -> f64 {
        let mut sum = bias;
        for term in &self.numbers {
            sum += filled(batch.number(term.feature, 0), term.fill) * term.weight;
        }
        for term in &self.cycles {
            sum += term.of(0, batch.number(term.feature, 0));
        }
        for term in &self.categories {
            let table = term.tables.first().map_or(&[] as &[f64], Vec::as_slice);
            sum += table.get(batch.code(term.feature, 0) as usize).copied().unwrap_or(0.0);
        }
        for term in &self.texts {
            sum += term.of(0, batch.document(term.feature, 0));
        }
        sum
    }

    fn sums_of_rows(&self, batch: &Batch, values: &mut [f64]) {
        for term in &self.numbers {
            let weight = term.weight;
            let column = batch.numbers(term.feature);
            if column.is_empty() {
                values.iter_mut().for_each(|sum| *sum += term.fill * weight);
            }
            for (sum, x) in values.iter_mut().zip(column) {
                *sum += filled(*x, term.fill) * weight;
            }
        }
        for term in &self.cycles {
            for (row, sum) in values.iter_mut().enumerate() {
                *sum += term.of(0, batch.number(term.feature, row));
            }
        }
        for term in &self.categories {
            let Some(table) = term.tables.first() else { continue };
            let column = batch.codes(term.feature);
            if column.is_empty() {
                let missing = table.first().copied().unwrap_or(0.0);
                values.iter_mut().for_each(|sum| *sum += missing);
            }
            for (sum, code) in values.iter_mut().zip(column) {
                *sum += table.get(*code as usize).copied().unwrap_or(0.0);
            }
        }
        for term in &self.texts {
            for (row, sum) in values.iter_mut().enumerate() {
                *sum += term.of(0, batch.document(term.feature, row));
            }
        }
    }
}

/// What each code of a batch adds to a sum.
fn table(line: &[f64], columns: &[Option<u32>], missing: Option<u32>) -> Vec<f64> {
    let weight = |column: Option<u32>| column.and_then(|c| line.get(c as usize)).copied().unwrap_or(0.0);
    let mut table = vec![0.0; columns.len() + FIRST_LEVEL as usize];
    table[MISSING as usize] = weight(missing);
    table[UNKNOWN as usize] = 0.0;
    for (cell, column) in table[FIRST_LEVEL as usize..].iter_mut().zip(columns) {
        *cell = weight(*column);
    }
    table
}

/// The value, or what stands for a missing one.
#[inline]
pub fn filled(x: f64, fill: f64) -> f64 {
    if x.is_nan() { fill } else { x }
}
