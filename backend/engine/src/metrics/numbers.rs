//! Scores of predicted numbers.

use super::{Evaluation, Metric, Pair, ScoreMap, put, row_weights};

/// Points a picture holds at most.
const MAX_PAIRS: usize = 2_000;

/// Scores predicted against actual numbers, row by row; without `weights` every row counts the same.
pub fn regression(actual: &[f64], predicted: &[f64], weights: Option<&[f64]>) -> (ScoreMap, Evaluation) {
    let rows = NumberRows::new(actual, predicted);
    let count = rows.actual.len();
    let mut evaluation = Evaluation { test_rows: count, ..Evaluation::default() };
    let pairs = actual.iter().zip(predicted).step_by(count.div_ceil(MAX_PAIRS).max(1));
    evaluation.pairs = pairs
        .filter(|(_, p)| p.is_finite())
        .map(|(actual, predicted)| Pair { actual: *actual, predicted: *predicted })
        .collect();
    (rows.scores(&row_weights(weights, count)), evaluation)
}

/// Numbers made ready to be scored under any weights.
pub(super) struct NumberRows {
    actual: Vec<f64>,
    /// `|actual − predicted|`.
    errors: Vec<f64>,
    /// Rows by rising error.
    order: Vec<u32>,
}

impl NumberRows {
    pub fn new(actual: &[f64], predicted: &[f64]) -> Self {
        let errors: Vec<f64> = actual.iter().zip(predicted).map(|(a, p)| (a - p).abs()).collect();
        let mut order: Vec<u32> = (0..).take(errors.len()).collect();
        order.sort_unstable_by(|a, b| errors[*a as usize].total_cmp(&errors[*b as usize]).then(a.cmp(b)));
        Self { actual: actual[..errors.len()].to_vec(), errors, order }
    }

    /// The scores with a weight, 0 or above, for each row.
    pub fn scores(&self, weights: &[f64]) -> ScoreMap {
        let mut scores = ScoreMap::new();
        let total: f64 = weights.iter().sum();
        if total.is_nan() || total <= 0.0 {
            return scores;
        }
        let sum = |of: &dyn Fn(usize) -> f64| -> f64 {
            weights.iter().enumerate().filter(|(_, w)| **w > 0.0).map(|(row, w)| w * of(row)).sum()
        };
        let squared = sum(&|row| self.errors[row] * self.errors[row]);
        put(&mut scores, Metric::Mse, squared / total);
        put(&mut scores, Metric::Rmse, (squared / total).sqrt());
        put(&mut scores, Metric::Mae, sum(&|row| self.errors[row]) / total);
        let rough = sum(&|row| self.actual[row]) / total;
        // A second pass removes what the first rounded away.
        let centre = rough + sum(&|row| self.actual[row] - rough) / total;
        let spread = sum(&|row| (self.actual[row] - centre) * (self.actual[row] - centre));
        if spread > 0.0 && self.varies(weights) {
            put(&mut scores, Metric::R2, 1.0 - squared / spread);
        }
        let of_others = |row: usize, value: f64| if self.actual[row] == 0.0 { 0.0 } else { value };
        let counted = sum(&|row| of_others(row, 1.0));
        if counted > 0.0 {
            let shares = sum(&|row| of_others(row, self.errors[row] / self.actual[row].abs()));
            put(&mut scores, Metric::Mape, shares / counted);
        }
        put(&mut scores, Metric::MedianAbsoluteError, self.median(weights, total));
        scores
    }

    /// Whether the rows with weight hold more than one actual value.
    fn varies(&self, weights: &[f64]) -> bool {
        let mut values = self.actual.iter().zip(weights).filter(|(_, w)| **w > 0.0).map(|(a, _)| *a);
        let first = values.next();
        values.any(|value| Some(value) != first)
    }

    /// The error that half of the weight does not exceed; the mean of two where the half ends between them.
    fn median(&self, weights: &[f64], total: f64) -> f64 {
        let weighted = |row: &&u32| weights[**row as usize] > 0.0;
        let mut rows = self.order.iter().filter(weighted).map(|row| *row as usize);
        let (half, mut below) = (total / 2.0, 0.0);
        while let Some(row) = rows.next() {
            below += weights[row];
            if below > half {
                return self.errors[row];
            }
            if below == half {
                let next = rows.next().map_or(self.errors[row], |next| self.errors[next]);
                return (self.errors[row] + next) / 2.0;
            }
        }
        self.order.last().map_or(f64::NAN, |row| self.errors[*row as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_follow_their_formulas() {
        let (scores, evaluation) = regression(&[1.0, 2.0, 4.0], &[1.0, 3.0, 2.0], None);
        assert_eq!(scores["mse"], 5.0 / 3.0);
        assert_eq!(scores["mae"], 1.0);
        assert_eq!(scores["median_absolute_error"], 1.0);
        assert!((scores["r2"] - (1.0 - 5.0 / (14.0 / 3.0))).abs() < 1e-12);
        assert!((scores["mape"] - (0.0 + 0.5 + 0.5) / 3.0).abs() < 1e-12);
        assert_eq!(evaluation.pairs.len(), 3);
    }

    #[test]
    fn a_weight_counts_like_as_many_rows() {
        let weighted = regression(&[1.0, 2.0, 4.0, 9.0], &[1.0, 3.0, 2.0, 0.0], Some(&[2.0, 1.0, 3.0, 0.0]));
        let rows = regression(&[1.0, 1.0, 2.0, 4.0, 4.0, 4.0], &[1.0, 1.0, 3.0, 2.0, 2.0, 2.0], None);
        assert_eq!(weighted.0.keys().collect::<Vec<_>>(), rows.0.keys().collect::<Vec<_>>());
        for (metric, score) in &rows.0 {
            assert!((weighted.0[metric] - score).abs() < 1e-12, "{metric}");
        }
        assert_eq!(rows.0["median_absolute_error"], 1.5);
    }

    #[test]
    fn what_is_not_defined_is_left_out() {
        let (scores, _) = regression(&[0.0, 0.0], &[1.0, 1.0], None);
        assert!(!scores.contains_key("r2") && !scores.contains_key("mape"));
        assert!(regression(&[], &[], None).0.is_empty());
        assert!(regression(&[1.0], &[1.0], Some(&[0.0])).0.is_empty());
        assert!(regression(&[1.0, 2.0], &[f64::NAN, 2.0], None).0.values().all(|score| score.is_finite()));
        // The mean of three 0.1 is not 0.1: a constant has no variance all the same.
        assert!(!regression(&[0.1; 3], &[0.2; 3], None).0.contains_key("r2"));
    }

    #[test]
    fn a_picture_stays_small() {
        let values = vec![1.0; 10_001];
        assert!(regression(&values, &values, None).1.pairs.len() <= 2_000);
    }
}
