//! Penalties chosen by cross-validation inside the train part.
//!
//! Least squares need no fold's rows twice: the normal equations of a fold's train rows are those of all rows less those
//! that it holds out, and a model's squared error on held-out rows follows from their normal equations alone.

use super::gram::{Gram, Stopped};
use super::lasso::path_errors;
use crate::prepare::Design;
use crate::split::Fold;

/// Multiplications that a choice may take, roughly: beyond them fewer folds are asked.
const MAX_WORK: f64 = 2e10;

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
    /// Its mean squared error on held-out rows, of the target that was given.
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
    let gram = |places: &[usize], go_on: &mut dyn FnMut() -> bool| {
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

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::families::{path, ridge};
    use crate::split::{Bond, folds};

    /// Few rows, many columns, one of which counts: the more noise, the more penalty is right.
    fn rows(noise: f64) -> (Design, Vec<f64>) {
        let mut random = crate::random::SplitMix64::new(3);
        let mut draw = || random.below(1_000_000) as f64 / 1e6 - 0.5;
        let numbers = Array2::from_shape_fn((60, 30), |_| draw());
        let y = (0..60).map(|row| numbers[[row, 4]] + noise * draw()).collect();
        (Design::plain(30, numbers, Array2::default((60, 0))), y)
    }

    fn chosen(noise: f64, by_time: bool) -> (f64, f64) {
        let (design, y) = rows(noise);
        let bond = if by_time { Bond::Moments((0..60).map(f64::from).collect()) } else { Bond::None };
        let folds = folds(60, None, &bond, 5, 1);
        let gram = Gram::build(&design, &y, None, &mut || true).unwrap();
        let rows = Rows { design: &design, weights: None, folds: &folds };
        let alphas: Vec<f64> = (-6..8).map(|power| 4.0_f64.powi(power)).collect();
        let of_ridge = choose_ridge(&rows, &y, &gram, &alphas, &mut || true).unwrap().unwrap();
        let of_lasso = choose_lasso(&rows, &y, &gram, &path(&gram, 1.0), 1.0, &mut || true).unwrap().unwrap();
        assert!(ridge(&gram, of_ridge.alpha, &mut || true).unwrap().model.is_finite());
        (of_ridge.alpha, of_lasso.alpha / path(&gram, 1.0)[0])
    }

    #[test]
    fn more_noise_asks_for_more_penalty() {
        for by_time in [false, true] {
            let (calm, wild) = (chosen(0.01, by_time), chosen(3.0, by_time));
            assert!(calm.0 < wild.0 && calm.1 < wild.1, "{calm:?} {wild:?}");
        }
    }

    #[test]
    fn without_a_fold_nothing_is_chosen() {
        let (design, y) = rows(1.0);
        let gram = Gram::build(&design, &y, None, &mut || true).unwrap();
        let rows = Rows { design: &design, weights: None, folds: &[] };
        assert_eq!(choose_ridge(&rows, &y, &gram, &[1.0], &mut || true), Ok(None));
    }
}
