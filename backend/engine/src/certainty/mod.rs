//! How far an answer can be trusted: probabilities that are as frequent as they say, intervals and sets that hold the
//! truth as often as they promise. Both are learned on rows that the model did not learn from.

mod calibration;
mod conformal;
mod newton;

pub(crate) use calibration::LEAST_PROBABILITY;
pub use conformal::Coverage;
use serde::{Deserialize, Serialize};

use crate::random::SplitMix64;

/// What draws the parts of a cross-validation.
const PARTS_SEED: u64 = 0x0CA1_1B0A;

/// What is done to probabilities so that they are as frequent as they say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Calibration {
    /// `pₖ ∝ exp(slope · ln pₖ + shiftₖ)`: Platt's scaling for two classes, its extension by a vector for more.
    Scale {
        /// The common factor of the logarithms.
        slope: f64,
        /// One for each class; the first is 0.
        shifts: Vec<f64>,
    },
    /// The probability of the second of two classes by a rising line through points (isotonic regression).
    Isotonic {
        /// Given probabilities, rising.
        from: Vec<f64>,
        /// What they become, never falling.
        to: Vec<f64>,
    },
}

/// What split-conformal prediction needs: how far answers were off on rows that were not learned from.
///
/// Source: Vovk, Gammerman, Shafer, Algorithmic Learning in a Random World (2005); groups by the answer's size are
/// Mondrian categories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Conformal {
    /// Of numbers: `|actual − predicted|`, by the size of the prediction.
    Numbers {
        /// Rising bounds between the groups: one fewer than there are groups.
        bounds: Vec<f64>,
        /// The rising errors of each group, thinned.
        groups: Vec<ErrorGroup>,
    },
    /// Of classes: `1 − p` of the actual class.
    Classes {
        /// The rising scores of all rows, thinned.
        scores: ErrorGroup,
    },
}

/// The errors of some rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorGroup {
    /// Rows.
    pub rows: u64,
    /// Their errors at evenly spaced ranks, rising, the least and the greatest among them; at most 201.
    pub quantiles: Vec<f64>,
}

/// The rows in parts drawn at random, always the same: for each the rows of the others, and its own.
fn parts(rows: usize, parts: usize) -> impl Iterator<Item = (Vec<usize>, Vec<usize>)> {
    let mut order: Vec<usize> = (0..rows).collect();
    SplitMix64::new(PARTS_SEED).shuffle(&mut order);
    let of = move |part: usize, inside: bool| {
        let rows = order.iter().enumerate().filter(|(at, _)| (at % parts == part) == inside);
        rows.map(|(_, row)| *row).collect()
    };
    (0..parts).map(move |part| (of(part, false), of(part, true)))
}

/// The interval of 95 % of a share of which `hits` of `rows` were seen; `None` without rows.
///
/// Source: Wilson, Probable inference (1927).
pub(crate) fn wilson(hits: f64, rows: f64) -> Option<(f64, f64)> {
    const Z: f64 = 1.959_963_984_540_054;
    if rows.is_nan() || rows <= 0.0 {
        return None;
    }
    let (share, z2) = (hits / rows, Z * Z);
    let middle = (share + z2 / (2.0 * rows)) / (1.0 + z2 / rows);
    let inner = share * (1.0 - share) / rows + z2 / (4.0 * rows * rows);
    let half = Z / (1.0 + z2 / rows) * inner.max(0.0).sqrt();
    Some(((middle - half).max(0.0).min(share), (middle + half).min(1.0).max(share)))
}
