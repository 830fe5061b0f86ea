//! Scores of predicted classes and their probabilities.

use super::{Confusion, Evaluation, Metric, ScoreMap, put};
use crate::math::ln;

/// Classes a confusion matrix is kept for at most.
const MAX_CONFUSION: usize = 50;

/// Scores row-major probabilities `[rows, classes]` against actual classes. An actual class of `classes.len()` or
/// above is one that training never saw: always wrong.
pub fn classification(actual: &[u32], probabilities: &[f64], classes: &[String]) -> (ScoreMap, Evaluation) {
    let k = classes.len();
    let mut scores = ScoreMap::new();
    let mut evaluation = Evaluation { test_rows: actual.len(), ..Evaluation::default() };
    if actual.is_empty() || k == 0 || probabilities.len() < actual.len() * k {
        return (scores, evaluation);
    }
    let rows = || actual.iter().map(|a| *a as usize).zip(probabilities.chunks_exact(k));
    let n = actual.len() as f64;
    let loss: f64 = rows().map(|(a, p)| -ln(p.get(a).copied().unwrap_or(0.0).clamp(1e-15, 1.0))).sum();
    put(&mut scores, Metric::LogLoss, loss / n);
    let mut counts = vec![vec![0_u64; k]; k + 1];
    for (a, p) in rows() {
        counts[a.min(k)][most_likely(p)] += 1;
    }
    let right: u64 = (0..k).map(|c| counts[c][c]).sum();
    put(&mut scores, Metric::Accuracy, right as f64 / n);
    count_scores(&mut scores, &counts, k);
    put(&mut scores, Metric::Brier, brier(rows(), k) / n);
    if let Some(area) = area(actual, probabilities, k) {
        put(&mut scores, Metric::Auc, area);
    }
    if k <= MAX_CONFUSION {
        counts.truncate(k);
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

fn brier<'a>(rows: impl Iterator<Item = (usize, &'a [f64])>, k: usize) -> f64 {
    let distance = |(a, p): (usize, &[f64])| -> f64 {
        let of_class = |c: usize| {
            let truth = if a == c { 1.0 } else { 0.0 };
            (p[c] - truth) * (p[c] - truth)
        };
        if k == 2 { of_class(1) } else { (0..k).map(of_class).sum() }
    };
    rows.map(distance).sum()
}

/// Balanced accuracy and F1 from `counts[actual][predicted]`, over classes that the test part holds.
fn count_scores(scores: &mut ScoreMap, counts: &[Vec<u64>], k: usize) {
    let (mut recalls, mut f1s, mut second_f1) = (Vec::new(), Vec::new(), None);
    for class in 0..k {
        let actual: u64 = counts[class].iter().sum();
        let predicted: u64 = counts.iter().map(|row| row[class]).sum();
        let right = counts[class][class] as f64;
        if actual > 0 {
            recalls.push(right / actual as f64);
        }
        if actual + predicted > 0 {
            let f1 = 2.0 * right / (actual + predicted) as f64;
            f1s.push(f1);
            if class == 1 {
                second_f1 = Some(f1);
            }
        }
    }
    let average = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    if !recalls.is_empty() {
        put(scores, Metric::BalancedAccuracy, average(&recalls));
    }
    match (k, second_f1) {
        (2, Some(f1)) => put(scores, Metric::F1, f1),
        (2, None) => put(scores, Metric::F1, 0.0),
        _ if !f1s.is_empty() => put(scores, Metric::F1, average(&f1s)),
        _ => {}
    }
}

/// The area under the ROC curve; `None` when no class has both members and non-members.
fn area(actual: &[u32], probabilities: &[f64], k: usize) -> Option<f64> {
    if k == 2 {
        return area_of(actual, probabilities, k, 1);
    }
    let areas: Vec<f64> = (0..k).filter_map(|class| area_of(actual, probabilities, k, class)).collect();
    (!areas.is_empty()).then(|| areas.iter().sum::<f64>() / areas.len() as f64)
}

/// One class against the rest by the rank sum (Mann–Whitney), ties at their mean rank.
fn area_of(actual: &[u32], probabilities: &[f64], k: usize, class: usize) -> Option<f64> {
    let mut ranked: Vec<(f64, bool)> = actual
        .iter()
        .enumerate()
        .map(|(i, a)| (probabilities[i * k + class], *a as usize == class))
        .collect();
    ranked.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let members = ranked.iter().filter(|(_, member)| *member).count() as f64;
    let others = ranked.len() as f64 - members;
    if members == 0.0 || others == 0.0 {
        return None;
    }
    let (mut rank_sum, mut before) = (0.0, 0_usize);
    for tie in ranked.chunk_by(|a, b| a.0 == b.0) {
        let rank = before as f64 + (tie.len() as f64 + 1.0) / 2.0;
        rank_sum += rank * tie.iter().filter(|(_, member)| *member).count() as f64;
        before += tie.len();
    }
    Some((rank_sum - members * (members + 1.0) / 2.0) / (members * others))
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
        let (scores, evaluation) = classification(&[0, 0, 1, 1], &probabilities, &classes(&["no", "yes"]));
        assert_eq!(scores["auc"], 0.75);
        assert_eq!(scores["accuracy"], 0.75);
        assert_eq!(scores["balanced_accuracy"], 0.75);
        assert!((scores["f1"] - 2.0 / 3.0).abs() < 1e-12);
        assert!((scores["brier"] - (0.01 + 0.16 + 0.4225 + 0.04) / 4.0).abs() < 1e-12);
        assert_eq!(evaluation.confusion.unwrap().counts, [[2, 0], [1, 1]]);
    }

    #[test]
    fn a_class_that_training_never_saw_is_always_wrong() {
        let (scores, _) = classification(&[0, 2], &[1.0, 0.0, 1.0, 0.0], &classes(&["a", "b"]));
        assert_eq!(scores["accuracy"], 0.5);
        assert!(scores["log_loss"] > 17.0);
    }

    #[test]
    fn the_area_of_one_class_is_left_out() {
        assert!(!classification(&[0, 0], &[0.9, 0.1, 0.8, 0.2], &classes(&["a", "b"])).0.contains_key("auc"));
    }
}
