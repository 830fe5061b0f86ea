//! How good predictions are: the scores, and the few numbers that pictures of them need.
//!
//! A score that is not defined (AUC of one class, R² of a constant) is left out, never NaN.

mod classes;
mod curves;
mod numbers;
mod ranking;
mod resamples;

use std::collections::BTreeMap;

pub(crate) use classes::{CALIBRATION_BINS, calibration_bin};
pub use classes::{classification, most_likely};
pub use curves::{ClassCurves, CurvePoint, curves};
pub use numbers::regression;
pub use resamples::{Interval, Resamples, ScoreIntervals};
use serde::{Deserialize, Serialize};

use crate::certainty::Coverage;
use crate::insight::{Gains, Importance, PartialDependence, Reliability, Residuals, Segments, Thresholds};
use crate::settings::Task;

/// Scores by the name of their metric.
pub type ScoreMap = BTreeMap<String, f64>;

/// A score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// The root of the mean squared error.
    Rmse,
    /// The mean absolute error.
    Mae,
    /// The share of the variance that is explained.
    R2,
    /// The mean squared error.
    Mse,
    /// The median absolute error.
    MedianAbsoluteError,
    /// The mean absolute error as a share of the actual value, over rows where that is not 0.
    Mape,
    /// The mean of `−ln p` of the actual class; p is held within 1e-15 and 1.
    LogLoss,
    /// The share of right answers.
    Accuracy,
    /// The mean over classes of the share found.
    BalancedAccuracy,
    /// The harmonic mean of precision and recall: of the second class of two, else the mean over classes.
    F1,
    /// The area under the ROC curve: of the second class of two, else the mean of each class against the rest.
    Auc,
    /// The mean squared distance of the probabilities from the truth: of the second class of two, else summed over
    /// classes.
    Brier,
    /// `Σ (recallᵢ − recallᵢ₋₁) precisionᵢ` over the thresholds: of the second class of two, else the mean of each class
    /// against the rest.
    AveragePrecision,
    /// Matthews' correlation coefficient of actual and answered classes; 0 where either has one class only.
    Mcc,
    /// The expected calibration error: how far stated probabilities are from what came true, over ten stretches of
    /// equal length, weighted by their rows. Stated is the probability of the second class of two, else the greatest.
    CalibrationError,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 15] = [
        Self::Rmse,
        Self::Mae,
        Self::R2,
        Self::Mse,
        Self::MedianAbsoluteError,
        Self::Mape,
        Self::LogLoss,
        Self::Accuracy,
        Self::BalancedAccuracy,
        Self::F1,
        Self::Auc,
        Self::Brier,
        Self::AveragePrecision,
        Self::Mcc,
        Self::CalibrationError,
    ];

    /// The name used in JSON and in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rmse => "rmse",
            Self::Mae => "mae",
            Self::R2 => "r2",
            Self::Mse => "mse",
            Self::MedianAbsoluteError => "median_absolute_error",
            Self::Mape => "mape",
            Self::LogLoss => "log_loss",
            Self::Accuracy => "accuracy",
            Self::BalancedAccuracy => "balanced_accuracy",
            Self::F1 => "f1",
            Self::Auc => "auc",
            Self::Brier => "brier",
            Self::AveragePrecision => "average_precision",
            Self::Mcc => "mcc",
            Self::CalibrationError => "calibration_error",
        }
    }

    /// The task it measures.
    pub fn task(self) -> Task {
        match self {
            Self::Rmse | Self::Mae | Self::R2 | Self::Mse | Self::MedianAbsoluteError | Self::Mape => {
                Task::Regression
            }
            Self::LogLoss
            | Self::Accuracy
            | Self::BalancedAccuracy
            | Self::F1
            | Self::Auc
            | Self::Brier
            | Self::AveragePrecision
            | Self::Mcc
            | Self::CalibrationError => Task::Classification,
        }
    }

    /// Whether a greater score is a better one.
    pub fn greater_is_better(self) -> bool {
        matches!(
            self,
            Self::R2
                | Self::Accuracy
                | Self::BalancedAccuracy
                | Self::F1
                | Self::Auc
                | Self::AveragePrecision
                | Self::Mcc
        )
    }

    /// The least and the greatest value that it can take.
    pub fn range(self) -> (f64, f64) {
        match self {
            Self::R2 => (f64::NEG_INFINITY, 1.0),
            Self::Mcc => (-1.0, 1.0),
            Self::Accuracy
            | Self::BalancedAccuracy
            | Self::F1
            | Self::Auc
            | Self::AveragePrecision
            | Self::CalibrationError => (0.0, 1.0),
            Self::Brier => (0.0, 2.0),
            Self::Rmse | Self::Mae | Self::Mse | Self::MedianAbsoluteError | Self::Mape | Self::LogLoss => {
                (0.0, f64::INFINITY)
            }
        }
    }

    /// What decides when the caller does not say.
    pub fn default_for(task: Task) -> Self {
        match task {
            Task::Regression => Self::Rmse,
            Task::Classification => Self::LogLoss,
        }
    }

    /// The score turned so that less is better; a missing one is worst.
    pub(crate) fn cost(self, scores: &ScoreMap) -> f64 {
        match scores.get(self.as_str()) {
            Some(score) if self.greater_is_better() => -score,
            Some(score) => *score,
            None => f64::INFINITY,
        }
    }
}

/// An actual value and what was predicted for it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// The value in the data.
    pub actual: f64,
    /// The model's answer.
    pub predicted: f64,
}

/// How often each class was taken for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// The classes.
    pub classes: Vec<String>,
    /// `counts[actual][predicted]`.
    pub counts: Vec<Vec<u64>>,
}

/// Pictures of the best model on the test part, kept small.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Rows of the test part.
    pub test_rows: usize,
    /// At most 2,000 evenly spaced rows; regressions only.
    pub pairs: Vec<Pair>,
    /// For at most 50 classes; classifications only.
    pub confusion: Option<Confusion>,
    /// A curve for each class against the rest; classifications only, and only of the served model.
    #[serde(default)]
    pub curves: Vec<ClassCurves>,
    /// The largest weights of the served model, at most 200, the intercepts among them.
    #[serde(default)]
    pub coefficients: Vec<Coefficient>,
    /// At most 50 evenly spaced rows with the served model's answers.
    #[serde(default)]
    pub examples: Vec<Example>,
    /// The interval of 95 % of each score.
    #[serde(default)]
    pub intervals: ScoreIntervals,
    /// How far numbers are off; regressions only.
    #[serde(default)]
    pub residuals: Option<Residuals>,
    /// What looking at the likeliest rows first gains, class by class; classifications only.
    #[serde(default)]
    pub gains: Vec<Gains>,
    /// Whether probabilities are as frequent as they say; classifications only.
    #[serde(default)]
    pub reliability: Option<Reliability>,
    /// What each threshold costs; with two classes only.
    #[serde(default)]
    pub thresholds: Option<Thresholds>,
    /// How often intervals or sets held the truth, level by level; empty when the model makes none.
    #[serde(default)]
    pub coverage: Vec<Coverage>,
    /// What the model goes by.
    #[serde(default)]
    pub importance: Option<Importance>,
    /// How answers move with each of the most important features, at most 12.
    #[serde(default)]
    pub partial_dependence: Vec<PartialDependence>,
    /// Where the model errs, by the values of each of the most important features, at most 20.
    #[serde(default)]
    pub segments: Vec<Segments>,
}

/// The weight of an input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coefficient {
    /// The column, with the level for a category: `cut = Ideal`; `(intercept)` for the constant.
    pub feature: String,
    /// The class that it speaks for, with three classes or more.
    pub class: Option<String>,
    /// The weight on the scaled input. On the target's own scale, unless that is a logarithm.
    pub weight: f64,
}

/// A row of the test part with its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The features in the order of the schema.
    pub row: Vec<(String, CellValue)>,
    /// What the row holds.
    pub actual: CellValue,
    /// What the model says.
    pub predicted: CellValue,
}

/// A value as predict takes and answers it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CellValue {
    /// A number.
    Number(f64),
    /// A level, a class, or a date.
    Text(String),
    /// No value.
    Missing,
}

/// One weight a row: those given, or 1; what is not a weight is 0.
fn row_weights(weights: Option<&[f64]>, rows: usize) -> Vec<f64> {
    match weights {
        Some(weights) => {
            let sound = |weight: &f64| if weight.is_finite() && *weight > 0.0 { *weight } else { 0.0 };
            (0..rows).map(|row| weights.get(row).map_or(0.0, sound)).collect()
        }
        None => vec![1.0; rows],
    }
}

/// Keeps a score that is defined.
fn put(scores: &mut ScoreMap, metric: Metric, value: f64) {
    if value.is_finite() {
        scores.insert(metric.as_str().to_owned(), value);
    }
}
