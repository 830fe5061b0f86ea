//! Every query on reproductions.

use super::{
    Proof, Turn,
    entity::{ActiveModel, Column, Entity, Model},
};
use crate::{
    error::{Error, Result},
    infra::{
        stored::{self, unword, word},
        tenancy,
    },
    policy::Scope,
};
use contract::{DatasetId, ModelId, ReproductionId, Timestamp, models::Reproduction, training::RunStatus};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::Expr,
};

/// Writes a new reproduction.
pub async fn insert(
    db: &impl ConnectionTrait,
    scope: &Scope,
    dataset: DatasetId,
    new: &Reproduction,
) -> Result<()> {
    let row = ActiveModel {
        tenant_id: Set(scope.tenant().to_owned()),
        id: Set(new.id.to_string()),
        model_id: Set(new.model_id.to_string()),
        dataset_id: Set(dataset.to_string()),
        status: Set(word(&new.status)?),
        attempt: Set(0),
        progress: Set(0.0),
        expected_sha256: Set(new.expected_sha256.clone()),
        found_sha256: Set(None),
        engine_version: Set(None),
        trials: Set(new.trials.map(i64::from)),
        threads: Set(None),
        error: Set(None),
        created_by: Set(new.created_by.map(|id| id.to_string())),
        queued_at: Set(new.queued_at.millis()),
        started_at: Set(None),
        finished_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// The reproduction of this id.
pub async fn find(db: &impl ConnectionTrait, scope: &Scope, id: ReproductionId) -> Result<Option<Model>> {
    let found = Entity::find()
        .filter(tenancy::is(Column::TenantId, scope.tenant()))
        .filter(Column::Id.eq(id.to_string()));
    Ok(found.one(db).await?)
}

/// A page of a model's reproductions, newest first; one more than `limit` when there is a next page.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    model: ModelId,
    before: Option<&str>,
    limit: u64,
) -> Result<Vec<Model>> {
    let mut found = Entity::find()
        .filter(tenancy::is(Column::TenantId, scope.tenant()))
        .filter(Column::ModelId.eq(model.to_string()));
    if let Some(before) = before {
        found = found.filter(Column::Id.lt(before));
    }
    Ok(found.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

/// Moves a reproduction to another status.
pub async fn turn(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: ReproductionId,
    turn: &Turn,
    now: Timestamp,
) -> Result<()> {
    let row = find(db, scope, id).await?.ok_or_else(Error::not_found)?;
    let started = row.started_at.or((turn.status == RunStatus::Running).then(|| now.millis()));
    let progress = match turn.status {
        RunStatus::Queued => 0.0,
        RunStatus::Succeeded => 1.0,
        RunStatus::Running | RunStatus::Failed | RunStatus::Cancelled | RunStatus::Dead => row.progress,
    };
    let mut change: ActiveModel = row.into();
    change.status = Set(word(&turn.status)?);
    change.attempt = Set(turn.attempt);
    change.started_at = Set(started);
    change.progress = Set(progress);
    change.error = Set(turn.error.as_ref().map(serde_json::to_string).transpose()?);
    change.finished_at = Set(turn.status.is_final().then(|| now.millis()));
    if let Some(Proof { sha256, engine_version, threads }) = &turn.proof {
        change.found_sha256 = Set(Some(sha256.clone()));
        change.engine_version = Set(Some(engine_version.clone()));
        change.threads = Set(i64::try_from(*threads).ok());
    }
    change.update(db).await?;
    Ok(())
}

/// Writes how far a running reproduction is.
pub async fn progress(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: ReproductionId,
    progress: f64,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Progress, Expr::value(progress))
        .filter(tenancy::is(Column::TenantId, scope.tenant()))
        .filter(Column::Id.eq(id.to_string()))
        .filter(Column::Status.eq(word(&RunStatus::Running)?))
        .exec(db)
        .await?;
    Ok(())
}

/// The reproduction as callers see it.
pub fn wire(row: Model) -> Result<Reproduction> {
    let equal = row.found_sha256.as_ref().map(|found| *found == row.expected_sha256);
    let whole = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
    Ok(Reproduction {
        id: stored::id(&row.id)?,
        model_id: stored::id(&row.model_id)?,
        status: unword(&row.status)?,
        progress: row.progress,
        expected_sha256: row.expected_sha256,
        found_sha256: row.found_sha256,
        equal,
        engine_version: row.engine_version,
        trials: whole(row.trials),
        threads: whole(row.threads),
        error: row.error.as_deref().map(serde_json::from_str).transpose()?,
        created_by: row.created_by.as_deref().map(stored::id).transpose()?,
        queued_at: Timestamp::from_millis(row.queued_at),
        started_at: row.started_at.map(Timestamp::from_millis),
        finished_at: row.finished_at.map(Timestamp::from_millis),
    })
}
