//! Models: what training runs produce, in versions.

use crate::{
    DatasetId, ModelId, Page, RunId, Timestamp,
    datasets::{ColumnKind, Reading},
    training::{Algorithm, RunSettings, Task},
};
use std::collections::BTreeMap;

wire! {
    /// A version of a model.
    pub struct Model {
        /// The id.
        pub id: ModelId,
        /// The name that its versions share.
        pub name: String,
        /// The version, from 1.
        pub version: u32,
        /// What kind of answer it gives.
        pub task: Task,
        /// The column that it predicts.
        pub target: String,
        /// The family that won.
        pub algorithm: Algorithm,
        /// The metric that ranked the families.
        pub metric: String,
        /// Scores on the test rows by metric.
        pub metrics: BTreeMap<String, f64>,
        /// The baseline's scores on the same rows.
        pub baseline: BTreeMap<String, f64>,
        /// The columns that it reads.
        pub features: Vec<Feature>,
        /// The classes in the order of the probabilities; empty for a number.
        #[serde(default)]
        pub classes: Vec<String>,
        /// The run that made it.
        pub run_id: RunId,
        /// The data set that it learned from.
        pub dataset_id: DatasetId,
        /// The SHA-256 of the artefact, in hexadecimal.
        pub artefact_sha256: String,
        /// The size of the artefact.
        pub artefact_size_bytes: u64,
        /// When it was made.
        pub created_at: Timestamp,
    }

    /// A column that a model reads.
    pub struct Feature {
        /// The name.
        pub name: String,
        /// What it holds.
        pub kind: ColumnKind,
        /// The levels that were seen in training, for categories.
        #[serde(default)]
        pub levels: Vec<String>,
        /// The smallest number seen in training.
        #[serde(default)]
        pub min: Option<f64>,
        /// The largest number seen in training.
        #[serde(default)]
        pub max: Option<f64>,
        /// A typical value, to try the model with.
        #[serde(default)]
        pub example: serde_json::Value,
    }

    /// The families that were tried, best first.
    pub struct Leaderboard {
        /// The metric that ranks them.
        pub metric: String,
        /// The families.
        pub entries: Vec<LeaderboardEntry>,
    }

    /// A family that was tried.
    pub struct LeaderboardEntry {
        /// The family.
        pub algorithm: Algorithm,
        /// Scores on the test rows.
        pub metrics: BTreeMap<String, f64>,
        /// The settings that were used.
        #[serde(default)]
        pub parameters: serde_json::Value,
        /// The loss after each recorded step of an iterative solver.
        #[serde(default)]
        pub loss_curve: Vec<LossPoint>,
        /// Things worth knowing, such as columns that were left out.
        #[serde(default)]
        pub notes: Vec<String>,
    }

    /// The loss at a step.
    pub struct LossPoint {
        /// The step, from 0.
        pub iteration: u64,
        /// The loss on the training rows.
        pub loss: f64,
    }

    /// Where a model comes from.
    pub struct Lineage {
        /// The model.
        pub model_id: ModelId,
        /// The run.
        pub run_id: RunId,
        /// The data set.
        pub dataset_id: DatasetId,
        /// The SHA-256 of the data set's file.
        pub dataset_sha256: String,
        /// How the file was read, where somebody said so.
        #[serde(default)]
        pub reading: Reading,
        /// The settings as asked.
        pub settings: RunSettings,
        /// The seed of the random draws.
        pub seed: u64,
        /// The version of the engine.
        pub engine_version: String,
        /// The SHA-256 of the artefact.
        pub artefact_sha256: String,
    }

    /// Which models to list.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct ListModelsQuery {
        /// Only versions of this name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Items a page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub limit: Option<u32>,
        /// Where to read on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cursor: Option<String>,
    }
}

impl ListModelsQuery {
    /// The page part of the query.
    pub fn page(&self) -> crate::ListQuery {
        crate::ListQuery { limit: self.limit, cursor: self.cursor.clone() }
    }
}

calls! {
    /// Lists the models.
    ListModels: Get "/v1/models", query ListModelsQuery => 200 Page<Model>;
    /// Shows a model.
    GetModel: Get "/v1/models/{id}" => 200 Model;
    /// Shows the families that were tried.
    GetLeaderboard: Get "/v1/models/{id}/leaderboard" => 200 Leaderboard;
    /// Shows the data behind the pictures of a model: predicted against actual, or the confusion matrix.
    GetEvaluation: Get "/v1/models/{id}/evaluation" => 200 Evaluation;
    /// Tells where a model comes from.
    GetLineage: Get "/v1/models/{id}/lineage" => 200 Lineage;
    /// Deletes a model that no endpoint serves.
    DeleteModel: Delete "/v1/models/{id}" => 204 crate::Nothing;
}

wire! {
    /// The data behind the pictures of a model, from its test rows.
    pub struct Evaluation {
        /// Rows that trained.
        pub train_rows: u64,
        /// Rows that tested.
        pub test_rows: u64,
        /// Pairs of actual and predicted, at most 2,000, for numbers.
        #[serde(default)]
        pub predicted_actual: Vec<PredictedActual>,
        /// Counts by actual class (row) and predicted class (column), for classes.
        #[serde(default)]
        pub confusion: Vec<Vec<u64>>,
        /// The classes in the order of the matrix.
        #[serde(default)]
        pub classes: Vec<String>,
        /// For classes: a curve for each class against the rest, at most 20 classes.
        #[serde(default)]
        pub curves: Vec<ClassCurves>,
        /// For families with weights: what each input adds, the largest first, at most 200.
        #[serde(default)]
        pub coefficients: Vec<Coefficient>,
        /// Rows that tested, evenly drawn, to try the model with: at most 50, fewer where they are large.
        #[serde(default)]
        pub examples: Vec<Example>,
    }

    /// How well a class is told from the others at every threshold.
    pub struct ClassCurves {
        /// The class.
        pub class: String,
        /// Area under the ROC curve.
        pub roc_auc: f64,
        /// Average precision: the area under the precision-recall curve.
        pub average_precision: f64,
        /// The points from the highest threshold to the lowest, at most 200 and 2,000 of all classes together; the first
        /// is where no row is called a member.
        pub points: Vec<CurvePoint>,
    }

    /// What follows from calling every row with at least this probability a member of the class.
    pub struct CurvePoint {
        /// The least probability.
        pub threshold: f64,
        /// The share of other rows that are called members: x of ROC.
        pub false_positive_rate: f64,
        /// The share of members that are called so: y of ROC, and recall, x of precision-recall.
        pub true_positive_rate: f64,
        /// The share of rows called members that are members: y of precision-recall.
        pub precision: f64,
    }

    /// The weight of an input.
    pub struct Coefficient {
        /// The column, with the level for a category: `cut = Ideal`; `(intercept)` for the constant.
        pub feature: String,
        /// The class that it speaks for, with three classes or more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub class: Option<String>,
        /// The weight on the scaled input, so that weights compare: for `standard`, by standard deviation. In the target's
        /// own unit, unless its scaling is a logarithm.
        pub weight: f64,
    }

    /// A row that tested.
    pub struct Example {
        /// The values by column, as predict takes them.
        pub row: serde_json::Map<String, serde_json::Value>,
        /// What was so.
        pub actual: serde_json::Value,
        /// What the model said.
        pub predicted: serde_json::Value,
    }

    /// An answer beside the truth.
    pub struct PredictedActual {
        /// What the model said.
        pub predicted: f64,
        /// What was so.
        pub actual: f64,
    }
}
