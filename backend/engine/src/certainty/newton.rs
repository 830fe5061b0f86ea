//! The slope and the shifts of [`Calibration::Scale`] by Newton's method: the log-loss is convex in them.

use super::Calibration;
use super::calibration::{MAX_SHIFTS, Sample};
use crate::math::{ln, softmax};

/// Steps at most; five or six are usual.
const MAX_STEPS: usize = 50;
/// How strongly the slope is drawn to 1 and the shifts to 0: `(slope − 1)² + Σ shiftₖ²`, halved, against the loss summed
/// over the rows. It keeps classes of few rows near what the model said.
const PENALTY: f64 = 1.0;
/// A slope below it says that the probabilities are of no use: nothing is fitted.
const MIN_SLOPE: f64 = 0.01;

/// Minimises the penalised log-loss; `None` when the order of the probabilities would not be kept.
pub(super) fn scale(sample: &Sample) -> Option<Calibration> {
    let parameters = if sample.classes > MAX_SHIFTS { 1 } else { sample.classes };
    // The slope, then the shift of each class but the first.
    let mut theta = vec![0.0; parameters];
    *theta.first_mut()? = 1.0;
    let mut loss = objective(sample, &theta);
    for _ in 0..MAX_STEPS {
        let (gradient, hessian) = derivatives(sample, &theta);
        let step = solved(hessian, gradient)?;
        let mut size = 1.0;
        let taken = loop {
            let next: Vec<f64> = theta.iter().zip(&step).map(|(t, s)| t - size * s).collect();
            let next_loss = objective(sample, &next);
            if next_loss < loss {
                break Some((next, next_loss));
            }
            size /= 2.0;
            if size < 1e-6 {
                break None;
            }
        };
        let Some((next, next_loss)) = taken else { break };
        let gain = loss - next_loss;
        (theta, loss) = (next, next_loss);
        if gain <= 1e-10 * loss.abs() {
            break;
        }
    }
    let slope = theta[0];
    let mut shifts = vec![0.0; sample.classes];
    shifts[1..].iter_mut().zip(&theta[1..]).for_each(|(shift, t)| *shift = *t);
    (slope > MIN_SLOPE && theta.iter().all(|t| t.is_finite())).then_some(Calibration::Scale { slope, shifts })
}

/// The probabilities of a row under the parameters.
fn answer(logs: &[f64], theta: &[f64], out: &mut [f64]) {
    for (class, (p, log)) in out.iter_mut().zip(logs).enumerate() {
        let shift = if class == 0 { 0.0 } else { theta.get(class).copied().unwrap_or(0.0) };
        *p = theta[0] * log + shift;
    }
    softmax(out);
}

fn penalty(theta: &[f64]) -> f64 {
    let shifts: f64 = theta[1..].iter().map(|t| t * t).sum();
    PENALTY / 2.0 * ((theta[0] - 1.0) * (theta[0] - 1.0) + shifts)
}

/// The log-loss summed over the rows, and the penalty.
fn objective(sample: &Sample, theta: &[f64]) -> f64 {
    let mut p = vec![0.0; sample.classes];
    let mut loss = 0.0;
    for (class, logs, weight) in sample.iter() {
        answer(logs, theta, &mut p);
        loss -= weight * ln(p[class].max(1e-300));
    }
    loss + penalty(theta)
}

/// The gradient, and the second derivatives row by row.
fn derivatives(sample: &Sample, theta: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let d = theta.len();
    let mut gradient = vec![0.0; d];
    let mut hessian = vec![vec![0.0; d]; d];
    let mut p = vec![0.0; sample.classes];
    for (class, logs, weight) in sample.iter() {
        answer(logs, theta, &mut p);
        let mean: f64 = p.iter().zip(logs).map(|(p, log)| p * log).sum();
        let spread: f64 = p.iter().zip(logs).map(|(p, log)| p * (log - mean) * (log - mean)).sum();
        gradient[0] += weight * (mean - logs[class]);
        hessian[0][0] += weight * spread;
        for a in 1..d {
            gradient[a] += weight * (p[a] - if a == class { 1.0 } else { 0.0 });
            hessian[a][0] += weight * p[a] * (logs[a] - mean);
            for b in 1..a {
                hessian[a][b] -= weight * p[a] * p[b];
            }
            hessian[a][a] += weight * p[a] * (1.0 - p[a]);
        }
    }
    for a in 0..d {
        gradient[a] += PENALTY * (theta[a] - if a == 0 { 1.0 } else { 0.0 });
        hessian[a][a] += PENALTY;
    }
    (gradient, hessian)
}

/// Solves `A x = b` by Cholesky's method; `A` is given by its lower half. `None` when it is not positive definite.
fn solved(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Option<Vec<f64>> {
    let d = b.len();
    for row in 0..d {
        for column in 0..=row {
            let inner: f64 = (0..column).map(|k| a[row][k] * a[column][k]).sum();
            let rest = a[row][column] - inner;
            if row == column {
                if rest.is_nan() || rest <= 0.0 {
                    return None;
                }
                a[row][row] = rest.sqrt();
            } else {
                a[row][column] = rest / a[column][column];
            }
        }
    }
    for row in 0..d {
        let inner: f64 = (0..row).map(|k| a[row][k] * b[k]).sum();
        b[row] = (b[row] - inner) / a[row][row];
    }
    for row in (0..d).rev() {
        let inner: f64 = (row + 1..d).map(|k| a[k][row] * b[k]).sum();
        b[row] = (b[row] - inner) / a[row][row];
    }
    Some(b)
}
