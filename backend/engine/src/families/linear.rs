//! Least squares by the normal equations, and ridge regression.

use std::collections::BTreeMap;

use ndarray::Array1;

use super::gram::{Gram, Stopped};
use super::{Fitted, Model};

/// The penalty, as a share of the diagonal, that is tried first when columns depend on one another.
const FALL_BACK: f64 = 1e-9;

/// `w = (XᵀX)⁻¹ Xᵀy`. When columns depend on one another, the least penalty that makes the solution unique.
pub fn least_squares(gram: &Gram, go_on: &mut dyn FnMut() -> bool) -> Result<Fitted, Stopped> {
    let mut penalty = Array1::zeros(gram.size());
    let mut share = 0.0;
    for _ in 0..8 {
        if let Some(w) = gram.solve(&penalty, go_on)? {
            let mut fitted = linear(w);
            fitted.parameters.insert("fall_back_penalty".to_owned(), share);
            if share > 0.0 {
                let note = "some columns depend on others; a tiny penalty makes the weights unique";
                fitted.notes.push(note.to_owned());
            }
            return Ok(fitted);
        }
        share = if share == 0.0 { FALL_BACK } else { share * 100.0 };
        penalty = gram.xx.diag().mapv(|sum| share * sum.max(1.0));
        penalty[gram.size() - 1] = 0.0;
    }
    Ok(not_solvable())
}

/// `w = (XᵀX + αI)⁻¹ Xᵀy`; the intercept is not penalised.
pub fn ridge(gram: &Gram, alpha: f64, go_on: &mut dyn FnMut() -> bool) -> Result<Fitted, Stopped> {
    let mut fitted = match gram.solve(&gram.ridge_penalty(alpha), go_on)? {
        Some(w) => linear(w),
        None => least_squares(gram, go_on)?,
    };
    fitted.parameters.insert("alpha".to_owned(), alpha);
    Ok(fitted)
}

/// The weights of a solution, the intercept last.
pub(super) fn linear(w: Array1<f64>) -> Fitted {
    let mut weights = w.to_vec();
    let intercept = weights.pop().unwrap_or(0.0);
    let model = Model::Linear { intercept, weights };
    Fitted { model, loss_curve: Vec::new(), parameters: BTreeMap::new(), notes: Vec::new() }
}

/// Values too large or too small for the normal equations: a model that is not finite is left out of the leaderboard.
fn not_solvable() -> Fitted {
    let mut fitted = linear(Array1::from_elem(1, f64::NAN));
    fitted.notes.push("the normal equations have no finite solution".to_owned());
    fitted
}
