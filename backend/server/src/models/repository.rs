//! Every query on models.

use super::{
    card::Card,
    entity::{ActiveModel, Column, Entity, Model},
};
use crate::{
    error::Result,
    infra::{
        stored::{self, unword, word},
        tenancy,
    },
    policy::Scope,
};
use contract::{
    DatasetId, ModelId, RunId, Timestamp,
    models::Model as Wire,
    training::{Algorithm, RunSettings, Task},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Alias, Expr, Query},
};

/// A model that a run made.
#[derive(Clone, Debug)]
pub struct NewModel {
    /// The id.
    pub id: ModelId,
    /// The name that its versions share.
    pub name: String,
    /// The kind of answer.
    pub task: Task,
    /// The column that it predicts.
    pub target: String,
    /// The family that won.
    pub algorithm: Algorithm,
    /// What ranked the families.
    pub metric: String,
    /// Everything else that is shown.
    pub card: Card,
    /// The run.
    pub run_id: RunId,
    /// The data set.
    pub dataset_id: DatasetId,
    /// The SHA-256 of its file.
    pub dataset_sha256: String,
    /// The settings as asked.
    pub settings: RunSettings,
    /// The seed that was used.
    pub seed: u64,
    /// The version of the engine.
    pub engine_version: String,
    /// Where the artefact is stored.
    pub object_key: String,
    /// The artefact's SHA-256.
    pub artefact_sha256: String,
    /// The artefact's size.
    pub artefact_size_bytes: u64,
}

/// Writes a model as the next version of its name. The caller holds the tenant's place in line, or retries when two
/// took one version: the unique index refuses the second.
pub async fn insert(db: &impl ConnectionTrait, scope: &Scope, new: NewModel, now: Timestamp) -> Result<u32> {
    let last: Option<i64> = Entity::find()
        .select_only()
        .column_as(Column::Version.max(), "last")
        .filter(tenancy::is(Column::TenantId, scope.tenant()))
        .filter(Column::Name.eq(&new.name))
        .into_tuple()
        .one(db)
        .await?
        .flatten();
    let version = last.unwrap_or_default() + 1;
    let row = ActiveModel {
        tenant_id: Set(scope.tenant().to_owned()),
        id: Set(new.id.to_string()),
        name: Set(new.name),
        version: Set(version),
        task: Set(word(&new.task)?),
        target: Set(new.target),
        algorithm: Set(word(&new.algorithm)?),
        metric: Set(new.metric),
        card: Set(serde_json::to_string(&new.card)?),
        run_id: Set(new.run_id.to_string()),
        dataset_id: Set(new.dataset_id.to_string()),
        dataset_sha256: Set(new.dataset_sha256),
        settings: Set(serde_json::to_string(&new.settings)?),
        // The database has signed numbers only; the bits are what counts.
        seed: Set(new.seed.cast_signed()),
        engine_version: Set(new.engine_version),
        object_key: Set(new.object_key),
        artefact_sha256: Set(new.artefact_sha256),
        artefact_size_bytes: Set(i64::try_from(new.artefact_size_bytes).unwrap_or(i64::MAX)),
        created_at: Set(now.millis()),
        deleted_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(db).await?;
    Ok(u32::try_from(version).unwrap_or(u32::MAX))
}

/// The model of this id.
pub async fn find(db: &impl ConnectionTrait, scope: &Scope, id: ModelId) -> Result<Option<Model>> {
    let found = Entity::find()
        .filter(tenancy::is(Column::TenantId, scope.tenant()))
        .filter(Column::Id.eq(id.to_string()));
    Ok(found.filter(Column::DeletedAt.is_null()).one(db).await?)
}

/// A page of models, newest first; one more than `limit` when there is a next page.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    name: Option<&str>,
    before: Option<&str>,
    limit: u64,
) -> Result<Vec<Model>> {
    let mut models = Entity::find()
        .filter(tenancy::is(Column::TenantId, scope.tenant()))
        .filter(Column::DeletedAt.is_null());
    if let Some(name) = name {
        models = models.filter(Column::Name.eq(name));
    }
    if let Some(before) = before {
        models = models.filter(Column::Id.lt(before));
    }
    Ok(models.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

/// The names of the endpoints that the model serves or may be rolled back to.
pub async fn served_by(db: &impl ConnectionTrait, scope: &Scope, id: ModelId) -> Result<Vec<String>> {
    let (table, name) = (Alias::new("endpoints"), Alias::new("name"));
    let query = Query::select()
        .column(name)
        .from(table)
        .and_where(tenancy::column_is("tenant_id", scope.tenant()))
        .and_where(Expr::col("model_id").eq(id.to_string()))
        .take();
    let rows = db.query_all(&query).await?;
    Ok(rows.iter().map(|row| row.try_get("", "name")).collect::<Result<_, _>>()?)
}

/// Marks a model as deleted; its row stays for lineage and the log.
pub async fn mark_deleted(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: ModelId,
    now: Timestamp,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::DeletedAt, Expr::value(now.millis()))
        .filter(tenancy::is(Column::TenantId, scope.tenant()))
        .filter(Column::Id.eq(id.to_string()))
        .exec(db)
        .await?;
    Ok(())
}

/// The model as callers see it.
pub fn wire(row: Model) -> Result<Wire> {
    let card: Card = serde_json::from_str(&row.card)?;
    Ok(Wire {
        id: stored::id(&row.id)?,
        name: row.name,
        version: u32::try_from(row.version).unwrap_or(u32::MAX),
        task: unword(&row.task)?,
        target: row.target,
        algorithm: unword(&row.algorithm)?,
        metric: row.metric,
        metrics: card.metrics,
        intervals: card.intervals,
        certainty: card.certainty,
        trials: card.trials.unwrap_or_default(),
        baseline: card.baseline,
        features: card.features,
        classes: card.classes,
        run_id: stored::id(&row.run_id)?,
        dataset_id: stored::id(&row.dataset_id)?,
        artefact_sha256: row.artefact_sha256,
        artefact_size_bytes: u64::try_from(row.artefact_size_bytes).unwrap_or_default(),
        created_at: Timestamp::from_millis(row.created_at),
    })
}
