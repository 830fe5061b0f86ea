//! Training runs: a data set and settings go in, a model comes out.

mod settings;

pub use settings::*;

use crate::{
    DatasetId, ListQuery, ModelId, Multiple, Page, Problem, RunId, Timestamp, UserId,
    models::LeaderboardEntry,
};

wire! {
    /// Starts a training run. Only the data set and the target are needed.
    #[serde(deny_unknown_fields)]
    pub struct StartRunBody {
        /// The data set to learn from.
        pub dataset_id: DatasetId,
        /// The name of the model; runs of one name make versions of one model. The data set's name and target unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// What to learn and how.
        #[serde(flatten)]
        pub settings: RunSettings,
    }

    /// Where a run stands.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum RunStatus {
        /// Waits for a worker.
        Queued,
        /// A worker is at it.
        Running,
        /// There is a model.
        Succeeded,
        /// It can't succeed; `error` says why.
        Failed,
        /// Somebody cancelled it.
        Cancelled,
        /// It crashed too often and was put aside.
        Dead,
    }

    /// A training run.
    pub struct Run {
        /// The id.
        pub id: RunId,
        /// The data set.
        pub dataset_id: DatasetId,
        /// The name of the model.
        pub name: String,
        /// What to learn and how, as asked.
        pub settings: RunSettings,
        /// Where it stands.
        pub status: RunStatus,
        /// Which try this is, from 1.
        pub attempt: u32,
        /// 0 to 1.
        pub progress: f64,
        /// Seconds until it ends, about; null while that can't be told, and once it has ended.
        #[serde(default)]
        pub eta_seconds: Option<f64>,
        /// Trials that are fitted and scored so far.
        #[serde(default)]
        pub trials_done: u32,
        /// The best trial so far; null until there is one.
        #[serde(default)]
        pub best: Option<BestSoFar>,
        /// When somebody asked it to stop and keep the best so far.
        #[serde(default)]
        pub stop_requested_at: Option<Timestamp>,
        /// The model that came out.
        pub model_id: Option<ModelId>,
        /// Why it failed, or why the last try did.
        pub error: Option<Problem>,
        /// Who started it: a person, or none when a key did.
        pub created_by: Option<UserId>,
        /// When it was asked for.
        pub queued_at: Timestamp,
        /// When a worker first took it.
        pub started_at: Option<Timestamp>,
        /// When it ended.
        pub finished_at: Option<Timestamp>,
    }

    /// The best trial of a run so far.
    pub struct BestSoFar {
        /// The trial, from 1.
        pub trial: u32,
        /// The family.
        pub algorithm: Algorithm,
        /// What ranks the trials.
        pub metric: String,
        /// Its score on rows that it did not learn from.
        pub score: f64,
    }

    /// What the `data` of a `trial_finished` step holds: enough for a leaderboard that grows.
    pub struct TrialFinished {
        /// The trial, from 1; 0 is the baseline, and the ensemble has the number of the last trial.
        pub trial: u32,
        /// How many trials were asked for, when they were.
        #[serde(default)]
        pub trials: Option<u32>,
        /// The trial as it stands on the leaderboard so far.
        pub entry: LeaderboardEntry,
        /// Whether it is the best so far.
        pub best: bool,
        /// Seconds until the run ends, about.
        #[serde(default)]
        pub eta_seconds: Option<f64>,
    }

    /// A step of a run, also sent as a server-sent event whose id is the sequence and whose event is the kind.
    pub struct RunEvent {
        /// Counts from 1 within the run.
        pub sequence: u64,
        /// When.
        pub at: Timestamp,
        /// `queued`, `started`, `prepared`, `family_started`, `loss`, `family_finished`, `trial_finished`, `stopping`,
        /// `retrying`, `rescued`, `released`, `succeeded`, `failed`, `cancelled` or `dead`; more may come.
        pub kind: String,
        /// What a person reads.
        pub message: String,
        /// 0 to 1 at this step.
        pub progress: f64,
        /// More about the step, such as a family's scores; of `trial_finished` a TrialFinished.
        #[serde(default)]
        pub data: serde_json::Value,
    }

    /// The steps of a run.
    pub struct RunEvents {
        /// Oldest first.
        pub data: Vec<RunEvent>,
    }

    /// Which runs to list.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct ListRunsQuery {
        /// Only runs of this data set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub dataset_id: Option<DatasetId>,
        /// Only runs that stand here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub status: Option<RunStatus>,
        /// Items a page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub limit: Option<u32>,
        /// Where to read on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cursor: Option<String>,
    }
}

impl RunStatus {
    /// Whether nothing more will happen.
    pub const fn is_final(self) -> bool {
        matches!(self, RunStatus::Succeeded | RunStatus::Failed | RunStatus::Cancelled | RunStatus::Dead)
    }
}

impl ListRunsQuery {
    /// The page part of the query.
    pub fn page(&self) -> ListQuery {
        ListQuery { limit: self.limit, cursor: self.cursor.clone() }
    }
}

calls! {
    /// Starts a training run.
    StartRun: Post "/v1/training-runs", body StartRunBody => 202 Run;
    /// Lists the training runs.
    ListRuns: Get "/v1/training-runs", query ListRunsQuery => 200 Page<Run>;
    /// Shows a training run.
    GetRun: Get "/v1/training-runs/{id}" => 200 Run;
    /// Cancels a training run.
    CancelRun: Post "/v1/training-runs/{id}/cancel" => 200 Run;
    /// Stops the search of a run, which keeps the best model that it has found, or its first.
    StopRun: Post "/v1/training-runs/{id}/stop" => 200 Run;
    /// Streams the steps of a run (text/event-stream, replayed from Last-Event-ID), or lists them as JSON.
    GetRunEvents: Get "/v1/training-runs/{id}/events" => 200 Multiple;
}
