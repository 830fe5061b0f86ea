//! What a run is to learn, and how.

use std::collections::BTreeMap;

wire! {
    /// What kind of answer is learned.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum Task {
        /// A number.
        Regression,
        /// One of a set of classes.
        Classification,
    }

    /// Which rows test the model.
    #[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
    pub enum Split {
        /// Rows drawn by the seed.
        Random {
            /// The share of rows that test, 0.01 to 0.9.
            test_fraction: f64,
        },
        /// Rows drawn by the seed, with each class in proportion.
        Stratified {
            /// The share of rows that test, 0.01 to 0.9.
            test_fraction: f64,
        },
        /// Rows named by a column with the values `train`, `test` and perhaps `validation`.
        Column {
            /// The column's name.
            column: String,
        },
        /// The latest rows by a column of dates or numbers test; rows of one moment stay together.
        Time {
            /// The column's name; it is not learned from.
            column: String,
            /// The share of rows that test, 0.01 to 0.9; a fifth unless told.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            test_fraction: Option<f64>,
        },
        /// Groups drawn by the seed test: rows of one group stay together.
        Group {
            /// The name of the column that names the groups; it is not learned from.
            column: String,
            /// The share of groups that test, 0.01 to 0.9; a fifth unless told.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            test_fraction: Option<f64>,
        },
        /// Every row tests once (cross-validation): for small data.
        Folds {
            /// How many folds, 2 to 20.
            folds: u32,
        },
    }

    /// A family of models.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum Algorithm {
        /// The mean, or the commonest class: what any model has to beat.
        Baseline,
        /// Least squares by the normal equations.
        Linear,
        /// Least squares by gradient descent, with its loss curve.
        GradientDescent,
        /// Least squares with an L2 penalty.
        Ridge,
        /// Least squares with an L1 penalty, which leaves columns out.
        Lasso,
        /// Least squares with both penalties.
        ElasticNet,
        /// Logistic regression, for two classes or more.
        Logistic,
        /// The mean of trees, each grown on rows drawn with replacement.
        Forest,
        /// The mean of trees whose cuts are drawn at random.
        ExtraTrees,
        /// Trees one after another, each on what the earlier ones left over.
        Boosting,
        /// The weighted mean of the best models.
        Ensemble,
    }

    /// How numbers are scaled before learning.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum Scaling {
        /// (x − mean) / standard deviation.
        Standard,
        /// (x − min) / (max − min).
        MinMax,
        /// As they are.
        None,
    }

    /// How the target is scaled before learning.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum TargetScaling {
        /// As it is.
        None,
        /// (y − min) / (max − min).
        MinMax,
        /// ln(1 + y), for targets that are never negative.
        Log,
    }

    /// What stands in for a missing number.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum Imputation {
        /// The mean of the column.
        Mean,
        /// The median of the column.
        Median,
    }

    /// What to learn and how.
    #[derive(Default)]
    pub struct RunSettings {
        /// The column to predict.
        pub target: String,
        /// The kind of answer; from the target's kind unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub task: Option<Task>,
        /// The columns to learn from; all useful ones unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub features: Option<Vec<String>>,
        /// Which rows test the model; a fifth at random unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub split: Option<Split>,
        /// The families to try; all that fit the task unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub algorithms: Option<Vec<Algorithm>>,
        /// How numbers are scaled; `standard` unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub scaling: Option<Scaling>,
        /// How the target is scaled; `none` unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target_scaling: Option<TargetScaling>,
        /// What ranks the models; `rmse` for numbers and `log_loss` for classes unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub metric: Option<String>,
        /// What the random draws start from; 42 unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub seed: Option<u64>,
        /// Seconds that the search may take, 1 to what an operator allows a run; better models are looked for while they
        /// last. The outcome depends on the machine; the trials that were made are recorded, so that it can be
        /// reproduced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub budget_seconds: Option<f64>,
        /// Trials that the search may take, 1 to 1,000, in a fixed order: the same outcome on every machine. Without
        /// seconds and trials each family is tried once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub trials: Option<u32>,
        /// How missing numbers are filled; `mean` unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub imputation: Option<Imputation>,
        /// Levels of a category with a column of their own in families with weights, 1 to 1,000; rarer ones share one.
        /// 100 unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub max_levels: Option<u32>,
        /// Words and pairs of words of a column of text that are learned from at most, the commonest, 1 to 2,048, which
        /// columns of text share. 1,024 unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub text_terms: Option<u32>,
        /// How much each class weighs in learning; `none` unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub class_weights: Option<ClassWeights>,
        /// A column of numbers, zero or more, that says how much each row weighs in learning and in scores; it is not
        /// learned from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub weight_column: Option<String>,
        /// How the answer must move with columns of numbers, by their names; only families of trees keep to it, so only
        /// they are tried.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        pub monotone: BTreeMap<String, Monotone>,
        /// What wrong answers cost: the label that is answered is the one of least expected cost. What is not named
        /// costs 1.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub costs: Vec<Cost>,
        /// How boosting grows its trees; what is not given is the engine's recipe, or searched.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub boosting: Option<BoostingSettings>,
        /// How forest and extra trees grow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub forest: Option<ForestSettings>,
        /// The penalty of lasso and elastic net.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub elastic_net: Option<ElasticNetSettings>,
        /// The L2 penalty of ridge and logistic regression; 1.0 unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub alpha: Option<f64>,
        /// Settings of gradient descent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub gradient_descent: Option<GradientDescent>,
    }

    /// Settings of gradient descent: `w ← w − α ∇L(w)`.
    #[serde(deny_unknown_fields)]
    pub struct GradientDescent {
        /// The learning rate α; from the data's curvature unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub learning_rate: Option<f64>,
        /// The most steps to take.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub max_iterations: Option<u32>,
        /// Stops when a step lowers the loss by less than this share.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tolerance: Option<f64>,
    }

    /// How boosting grows its trees.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct BoostingSettings {
        /// Rounds at most; each grows a tree, or one for every class when there are more than two.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub max_rounds: Option<u32>,
        /// The share of each tree's answer that is taken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub learning_rate: Option<f64>,
        /// Leaves of a tree at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub max_leaves: Option<u32>,
        /// Cuts from the root to a leaf at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub max_depth: Option<u32>,
        /// Rows of a leaf at least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub min_leaf_rows: Option<u32>,
        /// The penalty on the squares of the leaves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub l2: Option<f64>,
        /// The share of rows that each tree is grown on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub row_fraction: Option<f64>,
        /// The share of columns that each tree is grown on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub column_fraction: Option<f64>,
        /// Growing ends when this many rounds did not improve the loss on held-out rows; 0 grows all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub early_stopping_rounds: Option<u32>,
    }

    /// How forest and extra trees grow.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct ForestSettings {
        /// Trees.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub trees: Option<u32>,
        /// Cuts from the root to a leaf at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub max_depth: Option<u32>,
        /// Rows of a leaf at least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub min_leaf_rows: Option<u32>,
        /// The share of columns that each cut chooses among.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub column_fraction: Option<f64>,
    }

    /// The penalty of lasso and elastic net: `α (l₁ ‖w‖₁ + (1 − l₁)/2 ‖w‖²)`.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct ElasticNetSettings {
        /// α; the one that cross-validation finds best unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub alpha: Option<f64>,
        /// l₁ of the elastic net, 0 to 1; 0.5 unless told. Lasso's is 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub l1_ratio: Option<f64>,
    }

    /// How much each class weighs in learning: `"none"`, `"balanced"` or `{"given": {"yes": 3}}`.
    #[serde(rename_all = "snake_case")]
    pub enum ClassWeights {
        /// Every row weighs the same.
        None,
        /// Each class weighs the same in all.
        Balanced,
        /// By the name of the class; 1 where none is named.
        Given(BTreeMap<String, f64>),
    }

    /// How the answer must move with a column.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum Monotone {
        /// It never falls when the column grows.
        Increasing,
        /// It never grows when the column grows.
        Decreasing,
    }

    /// What a wrong answer costs.
    #[serde(deny_unknown_fields)]
    pub struct Cost {
        /// The class that is so.
        pub actual: String,
        /// The class that is answered.
        pub predicted: String,
        /// What that costs, zero or more.
        pub cost: f64,
    }
}
