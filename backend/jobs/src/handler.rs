//! What a feature gives to a worker: one handler for each kind of job.

use crate::{Change, ConfigError, Control, HandlerError, Job, JobsError, Lease, Outcome};
use sea_orm::DatabaseTransaction;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Runs the jobs of one kind and moves the feature's rows along with them.
#[async_trait::async_trait]
pub trait Handler: Send + Sync + 'static {
    /// The kind of job, as it was enqueued.
    fn kind(&self) -> &'static str;

    /// A try that takes longer is dropped and the job fails.
    fn time_limit(&self) -> Duration;

    /// Moves the feature's row with its job. Called in the transaction of every change of state that the
    /// queue makes by itself; an error rolls the change back, and it is tried again later. `job` is as it
    /// will be after the change. Not called for what the feature writes itself (enqueue, cancel of a
    /// queued job, complete, fail, cancelled). Keep it short and touch only the feature's own rows.
    async fn on_change(
        &self,
        tx: &DatabaseTransaction,
        job: &Job,
        change: &Change,
    ) -> Result<(), HandlerError>;

    /// Does the work. It holds no transaction meanwhile, watches `control`, and at the end either settles
    /// the job in its own transaction ([`crate::Queue::complete`]) and says [`Outcome::Done`], or says what
    /// else came of it. The future is dropped when the lease is lost, the time limit is over, or a grace
    /// has passed: whatever it started must end with it.
    async fn run(&self, lease: &Lease, control: &Control) -> Outcome;
}

/// The handlers of a worker, one for each kind. A worker neither claims nor rescues other kinds.
#[derive(Clone, Default)]
pub struct Handlers {
    by_kind: BTreeMap<&'static str, Arc<dyn Handler>>,
}

impl Handlers {
    /// Collects handlers.
    ///
    /// # Errors
    /// Two handlers claim the same kind.
    pub fn new(handlers: Vec<Arc<dyn Handler>>) -> Result<Self, ConfigError> {
        let mut by_kind = BTreeMap::new();
        let mut twice = Vec::new();
        for handler in handlers {
            let kind = handler.kind();
            if by_kind.insert(kind, handler).is_some() {
                twice.push(format!("two handlers run `{kind}` jobs"));
            }
        }
        if twice.is_empty() { Ok(Self { by_kind }) } else { Err(ConfigError(twice)) }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Handler>> {
        self.by_kind.values()
    }

    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        self.by_kind.keys().copied().collect()
    }

    pub(crate) fn of(&self, job: &Job) -> Result<&Arc<dyn Handler>, JobsError> {
        let missing = || {
            let reason = format!("nobody here runs `{}` jobs", job.kind);
            JobsError::Corrupt { id: job.id.clone(), reason }
        };
        self.by_kind.get(job.kind.as_str()).ok_or_else(missing)
    }
}
