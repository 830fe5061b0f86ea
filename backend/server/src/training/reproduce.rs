//! Training a model anew, to prove that it comes from its data, settings and seed: a job of its own kind in the lane of
//! the runs, which counts as a run and makes no version.

use super::{
    child::{End, Fit},
    faults,
    protocol::{Order, Step},
    service, settle,
    work::{self, Asked},
};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    datasets,
    error::{Error, Result},
    infra::{idempotency, stored},
    models::{self, Proof, ReproductionTurn as Turn},
    policy::{Scope, scope_without_caller},
    quotas,
};
use ::jobs::{Change, Control, Handler, HandlerError, Job, Lease, NewJob, Outcome};
use async_trait::async_trait;
use contract::{
    Code, ModelId, ReproductionId,
    models::{ReproduceModel, Reproduction},
    training::RunStatus,
};
use sea_orm::DatabaseTransaction;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// The kind of the job; its id is the reproduction's.
pub const KIND: &str = "reproduce";

/// Asks for a training anew: reproduction, job and event in one transaction.
pub async fn start(context: &Context, scope: &Scope, id: ModelId) -> Result<Reproduction> {
    let model = models::origin(context, scope, id).await?;
    let new = Reproduction {
        id: ReproductionId::from_bits(context.clock.new_id_bits()),
        model_id: id,
        status: RunStatus::Queued,
        progress: 0.0,
        expected_sha256: model.artefact_sha256,
        found_sha256: None,
        equal: None,
        engine_version: None,
        trials: model.trials,
        threads: None,
        error: None,
        created_by: scope.user_id(),
        queued_at: context.clock.now(),
        started_at: None,
        finished_at: None,
    };
    let queue = &context.jobs.training;
    let tx = context.db.begin().await?;
    quotas::stand_in_line(&tx, scope).await?;
    datasets::hold(&*tx, scope, &model.dataset_id).await.map_err(gone)?;
    service::check_line(context, &*tx, scope).await?;
    models::create_reproduction(&*tx, scope, model.dataset_id, &new).await?;
    let payload = json!({ "reproduction_id": new.id });
    queue.enqueue(&*tx, NewJob::new(new.id.to_string(), KIND, scope.tenant(), payload)).await?;
    let entry = Entry::success(Act::ModelReproductionStarted).target("model", id, Some(&model.name)).target(
        "reproduction",
        new.id,
        None,
    );
    audit::record(context, &tx, scope, entry).await?;
    idempotency::keep::<ReproduceModel>(context, &tx, scope, &new).await?;
    tx.commit().await?;
    queue.announce();
    Ok(new)
}

/// A data set that can't be found was there when the model was made.
fn gone(error: Error) -> Error {
    if error.code() != Code::NotFound {
        return error;
    }
    Error::new(
        Code::DatasetGone,
        "The data set that the model learned from was deleted: it can't be trained anew.",
    )
}

/// Trains models anew.
#[derive(Debug)]
struct Reproducing {
    context: Context,
}

/// The handler for the job table.
pub fn handler(context: &Context) -> Arc<dyn Handler> {
    Arc::new(Reproducing { context: context.clone() })
}

#[async_trait]
impl Handler for Reproducing {
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
        let (keep, never) = watch::channel(false);
        let cancelled = work::attend(&self.context, lease, || async { Ok(Asked::Nothing) }, keep);
        let training = async {
            let (scope, id) = of(&lease.job)?;
            train(&self.context, &scope, id, lease, never).await
        };
        work::until_told(lease, control, cancelled, training).await
    }
}

fn of(job: &Job) -> Result<(Scope, ReproductionId)> {
    let tenant = stored::id(&job.tenant_id)?;
    Ok((scope_without_caller(tenant, "training"), stored::id(&job.id)?))
}

/// One try: what the model was made of → child → settled.
async fn train(
    context: &Context,
    scope: &Scope,
    id: ReproductionId,
    lease: &Lease,
    never: watch::Receiver<bool>,
) -> Result<Outcome> {
    let asked = models::get_reproduction(context, scope, id).await?;
    match attempt(context, scope, &asked, never).await {
        Ok(End::Crashed(private)) => {
            tracing::error!(reproduction = %id, private, "the training process crashed");
            Ok(Outcome::Crashed("the training process crashed".to_owned()))
        }
        Ok(End::Trained(learned, _)) => {
            let proof = Proof {
                sha256: learned.artefact_sha256,
                engine_version: learned.engine_version,
                threads: work::threads(&context.config),
            };
            settled(write_proof(context, scope, &asked, lease, proof).await)
        }
        Ok(end) => {
            let error = settle::refusal(context, end);
            settled(write_failure(context, scope, &asked, lease, &error).await)
        }
        Err(error) if error.is_ours() => Err(error),
        Err(error) => settled(write_failure(context, scope, &asked, lease, &error).await),
    }
}

async fn attempt(
    context: &Context,
    scope: &Scope,
    asked: &Reproduction,
    never: watch::Receiver<bool>,
) -> Result<End> {
    let model = models::origin(context, scope, asked.model_id).await?;
    let dataset = datasets::require_ready(context, scope, &model.dataset_id).await.map_err(gone)?;
    let file = datasets::open_bytes(context, &dataset).await?;
    let settings = faults::engine_settings(&model.settings)?;
    let made = work::order(context, settings, &model.reading, &dataset.sha256, file.len());
    // Seconds are worth another number of trials on every machine and day; the trials themselves are not.
    let order = Order { replay: asked.trials, ..made };
    let fit = Fit::start(&context.config).map_err(Error::internal)?;
    let tell = |step: Step| async move {
        if let Err(error) = models::progress_reproduction(context, scope, asked.id, step.progress).await {
            tracing::warn!(reproduction = %asked.id, %error, "a step was not recorded");
        }
    };
    fit.run(&order, file, never, tell).await.map_err(Error::internal)
}

/// What the writing of an end came to; behind a lost lease another worker writes it.
fn settled(written: Result<(), settle::Failure>) -> Result<Outcome> {
    match written {
        Ok(()) => Ok(Outcome::Done),
        Err(failure) => failure.outcome(),
    }
}

async fn write_proof(
    context: &Context,
    scope: &Scope,
    asked: &Reproduction,
    lease: &Lease,
    proof: Proof,
) -> Result<(), settle::Failure> {
    let equal = proof.sha256 == asked.expected_sha256;
    let tx = context.db.begin().await?;
    context.jobs.training.complete(&*tx, lease).await?;
    let entry = Entry::success(Act::ModelReproduced)
        .target("model", asked.model_id, None)
        .target("reproduction", asked.id, None)
        .change("/equal", json!(null), equal)
        .change("/artefact_sha256", &asked.expected_sha256, &proof.sha256);
    let turn =
        Turn { status: RunStatus::Succeeded, attempt: lease.job.attempt, error: None, proof: Some(proof) };
    models::move_reproduction(context, &*tx, scope, asked.id, &turn).await?;
    audit::record(context, &tx, scope, entry).await?;
    Ok(tx.commit().await?)
}

async fn write_failure(
    context: &Context,
    scope: &Scope,
    asked: &Reproduction,
    lease: &Lease,
    error: &Error,
) -> Result<(), settle::Failure> {
    let tx = context.db.begin().await?;
    context.jobs.training.fail(&*tx, lease, error.detail()).await?;
    let turn = Turn {
        status: RunStatus::Failed,
        attempt: lease.job.attempt,
        error: Some(error.problem("")),
        proof: None,
    };
    models::move_reproduction(context, &*tx, scope, asked.id, &turn).await?;
    audit::record(context, &tx, scope, failed(asked.id, error.code())).await?;
    Ok(tx.commit().await?)
}

fn failed(id: ReproductionId, code: Code) -> Entry {
    Entry::failure(Act::ModelReproductionFailed, code.as_str()).target("reproduction", id, None)
}

/// Moves the reproduction along with its job.
async fn moved(context: &Context, tx: &DatabaseTransaction, job: &Job, change: &Change) -> Result<()> {
    let (scope, id) = of(job)?;
    let because = |code: Code, reason: &str| Some(Error::new(code, reason).problem(""));
    let (status, error) = match change {
        Change::Started => (RunStatus::Running, None),
        Change::RetryAt { reason, .. } | Change::Rescued { reason } => {
            (RunStatus::Queued, because(Code::Internal, reason))
        }
        Change::Released => (RunStatus::Queued, None),
        Change::Cancelled => (RunStatus::Cancelled, None),
        Change::Failed { reason } => (RunStatus::Failed, because(Code::TrainingFailed, reason)),
        Change::Dead { reason } => (RunStatus::Dead, because(Code::TrainingFailed, reason)),
    };
    if matches!(status, RunStatus::Failed | RunStatus::Dead) {
        audit::record(context, tx, &scope, failed(id, Code::TrainingFailed)).await?;
    }
    let turn = Turn { status, attempt: job.attempt, error, proof: None };
    models::move_reproduction(context, tx, &scope, id, &turn).await
}
