//! What parent and child say to each other: lines of JSON by pipe, then raw bytes.
//!
//! Parent → child: an [`Order`] on a line, then the CSV file, as many bytes as the order says; later, a line
//! [`KEEP`] when the search is to stop and keep the best so far.
//! Child → parent: [`Word`]s, a line each; after [`Word::Trained`] the artefact to the end of the stream.
//! A step without a kind says how far the child is, and lets it notice that the parent is gone.

use crate::models::Card;
use contract::{
    Fault,
    datasets::Reading,
    training::{Algorithm, BestSoFar, Task},
};
use serde::{Deserialize, Serialize};

/// The line by which a parent asks for an end that keeps the best so far.
pub const KEEP: &str = "keep";

/// What the child is to learn.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    /// The settings in the engine's terms.
    pub settings: engine::Settings,
    /// How somebody said that the file is to be read.
    #[serde(default)]
    pub reading: Reading,
    /// The SHA-256 of the file, for the lineage.
    pub dataset_sha256: String,
    /// The size of the file.
    pub file_bytes: u64,
    /// Trials that the search is held to, whatever the settings say of its end: to make a model again.
    #[serde(default)]
    pub replay: Option<u32>,
    /// Threads that it may use; the outcome does not depend on them.
    pub threads: usize,
    /// The address space that the child may take.
    pub memory_bytes: u64,
}

/// What the child tells.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// A step.
    Step(Step),
    /// Nothing can be learned, and why; trying again would not help.
    Failed(Reason),
    /// There is a model; its bytes follow.
    Trained(Box<Learned>),
}

/// A step of the fit.
#[derive(Debug, Serialize, Deserialize)]
pub struct Step {
    /// What happened, for programs.
    pub kind: String,
    /// What happened, for people.
    pub message: String,
    /// 0 to 1.
    pub progress: f64,
    /// More about it.
    pub data: serde_json::Value,
    /// Where the search stands, where that is known.
    #[serde(default)]
    pub search: Option<Search>,
}

/// Where a search stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// Seconds until it ends, about.
    pub eta_seconds: Option<f64>,
    /// Trials that are fitted and scored.
    pub trials_done: u32,
    /// The best of them.
    pub best: Option<BestSoFar>,
}

/// Why nothing was learned.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reason {
    /// In words for the person who asked.
    pub detail: String,
    /// Each fault with its place.
    pub faults: Vec<Fault>,
}

/// A model, without its bytes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Learned {
    /// The kind of answer.
    pub task: Task,
    /// The column that it predicts.
    pub target: String,
    /// The family that won.
    pub algorithm: Algorithm,
    /// What ranked the families.
    pub metric: String,
    /// The seed that was used.
    pub seed: u64,
    /// The version of the engine.
    pub engine_version: String,
    /// Scores, columns, pictures.
    pub card: Card,
    /// The SHA-256 of the artefact.
    pub artefact_sha256: String,
}
