//! The end of a run: what the child came to, written behind the lease's fence in one transaction.

use super::{
    child::End,
    protocol::{Learned, Reason},
    record::{self, Turn},
    repository,
};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    datasets::ReadyDataset,
    error::{Error, Result},
    infra::{digest, tenancy},
    models::{self, NewModel},
    policy::Scope,
};
use ::jobs::{JobsError, Lease, Outcome};
use bytes::Bytes;
use contract::{
    Code, ModelId,
    training::{Run, RunStatus},
};
use serde_json::json;

/// Writes what a child came to.
pub async fn end(
    context: &Context,
    scope: &Scope,
    run: &Run,
    dataset: &ReadyDataset,
    lease: &Lease,
    end: End,
) -> Result<Outcome> {
    match end {
        End::Trained(learned, artefact) => {
            succeed(context, scope, run, dataset, lease, *learned, artefact).await
        }
        End::Crashed(private) => {
            tracing::error!(run = %run.id, private, "the training process crashed");
            Ok(Outcome::Crashed("the training process crashed".to_owned()))
        }
        other => fail(context, scope, run, lease, &refusal(context, other)).await,
    }
}

/// Why an end without a model will not be tried again.
pub fn refusal(context: &Context, end: End) -> Error {
    let limits = &context.config.worker;
    match end {
        End::Failed(Reason { detail, faults }) => {
            Error::new(Code::TrainingFailed, detail).with_faults(faults)
        }
        End::TooLong => {
            let detail = format!(
                "The training took longer than the {} seconds that a run may take. Use fewer rows or columns, or ask for a longer limit.",
                limits.run_seconds
            );
            Error::new(Code::TrainingLimit, detail)
        }
        End::TooLarge => {
            let detail = format!(
                "The training needed more than the {} MiB of memory that a run may take. Use fewer rows or columns, or ask for a larger limit.",
                limits.run_memory_bytes >> 20
            );
            Error::new(Code::TrainingLimit, detail)
        }
        End::Trained(..) | End::Crashed(_) => Error::internal("an end that is no refusal"),
    }
}

/// Stores the artefact, then writes model, run, job and event together. A model whose transaction is refused leaves an
/// object without a row: it is deleted here, or by the janitor.
async fn succeed(
    context: &Context,
    scope: &Scope,
    run: &Run,
    dataset: &ReadyDataset,
    lease: &Lease,
    learned: Learned,
    artefact: Bytes,
) -> Result<Outcome> {
    if digest::sha256_hex(&artefact) != learned.artefact_sha256 {
        return Err(Error::internal("the child's artefact came through damaged"));
    }
    let id = ModelId::from_bits(context.clock.new_id_bits());
    let object_key = format!("{}/models/{id}", tenancy::key(scope.tenant_id()));
    let size = artefact.len() as u64;
    context.storage.put(&object_key, artefact).await?;
    let new = NewModel {
        id,
        name: run.name.clone(),
        task: learned.task,
        target: learned.target,
        algorithm: learned.algorithm,
        metric: learned.metric,
        card: learned.card,
        run_id: run.id,
        dataset_id: dataset.id,
        dataset_sha256: dataset.sha256.clone(),
        settings: run.settings.clone(),
        seed: learned.seed,
        engine_version: learned.engine_version,
        object_key: object_key.clone(),
        artefact_sha256: learned.artefact_sha256,
        artefact_size_bytes: size,
    };
    match write(context, scope, run, lease, new).await {
        Ok(()) => Ok(Outcome::Done),
        Err(failure) => {
            if let Err(error) = context.storage.delete(&object_key).await {
                tracing::warn!(%error, "an artefact without a model was left for the janitor");
            }
            failure.outcome()
        }
    }
}

/// Why an end was not written.
pub enum Failure {
    /// Another worker may hold the run by now.
    Fenced,
    /// Anything else.
    Other(Error),
}

impl Failure {
    /// What the job comes to.
    pub fn outcome(self) -> Result<Outcome> {
        match self {
            Failure::Fenced => Ok(Outcome::Done),
            Failure::Other(error) => Err(error),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<JobsError> for Failure {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::LeaseLost { .. } => Self::Fenced,
            other => Self::Other(other.into()),
        }
    }
}

async fn write(
    context: &Context,
    scope: &Scope,
    run: &Run,
    lease: &Lease,
    new: NewModel,
) -> Result<(), Failure> {
    let (id, metrics) = (new.id, new.card.metrics.clone());
    let tx = context.db.begin().await?;
    context.jobs.training.complete(&*tx, lease).await?;
    let version = models::create(context, &tx, scope, new).await?;
    let mut done =
        Turn::new(RunStatus::Succeeded, "succeeded", format!("made version {version} of {}", run.name));
    done.data = json!({ "model_id": id, "version": version, "scores": metrics });
    record::turn(context, &*tx, scope, run.id, lease.job.attempt, done).await?;
    repository::set_model(&*tx, scope, run.id, id).await?;
    let entry = Entry::success(Act::TrainingSucceeded)
        .target("run", run.id, Some(&run.name))
        .target("model", id, Some(&run.name))
        .change("/version", json!(null), version);
    audit::record(context, &tx, scope, entry).await?;
    Ok(tx.commit().await?)
}

/// Writes that a run can't succeed, and why.
pub async fn fail(
    context: &Context,
    scope: &Scope,
    run: &Run,
    lease: &Lease,
    error: &Error,
) -> Result<Outcome> {
    match write_failure(context, scope, run, lease, error).await {
        Ok(()) => Ok(Outcome::Done),
        Err(failure) => failure.outcome(),
    }
}

async fn write_failure(
    context: &Context,
    scope: &Scope,
    run: &Run,
    lease: &Lease,
    error: &Error,
) -> Result<(), Failure> {
    let tx = context.db.begin().await?;
    context.jobs.training.fail(&*tx, lease, error.detail()).await?;
    let failed = Turn::new(RunStatus::Failed, "failed", "").because(error.problem(""));
    record::turn(context, &*tx, scope, run.id, lease.job.attempt, failed).await?;
    let entry =
        Entry::failure(Act::TrainingFailed, error.code().as_str()).target("run", run.id, Some(&run.name));
    audit::record(context, &tx, scope, entry).await?;
    Ok(tx.commit().await?)
}
