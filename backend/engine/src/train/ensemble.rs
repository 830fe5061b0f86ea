//! The weighted mean of the best trials, chosen one by one with replacement on rows that they did not learn from
//! (Caruana, Niculescu-Mizil, Crew, Ksikes 2004).
//!
//! Weights are chosen five times, each time without a fifth of the rows, and averaged: what only chance favours is
//! favoured in few of the five. The fifth that was left out judges them, so the ensemble's score is as honest as that
//! of a single trial.

use crate::math::ln;
use crate::metrics::Metric;

/// Parts of the rows, each left out once.
const PARTS: usize = 5;
/// Choices that are made for each part.
const CHOICES: usize = 30;
/// Rows that choose; more change the shares by less than their noise.
const MAX_ROWS: usize = 8_000;
/// A share below this is not worth its trees.
const LEAST_SHARE: f64 = 0.02;

/// What the answers are judged by while the weights are chosen.
#[derive(Clone, Copy)]
pub enum Judge<'a> {
    /// Squared errors of numbers.
    Squares(&'a [f64]),
    /// Absolute errors of numbers.
    Distances(&'a [f64]),
    /// Log-loss of classes.
    LogLoss { codes: &'a [u32], classes: usize },
}

impl<'a> Judge<'a> {
    /// What goes with a metric of numbers.
    pub fn of_numbers(metric: Metric, actual: &'a [f64]) -> Self {
        match metric {
            Metric::Mae | Metric::MedianAbsoluteError | Metric::Mape => Self::Distances(actual),
            _ => Self::Squares(actual),
        }
    }

    fn width(self) -> usize {
        match self {
            Self::Squares(_) | Self::Distances(_) => 1,
            Self::LogLoss { classes, .. } => classes.max(1),
        }
    }

    fn rows(self) -> usize {
        match self {
            Self::Squares(actual) | Self::Distances(actual) => actual.len(),
            Self::LogLoss { codes, .. } => codes.len(),
        }
    }

    /// What of a row-major answer is judged, one number a row: the number, or the probability of the actual class.
    fn judged(self, answers: &[f64]) -> Vec<f64> {
        match self {
            Self::Squares(_) | Self::Distances(_) => answers.to_vec(),
            Self::LogLoss { codes, classes } => {
                let of = |(row, code): (usize, &u32)| {
                    let held = (*code as usize) < classes;
                    held.then(|| answers.get(row * classes + *code as usize))
                        .flatten()
                        .copied()
                        .unwrap_or(0.0)
                };
                codes.iter().enumerate().map(of).collect()
            }
        }
    }

    fn loss(self, row: usize, judged: f64) -> f64 {
        match self {
            Self::Squares(actual) => {
                let error = judged - actual.get(row).copied().unwrap_or(0.0);
                error * error
            }
            Self::Distances(actual) => (judged - actual.get(row).copied().unwrap_or(0.0)).abs(),
            Self::LogLoss { .. } => -ln(judged.clamp(1e-15, 1.0)),
        }
    }
}

/// Shares of the trials, and answers that each row had no part in.
pub struct Chosen {
    /// A share for each trial, adding up to 1; most are 0.
    pub shares: Vec<f64>,
    /// Row-major answers, each by shares that were chosen without its row.
    pub answers: Vec<f64>,
}

/// Chooses shares for `trials`, row-major answers each. `weights` are those of the rows. None with fewer than two.
pub fn choose(trials: &[&[f64]], judge: Judge<'_>, weights: Option<&[f64]>) -> Option<Chosen> {
    let (rows, width) = (judge.rows(), judge.width());
    if trials.len() < 2 || rows < 2 * PARTS || trials.iter().any(|answers| answers.len() != rows * width) {
        return None;
    }
    let judged: Vec<Vec<f64>> = trials.iter().map(|answers| judge.judged(answers)).collect();
    let weight = |row: usize| weights.and_then(|w| w.get(row)).copied().unwrap_or(1.0);
    let stride = rows.div_ceil(MAX_ROWS);
    let mut shares = vec![0.0; trials.len()];
    let mut answers = vec![0.0; rows * width];
    for part in 0..PARTS {
        let kept = (0..rows).filter(|row| row % PARTS != part && (row / PARTS).is_multiple_of(stride));
        let kept: Vec<(usize, f64)> = kept.map(|row| (row, weight(row))).collect();
        let chosen = greedy(&judged, &kept, judge);
        for ((share, total), trial) in chosen.iter().zip(&mut shares).zip(trials) {
            *total += share / PARTS as f64;
            for row in (part..rows).step_by(PARTS) {
                for (to, from) in
                    answers[row * width..(row + 1) * width].iter_mut().zip(&trial[row * width..])
                {
                    *to += share * from;
                }
            }
        }
    }
    shares.iter_mut().filter(|share| **share < LEAST_SHARE).for_each(|share| *share = 0.0);
    let total: f64 = shares.iter().sum();
    (total > 0.0).then(|| {
        shares.iter_mut().for_each(|share| *share /= total);
        Chosen { shares, answers }
    })
}

/// The shares after the best number of choices.
fn greedy(judged: &[Vec<f64>], rows: &[(usize, f64)], judge: Judge<'_>) -> Vec<f64> {
    let mut sums = vec![0.0; rows.len()];
    let mut counts = vec![0.0; judged.len()];
    let (mut best, mut best_counts) = (f64::INFINITY, counts.clone());
    for choice in 1..=CHOICES {
        let total = choice as f64;
        let loss = |answers: &Vec<f64>| -> f64 {
            let of = |((row, weight), sum): (&(usize, f64), &f64)| {
                weight * judge.loss(*row, (sum + answers[*row]) / total)
            };
            rows.iter().zip(&sums).map(of).sum()
        };
        let mut least = (f64::INFINITY, usize::MAX);
        for (at, answers) in judged.iter().enumerate() {
            let loss = loss(answers);
            if loss < least.0 {
                least = (loss, at);
            }
        }
        let Some(answers) = judged.get(least.1) else { break };
        sums.iter_mut().zip(rows).for_each(|(sum, (row, _))| *sum += answers[*row]);
        counts[least.1] += 1.0;
        if least.0 < best * (1.0 - 1e-7) {
            (best, best_counts) = (least.0, counts.clone());
        }
    }
    let total: f64 = best_counts.iter().sum();
    best_counts.iter().map(|count| if total > 0.0 { count / total } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_halves_of_the_truth_are_taken_half_and_half() {
        let actual: Vec<f64> = (0..200).map(f64::from).collect();
        let wave = |sign: f64| -> Vec<f64> {
            actual
                .iter()
                .enumerate()
                .map(|(i, a)| a + sign * [1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 1.0][i % 7])
                .collect()
        };
        let (up, down, far) = (wave(1.0), wave(-1.0), vec![100.0; 200]);
        let chosen = choose(&[&up, &down, &far], Judge::Squares(&actual), None).unwrap();
        assert_eq!(chosen.shares, [0.5, 0.5, 0.0]);
        assert!(chosen.answers.iter().zip(&actual).all(|(a, b)| (a - b).abs() < 1e-9));
    }

    #[test]
    fn the_probability_of_the_actual_class_decides_and_an_unknown_class_does_no_harm() {
        let codes: Vec<u32> = (0..40).map(|i| if i == 7 { 2 } else { i % 2 }).collect();
        let sure: Vec<f64> = (0..40).flat_map(|i| if i % 2 == 0 { [0.9, 0.1] } else { [0.1, 0.9] }).collect();
        let unsure = vec![0.5; 80];
        let judge = Judge::LogLoss { codes: &codes, classes: 2 };
        let chosen = choose(&[&unsure, &sure], judge, None).unwrap();
        assert_eq!(chosen.shares, [0.0, 1.0]);
        assert!(choose(&[&sure], judge, None).is_none());
    }
}
