//! The seconds that the end of a run takes: choosing the ensemble, calibration, scores with their intervals, the
//! pictures of the best model, and its bytes. What it takes is measured by what answering has taken so far.

use super::run::Run;
use super::trial::Trial;

/// Taken in any case, and once more for each of the scores' intervals.
const LEAST: f64 = 0.2;
/// Seconds of a walk through a tree where nothing is measured yet.
const USUAL_WALK: f64 = 15e-9;
/// Walks that the pictures take, unless the model is so large that their least rows take more.
const PICTURES: f64 = 1e8;
/// Rows that are asked for in the least: of each feature for its importance, and for its curve.
const LEAST_ROWS: f64 = 100.0;
const LEAST_CURVE_ROWS: f64 = 12.0 * 20.0 * 30.0;
/// Seconds that a tree takes to be put together, checked, written and hashed.
const WRITING: f64 = 15e-6;

/// What must be left of the budget when the search ends.
pub fn seconds(run: &Run<'_, '_>, budget: f64) -> f64 {
    let kept = || run.trials.iter().filter(|trial| trial.is_kept());
    let features = run.problem.plan.schema.len() as f64;
    let most = run.problem.checked.settings.most_trees() as f64;
    let trees = kept().map(Trial::trees).sum::<f64>().min(most);
    let rows = run.problem.parts.test.len().max(1) as f64;
    let answered: f64 = kept().map(|trial| trial.trees() * rows).sum();
    let seconds: f64 = kept().filter_map(|trial| trial.answer_seconds).sum();
    let walk = if answered > 1e6 { seconds / answered } else { USUAL_WALK };
    let pictures = PICTURES.max(trees * (features.min(200.0) * LEAST_ROWS + LEAST_CURVE_ROWS));
    let scores = LEAST * (1.0 + (rows / 5_000.0).min(1.0) * kept().count().min(12) as f64 / 4.0);
    let end =
        scores + walk * trees * rows + trees * WRITING + walk * pictures.min(trees * features * rows * 25.0);
    (1.2 * end).min(budget / 2.0)
}
