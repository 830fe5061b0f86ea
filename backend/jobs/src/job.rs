//! A job as the database holds it. A job is in exactly one state; only a running one has a lease.

use serde_json::Value;
use std::time::Instant;

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Waits for its time and its turn.
    Queued,
    /// A worker holds its lease.
    Running,
    /// Its work was committed.
    Succeeded,
    /// It failed for good: a permanent reason, or its tries are used up.
    Failed,
    /// Someone asked for its end.
    Cancelled,
    /// It took its worker along too often and is not tried again.
    Dead,
}

impl State {
    /// Every state, in the order of a job's life.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Succeeded, Self::Failed, Self::Cancelled, Self::Dead];

    /// The word in the database and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Dead => "dead",
        }
    }

    /// The state of this word, if there is one.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether a job in this state never changes again.
    pub fn is_final(self) -> bool {
        match self {
            Self::Queued | Self::Running => false,
            Self::Succeeded | Self::Failed | Self::Cancelled | Self::Dead => true,
        }
    }
}

/// A job to be enqueued.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Unique among all jobs. Of two jobs that are due at the same millisecond the smaller id goes
    /// first, so ids that grow with time (UUIDv7) keep a tenant's jobs in order.
    pub id: String,
    /// Which handler runs it.
    pub kind: &'static str,
    /// Whose job it is: jobs are claimed fairly across tenants.
    pub tenant_id: String,
    /// What the handler needs: ids, never a copy of another row.
    pub payload: Value,
    /// Within a tenant the smallest priority goes first; 0 is ordinary.
    pub priority: i64,
    /// The earliest start, in Unix milliseconds; `None` is at once.
    pub run_after: Option<i64>,
    /// Tries before the job fails for good; `None` takes the queue's setting.
    pub max_attempts: Option<i64>,
}

impl NewJob {
    /// An ordinary job: due at once, priority 0, the queue's number of tries.
    pub fn new(
        id: impl Into<String>,
        kind: &'static str,
        tenant_id: impl Into<String>,
        payload: Value,
    ) -> Self {
        Self {
            id: id.into(),
            kind,
            tenant_id: tenant_id.into(),
            payload,
            priority: 0,
            run_after: None,
            max_attempts: None,
        }
    }
}

/// A job's row. Times are Unix milliseconds of the database's clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Unique among all jobs.
    pub id: String,
    /// Which handler runs it.
    pub kind: String,
    /// Whose job it is.
    pub tenant_id: String,
    /// What the handler needs.
    pub payload: Value,
    /// Where it stands.
    pub state: State,
    /// Smallest first within a tenant.
    pub priority: i64,
    /// Not before this time.
    pub run_after: i64,
    /// Tries begun so far, this one included; a try that a shutdown interrupted does not count.
    pub attempt: i64,
    /// Tries it gets.
    pub max_attempts: i64,
    /// Times its worker was lost, ever.
    pub crashes: i64,
    /// When its worker was lost, as far as it still counts against it.
    pub crash_times: Vec<i64>,
    /// Which worker holds it.
    pub lease_owner: Option<String>,
    /// Grows by one at each claim: the fence that a late worker cannot pass.
    pub lease_epoch: i64,
    /// When the lease ends unless it is renewed.
    pub lease_expires_at: Option<i64>,
    /// When the lease was last renewed.
    pub heartbeat_at: Option<i64>,
    /// When someone asked for its end while it ran.
    pub cancel_requested_at: Option<i64>,
    /// Why the last try ended badly, in words for a person.
    pub last_error: Option<String>,
    /// When it was enqueued.
    pub created_at: i64,
    /// When the latest try began.
    pub started_at: Option<i64>,
    /// When it reached its final state.
    pub finished_at: Option<i64>,
}

/// Proof of having claimed a job. Whether it still holds is decided by the database, at the moment of
/// the write: see [`crate::Queue::complete`].
#[derive(Debug, Clone, PartialEq)]
pub struct Lease {
    /// The job as it was claimed (state, attempt and times of that moment).
    pub job: Job,
    /// Before the claim was sent: what the worker's self-stop counts from.
    since: Instant,
}

impl Lease {
    pub(crate) fn new(job: Job, since: Instant) -> Self {
        Self { job, since }
    }

    pub(crate) fn since(&self) -> Instant {
        self.since
    }

    /// The epoch of this claim.
    pub fn epoch(&self) -> i64 {
        self.job.lease_epoch
    }

    /// The worker that claimed it.
    pub fn owner(&self) -> &str {
        self.job.lease_owner.as_deref().unwrap_or_default()
    }
}

/// A change of state that the queue made by itself, told to the feature in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A worker claimed the job and begins this try.
    Started,
    /// A try ended with an error that may pass; the next begins at `at` (Unix milliseconds).
    RetryAt {
        /// Unix milliseconds.
        at: i64,
        /// What went wrong.
        reason: String,
    },
    /// The worker was lost, or the process that did its work; the job waits for another try.
    Rescued {
        /// What is known about the loss.
        reason: String,
    },
    /// The worker was told to stop and handed the job back; the try does not count.
    Released,
    /// The job ended as someone asked.
    Cancelled,
    /// The job failed for good.
    Failed {
        /// Why, in words for a person.
        reason: String,
    },
    /// The job took its worker along too often.
    Dead {
        /// Why, in words for a person.
        reason: String,
    },
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The handler settled the job itself, in its own transaction, by [`crate::Queue::complete`],
    /// [`crate::Queue::fail`] or [`crate::Queue::cancelled`]; or it found its lease lost.
    Done,
    /// It can never succeed: the reason, in words for a person.
    Failed(String),
    /// It may succeed another time: the reason.
    Retry(String),
    /// It took down the process that did its work: the reason. Counts like a lost worker: another try
    /// begins at once, and [`crate::Config::crash_limit`] of them within the window are the end.
    Crashed(String),
    /// It stopped because the end was asked for.
    Cancelled,
    /// It stopped because the worker stops; another try begins elsewhere and this one does not count.
    Interrupted,
}

/// What asking for a job's end came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelOutcome {
    /// It had not begun and is cancelled now; the caller moves its own row in the same transaction.
    Cancelled,
    /// It runs; its worker will end it and tell the handler. Call [`crate::Queue::announce_cancel`] after
    /// the commit so that a worker in this process hears of it at once.
    Requested,
    /// It had ended before, in this state.
    AlreadyFinal(State),
    /// The tenant has no such job.
    NotFound,
}
