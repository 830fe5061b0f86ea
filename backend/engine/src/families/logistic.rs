//! Logistic regression by L-BFGS: mean log-loss plus `α/2n ‖w‖²`, the intercepts not penalised.
//!
//! Two classes take one logit, more take one each (softmax), as scikit-learn's with `C = 1/α`.

use std::collections::VecDeque;

use super::gram::Stopped;
use super::{Fitted, LossCurve, Model};
use crate::math::{dot, sigmoid, softmax, softplus};
use crate::prepare::{Design, NO_COLUMN};
use crate::train::LossPoint;

/// Steps at most.
const MAX_ITERATIONS: u32 = 500;
/// Multiplications at most, so that no table keeps a machine for days: beyond them there are fewer steps.
const MAX_WORK: f64 = 4e11;
/// The walk ends when no component of the gradient exceeds this.
const TOLERANCE: f64 = 1e-8;
/// Steps that the estimate of the curvature remembers.
const MEMORY: usize = 10;

/// Learns `classes` (0 to `k` − 1, one for each row of the matrix).
pub fn logistic(
    design: &Design,
    classes: &[u32],
    k: usize,
    alpha: f64,
    observe: &mut dyn FnMut(LossPoint) -> bool,
) -> Result<Fitted, Stopped> {
    let logits = if k == 2 { 1 } else { k };
    let problem = Problem { design, classes, logits, alpha, stride: design.width + 1 };
    let row_work = (design.dense + design.hot + 1) * logits * 4;
    let affordable = MAX_WORK / (row_work as f64 * design.rows.max(1) as f64);
    let max_iterations = affordable.clamp(10.0, f64::from(MAX_ITERATIONS)) as u32;
    let mut walk = Walk::start(&problem);
    let mut curve = LossCurve::new();
    curve.push(0, walk.loss);
    let (mut iteration, mut converged) = (0, false);
    while iteration < max_iterations && !converged {
        if !walk.step(&problem) {
            break;
        }
        iteration += 1;
        curve.push(iteration, walk.loss);
        if !observe(LossPoint { iteration, loss: walk.loss }) {
            return Err(Stopped);
        }
        converged = walk.gradient.iter().all(|g| g.abs() <= TOLERANCE);
    }
    let lines = walk.w.chunks_exact(problem.stride);
    let intercepts = lines.clone().map(|line| line[design.width]).collect();
    let weights = lines.map(|line| line[..design.width].to_vec()).collect();
    let mut notes = Vec::new();
    if !converged {
        notes.push(format!("the search ended after {iteration} steps, where it could not improve further"));
    }
    let parameters = [
        ("alpha", alpha),
        ("iterations", f64::from(iteration)),
        ("converged", f64::from(u8::from(converged))),
    ];
    Ok(Fitted {
        model: Model::Logistic { intercepts, weights },
        loss_curve: curve.finish(iteration, walk.loss),
        parameters: parameters.map(|(name, value)| (name.to_owned(), value)).into(),
        notes,
    })
}

/// What is minimised. Weights lie logit by logit, the intercept last in each.
struct Problem<'a> {
    design: &'a Design,
    classes: &'a [u32],
    logits: usize,
    alpha: f64,
    stride: usize,
}

impl Problem<'_> {
    /// The loss, and its gradient into `gradient`.
    fn evaluate(&self, w: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let (design, n) = (self.design, self.design.rows as f64);
        let mut z = vec![0.0; self.logits];
        let mut loss = 0.0;
        for (row, class) in self.classes.iter().enumerate() {
            let (numbers, ones) = design.row(row);
            for (value, line) in z.iter_mut().zip(w.chunks_exact(self.stride)) {
                let hot = ones.iter().filter(|one| **one != NO_COLUMN).map(|one| line[*one as usize]);
                *value = line[design.width] + dot(numbers, line) + hot.sum::<f64>();
            }
            loss += self.row_loss(&mut z, *class as usize);
            for (error, line) in z.iter().zip(gradient.chunks_exact_mut(self.stride)) {
                for (sum, value) in line.iter_mut().zip(numbers) {
                    *sum += error * value;
                }
                for one in ones.iter().filter(|one| **one != NO_COLUMN) {
                    line[*one as usize] += error;
                }
                line[design.width] += error;
            }
        }
        let mut penalty = 0.0;
        for (line, weights) in gradient.chunks_exact_mut(self.stride).zip(w.chunks_exact(self.stride)) {
            for (slope, weight) in line.iter_mut().zip(&weights[..design.width]) {
                *slope += self.alpha * weight;
                penalty += weight * weight;
            }
        }
        gradient.iter_mut().for_each(|slope| *slope /= n);
        (loss + self.alpha / 2.0 * penalty) / n
    }

    /// The log-loss of a row; its logits are replaced by `p − truth`.
    fn row_loss(&self, z: &mut [f64], class: usize) -> f64 {
        if let [single] = z {
            let truth = class as f64;
            let loss = softplus(*single) - truth * *single;
            *single = sigmoid(*single) - truth;
            return loss;
        }
        let Some(own) = z.get(class).copied() else { return 0.0 };
        let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        softmax(z);
        // From the probability while it is large enough to hold every digit, else from the logits.
        let p = z[class];
        let loss = if p > 1e-300 { -crate::math::ln(p) } else { top - own };
        z[class] -= 1.0;
        loss
    }
}

/// The state of L-BFGS (Nocedal and Wright, algorithms 7.4 and 7.5), with backtracking on Armijo's condition.
struct Walk {
    w: Vec<f64>,
    gradient: Vec<f64>,
    loss: f64,
    /// Steps, changes of the gradient, and `1 / (step · change)`.
    memory: VecDeque<(Vec<f64>, Vec<f64>, f64)>,
}

impl Walk {
    fn start(problem: &Problem<'_>) -> Self {
        let w = vec![0.0; problem.stride * problem.logits];
        let mut gradient = w.clone();
        let loss = problem.evaluate(&w, &mut gradient);
        Self { w, gradient, loss, memory: VecDeque::new() }
    }

    /// One step down; false when none can be found.
    fn step(&mut self, problem: &Problem<'_>) -> bool {
        let mut direction = self.direction();
        let mut slope = dot(&direction, &self.gradient);
        if slope >= 0.0 || !slope.is_finite() {
            self.memory.clear();
            direction = self.gradient.iter().map(|g| -g).collect();
            slope = dot(&direction, &self.gradient);
        }
        let steepest = self.gradient.iter().fold(0.0, |top: f64, g| top.max(g.abs()));
        let mut length = if self.memory.is_empty() { (1.0 / steepest).min(1.0) } else { 1.0 };
        let mut gradient = vec![0.0; self.w.len()];
        for _ in 0..40 {
            let w: Vec<f64> = self.w.iter().zip(&direction).map(|(w, d)| w + length * d).collect();
            let loss = problem.evaluate(&w, &mut gradient);
            if loss.is_finite() && loss <= self.loss + 1e-4 * length * slope {
                self.remember(&w, &gradient);
                (self.w, self.gradient, self.loss) = (w, gradient, loss);
                return true;
            }
            length /= 2.0;
        }
        false
    }

    fn remember(&mut self, w: &[f64], gradient: &[f64]) {
        let step: Vec<f64> = w.iter().zip(&self.w).map(|(new, old)| new - old).collect();
        let change: Vec<f64> = gradient.iter().zip(&self.gradient).map(|(new, old)| new - old).collect();
        let curvature = dot(&step, &change);
        if curvature > 1e-300 {
            if self.memory.len() == MEMORY {
                self.memory.pop_front();
            }
            self.memory.push_back((step, change, 1.0 / curvature));
        }
    }

    /// The two-loop recursion.
    fn direction(&self) -> Vec<f64> {
        let mut q: Vec<f64> = self.gradient.iter().map(|g| -g).collect();
        let mut shares = Vec::with_capacity(self.memory.len());
        for (step, change, inverse) in self.memory.iter().rev() {
            let share = inverse * dot(step, &q);
            q.iter_mut().zip(change).for_each(|(q, y)| *q -= share * y);
            shares.push(share);
        }
        if let Some((_, change, inverse)) = self.memory.back() {
            let scale = 1.0 / (inverse * dot(change, change));
            q.iter_mut().for_each(|q| *q *= scale);
        }
        for ((step, change, inverse), share) in self.memory.iter().zip(shares.iter().rev()) {
            let back = inverse * dot(change, &q);
            q.iter_mut().zip(step).for_each(|(q, s)| *q += (share - back) * s);
        }
        q
    }
}
