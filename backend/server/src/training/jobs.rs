//! The job of a training run.

use super::{
    child::Fit,
    protocol::Order,
    record::{self, Turn},
    repository, service, settle,
};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    datasets,
    error::{Error, Result},
    infra::stored,
    policy::{Scope, scope_without_caller},
};
use ::jobs::{Change, Control, Handler, HandlerError, Job, Lease, Outcome, Stop};
use async_trait::async_trait;
use bytes::Bytes;
use contract::{Code, RunId, training::RunStatus};
use sea_orm::DatabaseTransaction;
use std::{sync::Arc, time::Duration};

/// The kind of the job; its id is the run's.
pub const KIND: &str = "train";

/// Beyond the child's own limit: reading the file and writing the model.
const MARGIN: Duration = Duration::from_secs(60);

/// Trains models.
#[derive(Debug)]
struct Training {
    context: Context,
}

/// The handler for the job table.
pub fn handler(context: &Context) -> Arc<dyn Handler> {
    Arc::new(Training { context: context.clone() })
}

#[async_trait]
impl Handler for Training {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn time_limit(&self) -> Duration {
        Duration::from_secs(self.context.config.worker.run_seconds) + MARGIN
    }

    async fn on_change(
        &self,
        tx: &DatabaseTransaction,
        job: &Job,
        change: &Change,
    ) -> Result<(), HandlerError> {
        moved(&self.context, tx, job, change).await.map_err(HandlerError::from)
    }

    async fn run(&self, lease: &Lease, control: &Control) -> Outcome {
        let work = async {
            let (scope, run) = of(&lease.job)?;
            work(&self.context, &scope, run, lease).await
        };
        tokio::select! {
            stop = control.stopped() => match stop {
                Stop::Shutdown => Outcome::Interrupted,
                Stop::Cancel => Outcome::Cancelled,
                Stop::LeaseLost => Outcome::Done,
            },
            done = work => match done {
                Ok(outcome) => outcome,
                Err(error) => {
                    tracing::warn!(run = lease.job.id, %error, "a try of a training run failed");
                    Outcome::Retry(error.detail().to_owned())
                }
            },
        }
    }
}

/// The tenant's scope and the run of a job: it carries ids, and everything is loaded under its tenant.
fn of(job: &Job) -> Result<(Scope, RunId)> {
    let tenant = stored::id(&job.tenant_id)?;
    Ok((scope_without_caller(tenant, "training"), stored::id(&job.id)?))
}

/// One try: file → child → settled. The future is dropped to end it, and the child ends with it.
async fn work(context: &Context, scope: &Scope, id: RunId, lease: &Lease) -> Result<Outcome> {
    let row = repository::find(context.db.reader(), scope, id).await?.ok_or_else(Error::not_found)?;
    let run = repository::wire(row)?;
    let (dataset, file) = match open(context, scope, &run).await {
        Ok(opened) => opened,
        Err(error) if error.is_ours() => return Err(error),
        Err(error) => return settle::fail(context, scope, &run, lease, &error).await,
    };
    let settings = match service::engine_settings(&run.settings) {
        Ok(settings) => settings,
        Err(error) => return settle::fail(context, scope, &run, lease, &error).await,
    };
    let order = Order {
        settings,
        reading: dataset.reading.clone(),
        dataset_sha256: dataset.sha256.clone(),
        memory_bytes: context.config.worker.run_memory_bytes,
    };
    let fit = Fit::start(&context.config).map_err(Error::internal)?;
    let tell = |step: super::protocol::Step| async move {
        if let Err(error) = record::step(context, scope, id, &step).await {
            tracing::warn!(run = %id, %error, "a step of a run was not recorded");
        }
    };
    let end = fit.run(&order, file, tell).await.map_err(Error::internal)?;
    settle::end(context, scope, &run, &dataset, lease, end).await
}

async fn open(
    context: &Context,
    scope: &Scope,
    run: &contract::training::Run,
) -> Result<(datasets::ReadyDataset, Bytes)> {
    let dataset = datasets::require_ready(context, scope, &run.dataset_id).await?;
    let file = datasets::open_bytes(context, &dataset).await?;
    Ok((dataset, file))
}

/// Moves the run along with its job.
async fn moved(context: &Context, tx: &DatabaseTransaction, job: &Job, change: &Change) -> Result<()> {
    let (scope, id) = of(job)?;
    let problem = |code: Code, reason: &str| Error::new(code, reason).problem("");
    let turn = match change {
        Change::Started => Turn::new(
            RunStatus::Running,
            "started",
            format!("try {} of {} begins", job.attempt, job.max_attempts),
        ),
        Change::RetryAt { reason, .. } => {
            Turn::new(RunStatus::Queued, "retrying", "").because(problem(Code::Internal, reason))
        }
        Change::Rescued { reason } => {
            Turn::new(RunStatus::Queued, "rescued", "").because(problem(Code::Internal, reason))
        }
        Change::Released => {
            Turn::new(RunStatus::Queued, "released", "the worker stopped; another takes over")
        }
        Change::Cancelled => Turn::new(RunStatus::Cancelled, "cancelled", "was cancelled"),
        Change::Failed { reason } => {
            Turn::new(RunStatus::Failed, "failed", "").because(problem(Code::TrainingFailed, reason))
        }
        Change::Dead { reason } => {
            Turn::new(RunStatus::Dead, "dead", "").because(problem(Code::TrainingFailed, reason))
        }
    };
    if matches!(turn.status, RunStatus::Failed | RunStatus::Dead) {
        let entry =
            Entry::failure(Act::TrainingFailed, Code::TrainingFailed.as_str()).target("run", id, None);
        audit::record(context, tx, &scope, entry).await?;
    }
    record::turn(context, tx, &scope, id, job.attempt, turn).await
}
