//! Every query on runs and their steps.

use super::{
    entity::{event, run},
    protocol::Step,
    record::Turn,
};
use crate::{
    error::{Error, Result},
    infra::{
        stored::{self, unword, word},
        tenancy,
    },
    policy::Scope,
};
use contract::{
    ModelId, RunId, Timestamp,
    training::{ListRunsQuery, Run, RunEvent, RunStatus},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::Expr,
};

pub use run::Model as Row;

/// Whether a run was still there to progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progressed {
    /// It runs.
    Yes,
    /// It has ended meanwhile.
    No,
}

/// Writes a new run.
pub async fn insert(db: &impl ConnectionTrait, scope: &Scope, run: &Run) -> Result<()> {
    let row = run::ActiveModel {
        tenant_id: Set(scope.tenant().to_owned()),
        id: Set(run.id.to_string()),
        dataset_id: Set(run.dataset_id.to_string()),
        name: Set(run.name.clone()),
        settings: Set(serde_json::to_string(&run.settings)?),
        status: Set(word(&run.status)?),
        attempt: Set(0),
        progress: Set(0.0),
        model_id: Set(None),
        error: Set(None),
        created_by: Set(run.created_by.map(|id| id.to_string())),
        queued_at: Set(run.queued_at.millis()),
        started_at: Set(None),
        finished_at: Set(None),
        ends_at: Set(None),
        trials_done: Set(0),
        best: Set(None),
        stop_requested_at: Set(None),
    };
    run::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

fn of(scope: &Scope, id: RunId) -> sea_orm::Select<run::Entity> {
    run::Entity::find()
        .filter(tenancy::is(run::Column::TenantId, scope.tenant()))
        .filter(run::Column::Id.eq(id.to_string()))
}

/// The run of this id.
pub async fn find(db: &impl ConnectionTrait, scope: &Scope, id: RunId) -> Result<Option<Row>> {
    Ok(of(scope, id).one(db).await?)
}

/// A page of runs, newest first; one more than `limit` when there is a next page.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    query: &ListRunsQuery,
    limit: u64,
) -> Result<Vec<Row>> {
    let mut runs = run::Entity::find().filter(tenancy::is(run::Column::TenantId, scope.tenant()));
    if let Some(dataset) = query.dataset_id {
        runs = runs.filter(run::Column::DatasetId.eq(dataset.to_string()));
    }
    if let Some(status) = query.status {
        runs = runs.filter(run::Column::Status.eq(word(&status)?));
    }
    if let Some(before) = &query.cursor {
        runs = runs.filter(run::Column::Id.lt(before));
    }
    Ok(runs.order_by_desc(run::Column::Id).limit(limit + 1).all(db).await?)
}

/// Moves a run to another status and answers how far it is.
pub async fn turn(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: RunId,
    attempt: i64,
    turn: &Turn,
    now: Timestamp,
) -> Result<f64> {
    let row = find(db, scope, id).await?.ok_or_else(Error::not_found)?;
    let started = row.started_at.or((turn.status == RunStatus::Running).then(|| now.millis()));
    let progress = match turn.status {
        RunStatus::Queued => 0.0,
        RunStatus::Succeeded => 1.0,
        _ => row.progress,
    };
    let mut change: run::ActiveModel = row.into();
    change.status = Set(word(&turn.status)?);
    change.attempt = Set(attempt);
    change.started_at = Set(started);
    change.progress = Set(progress);
    change.error = Set(turn.error.as_ref().map(serde_json::to_string).transpose()?);
    change.finished_at = Set(turn.status.is_final().then(|| now.millis()));
    change.ends_at = Set(None);
    if turn.status == RunStatus::Queued {
        // Another try begins from nothing.
        change.trials_done = Set(0);
        change.best = Set(None);
    }
    change.update(db).await?;
    Ok(progress)
}

/// Names the model that a run made.
pub async fn set_model(db: &impl ConnectionTrait, scope: &Scope, id: RunId, model: ModelId) -> Result<()> {
    run::Entity::update_many()
        .col_expr(run::Column::ModelId, Expr::value(model.to_string()))
        .filter(tenancy::is(run::Column::TenantId, scope.tenant()))
        .filter(run::Column::Id.eq(id.to_string()))
        .exec(db)
        .await?;
    Ok(())
}

/// Writes how far a running run is.
pub async fn progress(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: RunId,
    step: &Step,
    now: Timestamp,
) -> Result<Progressed> {
    let mut change = run::Entity::update_many().col_expr(run::Column::Progress, Expr::value(step.progress));
    if let Some(search) = &step.search {
        let best = search.best.as_ref().map(serde_json::to_string).transpose()?;
        change = change
            .col_expr(run::Column::EndsAt, Expr::value(search.eta_seconds.map(|eta| moment(now, eta))))
            .col_expr(run::Column::TrialsDone, Expr::value(i64::from(search.trials_done)))
            .col_expr(run::Column::Best, Expr::value(best));
    }
    let done = change
        .filter(tenancy::is(run::Column::TenantId, scope.tenant()))
        .filter(run::Column::Id.eq(id.to_string()))
        .filter(run::Column::Status.eq(word(&RunStatus::Running)?))
        .exec(db)
        .await?;
    Ok(if done.rows_affected == 1 { Progressed::Yes } else { Progressed::No })
}

/// The moment that is so many seconds away, in milliseconds.
#[allow(clippy::cast_possible_truncation)] // bounded before
fn moment(now: Timestamp, seconds: f64) -> i64 {
    now.millis().saturating_add((seconds.clamp(0.0, 1e6) * 1000.0) as i64)
}

/// Seconds from now to a moment, none below zero.
#[allow(clippy::cast_precision_loss)] // a run lasts hours at most
fn seconds_until(now: Timestamp, moment: i64) -> f64 {
    moment.saturating_sub(now.millis()).max(0) as f64 / 1000.0
}

/// Notes that a run is to stop and keep the best so far; whether it had not ended.
pub async fn ask_to_stop(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: RunId,
    now: Timestamp,
) -> Result<Progressed> {
    let done = run::Entity::update_many()
        .col_expr(run::Column::StopRequestedAt, Expr::value(now.millis()))
        .filter(tenancy::is(run::Column::TenantId, scope.tenant()))
        .filter(run::Column::Id.eq(id.to_string()))
        .filter(run::Column::FinishedAt.is_null())
        .exec(db)
        .await?;
    Ok(if done.rows_affected == 1 { Progressed::Yes } else { Progressed::No })
}

/// Whether a run was asked to stop and keep the best so far.
pub async fn is_asked_to_stop(db: &impl ConnectionTrait, scope: &Scope, id: RunId) -> Result<bool> {
    let asked: Option<Option<i64>> =
        of(scope, id).select_only().column(run::Column::StopRequestedAt).into_tuple().one(db).await?;
    Ok(asked.flatten().is_some())
}

/// Adds a step after the last. The caller has written the run's row in this transaction, which keeps others out.
pub async fn add_event(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: RunId,
    step: &Step,
    now: Timestamp,
) -> Result<()> {
    let last: Option<i64> = event::Entity::find()
        .select_only()
        .column_as(event::Column::Sequence.max(), "last")
        .filter(tenancy::is(event::Column::TenantId, scope.tenant()))
        .filter(event::Column::RunId.eq(id.to_string()))
        .into_tuple()
        .one(db)
        .await?
        .flatten();
    let row = event::ActiveModel {
        tenant_id: Set(scope.tenant().to_owned()),
        run_id: Set(id.to_string()),
        sequence: Set(last.unwrap_or_default() + 1),
        at: Set(now.millis()),
        kind: Set(step.kind.clone()),
        message: Set(step.message.clone()),
        progress: Set(step.progress),
        data: Set(serde_json::to_string(&step.data)?),
    };
    event::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// The steps after one, oldest first, at most `limit`.
pub async fn events(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: RunId,
    after: i64,
    limit: u64,
) -> Result<Vec<RunEvent>> {
    let rows = event::Entity::find()
        .filter(tenancy::is(event::Column::TenantId, scope.tenant()))
        .filter(event::Column::RunId.eq(id.to_string()))
        .filter(event::Column::Sequence.gt(after))
        .order_by_asc(event::Column::Sequence)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(wire_event).collect()
}

fn wire_event(row: event::Model) -> Result<RunEvent> {
    Ok(RunEvent {
        sequence: u64::try_from(row.sequence).unwrap_or_default(),
        at: Timestamp::from_millis(row.at),
        kind: row.kind,
        message: row.message,
        progress: row.progress,
        data: serde_json::from_str(&row.data)?,
    })
}

/// The run as callers see it at a moment.
pub fn wire(row: Row, now: Timestamp) -> Result<Run> {
    let error = row.error.as_deref().map(serde_json::from_str).transpose()?;
    Ok(Run {
        id: stored::id(&row.id)?,
        dataset_id: stored::id(&row.dataset_id)?,
        name: row.name,
        settings: serde_json::from_str(&row.settings)?,
        status: unword(&row.status)?,
        attempt: u32::try_from(row.attempt).unwrap_or_default(),
        progress: row.progress,
        eta_seconds: row.ends_at.map(|at| seconds_until(now, at)),
        trials_done: u32::try_from(row.trials_done).unwrap_or_default(),
        best: row.best.as_deref().map(serde_json::from_str).transpose()?,
        stop_requested_at: row.stop_requested_at.map(Timestamp::from_millis),
        model_id: row.model_id.as_deref().map(stored::id).transpose()?,
        error,
        created_by: row.created_by.as_deref().map(stored::id).transpose()?,
        queued_at: Timestamp::from_millis(row.queued_at),
        started_at: row.started_at.map(Timestamp::from_millis),
        finished_at: row.finished_at.map(Timestamp::from_millis),
    })
}
