//! Every query on tenants.

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::{
    error::{Error, Result},
    policy::Scope,
};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, QuerySelect, Set};

/// The scope's tenant.
pub async fn get(db: &impl ConnectionTrait, scope: &Scope) -> Result<Model> {
    Entity::find_by_id(scope.tenant().to_owned()).one(db).await?.ok_or_else(Error::not_found)
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
    };
    let inserted =
        Entity::insert(row).on_conflict_do_nothing_on([Column::Slug]).exec_without_returning(db).await?;
    Ok(matches!(inserted, sea_orm::TryInsertResult::Inserted(1)))
}

/// The scope's tenant, locked until the transaction ends.
pub async fn lock(tx: &impl ConnectionTrait, scope: &Scope) -> Result<Model> {
    let found = Entity::find_by_id(scope.tenant().to_owned()).lock_exclusive().one(tx).await?;
    found.ok_or_else(Error::not_found)
}

/// Changes the scope's tenant.
pub async fn update(db: &impl ConnectionTrait, scope: &Scope, change: ActiveModel) -> Result<Model> {
    Ok(ActiveModel { id: Set(scope.tenant().to_owned()), ..change }.update(db).await?)
}
