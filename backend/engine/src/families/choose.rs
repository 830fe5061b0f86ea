//! Penalties chosen by cross-validation inside the train part.
//!
//! Least squares need no fold's rows twice: the normal equations of a fold's train rows are those of all rows less those
//! that it holds out, and a model's squared error on held-out rows follows from their normal equations alone.

use super::gram::{Gram, Stopped};
use super::lasso::{Penalty, path_errors};
use super::logistic::{LogisticPath, log_losses};
use crate::prepare::Design;
use crate::split::Fold;

/// Multiplications that a choice may take, roughly: beyond them fewer folds are asked.
const MAX_WORK: f64 = 2e11;

/// Rows to choose on: places of folds are rows of the design.
pub struct Rows<'a> {
    /// The matrix of the train part.
    pub design: &'a Design,
    /// One for each row.
    pub weights: Option<&'a [f64]>,
    /// How the rows are cut; a choice among penalties needs one at least.
    pub folds: &'a [Fold],
}

/// A candidate and what it came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    /// The penalty.
    pub alpha: f64,
    /// Its loss on held-out rows: mean squared error (of the target that was given), or mean log-loss.
    pub loss: f64,
}

/// Which of `alphas` lasso or elastic net does best with; `total` are the normal equations of all rows with `y`.
/// `alphas` must fall. `None` without a fold or a finite loss.
pub fn choose_lasso(
    rows: &Rows<'_>,
    y: &[f64],
    total: &Gram,
    alphas: &[f64],
    l1_ratio: f64,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Option<Choice>, Stopped> {
    let mut errors = |train: &Gram, held_out: &Gram, go_on: &mut dyn FnMut() -> bool| {
        path_errors(train, held_out, alphas, l1_ratio, go_on)
    };
    let folds = affordable(rows, (total.size() as f64).powi(2) * alphas.len() as f64 * 4.0);
    by_grams(rows, folds, y, total, alphas, &mut errors, go_on)
}

/// Which of `alphas` ridge regression does best with; `total` are the normal equations of all rows with `y`. `None`
/// without a fold or a finite loss.
pub fn choose_ridge(
    rows: &Rows<'_>,
    y: &[f64],
    total: &Gram,
    alphas: &[f64],
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Option<Choice>, Stopped> {
    let mut errors = |train: &Gram, held_out: &Gram, go_on: &mut dyn FnMut() -> bool| {
        let mut errors = Vec::with_capacity(alphas.len());
        for alpha in alphas {
            let w = train.solve(&train.ridge_penalty(*alpha), go_on)?;
            errors.push(w.map_or(f64::INFINITY, |w| held_out.squared_error(&w)));
        }
        Ok(errors)
    };
    let folds = affordable(rows, (total.size() as f64).powi(3) / 3.0 * alphas.len() as f64);
    by_grams(rows, folds, y, total, alphas, &mut errors, go_on)
}

/// Which of `alphas` logistic regression does best with. `classes` are 0 to `k` − 1. The fits are rough: enough to
/// compare. `None` without a fold or a finite loss.
pub fn choose_logistic(
    rows: &Rows<'_>,
    classes: &[u32],
    k: usize,
    alphas: &[f64],
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Option<Choice>, Stopped> {
    let cells = rows.design.numbers.ncols() + rows.design.ones.ncols() + 1;
    let pass = cells as f64 * rows.design.rows() as f64 * k as f64 * 4.0;
    let folds = affordable(rows, pass * alphas.len() as f64 * 20.0);
    let (mut sums, mut total) = (vec![0.0; alphas.len()], 0.0);
    for fold in folds {
        let part = |places: &[usize]| {
            let classes: Vec<u32> = places.iter().filter_map(|at| classes.get(*at).copied()).collect();
            (rows.design.take(places), classes, rows.weights.map(|weights| at(weights, places)))
        };
        let (train, held_out) = (part(&fold.train), part(&fold.held_out));
        let path = LogisticPath {
            train: (&train.0, &train.1, train.2.as_deref()),
            held_out: (&held_out.0, &held_out.1, held_out.2.as_deref()),
            k,
        };
        add(&mut sums, &log_losses(&path, alphas, go_on)?);
        total += held_out.2.as_ref().map_or(fold.held_out.len() as f64, |weights| weights.iter().sum());
    }
    Ok(best(alphas, &sums, total))
}

/// The folds that the work is affordable for, one at least, if one of them costs `work`: the last ones, which of folds
/// by time learn from the most rows.
fn affordable<'a>(rows: &Rows<'a>, work: f64) -> &'a [Fold] {
    let count = (MAX_WORK / work.max(1.0)).clamp(1.0, 20.0) as usize;
    rows.folds.get(rows.folds.len().saturating_sub(count)..).unwrap_or_default()
}

/// Errors of each candidate from the normal equations of train and held-out rows.
type Errors<'a> = dyn FnMut(&Gram, &Gram, &mut dyn FnMut() -> bool) -> Result<Vec<f64>, Stopped> + 'a;

fn by_grams(
    rows: &Rows<'_>,
    folds: &[Fold],
    y: &[f64],
    total: &Gram,
    alphas: &[f64],
    errors: &mut Errors<'_>,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Option<Choice>, Stopped> {
    let mut gram = |places: &[usize], go_on: &mut dyn FnMut() -> bool| {
        let weights = rows.weights.map(|weights| at(weights, places));
        Gram::build(&rows.design.take(places), &at(y, places), weights.as_deref(), go_on)
    };
    let (mut sums, mut weight) = (vec![0.0; alphas.len()], 0.0);
    for fold in folds {
        let held_out = gram(&fold.held_out, go_on)?;
        let whole = fold.train.len() + fold.held_out.len() == rows.design.rows();
        let train = if whole { total.without(&held_out) } else { gram(&fold.train, go_on)? };
        add(&mut sums, &errors(&train, &held_out, go_on)?);
        weight += held_out.rows;
    }
    Ok(best(alphas, &sums, weight))
}

fn at(values: &[f64], places: &[usize]) -> Vec<f64> {
    places.iter().filter_map(|place| values.get(*place).copied()).collect()
}

fn add(sums: &mut [f64], more: &[f64]) {
    sums.iter_mut().zip(more).for_each(|(sum, value)| *sum += value);
}

/// The candidate of the least loss, the first of equals.
fn best(alphas: &[f64], sums: &[f64], weight: f64) -> Option<Choice> {
    let choices = alphas.iter().zip(sums).map(|(alpha, sum)| Choice { alpha: *alpha, loss: sum / weight });
    choices.filter(|choice| choice.loss.is_finite()).min_by(|a, b| a.loss.total_cmp(&b.loss))
}
