//! From a table and checked settings to a leaderboard and the best model's artefact.
//!
//! Steps: target → split → trials in a fixed order, each validated on rows that it did not learn from → ranked → the
//! ensemble of the best → calibration and conformal errors from those same answers → every entry scored on the test
//! part → pictures of the best → artefact. The model that is served is the very one that was scored. Rows without a
//! target are left out and counted. Ties within a millionth go to the simpler family.
//!
//! Which trials are run is a pure function of data, settings and the scores of the trials before them. A budget in
//! seconds only decides how many there are, and the artefact's lineage holds their number: the same settings with
//! [`CheckedSettings::replaying`] that many give the same artefact to the bit, on any machine and any number of
//! threads.

mod ensemble;
mod error;
mod finish;
mod fit;
mod mix;
mod penalty;
mod pool;
mod problem;
mod progress;
mod reserve;
mod resources;
mod run;
mod scheme;
mod search;
mod spec;
mod spread;
mod target;
mod tree_fit;
mod trial;
mod variants;

use std::collections::BTreeMap;

pub use error::TrainError;
use problem::Problem;
use progress::Reporter;
pub use progress::{Continue, FinishedTrial, LossPoint, Progress, ProgressKind};
pub use resources::Resources;
use resources::Signal;
pub use run::Ended;
use run::Run;
use search::Search;
use serde::{Deserialize, Serialize};

use crate::artefact::Artefact;
use crate::metrics::{Evaluation, ScoreIntervals, ScoreMap};
use crate::settings::{Algorithm, CheckedSettings, Excluded};
use crate::table::Table;

/// One trial on the leaderboard; without a budget, one for each family.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The family.
    pub algorithm: Algorithm,
    /// Its number in the order of trials, from 1; of the baseline 0, of the ensemble that of the last.
    #[serde(default)]
    pub trial: u32,
    /// Its scores on the test part.
    pub metrics: ScoreMap,
    /// Its scores on rows that it did not learn from, by which the leaderboard is ranked.
    #[serde(default)]
    pub validation: ScoreMap,
    /// Where the scores on the test part lie with a probability of 95 %; of the leading entries.
    #[serde(default)]
    pub intervals: ScoreIntervals,
    /// Whether its score on the test part cannot be told from that of the best.
    #[serde(default)]
    pub tied_with_best: bool,
    /// Seconds that its fits took together; none where nobody counts.
    #[serde(default)]
    pub fit_seconds: Option<f64>,
    /// Bytes of its artefact; of the served model.
    #[serde(default)]
    pub size_bytes: Option<u64>,
    /// The loss by iteration; empty for closed forms.
    pub loss_curve: Vec<LossPoint>,
    /// Numbers that describe the fit, by name; means over its models where it has several.
    pub parameters: BTreeMap<String, f64>,
    /// What the reader should know, a sentence each.
    pub notes: Vec<String>,
}

/// How many rows went where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
    /// Learned from; those that validate are among them unless a split column names them.
    pub train: usize,
    /// Named by a split column to validate.
    #[serde(default)]
    pub validation: usize,
    /// Scored on. Where folds test, all rows: each by a model that did not learn from it.
    pub test: usize,
    /// Left out because their target is missing.
    pub without_target: usize,
    /// Left out by the split.
    pub left_out: usize,
}

/// What training came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The place of the served model on the leaderboard.
    pub best: usize,
    /// What was tried, best first.
    pub leaderboard: Vec<Entry>,
    /// The baseline's scores on the test part.
    pub baseline: ScoreMap,
    /// Pictures of the served model.
    pub evaluation: Evaluation,
    /// How many rows went where.
    pub rows: RowCounts,
    /// Columns that were not learned from, and why.
    pub excluded: Vec<Excluded>,
    /// What the reader should know, a sentence each.
    pub notes: Vec<String>,
    /// What models were validated on, in words.
    pub validation: String,
    /// Trials that were run, the baseline not counted: with [`CheckedSettings::replaying`] this many the same artefact
    /// is made again.
    pub trials: u32,
    /// What ended the search.
    pub ended: Ended,
    /// The share of the validating rows that the served model has answers to by models that did not learn from them.
    pub out_of_fold_coverage: f64,
    /// The served model.
    pub artefact: Artefact,
}

/// Learns. `observe` sees progress on the calling thread, about 20 times a second, and may end it at any time: with
/// [`Continue::Keep`] the best model so far is finished and kept.
///
/// # Errors
/// Data that nothing can be learned from, or [`TrainError::Stopped`].
pub fn train(
    table: &Table,
    checked: &CheckedSettings,
    resources: &Resources<'_>,
    observe: &mut dyn FnMut(Progress) -> Continue,
) -> Result<Trained, TrainError> {
    let signal = Signal::new(resources);
    let problem = Problem::new(table, checked)?;
    let scheme = &problem.scheme;
    let folds = (scheme.first_folds, scheme.all_folds);
    let mut search = Search::new(checked, problem.facts(), folds, scheme.has_partitions());
    let replays = checked.replayed_trials.or(checked.settings.trials).is_some();
    let budget = checked.settings.budget_seconds.filter(|_| !replays);
    let mut report = Reporter::new(observe, &signal, budget);
    report.prepared(problem.row_counts(), checked);
    let mut run = Run::new(&problem, &signal, resources.threads, budget);
    run.search(&mut search, &mut report)?;
    report.finishing();
    if signal.is_stopped() {
        return Err(TrainError::Stopped);
    }
    finish::add_ensemble(&mut run, &mut report);
    let notes = notes(&problem, &run);
    let trained = finish::finish(run, notes, &mut report)?;
    report.all_done();
    Ok(trained)
}

/// What the reader should know of the run.
fn notes(problem: &Problem<'_>, run: &Run<'_, '_>) -> Vec<String> {
    let mut notes = problem.checked.notes.clone();
    notes.extend(run.notes.iter().cloned());
    if !problem.checked.settings.costs.is_empty() {
        let note =
            "labels are those of least expected cost, and accuracy, F1 and the confusion count them so";
        notes.push(note.to_owned());
    }
    let rows = problem.row_counts();
    if rows.without_target > 0 {
        notes.push(format!("{} rows without a target were left out", rows.without_target));
    }
    if rows.left_out > 0 {
        notes.push(format!("{} rows are in no part of the split and were left out", rows.left_out));
    }
    notes.push(format!("models were validated on {}", problem.scheme.words));
    match run.ended {
        Ended::Plan => {}
        Ended::Budget => {
            notes.push(format!("the budget ended the search after {} trials", run.outcomes.len()));
        }
        Ended::Kept => notes.push(format!("the search was ended after {} trials", run.outcomes.len())),
    }
    notes
}
