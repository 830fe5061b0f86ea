//! Use cases of training runs.

use super::{
    faults,
    jobs::KIND,
    protocol::Step,
    record::{self, Turn},
    repository::{self, Progressed},
    reproduce,
};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    datasets,
    error::{Error, Result},
    http,
    infra::{idempotency, text},
    policy::Scope,
    quotas::{self, Resource},
};
use ::jobs::{CancelOutcome, NewJob};
use contract::{
    Code, Page, RunId,
    training::{ListRunsQuery, Run, RunStatus, StartRun, StartRunBody},
};
use sea_orm::ConnectionTrait;
use serde_json::json;

/// Asks for a training run: run, job and event in one transaction.
pub async fn start(context: &Context, scope: &Scope, body: StartRunBody) -> Result<Run> {
    let dataset = datasets::require_ready(context, scope, &body.dataset_id).await?;
    let found = faults::of(context, &body, &dataset);
    if !found.is_empty() {
        return Err(Error::invalid(found));
    }
    // A column may be called anything, a name may not.
    let named = || text::showable(&format!("{} {}", dataset.name, body.settings.target), faults::MOST_NAME);
    let name = body.name.clone().unwrap_or_else(named);
    let run = Run {
        id: RunId::from_bits(context.clock.new_id_bits()),
        dataset_id: body.dataset_id,
        name,
        settings: body.settings,
        status: RunStatus::Queued,
        attempt: 0,
        progress: 0.0,
        model_id: None,
        eta_seconds: None,
        trials_done: 0,
        best: None,
        stop_requested_at: None,
        error: None,
        created_by: scope.user_id(),
        queued_at: context.clock.now(),
        started_at: None,
        finished_at: None,
    };
    let queue = &context.jobs.training;
    let tx = context.db.begin().await?;
    quotas::stand_in_line(&tx, scope).await?;
    let dataset = datasets::hold(&*tx, scope, &dataset.id).await?;
    check_line(context, &*tx, scope).await?;
    repository::insert(&*tx, scope, &run).await?;
    let job = NewJob::new(run.id.to_string(), KIND, scope.tenant(), json!({ "run_id": run.id }));
    queue.enqueue(&*tx, job).await?;
    let waits = Turn::new(RunStatus::Queued, "queued", "waits for a worker");
    record::turn(context, &*tx, scope, run.id, 0, waits).await?;
    let entry = Entry::success(Act::TrainingStarted)
        .target("run", run.id, Some(&run.name))
        .target("dataset", dataset.id, Some(&dataset.name))
        .change("/target", json!(null), &run.settings.target);
    audit::record(context, &tx, scope, entry).await?;
    idempotency::keep::<StartRun>(context, &tx, scope, &run).await?;
    tx.commit().await?;
    queue.announce();
    Ok(run)
}

/// Refuses a run, or a reproduction, that the plan has no place in the queue for.
pub async fn check_line(context: &Context, tx: &impl ConnectionTrait, scope: &Scope) -> Result<()> {
    let mut waiting = 0;
    for kind in [KIND, reproduce::KIND] {
        let counts = context.jobs.training.counts(tx, scope.tenant(), kind).await?;
        waiting += u64::try_from(counts.queued).unwrap_or_default();
    }
    quotas::check(context, scope, Resource::QueuedRuns, waiting, 1).await
}

/// A page of runs.
pub async fn list(context: &Context, scope: &Scope, query: ListRunsQuery) -> Result<Page<Run>> {
    let limit = http::page_limit(query.limit)?;
    let rows = repository::list(context.db.reader(), scope, &query, limit).await?;
    let now = context.clock.now();
    let runs = rows.into_iter().map(|row| repository::wire(row, now)).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(runs, usize::try_from(limit).unwrap_or(usize::MAX), |run| run.id.to_string()))
}

/// A run.
pub async fn get(context: &Context, scope: &Scope, id: RunId) -> Result<Run> {
    let row = repository::find(context.db.reader(), scope, id).await?.ok_or_else(Error::not_found)?;
    repository::wire(row, context.clock.now())
}

/// Cancels a run: at once while it waits, by its worker while it runs.
pub async fn cancel(context: &Context, scope: &Scope, id: RunId) -> Result<Run> {
    let queue = &context.jobs.training;
    let tx = context.db.begin().await?;
    let row = repository::find(&*tx, scope, id).await?.ok_or_else(Error::not_found)?;
    match queue.cancel(&*tx, scope.tenant(), &id.to_string()).await? {
        CancelOutcome::Cancelled => {
            let cancelled = Turn::new(RunStatus::Cancelled, "cancelled", "was cancelled while it waited");
            record::turn(context, &*tx, scope, id, row.attempt, cancelled).await?;
        }
        CancelOutcome::Requested => {}
        CancelOutcome::AlreadyFinal(_) => {
            return Err(has_ended(&row.status));
        }
        CancelOutcome::NotFound => return Err(Error::internal("a run lost its job")),
    }
    let entry = Entry::success(Act::TrainingCancelled).target("run", id, Some(&row.name)).change(
        "/status",
        &row.status,
        RunStatus::Cancelled,
    );
    audit::record(context, &tx, scope, entry).await?;
    tx.commit().await?;
    queue.announce_cancel(&id.to_string());
    get(context, scope, id).await
}

/// Tells a run to stop its search and to keep the best so far. One that waits still makes its first model; one that
/// was told before is told once.
pub async fn stop(context: &Context, scope: &Scope, id: RunId) -> Result<Run> {
    let tx = context.db.begin().await?;
    let row = repository::find(&*tx, scope, id).await?.ok_or_else(Error::not_found)?;
    if row.stop_requested_at.is_some() && row.finished_at.is_none() {
        return repository::wire(row, context.clock.now());
    }
    let now = context.clock.now();
    if repository::ask_to_stop(&*tx, scope, id, now).await? == Progressed::No {
        return Err(has_ended(&row.status));
    }
    let step = Step {
        kind: "stopping".to_owned(),
        message: "was told to stop and keep the best so far".to_owned(),
        progress: row.progress,
        data: json!({}),
        search: None,
    };
    repository::add_event(&*tx, scope, id, &step, now).await?;
    let entry = Entry::success(Act::TrainingStopped).target("run", id, Some(&row.name));
    audit::record(context, &tx, scope, entry).await?;
    tx.commit().await?;
    get(context, scope, id).await
}

fn has_ended(status: &str) -> Error {
    Error::new(Code::Conflict, format!("The run has ended already: it is {status}."))
}
