//! Every query on tenants.

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::{
    error::{Error, Result},
    infra::tenancy,
    policy::Scope,
};
use contract::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set, Statement,
};

/// Every table of a tenant's things, those that refer before those that are referred to. The tenant's row, its audit log
/// and its shredded key stay.
pub const TABLES: &[&str] = &[
    "deployments",
    "endpoints",
    "reproductions",
    "models",
    "run_events",
    "training_runs",
    "datasets",
    "idempotency_keys",
    "usage_days",
    "api_keys",
    "invites",
    "members",
    "jobs",
    "job_tenants",
];

/// The scope's tenant.
pub async fn get(db: &impl ConnectionTrait, scope: &Scope) -> Result<Model> {
    let found = Entity::find().filter(tenancy::is(Column::Id, scope.tenant()));
    found.filter(Column::DeletedAt.is_null()).one(db).await?.ok_or_else(Error::not_found)
}

/// Keeps a new tenant; says whether it could, which it can't when the slug is taken. Takes no scope: there is no
/// tenant yet that anyone could have been allowed to act in.
pub async fn insert(db: &impl ConnectionTrait, tenant: &Model) -> Result<bool> {
    let row = ActiveModel {
        id: Set(tenant.id.clone()),
        slug: Set(tenant.slug.clone()),
        name: Set(tenant.name.clone()),
        plan: Set(tenant.plan.clone()),
        quota_overrides: Set(None),
        suspended_at: Set(None),
        search: Set(tenant.search.clone()),
        created_at: Set(tenant.created_at),
        updated_at: Set(tenant.updated_at),
        deleted_at: Set(None),
        objects_removed_at: Set(None),
    };
    let inserted =
        Entity::insert(row).on_conflict_do_nothing_on([Column::Slug]).exec_without_returning(db).await?;
    Ok(matches!(inserted, sea_orm::TryInsertResult::Inserted(1)))
}

/// The scope's tenant, locked until the transaction ends.
pub async fn lock(tx: &impl ConnectionTrait, scope: &Scope) -> Result<Model> {
    let found = Entity::find().filter(tenancy::is(Column::Id, scope.tenant()));
    found.filter(Column::DeletedAt.is_null()).lock_exclusive().one(tx).await?.ok_or_else(Error::not_found)
}

/// Changes the scope's tenant.
pub async fn update(tx: &impl ConnectionTrait, scope: &Scope, change: ActiveModel) -> Result<()> {
    Entity::update_many().set(change).filter(tenancy::is(Column::Id, scope.tenant())).exec(tx).await?;
    Ok(())
}

/// Removes every row of the scope's tenant, but for what stays of a deleted one.
pub async fn remove_everything(tx: &impl ConnectionTrait, scope: &Scope) -> Result<()> {
    for table in TABLES {
        let sql = format!("DELETE FROM {table} WHERE {}", tenancy::sql("tenant_id", "$1"));
        let values = [scope.tenant().into()];
        tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    }
    Ok(())
}

/// Tenants that were deleted and may have something left in the storage. Takes no scope: the janitor looks after all.
pub async fn deleted_with_objects(db: &impl ConnectionTrait) -> Result<Vec<Model>> {
    let query = Entity::find()
        .filter(Column::DeletedAt.is_not_null())
        .filter(Column::ObjectsRemovedAt.is_null())
        .order_by_asc(Column::Id);
    Ok(query.all(db).await?)
}

/// The tenant of this id, if it is there and not deleted. Takes no scope: a restored backup names it.
pub async fn living(db: &impl ConnectionTrait, id: &str) -> Result<bool> {
    let found = Entity::find().filter(tenancy::is(Column::Id, id)).filter(Column::DeletedAt.is_null());
    Ok(found.one(db).await?.is_some())
}

/// Marks the scope's tenant as deleted.
pub async fn mark_deleted(tx: &impl ConnectionTrait, scope: &Scope, at: Timestamp) -> Result<()> {
    let at = at.millis();
    let change = ActiveModel { deleted_at: Set(Some(at)), updated_at: Set(at), ..Default::default() };
    update(tx, scope, change).await
}

/// Marks that the scope's deleted tenant has nothing left in the storage.
pub async fn mark_objects_removed(tx: &impl ConnectionTrait, scope: &Scope, at: Timestamp) -> Result<()> {
    let change = ActiveModel { objects_removed_at: Set(Some(at.millis())), ..Default::default() };
    update(tx, scope, change).await
}
