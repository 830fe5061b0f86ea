//! How much the answer moves with each sum on the straight way from the base sums to those of the row.

use super::quadrature::Rule;
use crate::certainty::{Calibration, LEAST_PROBABILITY};
use crate::math::{exp, softmax};
use crate::scorer::Part;
use crate::scorer::link::Link;

/// Pieces of the way with four points each, for integrals over the links of more than two classes.
const PIECES: usize = 16;

/// The way of all sums of all parts.
pub struct Way<'a> {
    pub parts: &'a [Part],
    pub calibration: Option<&'a Calibration>,
    /// For each part the sums where it begins.
    pub from: &'a [Vec<f64>],
    /// For each part the sums where it ends.
    pub to: &'a [Vec<f64>],
}

/// What was found on the way.
pub struct Found {
    /// The answer where it begins.
    pub base: f64,
    /// The answer where it ends.
    pub answer: f64,
    /// For each part and sum the mean slope of the answer.
    pub slopes: Vec<Vec<f64>>,
}

impl Way<'_> {
    /// The slopes of a number, or of the probability of a class.
    pub fn slopes(&self, class: usize) -> Found {
        let (start, end) = (self.answers(self.from), self.answers(self.to));
        let (base, answer) = (self.calibrated(start.clone()), self.calibrated(end.clone()));
        let at = |values: &[f64]| values.get(class).copied().unwrap_or(0.0);
        let slopes = if end.len() > 2 { self.integrals(class) } else { self.secants(&start, &end, class) };
        Found { base: at(&base), answer: at(&answer), slopes }
    }

    /// The blend's answer for the sums of all parts, not calibrated.
    fn answers(&self, sums: &[Vec<f64>]) -> Vec<f64> {
        let mut values = Vec::new();
        for (part, sums) in self.parts.iter().zip(sums) {
            let mut answer = sums.clone();
            part.link.apply(&mut answer, sums.len());
            values.resize(answer.len(), 0.0);
            values.iter_mut().zip(answer).for_each(|(value, a)| *value += part.weight * a);
        }
        values
    }

    fn calibrated(&self, mut values: Vec<f64>) -> Vec<f64> {
        if let Some(calibration) = self.calibration {
            calibration.apply(&mut values);
        }
        values
    }

    /// Of a number or of two classes: each link moves with one quantity, and so does the calibration.
    fn secants(&self, start: &[f64], end: &[f64], class: usize) -> Vec<Vec<f64>> {
        let value = |values: &[f64]| values.get(class).copied().unwrap_or(0.0);
        let calibrated = |values: &[f64]| value(&self.calibrated(values.to_vec()));
        let factor = if self.calibration.is_none() {
            1.0
        } else {
            secant(value(start), value(end), calibrated(start), calibrated(end), 0.0)
        };
        let ways = self.parts.iter().zip(self.from.iter().zip(self.to));
        let slopes = ways.map(|(part, (from, to))| {
            let answer = |sums: &[f64]| {
                let mut values = sums.to_vec();
                part.link.apply(&mut values, sums.len());
                value(&values)
            };
            let (first, last) = (answer(from), answer(to));
            let slopes: Vec<f64> = match (part.link, from.as_slice(), to.as_slice()) {
                (Link::Identity, ..) => vec![1.0],
                (Link::ExpM1, [a], [b]) => vec![secant(*a, *b, first, last, exp(*a))],
                (Link::Sigmoid, [a], [b]) => {
                    let sign = if class == 0 { -1.0 } else { 1.0 };
                    vec![secant(*a, *b, first, last, sign * first * (1.0 - first))]
                }
                // Only the difference of two logits counts.
                (Link::Softmax, [a0, a1], [b0, b1]) => {
                    let sign = if class == 0 { -1.0 } else { 1.0 };
                    let slope = secant(a1 - a0, b1 - b0, first, last, sign * first * (1.0 - first));
                    vec![-slope, slope]
                }
                // The total of shares is the same in all rows but for rounding.
                (_, from, _) => {
                    let share = 1.0 / total(from);
                    (0..from.len()).map(|sum| if sum == class { share } else { 0.0 }).collect()
                }
            };
            slopes.into_iter().map(|slope| slope * factor * part.weight).collect()
        });
        slopes.collect()
    }

    /// Of more than two classes: the mean of the partial derivatives along the way.
    fn integrals(&self, class: usize) -> Vec<Vec<f64>> {
        let rule = Rule::<4>::new();
        let mut slopes: Vec<Vec<f64>> = self.from.iter().map(|sums| vec![0.0; sums.len()]).collect();
        for piece in 0..PIECES {
            for (point, weight) in rule.points.iter().zip(rule.weights) {
                let t = (piece as f64 + point) / PIECES as f64;
                self.add_derivatives(t, weight / PIECES as f64, class, &mut slopes);
            }
        }
        slopes
    }

    /// Adds the derivatives of the class by every sum at `t`, times a weight.
    fn add_derivatives(&self, t: f64, weight: f64, class: usize, slopes: &mut [Vec<f64>]) {
        let along = |(from, to): (&Vec<f64>, &Vec<f64>)| {
            from.iter().zip(to).map(|(a, b)| a + t * (b - a)).collect::<Vec<f64>>()
        };
        let sums: Vec<Vec<f64>> = self.from.iter().zip(self.to).map(along).collect();
        let outer = self.calibration_slopes(&self.answers(&sums), class);
        for ((part, mut sums), slopes) in self.parts.iter().zip(sums).zip(slopes) {
            if part.link == Link::Softmax {
                softmax(&mut sums);
                // ∂pⱼ/∂sᵢ = pⱼ (δᵢⱼ − pᵢ)
                let mean: f64 = sums.iter().zip(&outer).map(|(p, o)| p * o).sum();
                for ((slope, p), o) in slopes.iter_mut().zip(&sums).zip(&outer) {
                    *slope += weight * part.weight * p * (o - mean);
                }
            } else {
                let share = 1.0 / total(&sums);
                slopes
                    .iter_mut()
                    .zip(&outer)
                    .for_each(|(slope, o)| *slope += weight * part.weight * share * o);
            }
        }
    }

    /// The derivatives of the calibrated probability of the class by each that is not calibrated.
    fn calibration_slopes(&self, values: &[f64], class: usize) -> Vec<f64> {
        let is = |at: usize| if at == class { 1.0 } else { 0.0 };
        let Some(Calibration::Scale { slope, .. }) = self.calibration else {
            return (0..values.len()).map(is).collect();
        };
        let calibrated = self.calibrated(values.to_vec());
        let of_class = calibrated.get(class).copied().unwrap_or(0.0);
        let all = values.iter().zip(&calibrated).enumerate();
        // cₖ = softmax(slope · ln q + shift)ₖ, so ∂cₖ/∂qⱼ = cₖ (δₖⱼ − cⱼ) slope / qⱼ
        all.map(|(at, (q, c))| of_class * (is(at) - c) * slope / q.max(LEAST_PROBABILITY)).collect()
    }
}

/// The total of shares; 1 where it cannot be divided by.
fn total(shares: &[f64]) -> f64 {
    let total: f64 = shares.iter().sum();
    if total > 0.0 && total.is_finite() { total } else { 1.0 }
}

/// The slope of the straight line from one point to another; the given one where they are too close to tell.
fn secant(x0: f64, x1: f64, y0: f64, y1: f64, near: f64) -> f64 {
    if (x1 - x0).abs() > 1e-9 * x0.abs().max(1e-3) { (y1 - y0) / (x1 - x0) } else { near }
}
