//! Why an answer is what it is: what each feature adds to it, and which cells were not there.
//!
//! Contributions are on the scale of the answer: of a number the target's own, of classes the probability of one class.
//! `base + Σ features` is the served answer, calibration and all, to rounding. They are found in three steps:
//!
//! 1. Each part of the model is explained on its own sums, where it is additive: a linear one by `wᵢ (xᵢ − meanᵢ)`, the
//!    columns of a feature together, trees by their Shapley values ([`paths`]). The base is the sum of the mean row, of
//!    trees the mean of the train rows.
//! 2. The way from the sums to the answer (link, weights of a blend, calibration) is walked in a straight line from the
//!    base sums to the row's, and each sum gets its slope along the way: the values of Aumann and Shapley, which add up
//!    by construction. Of a number and of two classes the slope is the secant; of more classes an integral.
//! 3. What rounding and the integral leave over is shared out by the size of the contributions.
//!
//! So contributions of a log-scaled target add up on the target's own scale, and those of a blend are the weighted sums of
//! its members'.

mod imputed;
mod paths;
mod quadrature;
mod slopes;

pub(crate) use paths::Paths;

use crate::scorer::sums::{Sums, filled};
use crate::scorer::trees::Cells;
use crate::scorer::{Batch, Core, Part, Scorer};

/// What each feature adds to an answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contributions {
    /// The answer of a row of which nothing is known: a number, or the probability of the class.
    pub base: f64,
    /// What each feature of the schema adds, in its order; with the base they add up to the answer.
    pub features: Vec<f64>,
}

/// A part's sums taken apart.
struct Shift {
    /// The sums of a row of which nothing is known.
    base: Vec<f64>,
    /// `[sums, features]`, row-major.
    features: Vec<f64>,
}

impl Shift {
    /// The row's sums.
    fn sums(&self, width: usize) -> Vec<f64> {
        let lines = self.features.chunks_exact(width.max(1));
        let lines = lines.map(|line| line.iter().sum::<f64>()).chain(std::iter::repeat(0.0));
        self.base.iter().zip(lines).map(|(base, added)| base + added).collect()
    }
}

impl Scorer {
    /// What each feature adds to the answer of a row: to the number, or to the probability of the class at `class` in
    /// the schema (of a number it is not looked at). A row or class that is not there adds nothing to a base of 0.
    pub fn explain(&self, batch: &Batch, row: usize, class: usize) -> Contributions {
        let width = self.schema().features.len();
        let mut contributions = Contributions { base: 0.0, features: vec![0.0; width] };
        if row >= batch.rows() || class >= self.schema().classes.len().max(1) {
            return contributions;
        }
        let shifts: Vec<Shift> = self.parts.iter().map(|part| shift(part, batch, row, width)).collect();
        let from: Vec<Vec<f64>> = shifts.iter().map(|shift| shift.base.clone()).collect();
        let to: Vec<Vec<f64>> = shifts.iter().map(|shift| shift.sums(width)).collect();
        let way =
            slopes::Way { parts: &self.parts, calibration: self.calibration.as_ref(), from: &from, to: &to };
        let found = way.slopes(class);
        contributions.base = found.base;
        for (shift, slopes) in shifts.iter().zip(&found.slopes) {
            for (line, slope) in shift.features.chunks_exact(width.max(1)).zip(slopes) {
                contributions.features.iter_mut().zip(line).for_each(|(to, added)| *to += slope * added);
            }
        }
        contributions.share_out(found.answer);
        contributions
    }
}

impl Contributions {
    /// Spreads what is missing from the answer by the size of the contributions. Numbers that are not finite become 0.
    fn share_out(&mut self, answer: f64) {
        self.features.iter_mut().filter(|f| !f.is_finite()).for_each(|f| *f = 0.0);
        let rest = answer - self.base - self.features.iter().sum::<f64>();
        let size: f64 = self.features.iter().map(|f| f.abs()).sum();
        if !rest.is_finite() || rest == 0.0 {
            return;
        }
        if size > 0.0 && size.is_finite() {
            self.features.iter_mut().for_each(|f| *f += rest * (f.abs() / size));
        } else {
            self.base += rest;
        }
    }
}

fn shift(part: &Part, batch: &Batch, row: usize, width: usize) -> Shift {
    match &part.core {
        Core::Sums(sums) => shift_of_sums(sums, batch, row, width),
        Core::Trees(trees) => {
            let paths = part.paths.get_or_init(|| Paths::new(trees));
            let mut cells = Cells::default();
            trees.read(batch, row..row + 1, &mut cells);
            let mut features = vec![0.0; paths.base.len() * width];
            paths.add_to(trees, &cells, width.max(1), &mut features);
            Shift { base: paths.base.clone(), features }
        }
    }
}

fn shift_of_sums(sums: &Sums, batch: &Batch, row: usize, width: usize) -> Shift {
    let mut shift = Shift { base: sums.bias.clone(), features: vec![0.0; sums.bias.len() * width] };
    for (sum, (base, line)) in
        shift.base.iter_mut().zip(shift.features.chunks_exact_mut(width.max(1))).enumerate()
    {
        for term in &sums.numbers {
            let weight = term.weights.get(sum).copied().unwrap_or(0.0);
            *base += weight * term.mean;
            if let Some(to) = line.get_mut(term.feature) {
                *to += weight * (filled(batch.number(term.feature, row), term.fill) - term.mean);
            }
        }
        for term in &sums.cycles {
            let mean = term.means.get(sum).copied().unwrap_or(0.0);
            *base += mean;
            if let Some(to) = line.get_mut(term.feature) {
                *to += term.of(sum, batch.number(term.feature, row)) - mean;
            }
        }
        for term in &sums.categories {
            let mean = term.means.get(sum).copied().unwrap_or(0.0);
            let table = term.tables.get(sum).map(Vec::as_slice).unwrap_or_default();
            let added = table.get(batch.code(term.feature, row) as usize).copied().unwrap_or(0.0);
            *base += mean;
            if let Some(to) = line.get_mut(term.feature) {
                *to += added - mean;
            }
        }
        for term in &sums.texts {
            let mean = term.means.get(sum).copied().unwrap_or(0.0);
            *base += mean;
            if let Some(to) = line.get_mut(term.feature) {
                *to += term.of(sum, batch.document(term.feature, row)) - mean;
            }
        }
    }
    shift
}

#[cfg(test)]
mod tests;
