//! How much scores owe to the rows that happened to be held out: the bootstrap.
//!
//! The held-out rows are drawn with replacement again and again, and every score is taken of each draw. The same rows
//! and seed draw the same, whatever the model: so the draws of two models are pairs, and their difference is known far
//! better than either score. Of very many rows a part is drawn from, and what its draws spread is made smaller by the
//! root of the shares (Bickel, Götze, van Zwet 1997), so that the work stays bounded.
//!
//! Source: Efron, Tibshirani, An Introduction to the Bootstrap (1993).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::classes::{ClassRows, mean_areas, ranked};
use super::numbers::NumberRows;
use super::ranking::Ranking;
use super::{Metric, ScoreMap, row_weights};
use crate::math::quantile;
use crate::random::SplitMix64;

/// Draws.
const DRAWS: usize = 200;
/// Rows that are drawn from at most.
const MAX_ROWS: usize = 5_000;
/// Rows × classes that are drawn from at most, unless that would be fewer than [`FEW_ROWS`] rows.
const MAX_CELLS: usize = 50_000;
/// Rows that are drawn from in any case.
const FEW_ROWS: usize = 500;

/// Where a score lies with a probability of 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Intervals by the name of their metric.
pub type ScoreIntervals = BTreeMap<String, Interval>;

/// The scores of one model on rows drawn anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Resamples {
    /// Of all rows.
    scores: ScoreMap,
    /// Of the rows that are drawn from.
    of_part: ScoreMap,
    /// Of each draw.
    draws: Vec<ScoreMap>,
    /// What the spread of the draws is multiplied with: `√(rows drawn from / all rows)`.
    shrink: f64,
}

impl Resamples {
    /// Of predicted numbers; arguments as of [`super::regression`].
    pub fn of_numbers(actual: &[f64], predicted: &[f64], weights: Option<&[f64]>, seed: u64) -> Self {
        let rows = actual.len().min(predicted.len());
        let all = NumberRows::new(actual, predicted).scores(&row_weights(weights, rows));
        let part = part(rows, MAX_ROWS, seed);
        let of = |values: &[f64]| -> Vec<f64> { part.iter().map(|row| values[*row]).collect() };
        let ready = NumberRows::new(&of(actual), &of(predicted));
        Self::draw(all, rows, &of(&row_weights(weights, rows)), seed, &|weights| ready.scores(weights))
    }

    /// Of probabilities; arguments as of [`super::classification`].
    pub fn of_classes(
        actual: &[u32],
        probabilities: &[f64],
        classes: usize,
        weights: Option<&[f64]>,
        label: &dyn Fn(&[f64]) -> usize,
        seed: u64,
    ) -> Self {
        let rows = actual.len().min(probabilities.len().checked_div(classes).unwrap_or(0));
        let most = (MAX_CELLS / classes.max(1)).clamp(FEW_ROWS, MAX_ROWS);
        let part = part(rows, most, seed);
        let all_weights = row_weights(weights, rows);
        let weights: Vec<f64> = part.iter().map(|row| all_weights[*row]).collect();
        let actual_of_part: Vec<u32> = part.iter().map(|row| actual[*row]).collect();
        let of_part: Vec<f64> =
            part.iter().flat_map(|row| &probabilities[row * classes..(row + 1) * classes]).copied().collect();
        let scores = |rows: &ClassRows, rankings: &[Ranking], weights: &[f64]| {
            rows.scores(weights, mean_areas(rankings.iter().map(|r| r.areas(&rows.actual, weights))))
        };
        if rows == 0 {
            return Self {
                scores: ScoreMap::new(),
                of_part: ScoreMap::new(),
                draws: Vec::new(),
                shrink: 1.0,
            };
        }
        let all = ClassRows::new(&actual[..rows], probabilities, classes, label);
        let areas =
            ranked(classes).map(|class| Ranking::of(&probabilities[..rows * classes], classes, class));
        let areas = mean_areas(areas.map(|ranking| ranking.areas(&all.actual, &all_weights)));
        let all = all.scores(&all_weights, areas);
        let ready = ClassRows::new(&actual_of_part, &of_part, classes, label);
        let rankings: Vec<Ranking> =
            ranked(classes).map(|class| Ranking::of(&of_part, classes, class)).collect();
        Self::draw(all, rows, &weights, seed, &|weights| scores(&ready, &rankings, weights))
    }

    fn draw(
        scores: ScoreMap,
        rows: usize,
        weights: &[f64],
        seed: u64,
        score: &dyn Fn(&[f64]) -> ScoreMap,
    ) -> Self {
        let drawn = weights.len();
        let mut random = SplitMix64::new(seed);
        let mut draw = |_| {
            let mut counts = vec![0.0; drawn];
            for _ in 0..drawn {
                counts[random.below(drawn as u64) as usize] += 1.0;
            }
            counts.iter_mut().zip(weights).for_each(|(count, weight)| *count *= weight);
            score(&counts)
        };
        let draws = if drawn > 1 { (0..DRAWS).map(&mut draw).collect() } else { Vec::new() };
        let shrink = if rows > 0 { (drawn as f64 / rows as f64).sqrt() } else { 1.0 };
        Self { scores, of_part: score(weights), draws, shrink }
    }

    /// The scores of all rows.
    pub fn scores(&self) -> &ScoreMap {
        &self.scores
    }

    /// The interval of each score: the middle 95 % of the draws. A score that half of the draws do not have has none.
    pub fn intervals(&self) -> ScoreIntervals {
        let interval = |metric: Metric| {
            let score = *self.scores.get(metric.as_str())?;
            let of_part = *self.of_part.get(metric.as_str())?;
            let drawn = |draw: &ScoreMap| draw.get(metric.as_str()).copied();
            let mut values: Vec<f64> = self.draws.iter().filter_map(drawn).collect();
            if values.len() * 2 < DRAWS {
                return None;
            }
            values.sort_unstable_by(f64::total_cmp);
            // Drawing rows twice adds to a calibration error what noise it counts already: that is taken off.
            let centre =
                if metric == Metric::CalibrationError { crate::math::mean(&values) } else { of_part };
            let at = |q: f64| score + (quantile(&values, q) - centre) * self.shrink;
            let (least, most) = metric.range();
            let interval =
                Interval { low: at(0.025).max(least).min(score), high: at(0.975).min(most).max(score) };
            (interval.low.is_finite() && interval.high.is_finite())
                .then(|| (metric.as_str().to_owned(), interval))
        };
        Metric::ALL.into_iter().filter_map(interval).collect()
    }

    /// Whether another model on the same rows, drawn with the same seed, cannot be told from this one, the best: 2.5 %
    /// or more of the paired draws do not find it worse. True where there are too few rows to tell.
    pub fn tied(&self, other: &Self, metric: Metric) -> bool {
        let apart = |best: &ScoreMap, other: &ScoreMap| {
            let apart = metric.cost(other) - metric.cost(best);
            apart.is_finite().then_some(apart)
        };
        let (Some(all), Some(part)) =
            (apart(&self.scores, &other.scores), apart(&self.of_part, &other.of_part))
        else {
            return false;
        };
        let pairs = self.draws.iter().zip(&other.draws);
        let mut values: Vec<f64> = pairs.filter_map(|(best, other)| apart(best, other)).collect();
        if values.is_empty() {
            return true;
        }
        values.sort_unstable_by(f64::total_cmp);
        all + (quantile(&values, 0.025) - part) * self.shrink <= 0.0
    }
}

/// The rows that are drawn from: all, or as many as are allowed, drawn without replacement.
fn part(rows: usize, most: usize, seed: u64) -> Vec<usize> {
    if rows <= most {
        return (0..rows).collect();
    }
    // One row of each of as many stretches of equal length.
    let mut random = SplitMix64::new(seed);
    let within = |n: usize| (n * rows / most, (n + 1) * rows / most);
    (0..most)
        .map(|n| {
            let (from, to) = within(n);
            from + random.below((to - from) as u64) as usize
        })
        .collect()
}

#[cfg(test)]
mod tests;
