//! From a table and checked settings to a leaderboard and the best model's artefact.
//!
//! Steps: target → split → prepare (fitted on the train part) → fit each family → score on the test part → rank. The
//! model that is served is the very one that was scored: fitted on the train part, not fitted again on all rows.
//! Rows without a target are left out and counted. Ties within a millionth go to the simpler family.

mod error;
mod families;
mod pictures;
mod progress;
mod target;

use std::collections::BTreeMap;

pub use error::TrainError;
use families::{Candidate, Fits};
pub use progress::{Continue, LossPoint, Progress, ProgressKind};
use serde::{Deserialize, Serialize};
use target::{Target, Values};

use crate::ENGINE_VERSION;
use crate::artefact::{Artefact, Content, Lineage};
use crate::metrics::{Evaluation, ScoreMap, classification, regression};
use crate::prepare::Plan;
use crate::scorer::{Schema, Scorer, Scores};
use crate::settings::{Algorithm, CheckedSettings, Excluded};
use crate::split::{Parts, split};
use crate::table::Table;

/// One family on the leaderboard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The family.
    pub algorithm: Algorithm,
    /// Its scores on the test part.
    pub metrics: ScoreMap,
    /// The loss on the train part by iteration; empty for closed forms.
    pub loss_curve: Vec<LossPoint>,
    /// Numbers that describe the fit, by name.
    pub parameters: BTreeMap<String, f64>,
    /// What the reader should know, a sentence each.
    pub notes: Vec<String>,
}

/// How many rows went where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
    /// Learned from.
    pub train: usize,
    /// Scored on.
    pub test: usize,
    /// Left out because their target is missing.
    pub without_target: usize,
    /// Left out by the split column.
    pub left_out: usize,
}

/// What training came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The place of the served model on the leaderboard.
    pub best: usize,
    /// Every family that was fitted, best first.
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
    /// The served model.
    pub artefact: Artefact,
}

/// A family that was fitted and scored.
struct Scored {
    entry: Entry,
    evaluation: Evaluation,
    content: Content,
}

/// Learns. `observe` sees progress and may stop it at any time.
///
/// # Errors
/// Data that nothing can be learned from, or [`TrainError::Stopped`].
pub fn train(
    table: &Table,
    checked: &CheckedSettings,
    observe: &mut dyn FnMut(Progress) -> Continue,
) -> Result<Trained, TrainError> {
    let target = Target::read(table, checked)?;
    let parts = split(table, checked, &target.rows, target.classes())?;
    if parts.test.is_empty() {
        return Err(TrainError::EmptyPart { part: "test".to_owned() });
    }
    let target = target.of_parts(&parts)?;
    let plan = Plan::fit(table, &checked.features, &parts.train, checked.settings.imputation);
    let rows = RowCounts {
        train: parts.train.len(),
        test: parts.test.len(),
        without_target: target.without_target,
        left_out: parts.left_out,
    };
    let mut report = progress::Reporter::new(observe, checked.algorithms.len());
    report.prepared(rows, checked)?;
    let mut fits = Fits::new(table, checked, &parts.train, &plan, &target);
    let mut scored = Vec::new();
    let mut notes = checked.notes.clone();
    for algorithm in &checked.algorithms {
        report.started(*algorithm)?;
        let candidate = fits.fit(*algorithm, &mut report)?;
        match score(table, checked, &parts, &plan, &target, *algorithm, candidate) {
            Some(result) => {
                report.finished(*algorithm, &result.entry.metrics)?;
                scored.push(result);
            }
            None => notes.push(format!("{} found no finite model and is left out", algorithm.as_str())),
        }
    }
    let (mut trained, content) = finish(scored, checked, rows, notes)?;
    pictures::add(&mut trained.evaluation, &content, table, &parts.test, &target);
    Ok(trained)
}

/// Scores a candidate on the test part by the very scorer that will serve it; `None` when its numbers are not finite.
fn score(
    table: &Table,
    checked: &CheckedSettings,
    parts: &Parts,
    plan: &Plan,
    target: &Target,
    algorithm: Algorithm,
    candidate: Candidate,
) -> Option<Scored> {
    let Candidate { fitted, preparation, target_scale } = candidate;
    let mut content = Content {
        schema: Schema {
            features: plan.schema.clone(),
            target: checked.settings.target.clone(),
            task: checked.task,
            classes: target.class_names().to_vec(),
        },
        algorithm,
        preparation,
        means: Vec::new(),
        target_scale,
        model: fitted.model,
        calibration: None,
        conformal: None,
        settings: checked.settings.clone(),
        scores: ScoreMap::new(),
        baseline: ScoreMap::new(),
        lineage: Lineage {
            dataset_sha256: checked.dataset_sha256.clone(),
            engine_version: ENGINE_VERSION.to_owned(),
            seed: checked.settings.seed,
            train_rows: parts.train.len() as u64,
            test_rows: parts.test.len() as u64,
        },
    };
    if !content.model.is_finite() {
        return None;
    }
    let scorer = Scorer::from_content(&content).ok()?;
    let mut scores = Scores::default();
    scorer.score_into(&scorer.batch_of(table, &parts.test), &mut scores);
    let (metrics, evaluation) = match &target.values {
        Values::Numbers { test, .. } => regression(test, &scores.values),
        Values::Classes { test, names, .. } => classification(test, &scores.values, names),
    };
    content.scores = metrics.clone();
    let entry = Entry {
        algorithm,
        metrics,
        loss_curve: fitted.loss_curve,
        parameters: fitted.parameters,
        notes: fitted.notes,
    };
    Some(Scored { entry, evaluation, content })
}

/// Ranks what was scored and seals the best, whose content is handed on for the pictures.
fn finish(
    mut scored: Vec<Scored>,
    checked: &CheckedSettings,
    rows: RowCounts,
    mut notes: Vec<String>,
) -> Result<(Trained, Content), TrainError> {
    let cost = |scored: &Scored| checked.metric.cost(&scored.entry.metrics);
    scored.sort_by(|a, b| cost(a).total_cmp(&cost(b)).then(a.entry.algorithm.cmp(&b.entry.algorithm)));
    let least = scored.first().map(cost).ok_or(TrainError::NotFinite)?;
    let tied = |scored: &Scored| (cost(scored) - least).abs() <= 1e-6 * least.abs() || cost(scored) == least;
    let best = (0..scored.len()).filter(|at| tied(&scored[*at])).min_by_key(|at| scored[*at].entry.algorithm);
    if let Some(best) = best {
        scored[..=best].rotate_right(1);
    }
    let baseline = scored.iter().find(|s| s.entry.algorithm == Algorithm::Baseline);
    let baseline = baseline.map(|s| s.entry.metrics.clone()).unwrap_or_default();
    if rows.without_target > 0 {
        notes.push(format!("{} rows without a target were left out", rows.without_target));
    }
    if rows.left_out > 0 {
        notes.push(format!("{} rows are neither train nor test and were left out", rows.left_out));
    }
    let Some(first) = scored.first_mut() else { return Err(TrainError::NotFinite) };
    if first.entry.algorithm == Algorithm::Baseline && checked.algorithms.len() > 1 {
        notes.push("no family beats the baseline: the columns say nothing of the target".to_owned());
    }
    first.content.baseline.clone_from(&baseline);
    let content = first.content.clone();
    let artefact = Artefact::seal(content.clone())?;
    let evaluation = std::mem::take(&mut first.evaluation);
    let leaderboard = scored.into_iter().map(|s| s.entry).collect();
    let excluded = checked.excluded.clone();
    let trained = Trained { best: 0, leaderboard, baseline, evaluation, rows, excluded, notes, artefact };
    Ok((trained, content))
}
