//! Models: what training runs produce, in versions.

mod evaluation;
mod explanation;
mod reproduction;

pub use evaluation::*;
pub use explanation::*;
pub use reproduction::*;

use crate::{
    DatasetId, ListQuery, ModelId, Multiple, Page, RunId, Timestamp,
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
        /// How far each score may be off by the draw of the test rows, with 95 % confidence; where that is known.
        #[serde(default)]
        pub intervals: BTreeMap<String, ScoreInterval>,
        /// The baseline's scores on the same rows.
        pub baseline: BTreeMap<String, f64>,
        /// The columns that it reads.
        pub features: Vec<Feature>,
        /// The classes in the order of the probabilities; empty for a number.
        #[serde(default)]
        pub classes: Vec<String>,
        /// What its answers can come with, beside the answer.
        #[serde(default)]
        pub certainty: Certainty,
        /// Models that were tried to find it.
        #[serde(default)]
        pub trials: u32,
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

    /// What a model's answers can come with.
    #[derive(Default)]
    pub struct Certainty {
        /// Whether probabilities were calibrated on rows that the model did not learn from.
        #[serde(default)]
        pub calibrated: bool,
        /// Whether predict takes `interval`: intervals for numbers, sets for classes.
        #[serde(default)]
        pub intervals: bool,
        /// Whether predict takes `explain`.
        #[serde(default)]
        pub contributions: bool,
        /// Whether the label is the one of least expected cost, by the costs of the settings, and not the likeliest.
        #[serde(default)]
        pub costs: bool,
    }

    /// How far a score may be off.
    #[derive(Copy)]
    pub struct ScoreInterval {
        /// From.
        pub low: f64,
        /// To.
        pub high: f64,
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

    /// The models that were tried, best first.
    pub struct Leaderboard {
        /// The metric that ranks them.
        pub metric: String,
        /// The models; of a search, the best of each family and those near the top.
        pub entries: Vec<LeaderboardEntry>,
    }

    /// A model that was tried.
    pub struct LeaderboardEntry {
        /// The family.
        pub algorithm: Algorithm,
        /// The trial that it was, from 1; 0 where that was not recorded.
        #[serde(default)]
        pub trial: u32,
        /// Scores on the test rows; empty for a trial that was not scored on them.
        #[serde(default)]
        pub metrics: BTreeMap<String, f64>,
        /// Scores on the rows that chose among the trials, which none of them learned from.
        #[serde(default)]
        pub validation: BTreeMap<String, f64>,
        /// How far each score of `metrics` may be off, with 95 % confidence.
        #[serde(default)]
        pub intervals: BTreeMap<String, ScoreInterval>,
        /// Whether it can't be told from the best: the difference is within the noise of the rows.
        #[serde(default)]
        pub tied: bool,
        /// Seconds that fitting took.
        #[serde(default)]
        pub fit_seconds: Option<f64>,
        /// Microseconds that the answer to one row took where the model was made; of the served model.
        #[serde(default)]
        pub row_microseconds: Option<f64>,
        /// The size of the artefact; of the served model.
        #[serde(default)]
        pub size_bytes: Option<u64>,
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
        /// The trials that were made: with the same number the model is reproduced whatever the machine.
        #[serde(default)]
        pub trials: u32,
        /// The latest reproductions, newest first, at most 20.
        #[serde(default)]
        pub reproductions: Vec<Reproduction>,
        /// The version of the engine.
        pub engine_version: String,
        /// The SHA-256 of the artefact.
        pub artefact_sha256: String,
    }

    /// Which form of a model to export.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum ExportFormat {
        /// ONNX with the preparation inside: inputs by the columns' names.
        Onnx,
        /// JSON for people: preparation, weights and trees.
        Json,
    }

    /// How to export a model.
    #[serde(deny_unknown_fields)]
    pub struct ExportModelQuery {
        /// The form.
        pub format: ExportFormat,
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
    /// Shows the data behind the pictures of a model, from its test rows.
    GetEvaluation: Get "/v1/models/{id}/evaluation" => 200 Evaluation;
    /// Tells where a model comes from.
    GetLineage: Get "/v1/models/{id}/lineage" => 200 Lineage;
    /// Shows what a model's answers depend on: importance and partial dependence.
    GetExplanation: Get "/v1/models/{id}/explanation" => 200 Explanation;
    /// Returns the model as a file: ONNX, or JSON.
    ExportModel: Get "/v1/models/{id}/export", query ExportModelQuery => 200 Multiple;
    /// Describes the model in Markdown: data, settings, scores, limits.
    GetModelCard: Get "/v1/models/{id}/card" => 200 Multiple;
    /// Trains the model again from the same data, settings and seed, and compares the outcome to the bit.
    ReproduceModel: Post "/v1/models/{id}/reproduce" => 202 Reproduction;
    /// Lists the reproductions of a model.
    ListReproductions: Get "/v1/models/{id}/reproductions", query ListQuery => 200 Page<Reproduction>;
    /// Shows a reproduction.
    GetReproduction: Get "/v1/reproductions/{id}" => 200 Reproduction;
    /// Deletes a model that no endpoint serves.
    DeleteModel: Delete "/v1/models/{id}" => 204 crate::Nothing;
}
