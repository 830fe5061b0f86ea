//! Training runs: a data set and settings go in, a model comes out.

use crate::{DatasetId, ListQuery, ModelId, Multiple, Page, Problem, RunId, Timestamp, UserId};

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
        /// Logistic regression, for two classes or more.
        Logistic,
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

    /// What to learn and how.
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

    /// A step of a run, also sent as a server-sent event whose id is the sequence and whose event is the kind.
    pub struct RunEvent {
        /// Counts from 1 within the run.
        pub sequence: u64,
        /// When.
        pub at: Timestamp,
        /// `queued`, `started`, `prepared`, `family_started`, `family_finished`, `retrying`, `succeeded`, `failed`, `cancelled`, `dead`, …
        pub kind: String,
        /// What a person reads.
        pub message: String,
        /// 0 to 1 at this step.
        pub progress: f64,
        /// More about the step, such as a family's scores.
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
    /// Streams the steps of a run (text/event-stream, replayed from Last-Event-ID), or lists them as JSON.
    GetRunEvents: Get "/v1/training-runs/{id}/events" => 200 Multiple;
}
