//! The job table: every kind of job with the lane that it runs in, and the workers.
//!
//! Invariant: intake never waits behind training. Each lane is a queue with slots of its own on the same tables; the
//! tenant's limit counts the jobs of both, so the limit of intake lies above that of training.

use crate::{
    config::Config,
    context::Context,
    datasets,
    error::{Error, Result},
    infra::{db, wall},
    policy::Scope,
};
use jobs::{Change, Connect, Control, Handler, HandlerError, Handlers, Job, Lease, Outcome, Queue, Worker};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use std::{fmt, sync::Arc, time::Duration};

/// Files that are read at a time in one process, and of one tenant beside its training runs.
const INTAKE_SLOTS: usize = 2;

/// The jobs of the intake lane: short, somebody waits for them.
fn intake(context: &Context) -> Vec<Arc<dyn Handler>> {
    vec![Arc::new(datasets::ProfileDataset::new(context.clone()))]
}

/// The jobs of the training lane: long, and heavy.
fn training(context: &Context) -> Vec<Arc<dyn Handler>> {
    vec![crate::training::handler(context), crate::training::reproduction_handler(context)]
}

/// The queues. A feature enqueues in the transaction of its row and calls [`Queue::announce`] after the commit.
#[derive(Clone)]
pub struct Lanes {
    /// Reads and describes data sets.
    pub intake: Queue,
    /// Trains models.
    pub training: Queue,
}

impl fmt::Debug for Lanes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lanes")
    }
}

impl Lanes {
    /// The queues with the settings of `worker` and of the standard plan.
    pub fn open(config: &Config) -> Result<Self> {
        let running = config.plans.get("standard").map_or(2, |plan| plan.running_runs);
        let training = settings(config, config.worker.concurrency, running, 0);
        let intake = settings(config, INTAKE_SLOTS, running, INTAKE_SLOTS);
        Ok(Self {
            intake: Queue::new(intake).map_err(Error::internal)?,
            training: Queue::new(training).map_err(Error::internal)?,
        })
    }
}

impl Lanes {
    /// How many training runs of the scope's tenant may run at once, beside its intake; none is what the standard
    /// plan says, and at 0 nothing of the tenant begins in either lane.
    pub async fn limit(&self, tx: &impl ConnectionTrait, scope: &Scope, running: Option<u64>) -> Result<()> {
        Ok(self.training.set_running_limit(tx, scope.tenant(), running).await?)
    }

    /// Tells the workers of this process that there may be work.
    pub fn announce(&self) {
        self.intake.announce();
        self.training.announce();
    }
}

fn settings(config: &Config, slots: usize, running: u64, beyond: usize) -> jobs::Config {
    let worker = &config.worker;
    let lease = Duration::from_secs(worker.lease_seconds);
    let beyond_limit = i64::try_from(beyond).unwrap_or(i64::MAX);
    jobs::Config {
        lease,
        heartbeat: Duration::from_secs(worker.heartbeat_seconds),
        self_stop: lease * 2 / 3,
        sweep: Duration::from_secs(worker.sweep_seconds),
        poll: Duration::from_millis(worker.poll_milliseconds),
        running_per_tenant: i64::try_from(running).unwrap_or(i64::MAX).saturating_add(beyond_limit),
        beyond_limit,
        slots,
        // The queue doubles once before the first retry already.
        backoff_unit: Duration::from_secs(worker.retry_seconds) / 2,
        ..jobs::Config::default()
    }
}

/// A handler whose work sees the rows of its job's tenant only.
struct OfTenant(Arc<dyn Handler>);

#[async_trait::async_trait]
impl Handler for OfTenant {
    fn kind(&self) -> &'static str {
        self.0.kind()
    }

    fn time_limit(&self) -> Duration {
        self.0.time_limit()
    }

    async fn on_change(
        &self,
        tx: &DatabaseTransaction,
        job: &Job,
        change: &Change,
    ) -> Result<(), HandlerError> {
        wall::as_tenant(&job.tenant_id, self.0.on_change(tx, job, change)).await
    }

    async fn run(&self, lease: &Lease, control: &Control) -> Outcome {
        wall::as_tenant(&lease.job.tenant_id, self.0.run(lease, control)).await
    }
}

/// The workers of this process, a lane each.
pub fn workers(context: &Context) -> Result<[Worker; 2]> {
    let lanes = &context.jobs;
    Ok([
        worker(context, &lanes.intake, intake(context))?,
        worker(context, &lanes.training, training(context))?,
    ])
}

fn worker(context: &Context, queue: &Queue, handlers: Vec<Arc<dyn Handler>>) -> Result<Worker> {
    let handlers = handlers.into_iter().map(|handler| Arc::new(OfTenant(handler)) as Arc<dyn Handler>);
    let handlers = Handlers::new(handlers.collect()).map_err(Error::internal)?;
    let config = Arc::clone(&context.config);
    let connect: Connect = Arc::new(move || {
        let config = Arc::clone(&config);
        Box::pin(async move { db::connect_alone(&config).await })
    });
    Worker::new(queue.clone(), context.db.queue(), connect, handlers).map_err(Error::internal)
}

/// Works on both lanes until the process ends; running jobs are handed back then.
pub async fn start(context: &Context) -> Result<()> {
    for worker in workers(context)? {
        context
            .background
            .start(|mut stopping| async move {
                if let Err(error) = worker.run_until(stopping.wait()).await {
                    tracing::error!(%error, "the worker could not begin");
                }
            })
            .await;
    }
    Ok(())
}

/// Runs jobs of both lanes until none is due, for tests that drive the queue by hand. How many it ran.
pub async fn drain(context: &Context) -> Result<usize> {
    let workers = workers(context)?;
    let mut ran = 0;
    loop {
        let before = ran;
        for worker in &workers {
            ran += worker.drain().await?;
        }
        if ran == before {
            return Ok(ran);
        }
    }
}
