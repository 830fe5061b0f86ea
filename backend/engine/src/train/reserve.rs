//! The seconds that the end of a run takes: choosing the ensemble, calibration, scores with their intervals, the
//! pictures of the best model, and its bytes. What it takes is measured by what answering has taken so far.

use super::run::Run;
use super::trial::Trial;

/// Taken in any case, and once more for each of the scores' intervals of 5,000 rows.
const LEAST: f64 = 0.15;
const INTERVALS: f64 = 0.04;
/// Taken for each row that judges or is scored: calibration, conformal errors, curves.
const ROW: f64 = 2e-6;
/// Seconds of a walk through a tree where nothing is measured yet.
const USUAL_WALK: f64 = 15e-9;
/// How many times slower than usual a machine that others use is taken for at most.
const SLOWEST: f64 = 8.0;
/// Walks that the pictures take when nothing hurries, unless the model is so small that there are fewer.
const PICTURES: f64 = 1e8;
/// Rows that are asked of each feature, about.
const ROWS_OF_A_FEATURE: f64 = 25.0 * 2_000.0;
/// The share of a budget that the pictures may take, and the seconds that they may in any case.
const SHARE_OF_PICTURES: f64 = 0.1;
const LEAST_PICTURES: f64 = 0.4;
/// Seconds that a tree takes to be put together, checked, written and hashed.
const WRITING: f64 = 15e-6;

/// What must be left of the budget when the search ends.
pub fn seconds(run: &Run<'_, '_>, budget: f64) -> f64 {
    let kept = || run.trials.iter().filter(|trial| trial.is_kept());
    let trees = kept().map(Trial::trees).sum::<f64>().min(run.problem.checked.settings.most_trees() as f64);
    let rows = run.problem.scored().len().max(1) as f64;
    let intervals = INTERVALS * (rows / 5_000.0).min(1.0) * kept().count().min(12) as f64;
    let pictures = pictures(run, trees).min((SHARE_OF_PICTURES * budget).max(LEAST_PICTURES));
    let judged = run.problem.scheme.judged.len() as f64;
    let slow = (walk(run) / USUAL_WALK).clamp(1.0, SLOWEST);
    let end = slow * (LEAST + intervals + ROW * (rows + judged) + trees * WRITING)
        + walk(run) * trees * rows
        + pictures;
    // A model that is better than the baseline is worth more than pictures of it.
    let most = if run.outcomes.is_empty() { 0.1 } else { 0.5 };
    (1.2 * end).min(most * budget)
}

/// Seconds that the pictures of a model of so many trees take when nothing hurries.
fn pictures(run: &Run<'_, '_>, trees: f64) -> f64 {
    let features = run.problem.plan.schema.len() as f64;
    walk(run) * PICTURES.min(trees * features * ROWS_OF_A_FEATURE)
}

/// The share of the pictures' usual work that the time left allows: 1 where nobody waits.
pub fn effort(run: &Run<'_, '_>, served: &Trial) -> f64 {
    let Some((end, seconds)) = run.deadline().zip(run.signal.seconds()) else { return 1.0 };
    let wanted = pictures(run, served.trees());
    if wanted > 0.0 { (0.8 * (end - seconds) / wanted).clamp(0.0, 1.0) } else { 1.0 }
}

/// Seconds of a walk through a tree, as measured by the answers so far.
fn walk(run: &Run<'_, '_>) -> f64 {
    let rows = run.problem.scored().len().max(1) as f64;
    let kept = || run.trials.iter().filter(|trial| trial.is_kept() && trial.answer_seconds.is_some());
    let answered: f64 = kept().map(|trial| trial.trees() * rows).sum();
    let seconds: f64 = kept().filter_map(|trial| trial.answer_seconds).sum();
    if answered > 1e6 { seconds / answered } else { USUAL_WALK }
}
