//! What a feature does with the queue, always in its own transaction: enqueue, cancel, count, and end a
//! job that it holds.

use crate::clock::Clock;
use crate::config::{Config, ms};
use crate::control::{Signal, Stop};
use crate::job::{CancelOutcome, Job, Lease, NewJob, State};
use crate::{ConfigError, JobsError, store};
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// The queue: settings, clock, and the wires to the workers of this process. Cheap to copy; a copy is
/// the same queue. All state that matters is in the database.
#[derive(Clone)]
pub struct Queue {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    clock: Clock,
    work: Notify,
    running: Mutex<HashMap<(String, i64), Arc<Signal>>>,
}

/// A tenant's jobs of one kind that are not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Waiting, due or not.
    pub queued: i64,
    /// Under a lease.
    pub running: i64,
}

impl Queue {
    /// A queue with these settings on the database's clock.
    ///
    /// # Errors
    /// Every fault of the settings.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Self::with_clock(config, Clock::database())
    }

    /// A queue with another clock.
    ///
    /// # Errors
    /// Every fault of the settings.
    pub fn with_clock(config: Config, clock: Clock) -> Result<Self, ConfigError> {
        config.validate()?;
        let inner = Inner { config, clock, work: Notify::new(), running: Mutex::default() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// Adds a job in the caller's transaction. Call [`Self::announce`] after the commit, so that a worker
    /// in this process begins at once instead of at its next look.
    ///
    /// # Errors
    /// The id is taken, or the database failed.
    pub async fn enqueue(&self, tx: &impl ConnectionTrait, job: NewJob) -> Result<(), JobsError> {
        let now = self.inner.clock.now_ms(tx).await?;
        store::insert(tx, job, now, self.inner.config.max_attempts).await
    }

    /// Asks for a job's end in the caller's transaction. Call it before writing a row of your own: the
    /// queue's transactions lock the job first and the feature's row after it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cancel(
        &self,
        tx: &impl ConnectionTrait,
        tenant_id: &str,
        id: &str,
    ) -> Result<CancelOutcome, JobsError> {
        let now = self.inner.clock.now_ms(tx).await?;
        store::cancel(tx, tenant_id, id, now).await
    }

    /// The tenant's job of this id.
    ///
    /// # Errors
    /// The database failed, or the row cannot be read.
    pub async fn find(
        &self,
        conn: &impl ConnectionTrait,
        tenant_id: &str,
        id: &str,
    ) -> Result<Option<Job>, JobsError> {
        store::find(conn, tenant_id, id).await
    }

    /// A tenant's unfinished jobs of one kind; for quotas.
    ///
    /// # Errors
    /// The database failed.
    pub async fn counts(
        &self,
        conn: &impl ConnectionTrait,
        tenant_id: &str,
        kind: &str,
    ) -> Result<Counts, JobsError> {
        Ok(Counts {
            queued: count_of(conn, tenant_id, kind, State::Queued).await?,
            running: count_of(conn, tenant_id, kind, State::Running).await?,
        })
    }

    /// Sets how many jobs of the tenant may run at once, over all workers; `None` goes back to the
    /// queue's setting, and 0 lets none begin. Running jobs go on.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_running_limit(
        &self,
        tx: &impl ConnectionTrait,
        tenant_id: &str,
        limit: Option<u64>,
    ) -> Result<(), JobsError> {
        let limit = limit.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
        Ok(store::set_limit(tx, tenant_id, limit).await?)
    }

    /// Marks the job as succeeded, in the transaction that writes its result. Call it first.
    ///
    /// # Errors
    /// [`JobsError::LeaseLost`] when another worker may hold the job by now: let the transaction roll
    /// back (`?` does it), its result must not be seen.
    pub async fn complete(&self, tx: &impl ConnectionTrait, lease: &Lease) -> Result<(), JobsError> {
        self.finish(tx, lease, State::Succeeded, None).await
    }

    /// Marks the job as failed for good, in the transaction that writes what the feature knows of it.
    ///
    /// # Errors
    /// As [`Self::complete`].
    pub async fn fail(
        &self,
        tx: &impl ConnectionTrait,
        lease: &Lease,
        reason: &str,
    ) -> Result<(), JobsError> {
        self.finish(tx, lease, State::Failed, Some(reason)).await
    }

    /// Marks the job as cancelled, in the transaction that writes what the feature keeps of it.
    ///
    /// # Errors
    /// As [`Self::complete`].
    pub async fn cancelled(&self, tx: &impl ConnectionTrait, lease: &Lease) -> Result<(), JobsError> {
        self.finish(tx, lease, State::Cancelled, None).await
    }

    async fn finish(
        &self,
        tx: &impl ConnectionTrait,
        lease: &Lease,
        state: State,
        reason: Option<&str>,
    ) -> Result<(), JobsError> {
        let now = self.inner.clock.now_ms(tx).await?;
        if store::finish(tx, lease, state, reason, now).await? {
            return Ok(());
        }
        Err(JobsError::LeaseLost { id: lease.job.id.clone(), epoch: lease.epoch() })
    }

    /// Refuses when the lease no longer holds; for a handler that writes on the way, in the same
    /// transaction as what it writes.
    ///
    /// # Errors
    /// As [`Self::complete`].
    pub async fn ensure_held(&self, tx: &impl ConnectionTrait, lease: &Lease) -> Result<(), JobsError> {
        if store::holds(tx, lease).await? {
            return Ok(());
        }
        Err(JobsError::LeaseLost { id: lease.job.id.clone(), epoch: lease.epoch() })
    }

    /// Renews a lease by hand, as a worker's heart does by itself. True: the job's end was asked for.
    ///
    /// # Errors
    /// [`JobsError::LeaseLost`], or the database failed.
    pub async fn beat(&self, conn: &impl ConnectionTrait, lease: &Lease) -> Result<bool, JobsError> {
        let renewed = self.renew(conn, &[(lease.job.id.clone(), lease.epoch())]).await?;
        match renewed.first() {
            Some(renewed) => Ok(renewed.cancel_requested),
            None => Err(JobsError::LeaseLost { id: lease.job.id.clone(), epoch: lease.epoch() }),
        }
    }

    pub(crate) async fn renew(
        &self,
        conn: &impl ConnectionTrait,
        leases: &[(String, i64)],
    ) -> Result<Vec<store::Renewed>, DbErr> {
        let now = self.inner.clock.now_ms(conn).await?;
        store::renew(conn, leases, now, now + ms(self.inner.config.lease)).await
    }

    /// Tells a worker of this process that there is work; call it after the commit of an enqueue.
    pub fn announce(&self) {
        self.inner.work.notify_one();
    }

    /// Tells a worker of this process, if it runs the job, that the job's end was asked for; call it after
    /// the commit of a cancel. Other processes learn it at their next beat.
    pub fn announce_cancel(&self, id: &str) {
        for ((running, _), signal) in self.running().iter() {
            if running == id {
                signal.send(Stop::Cancel);
            }
        }
    }

    pub(crate) async fn work_announced(&self) {
        self.inner.work.notified().await;
    }

    /// Connects a running job to [`Self::announce_cancel`] until the wire is dropped.
    pub(crate) fn connect_signal(&self, lease: &Lease, signal: &Arc<Signal>) -> Wire {
        let key = (lease.job.id.clone(), lease.epoch());
        self.running().insert(key.clone(), Arc::clone(signal));
        Wire { queue: self.clone(), key }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, HashMap<(String, i64), Arc<Signal>>> {
        self.inner.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// See [`Queue::connect_signal`].
pub(crate) struct Wire {
    queue: Queue,
    key: (String, i64),
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.queue.running().remove(&self.key);
    }
}

/// Jobs of the tenant and kind in this state.
async fn count_of(
    conn: &impl ConnectionTrait,
    tenant_id: &str,
    kind: &str,
    state: State,
) -> Result<i64, DbErr> {
    let filter = format!("{} AND kind = $2 AND state = $3", tenancy::sql("tenant_id", "$1"));
    store::count(conn, &filter, vec![tenant_id.into(), kind.into(), state.as_str().into()]).await
}
