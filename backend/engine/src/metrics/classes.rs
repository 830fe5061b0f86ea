//! Scores of predicted classes and their probabilities.

use super::ranking::Ranking;
use super::{Confusion, Evaluation, Metric, ScoreMap, put, row_weights};
use crate::math::ln;

/// Classes a confusion matrix is kept for at most.
const MAX_CONFUSION: usize = 50;
/// Stretches of equal length that probabilities are put into for the calibration error.
pub(crate) const CALIBRATION_BINS: usize = 10;

/// Scores row-major probabilities `[rows, classes]` against actual classes; without `weights` every row counts the
/// same. An actual class of `classes.len()` or above is one that training never saw: always wrong. The confusion counts
/// rows, whatever they weigh. `label` says which class is answered for a row's probabilities.
pub fn classification(
    actual: &[u32],
    probabilities: &[f64],
    classes: &[String],
    weights: Option<&[f64]>,
    label: &dyn Fn(&[f64]) -> usize,
) -> (ScoreMap, Evaluation) {
    let k = classes.len();
    let mut evaluation = Evaluation { test_rows: actual.len(), ..Evaluation::default() };
    if actual.is_empty() || k == 0 || probabilities.len() < actual.len() * k {
        return (ScoreMap::new(), evaluation);
    }
    let rows = ClassRows::new(actual, probabilities, k, label);
    let weights = row_weights(weights, actual.len());
    let areas = ranked(k).map(|class| Ranking::of(&probabilities[..actual.len() * k], k, class));
    let scores =
        rows.scores(&weights, mean_areas(areas.map(|ranking| ranking.areas(&rows.actual, &weights))));
    if k <= MAX_CONFUSION {
        let mut counts = vec![vec![0; k]; k];
        for (actual, called) in rows.actual.iter().zip(&rows.called) {
            if let Some(count) = counts.get_mut(*actual).and_then(|row| row.get_mut(*called)) {
                *count += 1;
            }
        }
        evaluation.confusion = Some(Confusion { classes: classes.to_vec(), counts });
    }
    (scores, evaluation)
}

/// The place of the greatest probability; the first of equals.
pub fn most_likely(probabilities: &[f64]) -> usize {
    let mut best = 0;
    for (class, p) in probabilities.iter().enumerate() {
        if *p > probabilities[best] {
            best = class;
        }
    }
    best
}

/// The stretch of a probability.
pub(crate) fn calibration_bin(p: f64) -> usize {
    ((p * CALIBRATION_BINS as f64) as usize).min(CALIBRATION_BINS - 1)
}

/// The classes whose curves are scored: the second of two, else all.
pub(super) fn ranked(classes: usize) -> std::ops::Range<usize> {
    if classes == 2 { 1..2 } else { 0..classes }
}

/// The mean of both areas over the classes that have them.
pub(super) fn mean_areas(areas: impl Iterator<Item = Option<(f64, f64)>>) -> Option<(f64, f64)> {
    let (mut auc, mut precision, mut count) = (0.0, 0.0, 0.0);
    for (of_roc, average_precision) in areas.flatten() {
        auc += of_roc;
        precision += average_precision;
        count += 1.0;
    }
    (count > 0.0).then(|| (auc / count, precision / count))
}

/// Probabilities made ready to be scored under any weights.
pub(super) struct ClassRows {
    classes: usize,
    /// `classes` for one that training never saw.
    pub actual: Vec<usize>,
    /// The classes that are answered.
    called: Vec<usize>,
    /// The likeliest classes.
    likely: Vec<usize>,
    losses: Vec<f64>,
    distances: Vec<f64>,
    /// What calibration looks at: the probability of the second of two classes, else the greatest.
    stated: Vec<f64>,
}

impl ClassRows {
    /// At least one class; as many rows as both have.
    pub fn new(
        actual: &[u32],
        probabilities: &[f64],
        classes: usize,
        label: &dyn Fn(&[f64]) -> usize,
    ) -> Self {
        let rows = || actual.iter().map(|a| *a as usize).zip(probabilities.chunks_exact(classes));
        let loss = |(a, p): (usize, &[f64])| -ln(p.get(a).copied().unwrap_or(0.0).clamp(1e-15, 1.0));
        let likely: Vec<usize> = rows().map(|(_, p)| most_likely(p)).collect();
        let top = |(likely, (_, p)): (&usize, (usize, &[f64]))| if classes == 2 { p[1] } else { p[*likely] };
        Self {
            classes,
            actual: rows().map(|(a, _)| a.min(classes)).collect(),
            losses: rows().map(loss).collect(),
            distances: rows().map(|(a, p)| distance(a, p)).collect(),
            stated: likely.iter().zip(rows()).map(top).collect(),
            called: rows().map(|(_, p)| label(p).min(classes - 1)).collect(),
            likely,
        }
    }

    /// The scores with a weight, 0 or above, for each row, and the areas under the same weights.
    pub fn scores(&self, weights: &[f64], areas: Option<(f64, f64)>) -> ScoreMap {
        let mut scores = ScoreMap::new();
        let total: f64 = weights.iter().sum();
        if total.is_nan() || total <= 0.0 {
            return scores;
        }
        let sum = |values: &[f64]| -> f64 { values.iter().zip(weights).map(|(v, w)| v * w).sum() };
        put(&mut scores, Metric::LogLoss, sum(&self.losses) / total);
        put(&mut scores, Metric::Brier, sum(&self.distances) / total);
        let mut counts = vec![vec![0.0; self.classes]; self.classes + 1];
        for ((actual, called), weight) in self.actual.iter().zip(&self.called).zip(weights) {
            counts[*actual][*called] += weight;
        }
        count_scores(&mut scores, &counts, total);
        put(&mut scores, Metric::CalibrationError, self.calibration_error(weights) / total);
        if let Some((auc, average_precision)) = areas {
            put(&mut scores, Metric::Auc, auc);
            put(&mut scores, Metric::AveragePrecision, average_precision);
        }
        scores
    }

    /// The weighted sum over the stretches of how far the stated probability is from what came true.
    fn calibration_error(&self, weights: &[f64]) -> f64 {
        let mut apart = [0.0; CALIBRATION_BINS];
        for (row, (stated, weight)) in self.stated.iter().zip(weights).enumerate() {
            let true_class = if self.classes == 2 { 1 } else { self.likely[row] };
            let truth = if self.actual[row] == true_class { 1.0 } else { 0.0 };
            apart[calibration_bin(*stated)] += weight * (truth - stated);
        }
        apart.iter().map(|sum| sum.abs()).sum()
    }
}

/// The squared distance of a row's probabilities from the truth: of the second of two classes, else of all.
fn distance(actual: usize, p: &[f64]) -> f64 {
    let of_class = |c: usize| {
        let truth = if actual == c { 1.0 } else { 0.0 };
        (p[c] - truth) * (p[c] - truth)
    };
    if p.len() == 2 { of_class(1) } else { (0..p.len()).map(of_class).sum() }
}

/// What follows from `counts[actual][predicted]`, whose last row is the class that training never saw. Means are over
/// classes that the rows hold; what training never saw is one of them.
fn count_scores(scores: &mut ScoreMap, counts: &[Vec<f64>], total: f64) {
    let k = counts.len() - 1;
    let (mut recalls, mut f1s, mut second_f1) = (Vec::new(), Vec::new(), 0.0);
    let (mut right, mut chance) = (0.0, 0.0);
    let (mut actual_squares, mut predicted_squares) = (0.0, 0.0);
    for class in 0..k {
        let actual: f64 = counts[class].iter().sum();
        let predicted: f64 = counts.iter().map(|row| row[class]).sum();
        let hits = counts[class][class];
        right += hits;
        chance += actual * predicted;
        actual_squares += actual * actual;
        predicted_squares += predicted * predicted;
        if actual > 0.0 {
            recalls.push(hits / actual);
        }
        if actual + predicted > 0.0 {
            let f1 = 2.0 * hits / (actual + predicted);
            f1s.push(f1);
            if class == 1 {
                second_f1 = f1;
            }
        }
    }
    let unseen: f64 = counts[k].iter().sum();
    actual_squares += unseen * unseen;
    if unseen > 0.0 {
        // All of it is missed, and leaving it out would flatter the mean.
        recalls.push(0.0);
        f1s.push(0.0);
    }
    let average = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    put(scores, Metric::Accuracy, right / total);
    put(scores, Metric::BalancedAccuracy, average(&recalls));
    put(scores, Metric::F1, if k == 2 { second_f1 } else { average(&f1s) });
    let (actual_spread, predicted_spread) =
        (total * total - actual_squares, total * total - predicted_squares);
    // Of one class only, answered or actual, there is no correlation: 0, as scikit-learn says.
    let varies = actual_spread > 1e-9 * total * total && predicted_spread > 1e-9 * total * total;
    let covariance = right * total - chance;
    put(
        scores,
        Metric::Mcc,
        if varies { covariance / (actual_spread * predicted_spread).sqrt() } else { 0.0 },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn two_classes_are_scored_for_the_second() {
        let probabilities = [0.9, 0.1, 0.6, 0.4, 0.65, 0.35, 0.2, 0.8];
        let (scores, evaluation) =
            classification(&[0, 0, 1, 1], &probabilities, &classes(&["no", "yes"]), None, &most_likely);
        assert_eq!(scores["auc"], 0.75);
        assert_eq!(scores["accuracy"], 0.75);
        assert_eq!(scores["balanced_accuracy"], 0.75);
        assert!((scores["f1"] - 2.0 / 3.0).abs() < 1e-12);
        assert!((scores["brier"] - (0.01 + 0.16 + 0.4225 + 0.04) / 4.0).abs() < 1e-12);
        assert!((scores["average_precision"] - (0.5 + 0.5 * 2.0 / 3.0)).abs() < 1e-12);
        assert!((scores["mcc"] - 2.0 / 12.0_f64.sqrt()).abs() < 1e-12);
        // Each in a stretch of its own: 0.1, 0.4, 0.65 and 0.2 away.
        assert!((scores["calibration_error"] - (0.1 + 0.4 + 0.65 + 0.2) / 4.0).abs() < 1e-12);
        assert_eq!(evaluation.confusion.unwrap().counts, [[2, 0], [1, 1]]);
    }

    #[test]
    fn stated_and_seen_shares_are_compared_stretch_by_stretch() {
        let second = [0.05, 0.05, 0.95, 0.95, 1.0];
        let probabilities: Vec<f64> = second.iter().flat_map(|p| [1.0 - p, *p]).collect();
        let names = classes(&["a", "b"]);
        let (scores, _) = classification(&[0, 1, 1, 1, 0], &probabilities, &names, None, &most_likely);
        // |1 − 0.1| / 5 and |2 − 2.9| / 5.
        assert!((scores["calibration_error"] - 1.8 / 5.0).abs() < 1e-12, "{scores:?}");
        let three = [0.5, 0.3, 0.2, 0.2, 0.2, 0.6];
        let (scores, _) = classification(&[0, 0], &three, &classes(&["a", "b", "c"]), None, &most_likely);
        assert!((scores["calibration_error"] - (0.5 + 0.6) / 2.0).abs() < 1e-12, "{scores:?}");
    }

    #[test]
    fn a_weight_counts_like_as_many_rows() {
        let rows = [[0.9, 0.1, 0.0], [0.2, 0.5, 0.3], [0.1, 0.2, 0.7], [0.4, 0.3, 0.3], [0.3, 0.4, 0.3]];
        let (actual, times) = ([0, 1, 2, 1, 0], [2, 1, 3, 1, 0]);
        let names = classes(&["a", "b", "c"]);
        let weights = times.map(|t| t as f64);
        let (weighted, _) = classification(&actual, &rows.concat(), &names, Some(&weights), &most_likely);
        let repeated: Vec<usize> = (0..5).flat_map(|row| std::iter::repeat_n(row, times[row])).collect();
        let p: Vec<f64> = repeated.iter().flat_map(|row| rows[*row]).collect();
        let a: Vec<u32> = repeated.iter().map(|row| actual[*row]).collect();
        let (plain, _) = classification(&a, &p, &names, None, &most_likely);
        assert_eq!(weighted.len(), 9);
        for (metric, score) in &plain {
            assert!((weighted[metric] - score).abs() < 1e-12, "{metric}: {} {score}", weighted[metric]);
        }
    }

    #[test]
    fn a_class_that_training_never_saw_is_always_wrong() {
        let (scores, _) =
            classification(&[0, 2], &[1.0, 0.0, 1.0, 0.0], &classes(&["a", "b"]), None, &most_likely);
        assert_eq!((scores["accuracy"], scores["balanced_accuracy"]), (0.5, 0.5));
        assert!(scores["log_loss"] > 17.0);
        let three = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0];
        let (scores, _) = classification(&[0, 1, 3], &three, &classes(&["a", "b", "c"]), None, &most_likely);
        assert!((scores["balanced_accuracy"] - 2.0 / 3.0).abs() < 1e-12, "{scores:?}");
        assert!((scores["f1"] - (1.0 + 2.0 / 3.0 + 0.0) / 3.0).abs() < 1e-12, "{scores:?}");
    }

    #[test]
    fn the_areas_of_one_class_are_left_out() {
        let (scores, _) =
            classification(&[0, 0], &[0.9, 0.1, 0.8, 0.2], &classes(&["a", "b"]), None, &most_likely);
        assert!(!scores.contains_key("auc") && !scores.contains_key("average_precision"));
        assert_eq!(scores["mcc"], 0.0);
        assert!(classification(&[], &[], &classes(&["a", "b"]), None, &most_likely).0.is_empty());
        assert!(
            classification(&[0], &[0.5, 0.5], &classes(&["a", "b"]), Some(&[0.0]), &most_likely).0.is_empty()
        );
    }
}
