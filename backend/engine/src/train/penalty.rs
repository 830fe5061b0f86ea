//! Penalties that folds choose.

use super::fit::{scale, target_scale};
use super::problem::{Problem, pick};
use super::spec::Spec;
use crate::families::{Gram, Rows, Stopped, choose_lasso, choose_ridge, path, weighted_mean};
use crate::prepare::{Design, Preparation};
use crate::split::{Bond, folds};

/// Penalties of ridge regression among which folds choose.
const RIDGE_ALPHAS: [f64; 13] = [1e-2, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 1e5];
/// Folds that penalties are chosen by.
const PENALTY_FOLDS: usize = 5;
/// Columns up to which they are asked.
const MAX_CHOSEN_WIDTH: usize = 1_000;
/// Paths of elastic net, each a thousandth of the one before, that are looked at.
const MAX_PATHS: usize = 3;

/// The penalty of ridge regression that folds of the rows find best; that of the settings for a matrix that is too
/// wide to solve over and over.
pub fn of_ridge(
    problem: &Problem<'_>,
    (rows, y, weights): (&[usize], &[f64], Option<&[f64]>),
    preparation: &Preparation,
    gram: &Gram,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<f64, Stopped> {
    let settings = &problem.checked.settings;
    if gram.size() > MAX_CHOSEN_WIDTH {
        return Ok(settings.ridge_alpha);
    }
    let design = Design::build(problem.table, rows, &problem.plan, preparation);
    let bond = Bond::of(problem.table, problem.checked, rows);
    let folds = folds(rows.len(), None, &bond, PENALTY_FOLDS, settings.seed);
    let rows = Rows { design: &design, weights, folds: &folds };
    let choice = choose_ridge(&rows, y, gram, &RIDGE_ALPHAS, go_on)?;
    Ok(choice.map_or(settings.ridge_alpha, |choice| choice.alpha))
}

/// The penalty on the path that folds of the rows find best: rows of the table, their targets and their weights.
pub fn of_path(
    problem: &Problem<'_>,
    (rows, y, weights): (&[usize], &[f64], Option<&[f64]>),
    preparation: &Preparation,
    gram: &Gram,
    l1_ratio: f64,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<f64, Stopped> {
    let design = Design::build(problem.table, rows, &problem.plan, preparation);
    let bond = Bond::of(problem.table, problem.checked, rows);
    let folds = folds(rows.len(), None, &bond, PENALTY_FOLDS, problem.checked.settings.seed);
    let rows = Rows { design: &design, weights, folds: &folds };
    let mut alphas = path(gram, l1_ratio);
    // Without a fold the middle of the path.
    let mut best = alphas.get(alphas.len() / 2).copied().unwrap_or(1.0);
    for _ in 0..MAX_PATHS {
        let choice = choose_lasso(&rows, y, gram, &alphas, l1_ratio, go_on)?;
        let Some(choice) = choice else { break };
        best = choice.alpha;
        // What the squares are multiplied with does not grow with the target as the path does: where its end is the
        // best, a lower one may be better.
        let (Some(first), Some(last)) = (alphas.first().copied(), alphas.last().copied()) else { break };
        if l1_ratio >= 1.0 || best > last {
            break;
        }
        alphas.iter_mut().for_each(|alpha| *alpha *= last / first);
    }
    Ok(best)
}

/// The penalty of lasso or elastic net for every fold: the one that folds of the whole train part find best, looked
/// for once. It is one number, which says next to nothing of the rows that a fold holds out.
pub fn of_train_part(
    problem: &Problem<'_>,
    spec: &Spec,
    l1_ratio: f64,
    preparation: &Preparation,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<f64, Stopped> {
    problem.penalty((l1_ratio.to_bits(), spec.target_scaling), || {
        let rows = &problem.parts.train;
        let weights = pick(problem.weights.as_deref(), rows);
        let values = problem.target.numbers(rows);
        let wanted = target_scale(spec.target_scaling, &values);
        let scaled: Vec<f64> = values.iter().map(|y| scale(*y, wanted)).collect();
        let centre = weighted_mean(&scaled, weights.as_deref());
        let centred: Vec<f64> = scaled.iter().map(|y| y - centre).collect();
        let design = Design::build(problem.table, rows, &problem.plan, preparation);
        let gram = Gram::build(&design, &centred, weights.as_deref(), go_on)?;
        of_path(problem, (rows, &centred, weights.as_deref()), preparation, &gram, l1_ratio, go_on)
    })
}
