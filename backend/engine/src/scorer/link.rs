//! From sums to answers.

use crate::math::{exp_m1, sigmoid, softmax};

/// What turns sums into answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// The sum is the answer.
    Identity,
    /// `eˢ − 1`, which undoes `ln(1 + y)`.
    ExpM1,
    /// Two probabilities from the logit of the second.
    Sigmoid,
    /// A probability for each sum.
    Softmax,
    /// The sums are probabilities already but for rounding: they are divided by their total.
    Shares,
}

impl Link {
    /// Turns `[rows, sums]` into `[rows, width]` in place.
    #[inline]
    pub fn apply(self, values: &mut Vec<f64>, sums: usize) {
        match self {
            Self::Identity => {}
            Self::ExpM1 => values.iter_mut().for_each(|v| *v = exp_m1(*v)),
            Self::Sigmoid => {
                let rows = values.len();
                values.resize(rows * 2, 0.0);
                for row in (0..rows).rev() {
                    let p = sigmoid(values[row]);
                    values[row * 2] = 1.0 - p;
                    values[row * 2 + 1] = p;
                }
            }
            Self::Softmax => values.chunks_exact_mut(sums.max(1)).for_each(softmax),
            Self::Shares => values.chunks_exact_mut(sums.max(1)).for_each(shares),
        }
    }
}

/// Divides by the total; equal parts where there is none.
fn shares(row: &mut [f64]) {
    row.iter_mut().for_each(|p| *p = p.max(0.0));
    let total: f64 = row.iter().sum();
    if total > 0.0 && total.is_finite() {
        row.iter_mut().for_each(|p| *p /= total);
    } else {
        let equal = 1.0 / row.len() as f64;
        row.fill(equal);
    }
}
