//! Where to draw the line between two classes, and what that costs.

use serde::{Deserialize, Serialize};

use super::rounded;
use crate::settings::Cost;

/// Steps from threshold 0 to threshold 1.
const STEPS: usize = 100;

/// What each threshold costs on the held-out rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// The second class: it is answered where its probability reaches the threshold.
    pub class: String,
    /// `[actual][answered]`: what each answer costs.
    pub costs: [[f64; 2]; 2],
    /// From 0 to 1.
    pub points: Vec<ThresholdPoint>,
    /// The threshold of least cost among the points; of equals the one nearest to `chosen`.
    pub best: f64,
    /// Its cost a row.
    pub best_cost: f64,
    /// The threshold that the model's labels follow: the one of least expected cost if the probabilities are right.
    pub chosen: f64,
    /// Its cost a row.
    pub chosen_cost: f64,
}

/// What follows from one threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ThresholdPoint {
    /// The threshold.
    pub threshold: f64,
    /// The mean cost a row.
    pub cost: f64,
    /// The share of the rows that the class is answered for.
    pub answered: f64,
    /// The share of the answered that are of the class; 1 where none is answered.
    pub precision: f64,
    /// The share of the class that is answered.
    pub recall: f64,
}

/// Rows of either class, by weight.
#[derive(Clone, Copy, Default)]
struct Counts {
    /// `[actual]`, with a probability that reaches the threshold.
    answered: [f64; 2],
    /// `[actual]`, of all.
    all: [f64; 2],
}

/// The thresholds of row-major probabilities of two classes; `None` for any other number of classes, or without rows.
/// Rows of a class that training never saw are passed over.
pub(super) fn thresholds(
    actual: &[u32],
    probabilities: &[f64],
    weights: Option<&[f64]>,
    classes: &[String],
    costs: &[Cost],
) -> Option<Thresholds> {
    let [first, second] = classes else { return None };
    let weight = |row: usize| weights.map_or(1.0, |w| w.get(row).copied().unwrap_or(0.0)).max(0.0);
    let rows = actual.iter().zip(probabilities.chunks_exact(2)).enumerate();
    let rows: Vec<(f64, usize, f64)> = rows
        .filter(|(_, (class, _))| **class < 2)
        .map(|(row, (class, p))| (p[1], *class as usize, weight(row)))
        .collect();
    let total: f64 = rows.iter().map(|row| row.2).sum();
    if total.is_nan() || total <= 0.0 {
        return None;
    }
    let cost_of = |actual: &str, predicted: &str| {
        let named = costs.iter().rfind(|cost| cost.actual == actual && cost.predicted == predicted);
        named.map_or(f64::from(u8::from(actual != predicted)), |cost| cost.cost)
    };
    let costs = [first, second].map(|actual| [first, second].map(|predicted| cost_of(actual, predicted)));
    let point = |threshold: f64| {
        let mut counts = Counts::default();
        for (p, class, weight) in &rows {
            counts.all[*class] += weight;
            if *p >= threshold {
                counts.answered[*class] += weight;
            }
        }
        counts.point(threshold, &costs)
    };
    let chosen = point(chosen(&costs));
    let points: Vec<ThresholdPoint> = (0..=STEPS).map(|n| point(n as f64 / STEPS as f64)).collect();
    let away = |p: &ThresholdPoint| (p.threshold - chosen.threshold).abs();
    let best = points.iter().min_by(|a, b| a.cost.total_cmp(&b.cost).then(away(a).total_cmp(&away(b))))?;
    Some(Thresholds {
        class: second.clone(),
        costs,
        best: best.threshold,
        best_cost: best.cost,
        chosen: chosen.threshold,
        chosen_cost: chosen.cost,
        points,
    })
}

/// Answering the second class costs less from this probability on:
/// `(c₀₁ − c₀₀) / ((c₀₁ − c₀₀) + (c₁₀ − c₁₁))` (Elkan 2001).
fn chosen(costs: &[[f64; 2]; 2]) -> f64 {
    let (of_first, of_second) = (costs[0][1] - costs[0][0], costs[1][0] - costs[1][1]);
    let threshold = of_first / (of_first + of_second);
    if threshold.is_finite() { threshold.clamp(0.0, 1.0) } else { 0.5 }
}

impl Counts {
    fn point(self, threshold: f64, costs: &[[f64; 2]; 2]) -> ThresholdPoint {
        let total = self.all[0] + self.all[1];
        let answered = self.answered[0] + self.answered[1];
        let of_class = |class: usize| {
            let second = self.answered[class];
            second * costs[class][1] + (self.all[class] - second) * costs[class][0]
        };
        let precision = if answered > 0.0 { self.answered[1] / answered } else { 1.0 };
        let recall = if self.all[1] > 0.0 { self.answered[1] / self.all[1] } else { 0.0 };
        ThresholdPoint {
            threshold,
            cost: rounded((of_class(0) + of_class(1)) / total),
            answered: rounded(answered / total),
            precision: rounded(precision),
            recall: rounded(recall),
        }
    }
}
