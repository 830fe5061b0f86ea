//! What is shown of the served model beside its scores: where it errs, what it goes by, how far it can be trusted.
//!
//! Everything is computed once, on rows that the model did not learn from, and kept. Each part is bounded, so that what
//! is kept stays below a mebibyte however wide the table is, and so is the work, whatever the model costs.

mod coefficients;
mod dependence;
mod examples;
mod gains;
mod importance;
mod loss;
mod reliability;
mod residuals;
mod segments;
mod thresholds;

pub use dependence::{Dependence, PartialDependence};
pub use gains::{GainPoint, Gains};
pub use importance::{FeatureImportance, Importance};
pub use reliability::{Reliability, ReliabilityPoint};
pub use residuals::{ResidualBand, Residuals};
pub use segments::{Segment, Segments};
pub use thresholds::{ThresholdPoint, Thresholds};

use crate::artefact::Content;
use crate::certainty::Conformal;
use crate::families::Model;
use crate::metrics::{Evaluation, Metric, Resamples, classification, curves, regression};
use crate::scorer::{Batch, Scorer, Scores};
use crate::settings::Task;
use crate::table::Table;
use loss::Loss;

/// Levels at which intervals and sets are held against the truth.
pub const COVERAGE_LEVELS: [f64; 5] = [0.5, 0.8, 0.9, 0.95, 0.99];

/// Characters of a level that are shown.
const SHOWN_CHARACTERS: usize = 100;

/// What the held-out rows hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Actual<'a> {
    /// Of a regression, one a row.
    Numbers(&'a [f64]),
    /// Of a classification, one a row; the number of classes for one that training never saw.
    Classes(&'a [u32]),
}

/// Rows that the model did not learn from, with its answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeldOut<'a> {
    /// Where they stand.
    pub table: &'a Table,
    /// Their places in the table.
    pub rows: &'a [usize],
    /// What they are; as long as `rows`.
    pub actual: Actual<'a>,
    /// What the model says of them, calibrated: row-major, a number or the probabilities of a row. Of a model that is
    /// the mean of folds, the answers of the folds that had not seen the row.
    pub answers: &'a [f64],
    /// The probabilities before they were calibrated, if they were.
    pub uncalibrated: Option<&'a [f64]>,
    /// What each row weighs in the scores; as long as `rows`.
    pub weights: Option<&'a [f64]>,
    /// Where the conformal errors of the model come from.
    pub conformal: Learned,
}

/// On which rows something was learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Learned {
    /// On other rows than the held-out ones, which therefore can judge it.
    Elsewhere,
    /// On the held-out rows themselves: it is learned anew on a part of them to be judged by the rest.
    Here,
}

/// What answers rows: a scorer, or what stands in for it.
pub(crate) type Predict<'a> = &'a mut dyn FnMut(&Batch, &mut Scores);

/// What the pictures of a model may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Of the answer to one row, roughly in walks through a tree; at least 1.
    pub of_row: usize,
    /// The share of the usual work that there is time for, from 0 to 1.
    pub share: f64,
}

impl Effort {
    /// As much of the usual work as there is time for.
    fn of(self, work: usize) -> usize {
        (work as f64 * self.share) as usize
    }
}

/// Evaluates a model on held-out rows, with a `share` of the usual effort. Where `go_on` says no, what has not been
/// looked at yet is left empty.
///
/// The metric is that of the settings, else the usual one of the task; importance and segments go by the loss of single
/// rows that is nearest to it.
pub(crate) fn evaluate(
    content: &Content,
    scorer: &Scorer,
    held: &HeldOut<'_>,
    share: f64,
    go_on: &mut dyn FnMut() -> bool,
) -> Evaluation {
    let schema = &content.schema;
    let metric = content.settings.metric.filter(|metric| metric.task() == schema.task);
    let loss = Loss::nearest(metric.unwrap_or(Metric::default_for(schema.task)));
    let mut evaluation = scores(content, scorer, held);
    evaluation.coefficients = coefficients::coefficients(content);
    evaluation.examples = examples::examples(scorer, held.table, held.rows);
    if !go_on() {
        return evaluation;
    }
    let predict: Predict<'_> = &mut |batch, scores| scorer.score_into(batch, scores);
    let effort = Effort { of_row: cost(&content.model, schema.features.len()).max(1), share };
    evaluation.importance =
        importance::importance(scorer, predict, held, loss, effort, content.settings.seed, go_on);
    let ranked = importance::ranked(evaluation.importance.as_ref(), schema);
    evaluation.segments = segments::segments(scorer, &ranked, held, loss);
    let moving = importance::moving(evaluation.importance.as_ref(), schema);
    evaluation.partial_dependence =
        dependence::partial_dependence(scorer, predict, held, &moving, effort, go_on);
    evaluation
}

/// What follows from the answers alone.
fn scores(content: &Content, scorer: &Scorer, held: &HeldOut<'_>) -> Evaluation {
    let (classes, seed) = (&content.schema.classes, content.settings.seed);
    match held.actual {
        Actual::Numbers(actual) => {
            let (_, mut evaluation) = regression(actual, held.answers, held.weights);
            let resamples = Resamples::of_numbers(actual, held.answers, held.weights, seed);
            evaluation.intervals = resamples.intervals();
            evaluation.residuals = residuals::residuals(actual, held.answers);
            evaluation.coverage = match (&content.conformal, held.conformal) {
                (Some(conformal), Learned::Elsewhere) => {
                    conformal.coverage_of_numbers(actual, held.answers, &COVERAGE_LEVELS)
                }
                (Some(_), Learned::Here) => {
                    Conformal::crosswise_of_numbers(actual, held.answers, &COVERAGE_LEVELS)
                }
                (None, _) => Vec::new(),
            };
            evaluation
        }
        Actual::Classes(actual) => {
            let k = classes.len();
            let label = |p: &[f64]| scorer.label(p);
            let (_, mut evaluation) = classification(actual, held.answers, classes, held.weights, &label);
            let resamples = Resamples::of_classes(actual, held.answers, k, held.weights, &label, seed);
            evaluation.intervals = resamples.intervals();
            evaluation.curves = curves(actual, held.answers, classes);
            evaluation.gains = gains::gains(actual, held.answers, classes);
            evaluation.reliability = reliability::reliability(actual, held.uncalibrated, held.answers, k);
            evaluation.thresholds =
                thresholds::thresholds(actual, held.answers, held.weights, classes, &content.settings.costs);
            evaluation.coverage = match (&content.conformal, held.conformal) {
                (Some(conformal), Learned::Elsewhere) => {
                    conformal.coverage_of_classes(actual, held.answers, k, &COVERAGE_LEVELS)
                }
                (Some(_), Learned::Here) => {
                    Conformal::crosswise_of_classes(actual, held.answers, k, &COVERAGE_LEVELS)
                }
                (None, _) => Vec::new(),
            };
            evaluation
        }
    }
}

/// What the answer to one row costs, roughly in walks through a tree.
fn cost(model: &Model, features: usize) -> usize {
    match model {
        Model::Constant { .. } | Model::Shares { .. } => 1,
        Model::Linear { .. } => 1 + features / 8,
        Model::Logistic { intercepts, .. } => 1 + features * intercepts.len() / 8,
        Model::Trees(trees) => 1 + trees.trees.len(),
        Model::Blend { members } => members.iter().map(|member| cost(&member.model, features)).sum(),
    }
}

/// At most `most` places of `count`, evenly spread.
fn spread(count: usize, most: usize) -> Vec<usize> {
    let wanted = count.min(most);
    (0..wanted).map(|n| n * count / wanted).collect()
}

/// A number to six significant digits, which are more than a picture shows; 0 of what is not finite.
fn rounded(value: f64) -> f64 {
    if !value.is_finite() || value == 0.0 {
        return 0.0;
    }
    let mut factor = 1.0;
    while (value * factor).abs() < 1e5 && factor < 1e200 {
        factor *= 10.0;
    }
    let scaled = value * factor;
    if scaled.abs() < 1e15 { scaled.round() / factor } else { value }
}

/// Whether the task has two classes, of which the second is spoken of.
fn is_binary(task: Task, classes: &[String]) -> bool {
    task == Task::Classification && classes.len() == 2
}

#[cfg(test)]
mod tests;
