//! A worker claims jobs, runs them and writes their ends; it also rescues the jobs of lost workers.
//! Every change of state is one transaction with the feature's part of it.

use crate::config::ms;
use crate::control::{Signal, Stop};
use crate::heart::{Connect, Heart};
use crate::rules::{self, Ending};
use crate::store::{self, Locked};
use crate::{Change, ConfigError, Handlers, Job, JobsError, Lease, Outcome, Queue, State, supervise};
use sea_orm::{DatabaseConnection, DatabaseTransaction};
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Two handles on one database. On SQLite the writer is a pool of one connection; on PostgreSQL both may
/// be the same pool.
#[derive(Debug, Clone)]
pub struct Db {
    /// For transactions that write.
    pub writer: DatabaseConnection,
    /// For looking.
    pub reader: DatabaseConnection,
}

/// What a sweep did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Jobs that were taken from lost workers, with what became of them.
    pub rescued: Vec<(String, Change)>,
    /// Jobs whose rescue failed and will be tried again by the next sweep.
    pub failed: usize,
}

enum Claim {
    Taken(Box<Lease>),
    Nothing,
    Locked,
}

enum Pick {
    Job(Box<Job>, i64),
    Nothing,
    Locked,
}

/// One worker. Copies are the same worker.
#[derive(Clone)]
pub struct Worker {
    inner: Arc<Inner>,
}

struct Inner {
    queue: Queue,
    db: Db,
    connect: Connect,
    handlers: Handlers,
    kinds: Vec<&'static str>,
    owner: String,
}

impl Worker {
    /// A worker for the jobs of these handlers. `connect` opens the heart's own connection.
    ///
    /// # Errors
    /// The rescue time is below a handler's time limit.
    pub fn new(queue: Queue, db: Db, connect: Connect, handlers: Handlers) -> Result<Self, ConfigError> {
        queue.config().validate_for(&handlers)?;
        let owner = format!("{:016x}", rand::random::<u64>());
        let kinds = handlers.kinds();
        Ok(Self { inner: Arc::new(Inner { queue, db, connect, handlers, kinds, owner }) })
    }

    /// The name under which it holds leases; new for each worker.
    pub fn owner(&self) -> &str {
        &self.inner.owner
    }

    /// Works until `shutdown` ends, then tells its jobs to stop, waits for them (at most
    /// [`crate::Config::shutdown_grace`]) and hands back what did not finish.
    ///
    /// # Errors
    /// The heart's thread could not be started; nothing was claimed.
    pub async fn run_until(&self, shutdown: impl Future<Output = ()>) -> std::io::Result<()> {
        let heart = Heart::start(self.inner.queue.clone(), Arc::clone(&self.inner.connect))?;
        let heart = Arc::new(heart);
        let mut running = JoinSet::new();
        tokio::select! {
            () = self.work(&heart, &mut running, shutdown) => {}
            () = self.sweep_forever() => {}
        }
        heart.tell_all(Stop::Shutdown);
        while let Some(ended) = running.join_next().await {
            log_end(ended);
        }
        if let Some(heart) = Arc::into_inner(heart) {
            heart.stop().await;
        }
        Ok(())
    }

    async fn work(&self, heart: &Arc<Heart>, running: &mut JoinSet<()>, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        let (slots, poll) = (self.inner.queue.config().slots, self.inner.queue.config().poll);
        loop {
            while running.len() < slots {
                match self.claim().await {
                    Ok(Some(lease)) => {
                        running.spawn(self.clone().run_held(lease, Arc::clone(heart)));
                    }
                    Ok(None) => break,
                    Err(error) => {
                        tracing::warn!(%error, "no job could be claimed; trying again");
                        break;
                    }
                }
            }
            let room = running.len() < slots;
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                Some(ended) = running.join_next() => log_end(ended),
                () = self.inner.queue.work_announced(), if room => {}
                () = tokio::time::sleep(poll), if room => {}
            }
        }
    }

    async fn sweep_forever(&self) {
        loop {
            match self.sweep().await {
                Ok(swept) if swept.rescued.is_empty() => {}
                Ok(_) => self.inner.queue.announce(),
                Err(error) => tracing::warn!(%error, "the sweep failed; trying again"),
            }
            tokio::time::sleep(self.inner.queue.config().sweep).await;
        }
    }

    async fn run_held(self, lease: Lease, heart: Arc<Heart>) {
        let (signal, control) = Signal::new();
        let signal = Arc::new(signal);
        let _hold = heart.hold(&lease, Arc::clone(&signal));
        self.run_supervised(&lease, &signal, control).await;
    }

    async fn run_supervised(&self, lease: &Lease, signal: &Arc<Signal>, control: crate::Control) {
        let handler = match self.inner.handlers.of(&lease.job) {
            Ok(handler) => handler,
            Err(error) => return tracing::error!(%error, "claimed a job without a handler"),
        };
        let _wire = self.inner.queue.connect_signal(lease, signal);
        let outcome = supervise::run(handler, lease, control, self.inner.queue.config()).await;
        match outcome {
            Some(outcome) => self.settle_patiently(lease, outcome).await,
            None => {
                tracing::warn!(job = lease.job.id, epoch = lease.epoch(), "the lease was lost; job dropped");
            }
        }
    }

    /// Writes the end of a try, again and again for a while when the database or the feature fails. If
    /// nothing helps, the lease ends and a sweep rescues the job.
    async fn settle_patiently(&self, lease: &Lease, outcome: Outcome) {
        for wait_ms in [100, 400, 1_600, 6_400] {
            match self.settle(lease, outcome.clone()).await {
                Ok(_) => return,
                Err(error) => {
                    tracing::warn!(%error, job = lease.job.id, "the job's end could not be written");
                }
            }
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        }
        if let Err(error) = self.settle(lease, outcome).await {
            tracing::error!(%error, job = lease.job.id, "the job's end could not be written; left to the sweep");
        }
    }

    /// Claims the next job, if any is due and its tenant has room.
    ///
    /// # Errors
    /// The database failed.
    pub async fn claim(&self) -> Result<Option<Lease>, JobsError> {
        let Inner { queue, db, kinds, .. } = &*self.inner;
        if kinds.is_empty() {
            return Ok(None);
        }
        let now = queue.clock().now_ms(&db.reader).await?;
        let mut tenants = store::waiting_tenants(&db.reader, kinds, now, queue.config()).await?;
        // Others may be claiming for the first tenants at this moment: pass by, and wait only when all
        // that is left is being served.
        for locked in [Locked::Skip, Locked::Wait] {
            let mut busy = Vec::new();
            for tenant in tenants {
                match self.claim_of(&tenant, locked).await? {
                    Claim::Taken(lease) => return Ok(Some(*lease)),
                    Claim::Nothing => {}
                    Claim::Locked => busy.push(tenant),
                }
            }
            tenants = busy;
        }
        Ok(None)
    }

    async fn claim_of(&self, tenant_id: &str, locked: Locked) -> Result<Claim, JobsError> {
        let Inner { queue, db, owner, .. } = &*self.inner;
        let since = Instant::now();
        let tx = store::begin(&db.writer).await?;
        let (queued, now) = match self.pick(&tx, tenant_id, locked).await? {
            Pick::Job(queued, now) => (*queued, now),
            Pick::Nothing => return tx.rollback().await.map(|()| Claim::Nothing).map_err(Into::into),
            Pick::Locked => return tx.rollback().await.map(|()| Claim::Locked).map_err(Into::into),
        };
        let mut job = queued.clone();
        let change = rules::start(&mut job, owner, now, queue.config());
        match self.commit(tx, &queued, &job, &change).await {
            Ok(true) => Ok(Claim::Taken(Box::new(Lease::new(job, since)))),
            Ok(false) => Ok(Claim::Nothing),
            Err(JobsError::OnChange { id, source }) => {
                tracing::warn!(job = id, error = %source, "the job could not begin; postponed");
                self.postpone(&queued, &source.to_string()).await?;
                Ok(Claim::Nothing)
            }
            Err(error) => Err(error),
        }
    }

    /// The tenant's next job and the time, both under the tenant's lock, and the tenant's turn used.
    async fn pick(
        &self,
        tx: &DatabaseTransaction,
        tenant_id: &str,
        locked: Locked,
    ) -> Result<Pick, JobsError> {
        let Inner { queue, kinds, .. } = &*self.inner;
        match store::lock_tenant(tx, tenant_id, queue.config(), locked).await? {
            None => return Ok(Pick::Locked),
            Some(false) => return Ok(Pick::Nothing),
            Some(true) => {}
        }
        let now = queue.clock().now_ms(tx).await?;
        let Some(job) = store::next_of_tenant(tx, tenant_id, kinds, now).await? else {
            return Ok(Pick::Nothing);
        };
        store::serve(tx, tenant_id).await?;
        Ok(Pick::Job(Box::new(job), now))
    }

    /// Puts aside a job that its feature cannot begin, so that it does not hold up the others.
    async fn postpone(&self, job: &Job, reason: &str) -> Result<(), JobsError> {
        let Inner { queue, db, .. } = &*self.inner;
        let tx = store::begin(&db.writer).await?;
        let at = queue.clock().now_ms(&tx).await? + ms(queue.config().sweep);
        store::serve(&tx, &job.tenant_id).await?;
        store::postpone(&tx, job, at, reason).await?;
        Ok(tx.commit().await?)
    }

    /// Writes the end of a try. `None`: there was nothing to write, because the handler settled the job
    /// itself or the lease is lost.
    ///
    /// # Errors
    /// The database failed, or the feature did not follow; nothing was written.
    pub async fn settle(&self, lease: &Lease, outcome: Outcome) -> Result<Option<Change>, JobsError> {
        let Inner { queue, db, .. } = &*self.inner;
        let unsettled = "the job's handler ended without a result";
        let ending = Ending::of(outcome).unwrap_or_else(|| Ending::Retry(unsettled.to_owned()));
        let tx = store::begin(&db.writer).await?;
        let held = store::lock(&tx, &lease.job.id, Locked::Wait).await?;
        let Some(held) = held.filter(|job| job.state == State::Running && job.lease_epoch == lease.epoch())
        else {
            tx.rollback().await?;
            return Ok(None);
        };
        let now = queue.clock().now_ms(&tx).await?;
        let mut job = held.clone();
        let jitter = rand::random::<f64>() * 2.0 - 1.0;
        let change = rules::end(&mut job, ending, now, queue.config(), jitter);
        Ok(self.commit(tx, &held, &job, &change).await?.then_some(change))
    }

    /// Takes the jobs of lost workers away from them.
    ///
    /// # Errors
    /// The lost jobs could not be looked up. A single rescue that fails is counted, not raised.
    pub async fn sweep(&self) -> Result<Swept, JobsError> {
        let Inner { queue, db, kinds, .. } = &*self.inner;
        let mut swept = Swept::default();
        if kinds.is_empty() {
            return Ok(swept);
        }
        let now = queue.clock().now_ms(&db.reader).await?;
        let started_before = now - ms(queue.config().rescue_after);
        for id in store::lost(&db.reader, kinds, now, started_before).await? {
            match self.rescue(&id).await {
                Ok(Some(change)) => {
                    tracing::warn!(job = id, ?change, "rescued a job from a lost worker");
                    swept.rescued.push((id, change));
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(job = id, %error, "a lost job could not be rescued; trying again");
                    swept.failed += 1;
                }
            }
        }
        Ok(swept)
    }

    async fn rescue(&self, id: &str) -> Result<Option<Change>, JobsError> {
        let Inner { queue, db, .. } = &*self.inner;
        let tx = store::begin(&db.writer).await?;
        let now = queue.clock().now_ms(&tx).await?;
        let held = store::lock(&tx, id, Locked::Skip).await?;
        let Some(held) = held.filter(|job| rules::is_lost(job, now, queue.config())) else {
            tx.rollback().await?;
            return Ok(None);
        };
        let mut job = held.clone();
        let change = rules::crash(&mut job, rules::LOST.to_owned(), now, queue.config());
        Ok(self.commit(tx, &held, &job, &change).await?.then_some(change))
    }

    /// Writes a change with the feature's part of it: both or none. False: the job had moved on.
    async fn commit(
        &self,
        tx: DatabaseTransaction,
        was: &Job,
        job: &Job,
        change: &Change,
    ) -> Result<bool, JobsError> {
        let handler = self.inner.handlers.of(job)?;
        if !store::write(&tx, job, was.state, was.lease_epoch).await? {
            tx.rollback().await?;
            return Ok(false);
        }
        if let Err(source) = handler.on_change(&tx, job, change).await {
            tx.rollback().await?;
            return Err(JobsError::OnChange { id: job.id.clone(), source });
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Claims and runs one job to its end; for tests that drive the queue by hand. The id of the job.
    ///
    /// # Errors
    /// The claim failed.
    pub async fn run_one(&self) -> Result<Option<String>, JobsError> {
        let Some(lease) = self.claim().await? else {
            return Ok(None);
        };
        let (signal, control) = Signal::new();
        self.run_supervised(&lease, &Arc::new(signal), control).await;
        Ok(Some(lease.job.id))
    }

    /// Claims and runs one job after the other until none is due; for tests. How many it ran.
    ///
    /// # Errors
    /// A claim failed.
    pub async fn drain(&self) -> Result<usize, JobsError> {
        let mut ran = 0;
        while self.run_one().await?.is_some() {
            ran += 1;
        }
        Ok(ran)
    }
}

fn log_end(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a job's task ended badly; its lease will run out");
    }
}
