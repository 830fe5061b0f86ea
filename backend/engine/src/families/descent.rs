//! Least squares by gradient descent: `w ← w − α ∇L(w)`, `L = Σ (y − wᵀx)² / 2n`.
//!
//! `∇L = (XᵀX w − Xᵀy) / n` is taken from the normal equations: the very gradient over all rows, at a price that does
//! not grow with them.

use ndarray::Array1;

use super::gram::{Gram, Stopped};
use super::linear::linear;
use super::{Fitted, LossCurve};
use crate::settings::GradientDescent;
use crate::train::LossPoint;

/// Walks from zero until the gradient has all but vanished. `observe` sees points of the loss curve (mean squared error
/// of the scaled target) and may stop the walk.
pub fn descend(
    gram: &Gram,
    settings: &GradientDescent,
    observe: &mut dyn FnMut(LossPoint) -> bool,
) -> Result<Fitted, Stopped> {
    let mut rate = settings.learning_rate;
    let mut w = Array1::zeros(gram.size());
    let mut xxw = gram.times(&w);
    let mut loss = gram.loss(&w, &xxw);
    let start = steepness(gram, &xxw);
    let (mut curve, mut iteration, mut halvings) = (LossCurve::new(), 0, 0_u32);
    curve.push(0, loss);
    let mut converged = start == 0.0;
    while !converged && iteration < settings.max_iterations && halvings < 200 {
        let next = &w - (&xxw - &gram.xy) * rate / gram.rows;
        let next_xxw = gram.times(&next);
        let next_loss = gram.loss(&next, &next_xxw);
        let steeper = steepness(gram, &next_xxw);
        // Near the end the loss is flat to its last bits, and only the gradient tells growth from rounding.
        if !(next_loss <= loss * (1.0 + 1e-9) && steeper.is_finite()) {
            rate /= 2.0;
            halvings += 1;
            continue;
        }
        (w, xxw, loss) = (next, next_xxw, next_loss);
        iteration += 1;
        let on_curve = curve.push(iteration, loss);
        if (on_curve || iteration.is_multiple_of(64)) && !observe(LossPoint { iteration, loss }) {
            return Err(Stopped);
        }
        converged = steeper <= settings.tolerance * start;
    }
    let mut fitted = linear(w);
    fitted.loss_curve = curve.finish(iteration, loss);
    let parameters = [
        ("learning_rate", rate),
        ("iterations", f64::from(iteration)),
        ("converged", f64::from(u8::from(converged))),
    ];
    fitted.parameters = parameters.map(|(name, value)| (name.to_owned(), value)).into();
    if halvings > 0 {
        let note =
            format!("steps made the loss grow; the learning rate was halved {halvings} times to {rate}");
        fitted.notes.push(note);
    }
    if !converged {
        fitted.notes.push(format!("the walk ended after {iteration} steps before it converged"));
    }
    Ok(fitted)
}

/// The largest component of the gradient.
fn steepness(gram: &Gram, xxw: &Array1<f64>) -> f64 {
    let steepest = xxw.iter().zip(&gram.xy).map(|(a, b)| (a - b).abs() / gram.rows);
    steepest.fold(0.0, |top, value| if value > top || value.is_nan() { value } else { top })
}
