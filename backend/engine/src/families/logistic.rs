//! Logistic regression by L-BFGS: mean log-loss plus `α/2n ‖w‖²`, the intercepts not penalised.
//!
//! With weights, `n` is their sum and each row's loss counts as often as its weight says.
//! Two classes take one logit, more take one each (softmax), as scikit-learn's with `C = 1/α`.

use std::collections::VecDeque;

use ndarray::Array2;

use super::gram::Stopped;
use super::{Fitted, LossCurve, Model};
use crate::math::{dot, line, line_mut, sigmoid, softmax, softplus};
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

/// Learns `classes` (0 to `k` − 1, one for each row of the matrix); `weights` has one for each row too.
pub fn logistic(
    design: &Design,
    classes: &[u32],
    k: usize,
    alpha: f64,
    weights: Option<&[f64]>,
    observe: &mut dyn FnMut(LossPoint) -> bool,
) -> Result<Fitted, Stopped> {
    let logits = if k == 2 { 1 } else { k };
    let problem = Problem::new(design, classes, weights, logits, alpha);
    let terms = design.terms.iter().map(Vec::len).sum::<usize>() / design.rows().max(1);
    let row_work = (design.numbers.ncols() + design.ones.ncols() + terms + 1) * logits * 4;
    let affordable = MAX_WORK / (row_work as f64 * design.rows().max(1) as f64);
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
    let intercepts = walk.w.column(design.width).to_vec();
    let weights = walk.w.rows().into_iter().map(|w| line(w)[..design.width].to_vec()).collect();
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

/// What is minimised. Weights have a row for each logit, the intercept last in each.
struct Problem<'a> {
    design: &'a Design,
    classes: &'a [u32],
    /// One for each row; without them each counts once.
    weights: Option<&'a [f64]>,
    /// Rows, or the sum of their weights.
    total: f64,
    logits: usize,
    alpha: f64,
}

impl<'a> Problem<'a> {
    fn new(
        design: &'a Design,
        classes: &'a [u32],
        weights: Option<&'a [f64]>,
        logits: usize,
        alpha: f64,
    ) -> Self {
        let total = weights.map_or(design.rows() as f64, |weights| weights.iter().sum());
        Self { design, classes, weights, total, logits, alpha }
    }

    /// The loss, and its gradient into `gradient`.
    fn evaluate(&self, w: &Array2<f64>, gradient: &mut Array2<f64>) -> f64 {
        gradient.fill(0.0);
        let (design, n) = (self.design, self.total);
        let weights: Vec<&[f64]> = w.rows().into_iter().map(line).collect();
        let mut slopes: Vec<&mut [f64]> = gradient.rows_mut().into_iter().map(line_mut).collect();
        let mut z = vec![0.0; self.logits];
        let mut loss = 0.0;
        for (row, class) in self.classes.iter().enumerate() {
            let ((numbers, ones), terms) = (design.row(row), design.terms(row));
            for (value, w) in z.iter_mut().zip(&weights) {
                let hot = ones.iter().filter(|one| **one != NO_COLUMN).map(|one| w[*one as usize]);
                let held = terms.iter().map(|(column, weight)| w[*column as usize] * f64::from(*weight));
                *value = w[design.width] + dot(numbers, *w) + hot.sum::<f64>() + held.sum::<f64>();
            }
            let row_loss = self.row_loss(&mut z, *class as usize);
            match self.weights.and_then(|weights| weights.get(row)) {
                Some(weight) => {
                    loss += weight * row_loss;
                    z.iter_mut().for_each(|error| *error *= weight);
                }
                None => loss += row_loss,
            }
            for (error, slopes) in z.iter().zip(&mut slopes) {
                for (sum, value) in slopes.iter_mut().zip(numbers) {
                    *sum += error * value;
                }
                for one in ones.iter().filter(|one| **one != NO_COLUMN) {
                    slopes[*one as usize] += error;
                }
                for (column, weight) in terms {
                    slopes[*column as usize] += error * f64::from(*weight);
                }
                slopes[design.width] += error;
            }
        }
        let mut penalty = 0.0;
        for (slopes, weights) in slopes.iter_mut().zip(&weights) {
            for (slope, weight) in slopes.iter_mut().zip(&weights[..design.width]) {
                *slope += self.alpha * weight;
                penalty += weight * weight;
            }
        }
        *gradient /= n;
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
    w: Array2<f64>,
    gradient: Array2<f64>,
    loss: f64,
    /// Steps, changes of the gradient, and `1 / (step · change)`.
    memory: VecDeque<(Array2<f64>, Array2<f64>, f64)>,
}

impl Walk {
    fn start(problem: &Problem<'_>) -> Self {
        let w = Array2::zeros((problem.logits, problem.design.width + 1));
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
            direction = -&self.gradient;
            slope = dot(&direction, &self.gradient);
        }
        let steepest = self.gradient.iter().fold(0.0, |top: f64, g| top.max(g.abs()));
        let mut length = if self.memory.is_empty() { (1.0 / steepest).min(1.0) } else { 1.0 };
        let mut gradient = Array2::zeros(self.w.dim());
        for _ in 0..40 {
            let w = &self.w + length * &direction;
            let loss = problem.evaluate(&w, &mut gradient);
            if loss.is_finite() && loss <= self.loss + 1e-4 * length * slope {
                self.remember(&w - &self.w, &gradient - &self.gradient);
                (self.w, self.gradient, self.loss) = (w, gradient, loss);
                return true;
            }
            length /= 2.0;
        }
        false
    }

    fn remember(&mut self, step: Array2<f64>, change: Array2<f64>) {
        let curvature = dot(&step, &change);
        if curvature > 1e-300 {
            if self.memory.len() == MEMORY {
                self.memory.pop_front();
            }
            self.memory.push_back((step, change, 1.0 / curvature));
        }
    }

    /// The two-loop recursion.
    fn direction(&self) -> Array2<f64> {
        let mut q = -&self.gradient;
        let mut shares = Vec::with_capacity(self.memory.len());
        for (step, change, inverse) in self.memory.iter().rev() {
            let share = inverse * dot(step, &q);
            q.scaled_add(-share, change);
            shares.push(share);
        }
        if let Some((_, change, inverse)) = self.memory.back() {
            q *= 1.0 / (inverse * dot(change, change));
        }
        for ((step, change, inverse), share) in self.memory.iter().zip(shares.iter().rev()) {
            let back = inverse * dot(change, &q);
            q.scaled_add(share - back, step);
        }
        q
    }
}
