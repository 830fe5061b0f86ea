//! What the caller wants learned. Unchecked [`Settings`] come from outside; only [`CheckedSettings`], made against a
//! table, reach training.

mod check;

pub use check::{CheckedSettings, Excluded, SettingsFault};
use serde::{Deserialize, Serialize};

use crate::metrics::Metric;

/// What kind of answer is learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// A number.
    Regression,
    /// One of some classes, with probabilities.
    Classification,
}

/// A family of models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// The mean of the target, or the shares of its classes: what knowing nothing gives.
    Baseline,
    /// Least squares by the normal equations.
    Linear,
    /// Least squares with a penalty `α‖w‖²`.
    Ridge,
    /// Least squares by gradient descent.
    GradientDescent,
    /// Logistic regression (softmax for more than two classes) with a penalty `α/2 ‖w‖²`.
    Logistic,
}

impl Algorithm {
    /// Every family, simplest first: the order of ties.
    pub const ALL: [Self; 5] =
        [Self::Baseline, Self::Linear, Self::Ridge, Self::GradientDescent, Self::Logistic];

    /// The name used in JSON and in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Linear => "linear",
            Self::Ridge => "ridge",
            Self::GradientDescent => "gradient_descent",
            Self::Logistic => "logistic",
        }
    }

    /// Whether the family can learn the task.
    pub fn serves(self, task: Task) -> bool {
        match self {
            Self::Baseline => true,
            Self::Linear | Self::Ridge | Self::GradientDescent => task == Task::Regression,
            Self::Logistic => task == Task::Classification,
        }
    }
}

/// Which rows are learned from and which are kept to score on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Split {
    /// A random share, decided by the seed.
    Random {
        /// The share of the test part, between 0 and 1.
        test_fraction: f64,
    },
    /// A random share of every class.
    Stratified {
        /// The share of the test part, between 0 and 1.
        test_fraction: f64,
    },
    /// A column with the values `train`, `test` and optionally `validation`; rows of other values are left out.
    Column {
        /// Its name.
        column: String,
    },
}

impl Default for Split {
    fn default() -> Self {
        Self::Random { test_fraction: 0.2 }
    }
}

/// How columns of numbers are brought to one scale; fitted on the train part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// `(x − mean) / standard deviation`.
    #[default]
    Standard,
    /// `(x − min) / (max − min)`.
    MinMax,
    /// As they are.
    None,
}

/// How the target of a regression is brought to scale for learning; undone in every answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetScaling {
    /// As it is.
    #[default]
    None,
    /// `(y − min) / (max − min)`.
    MinMax,
    /// `ln(1 + y)`, for targets above −1.
    Log,
}

/// What stands in for a missing number; fitted on the train part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Imputation {
    /// The mean of the column.
    #[default]
    Mean,
    /// The median of the column.
    Median,
}

/// How gradient descent walks: `w ← w − α ∇L(w)` with `L = Σ (y − wᵀx)² / 2n`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GradientDescent {
    /// α. Halved, with a note, whenever a step makes the loss grow.
    pub learning_rate: f64,
    /// Steps at most.
    pub max_iterations: u32,
    /// The walk ends when no component of the gradient exceeds this share of the largest at the start.
    pub tolerance: f64,
}

impl Default for GradientDescent {
    fn default() -> Self {
        Self { learning_rate: 0.1, max_iterations: 20_000, tolerance: 1e-8 }
    }
}

/// What is to be learned, and how. Only `target` must be given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The column to predict.
    pub target: String,
    /// The kind of answer; without it, by the kind of the target.
    pub task: Option<Task>,
    /// The columns to learn from; without them, all that are fit for it.
    pub features: Option<Vec<String>>,
    /// Which rows are kept to score on.
    pub split: Split,
    /// The families to try; without them, all that serve the task. The baseline always runs beside them.
    pub algorithms: Option<Vec<Algorithm>>,
    /// How missing numbers are filled.
    pub imputation: Imputation,
    /// How columns of numbers are scaled.
    pub scaling: Scaling,
    /// How the target of a regression is scaled.
    pub target_scaling: TargetScaling,
    /// What decides which model is best; without it RMSE or log-loss.
    pub metric: Option<Metric>,
    /// The seed of the split.
    pub seed: u64,
    /// The penalty α of ridge and logistic regression.
    pub ridge_alpha: f64,
    /// How gradient descent walks.
    pub gradient_descent: GradientDescent,
    /// Levels of a category with a column of their own; rarer ones share one. 1 to 1,000.
    pub max_levels: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            target: String::new(),
            task: None,
            features: None,
            split: Split::default(),
            algorithms: None,
            imputation: Imputation::default(),
            scaling: Scaling::default(),
            target_scaling: TargetScaling::default(),
            metric: None,
            seed: 42,
            ridge_alpha: 1.0,
            gradient_descent: GradientDescent::default(),
            max_levels: 100,
        }
    }
}
