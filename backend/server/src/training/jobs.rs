//! The job of a training run.

use super::{
    child::Fit,
    faults,
    record::{self, Turn},
    repository, settle,
    work::{self, Asked},
};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    datasets,
    error::{Error, Result},
    infra::stored,
    policy::{Scope, scope_without_caller},
};
use ::jobs::{Change, Control, Handler, HandlerError, Job, Lease, Outcome};
use async_trait::async_trait;
use bytes::Bytes;
use contract::{Code, RunId, training::RunStatus};
use sea_orm::DatabaseTransaction;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// The kind of the job; its id is the run's.
pub const KIND: &str = "train";

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
        work::time_limit(&self.context.config)
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
        let (keep, asked) = watch::channel(false);
        let training = async {
            let (scope, run) = of(&lease.job)?;
            Box::pin(train(&self.context, &scope, run, lease, asked)).await
        };
        let ask = || async {
            let (scope, run) = of(&lease.job)?;
            let stop = repository::is_asked_to_stop(self.context.db.reader(), &scope, run).await?;
            Ok(if stop { Asked::Keep } else { Asked::Nothing })
        };
        let cancelled = work::attend(&self.context, lease, ask, keep);
        work::until_told(lease, control, cancelled, training).await
    }
}

/// The tenant's scope and the run of a job: it carries ids, and everything is loaded under its tenant.
fn of(job: &Job) -> Result<(Scope, RunId)> {
    let tenant = stored::id(&job.tenant_id)?;
    Ok((scope_without_caller(tenant, "training"), stored::id(&job.id)?))
}

/// One try: file → child → settled. The future is dropped to end it, and the child ends with it.
async fn train(
    context: &Context,
    scope: &Scope,
    id: RunId,
    lease: &Lease,
    keep: watch::Receiver<bool>,
) -> Result<Outcome> {
    let row = repository::find(context.db.reader(), scope, id).await?.ok_or_else(Error::not_found)?;
    let run = repository::wire(row, context.clock.now())?;
    let (dataset, file) = match open(context, scope, &run).await {
        Ok(opened) => opened,
        Err(error) if error.is_ours() => return Err(error),
        Err(error) => return settle::fail(context, scope, &run, lease, &error).await,
    };
    let settings = match faults::engine_settings(&run.settings) {
        Ok(settings) => settings,
        Err(error) => return settle::fail(context, scope, &run, lease, &error).await,
    };
    let order = work::order(context, settings, &dataset.reading, &dataset.sha256, file.len());
    let fit = Fit::start(&context.config).map_err(Error::internal)?;
    let tell = |step: super::protocol::Step| async move {
        if let Err(error) = record::step(context, scope, id, &step).await {
            tracing::warn!(run = %id, %error, "a step of a run was not recorded");
        }
    };
    let end = fit.run(&order, file, keep, tell).await.map_err(Error::internal)?;
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
