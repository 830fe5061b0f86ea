//! Proof that a model comes from its data, settings and seed: it is trained again, and the outcome compared to the bit.

use crate::{ModelId, Problem, ReproductionId, Timestamp, UserId, training::RunStatus};

wire! {
    /// A training of a model anew. It makes no version of the model.
    pub struct Reproduction {
        /// The id.
        pub id: ReproductionId,
        /// The model.
        pub model_id: ModelId,
        /// Where it stands; `succeeded` when the training came to an end, whatever `equal` says.
        pub status: RunStatus,
        /// 0 to 1.
        pub progress: f64,
        /// The SHA-256 of the model's artefact.
        pub expected_sha256: String,
        /// The SHA-256 of the artefact that came out.
        #[serde(default)]
        pub found_sha256: Option<String>,
        /// Whether the two are one.
        #[serde(default)]
        pub equal: Option<bool>,
        /// The version of the engine that trained anew.
        #[serde(default)]
        pub engine_version: Option<String>,
        /// The trials that it was held to.
        #[serde(default)]
        pub trials: Option<u32>,
        /// Threads that it ran on; the outcome does not depend on them.
        #[serde(default)]
        pub threads: Option<u32>,
        /// Why it failed.
        #[serde(default)]
        pub error: Option<Problem>,
        /// Who asked for it: a person, or none when a key did.
        pub created_by: Option<UserId>,
        /// When it was asked for.
        pub queued_at: Timestamp,
        /// When a worker first took it.
        pub started_at: Option<Timestamp>,
        /// When it ended.
        pub finished_at: Option<Timestamp>,
    }
}
