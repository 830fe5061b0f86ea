//! What the caller wants learned. Unchecked [`Settings`] come from outside; only [`CheckedSettings`], made against a
//! table, reach training.

mod check;
mod classes;

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
    /// Least squares with a penalty `α‖w‖₁`, which leaves columns out.
    Lasso,
    /// Least squares with both penalties.
    ElasticNet,
    /// Least squares by gradient descent.
    GradientDescent,
    /// Logistic regression (softmax for more than two classes) with a penalty `α/2 ‖w‖²`.
    Logistic,
    /// The mean of trees, each grown on rows drawn with replacement.
    Forest,
    /// The mean of trees whose cuts are drawn at random.
    ExtraTrees,
    /// Trees one after another, each on what the earlier ones left over.
    Boosting,
    /// The weighted mean of the best models, chosen one by one on rows that they did not learn from.
    Ensemble,
}

impl Algorithm {
    /// Every family, simplest first: the order of ties.
    pub const ALL: [Self; 11] = [
        Self::Baseline,
        Self::Linear,
        Self::Ridge,
        Self::Lasso,
        Self::ElasticNet,
        Self::GradientDescent,
        Self::Logistic,
        Self::Forest,
        Self::ExtraTrees,
        Self::Boosting,
        Self::Ensemble,
    ];

    /// The name used in JSON and in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Linear => "linear",
            Self::Ridge => "ridge",
            Self::Lasso => "lasso",
            Self::ElasticNet => "elastic_net",
            Self::GradientDescent => "gradient_descent",
            Self::Logistic => "logistic",
            Self::Forest => "forest",
            Self::ExtraTrees => "extra_trees",
            Self::Boosting => "boosting",
            Self::Ensemble => "ensemble",
        }
    }

    /// Whether the family can learn the task.
    pub fn serves(self, task: Task) -> bool {
        match self {
            Self::Baseline | Self::Forest | Self::ExtraTrees | Self::Boosting | Self::Ensemble => true,
            Self::Linear | Self::Ridge | Self::Lasso | Self::ElasticNet | Self::GradientDescent => {
                task == Task::Regression
            }
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
    /// The latest rows by a column of dates or numbers test; rows of one moment stay together.
    Time {
        /// Its name; it is not learned from.
        column: String,
        /// The share of the test part, between 0 and 1.
        #[serde(default = "usual_test_fraction")]
        test_fraction: f64,
    },
    /// A random share of the groups that a column names: rows of one group stay together.
    Group {
        /// Its name; it is not learned from.
        column: String,
        /// The share of the test part, between 0 and 1.
        #[serde(default = "usual_test_fraction")]
        test_fraction: f64,
    },
    /// Every row tests once: cross-validation by folds, stratified by class. The scores are those of rows that each
    /// model did not learn from; the served model is the mean of the folds' models.
    Folds {
        /// How many, 2 to 20.
        folds: usize,
    },
}

fn usual_test_fraction() -> f64 {
    0.2
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

/// How boosting grows its trees. What is not given is the recipe of the engine, or searched within a budget.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BoostingSettings {
    /// Trees at most (rounds, of which each grows a tree for every class when there are more than two).
    pub max_rounds: Option<u32>,
    /// The share of each tree's answer that is taken.
    pub learning_rate: Option<f64>,
    /// Leaves of a tree at most.
    pub max_leaves: Option<u32>,
    /// Cuts from the root to a leaf at most.
    pub max_depth: Option<u32>,
    /// Rows of a leaf at least.
    pub min_leaf_rows: Option<u32>,
    /// The penalty on the squares of the leaves.
    pub l2: Option<f64>,
    /// The share of rows that each tree is grown on.
    pub row_fraction: Option<f64>,
    /// The share of columns that each tree is grown on.
    pub column_fraction: Option<f64>,
    /// Growing ends when this many rounds did not improve the loss on held-out rows; 0 grows all.
    pub early_stopping_rounds: Option<u32>,
}

/// How a forest (and extra trees) grows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ForestSettings {
    /// Trees.
    pub trees: Option<u32>,
    /// Cuts from the root to a leaf at most.
    pub max_depth: Option<u32>,
    /// Rows of a leaf at least.
    pub min_leaf_rows: Option<u32>,
    /// The share of columns that each cut chooses among.
    pub column_fraction: Option<f64>,
}

/// The penalty of lasso and elastic net: `α (l₁ ‖w‖₁ + (1 − l₁)/2 ‖w‖²)` on the mean squared error halved, as
/// scikit-learn's. Without α the one that cross-validation finds best.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ElasticNetSettings {
    /// α.
    pub alpha: Option<f64>,
    /// l₁ of the elastic net, 0 to 1; 0.5 unless told. Lasso's is 1.
    pub l1_ratio: Option<f64>,
}

/// How much each class weighs in learning.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    /// Every row weighs the same.
    #[default]
    None,
    /// Each class weighs the same in all: `rows / (classes × rows of the class)`.
    Balanced,
    /// By the name of the class; 1 where none is named.
    Given(std::collections::BTreeMap<String, f64>),
}

/// What a wrong answer costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// The class that is so.
    pub actual: String,
    /// The class that is answered.
    pub predicted: String,
    /// What that costs; what is not named costs 1, a right answer 0.
    pub cost: f64,
}

/// How a value must move with a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monotone {
    /// The answer never falls when the feature grows.
    Increasing,
    /// The answer never grows when the feature grows.
    Decreasing,
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
    /// Terms (words and pairs of words) of a column of text that are learned from at most, the commonest; trees take
    /// the most telling of them. 1 to 2,048, which columns of text share.
    pub text_terms: usize,
    /// Seconds that the search may take. With them the result depends on the machine; see `trials`.
    pub budget_seconds: Option<f64>,
    /// Trials that the search may take, in its fixed order: the same on every machine and any number of threads.
    /// Without either, each family is tried once.
    pub trials: Option<u32>,
    /// How lasso and elastic net are penalised.
    pub elastic_net: ElasticNetSettings,
    /// How boosting grows its trees.
    pub boosting: BoostingSettings,
    /// How forests grow.
    pub forest: ForestSettings,
    /// How much each class weighs.
    pub class_weights: ClassWeights,
    /// A column of numbers, 0 or above, that says how much each row weighs in learning and in scores; it is not
    /// learned from.
    pub weight_column: Option<String>,
    /// How the answer must move with columns of numbers, by their names: of a number, or of the probability of the
    /// second of two classes. Only boosting keeps to it, so only it is tried.
    pub monotone: std::collections::BTreeMap<String, Monotone>,
    /// What wrong answers cost: the label that is answered is the one of least expected cost.
    pub costs: Vec<Cost>,
}

impl Settings {
    /// Trees of an ensemble at most: what a short budget finds is not slow to serve, nor to look at.
    pub(crate) fn most_trees(&self) -> usize {
        self.budget_seconds.map_or(30_000, |seconds| (seconds * 500.0).clamp(3_000.0, 30_000.0) as usize)
    }
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
            text_terms: 1_024,
            budget_seconds: None,
            trials: None,
            elastic_net: ElasticNetSettings::default(),
            boosting: BoostingSettings::default(),
            forest: ForestSettings::default(),
            class_weights: ClassWeights::default(),
            weight_column: None,
            monotone: std::collections::BTreeMap::new(),
            costs: Vec::new(),
        }
    }
}
