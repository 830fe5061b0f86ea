//! The job that reads and describes a file that came in.

use super::{
    describe::{self, Description, Unreadable},
    entity::Model,
    reading,
    repository::{self, word},
    service::rejects_key,
};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    error::{Error, Result},
    infra::{digest, stored},
    policy::{self, Scope},
};
use ::jobs::{Change, Control, Handler, HandlerError, Job, JobsError, Lease, NewJob, Outcome};
use bytes::Bytes;
use contract::{DatasetId, Problem, datasets::DatasetStatus};
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The kind of job.
pub const KIND: &str = "profile_dataset";

/// What the job is given; the data set is loaded under the job's tenant.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {
    /// The data set.
    pub dataset_id: DatasetId,
    /// The request that asked for it, which a problem names.
    #[serde(default)]
    pub request_id: String,
}

/// The id of the job of a row's latest reading: the first has the data set's own.
pub fn job_id(row: &Model) -> String {
    if row.readings == 0 { row.id.clone() } else { format!("{}-{}", row.id, row.readings) }
}

/// Queues a data set for being read, by a job of this id.
pub async fn enqueue(
    ctx: &Context,
    tx: &DatabaseTransaction,
    scope: &Scope,
    id: &DatasetId,
    job: String,
) -> Result<()> {
    let request_id = scope.origin().request_id.clone();
    let payload = serde_json::to_value(Payload { dataset_id: *id, request_id })?;
    Ok(ctx.jobs.intake.enqueue(tx, NewJob::new(job, KIND, scope.tenant(), payload)).await?)
}

/// Reads a data set and writes down what is in it.
#[derive(Debug)]
pub struct ProfileDataset {
    ctx: Context,
}

impl ProfileDataset {
    /// On this context.
    pub fn new(ctx: Context) -> Self {
        Self { ctx }
    }

    async fn work(&self, lease: &Lease) -> Result<()> {
        let (scope, payload) = subject(&lease.job)?;
        let found = repository::find(self.ctx.db.reader(), &scope, &payload.dataset_id).await?;
        let Some(row) = found.filter(|row| row.status == word(DatasetStatus::Profiling)) else {
            // Deleted meanwhile: nothing is left to do.
            return self.settle(lease, &scope, &payload.dataset_id, None).await;
        };
        let bytes = self.ctx.storage.get(&row.object_key).await?;
        let described = self.describe(bytes, &row).await?;
        if let Ok(Description { rejects: Some(rejects), .. }) = &described {
            let key = rejects_key(&scope, &payload.dataset_id);
            self.ctx.storage.put(&key, Bytes::from(rejects.clone())).await?;
        }
        let result = described.map_err(|cause| describe::problem(&cause, &payload.request_id));
        self.settle(lease, &scope, &payload.dataset_id, Some((row, result))).await
    }

    async fn describe(&self, bytes: Bytes, row: &Model) -> Result<Result<Description, Unreadable>> {
        let expected = row.sha256.clone().unwrap_or_default();
        let mut options = reading::options(&reading::stored(row)?)
            .map_err(|_| Error::internal("a stored reading is not valid"))?;
        options.threads = self.ctx.config.threads_per_upload();
        self.ctx
            .cpu
            .run(move || {
                if digest::sha256_hex(&bytes) != expected {
                    return Err(Error::internal("the stored file is not the one that was received"));
                }
                Ok(describe::describe(&bytes, &options))
            })
            .await?
    }

    /// Ends the job together with what it found, in one transaction that only the lease's holder can commit.
    async fn settle(
        &self,
        lease: &Lease,
        scope: &Scope,
        id: &DatasetId,
        found: Option<(Model, Result<Description, Problem>)>,
    ) -> Result<()> {
        let tx = self.ctx.db.begin().await?;
        match self.ctx.jobs.intake.complete(&*tx, lease).await {
            // Somebody else has the job by now, and will write what they find.
            Err(JobsError::LeaseLost { .. }) => return Ok(()),
            settled => settled?,
        }
        match found {
            None => {}
            Some((row, Ok(description))) => {
                succeed(&self.ctx, &tx, scope, (id, &row.name), &description).await?;
            }
            Some((_, Err(problem))) => fail(&self.ctx, &tx, scope, id, &problem).await?,
        }
        tx.commit().await
    }
}

/// Whose data set a job is about.
fn subject(job: &Job) -> Result<(Scope, Payload)> {
    let tenant = stored::id(&job.tenant_id)?;
    let payload: Payload = serde_json::from_value(job.payload.clone())?;
    Ok((policy::scope_without_caller(tenant, "data set intake"), payload))
}

/// The data set can be used: the row with what was found, and the event.
async fn succeed(
    ctx: &Context,
    tx: &DatabaseTransaction,
    scope: &Scope,
    (id, name): (&DatasetId, &str),
    description: &Description,
) -> Result<()> {
    if repository::set_ready(tx, scope, id, description, ctx.clock.now()).await? {
        let entry = Entry::success(Act::DatasetProfiled).target("dataset", id, Some(name)).change(
            "/status",
            word(DatasetStatus::Profiling),
            word(DatasetStatus::Ready),
        );
        audit::record(ctx, tx, scope, entry).await?;
    }
    Ok(())
}

/// The data set can't be used: the row with the reason, and the event.
async fn fail(
    ctx: &Context,
    tx: &DatabaseTransaction,
    scope: &Scope,
    id: &DatasetId,
    problem: &Problem,
) -> Result<()> {
    let Some(row) = repository::find(tx, scope, id).await? else { return Ok(()) };
    if repository::set_failed(tx, scope, id, problem, ctx.clock.now()).await? {
        let code = problem.errors.first().map_or(problem.code.as_str(), |fault| fault.code.as_str());
        let entry = Entry::failure(Act::DatasetFailed, code).target("dataset", id, Some(&row.name)).change(
            "/status",
            word(DatasetStatus::Profiling),
            word(DatasetStatus::Failed),
        );
        audit::record(ctx, tx, scope, entry).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl Handler for ProfileDataset {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn time_limit(&self) -> Duration {
        Duration::from_secs(600)
    }

    async fn on_change(
        &self,
        tx: &DatabaseTransaction,
        job: &Job,
        change: &Change,
    ) -> Result<(), HandlerError> {
        match change {
            Change::Failed { reason } | Change::Dead { reason } => {
                let (scope, payload) = subject(job)?;
                let problem = describe::gave_up(reason, &payload.request_id);
                Ok(fail(&self.ctx, tx, &scope, &payload.dataset_id, &problem).await?)
            }
            // The row says `profiling` all the while; a cancelled job is one whose data set was deleted.
            Change::Started
            | Change::RetryAt { .. }
            | Change::Rescued { .. }
            | Change::Released
            | Change::Cancelled => Ok(()),
        }
    }

    async fn run(&self, lease: &Lease, _control: &Control) -> Outcome {
        match self.work(lease).await {
            Ok(()) => Outcome::Done,
            Err(error) => {
                tracing::warn!(job = lease.job.id, %error, "a data set could not be read just now");
                Outcome::Retry(error.detail().to_owned())
            }
        }
    }
}
