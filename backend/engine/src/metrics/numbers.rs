//! Scores of predicted numbers.

use super::{Evaluation, Metric, Pair, ScoreMap, put};
use crate::math::{mean, quantile};

/// Points a picture holds at most.
const MAX_PAIRS: usize = 2_000;

/// Scores predicted against actual numbers, row by row.
pub fn regression(actual: &[f64], predicted: &[f64]) -> (ScoreMap, Evaluation) {
    let rows = actual.len().min(predicted.len());
    let (actual, predicted) = (&actual[..rows], &predicted[..rows]);
    let mut scores = ScoreMap::new();
    let mut evaluation = Evaluation { test_rows: rows, ..Evaluation::default() };
    if rows == 0 {
        return (scores, evaluation);
    }
    let mut errors: Vec<f64> = actual.iter().zip(predicted).map(|(a, p)| (a - p).abs()).collect();
    let squared: f64 = errors.iter().map(|e| e * e).sum();
    let mse = squared / rows as f64;
    put(&mut scores, Metric::Mse, mse);
    put(&mut scores, Metric::Rmse, mse.sqrt());
    put(&mut scores, Metric::Mae, mean(&errors));
    let centre = mean(actual);
    let spread: f64 = actual.iter().map(|a| (a - centre) * (a - centre)).sum();
    if spread > 0.0 {
        put(&mut scores, Metric::R2, 1.0 - squared / spread);
    }
    let shares: Vec<f64> =
        errors.iter().zip(actual).filter(|(_, a)| **a != 0.0).map(|(e, a)| e / a.abs()).collect();
    if !shares.is_empty() {
        put(&mut scores, Metric::Mape, mean(&shares));
    }
    errors.sort_unstable_by(f64::total_cmp);
    put(&mut scores, Metric::MedianAbsoluteError, quantile(&errors, 0.5));
    let pairs = actual.iter().zip(predicted).step_by(rows.div_ceil(MAX_PAIRS).max(1));
    evaluation.pairs = pairs
        .filter(|(_, p)| p.is_finite())
        .map(|(actual, predicted)| Pair { actual: *actual, predicted: *predicted })
        .collect();
    (scores, evaluation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_follow_their_formulas() {
        let (scores, evaluation) = regression(&[1.0, 2.0, 4.0], &[1.0, 3.0, 2.0]);
        assert_eq!(scores["mse"], 5.0 / 3.0);
        assert_eq!(scores["mae"], 1.0);
        assert_eq!(scores["median_absolute_error"], 1.0);
        assert!((scores["r2"] - (1.0 - 5.0 / (14.0 / 3.0))).abs() < 1e-12);
        assert!((scores["mape"] - (0.0 + 0.5 + 0.5) / 3.0).abs() < 1e-12);
        assert_eq!(evaluation.pairs.len(), 3);
    }

    #[test]
    fn what_is_not_defined_is_left_out() {
        let (scores, _) = regression(&[0.0, 0.0], &[1.0, 1.0]);
        assert!(!scores.contains_key("r2") && !scores.contains_key("mape"));
        assert!(regression(&[], &[]).0.is_empty());
    }

    #[test]
    fn a_picture_stays_small() {
        let values = vec![1.0; 10_001];
        assert!(regression(&values, &values).1.pairs.len() <= 2_000);
    }
}
