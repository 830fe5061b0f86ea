//! Use cases of training runs.

use super::{
    jobs::KIND,
    record::{self, Turn},
    repository,
};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    datasets::{self, ReadyDataset},
    error::{Error, Result, fault},
    http,
    infra::idempotency,
    policy::Scope,
    quotas::{self, Resource},
};
use ::jobs::{CancelOutcome, NewJob};
use contract::{
    Code, Fault, Page, RunId,
    training::{ListRunsQuery, Run, RunSettings, RunStatus, Split, StartRun, StartRunBody},
};
use serde_json::json;

/// Asks for a training run: run, job and event in one transaction.
pub async fn start(context: &Context, scope: &Scope, body: StartRunBody) -> Result<Run> {
    let dataset = datasets::require_ready(context, scope, &body.dataset_id).await?;
    let faults = faults(&body, &dataset);
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let name = body.name.clone().unwrap_or_else(|| format!("{} {}", dataset.name, body.settings.target));
    let run = Run {
        id: RunId::from_bits(context.clock.new_id_bits()),
        dataset_id: body.dataset_id,
        name,
        settings: body.settings,
        status: RunStatus::Queued,
        attempt: 0,
        progress: 0.0,
        model_id: None,
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
    let waiting = queue.counts(&*tx, scope.tenant(), KIND).await?.queued;
    let waiting = u64::try_from(waiting).unwrap_or_default();
    quotas::check(context, scope, Resource::QueuedRuns, waiting, 1).await?;
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

/// What can be told wrong before the file is read; the fit tells the rest.
fn faults(body: &StartRunBody, dataset: &ReadyDataset) -> Vec<Fault> {
    let mut faults = Vec::new();
    let known = |name: &str| dataset.profile.columns.iter().any(|column| column.name == name);
    let names: Vec<_> = dataset.profile.columns.iter().take(20).map(|column| column.name.as_str()).collect();
    let mut need = |pointer: String, column: &str| {
        if !known(column) {
            let message = format!("the data set has no column {column:?}");
            faults.push(fault(
                &pointer,
                "unknown_column",
                message,
                format!("name one of {}", names.join(", ")),
            ));
        }
    };
    let settings: &RunSettings = &body.settings;
    need("#/target".to_owned(), &settings.target);
    for (at, feature) in settings.features.iter().flatten().enumerate() {
        need(format!("#/features/{at}"), feature);
    }
    if let Some(Split::Column { column }) = &settings.split {
        need("#/split/column".to_owned(), column);
    }
    if let Some(Split::Random { test_fraction } | Split::Stratified { test_fraction }) = &settings.split
        && !(0.01..=0.9).contains(test_fraction)
    {
        let message = format!("the test fraction is {test_fraction}");
        faults.push(fault(
            "#/split/test_fraction",
            "out_of_range",
            message,
            "send a number from 0.01 to 0.9",
        ));
    }
    if body.name.as_ref().is_some_and(|name| name.trim().is_empty() || name.chars().count() > 200) {
        faults.push(fault(
            "#/name",
            "out_of_range",
            "the name is empty or too long",
            "send 1 to 200 characters",
        ));
    }
    if settings.alpha.is_some_and(|alpha| !(alpha >= 0.0 && alpha.is_finite())) {
        faults.push(fault("#/alpha", "out_of_range", "the penalty is below zero", "send zero or more"));
    }
    faults
}

/// The settings in the engine's terms; a metric that it does not know is a fault.
pub fn engine_settings(settings: &RunSettings) -> Result<engine::Settings> {
    let mut value = serde_json::to_value(settings)?;
    if let Some(fields) = value.as_object_mut()
        && let Some(alpha) = fields.remove("alpha")
    {
        fields.insert("ridge_alpha".to_owned(), alpha);
    }
    serde_json::from_value(value).map_err(|error| {
        Error::invalid_field(
            "#/metric",
            error.to_string(),
            "compare the settings with the reference at /docs",
        )
    })
}

/// A page of runs.
pub async fn list(context: &Context, scope: &Scope, query: ListRunsQuery) -> Result<Page<Run>> {
    let limit = http::page_limit(query.limit)?;
    let rows = repository::list(context.db.reader(), scope, &query, limit).await?;
    let runs = rows.into_iter().map(repository::wire).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(runs, usize::try_from(limit).unwrap_or(usize::MAX), |run| run.id.to_string()))
}

/// A run.
pub async fn get(context: &Context, scope: &Scope, id: RunId) -> Result<Run> {
    repository::wire(repository::find(context.db.reader(), scope, id).await?.ok_or_else(Error::not_found)?)
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
            return Err(Error::new(
                Code::Conflict,
                format!("The run has ended already: it is {}.", row.status),
            ));
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
