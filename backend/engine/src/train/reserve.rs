//! The seconds that the end of a run takes: choosing the ensemble, calibration, scores with their intervals, and the
//! pictures of the best model.

use super::run::Run;

/// Taken in any case.
const LEAST: f64 = 0.15;

/// What must be left of the budget when the search ends.
pub fn seconds(run: &Run<'_, '_>, budget: f64) -> f64 {
    let kept = run.trials.iter().filter(|trial| trial.is_kept());
    let answering: f64 = kept.filter_map(|trial| trial.answer_seconds).sum();
    (LEAST + answering).min(budget / 3.0)
}
