//! Every query on tenants.

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::{
    error::{Error, Result},
    policy::Scope,
};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, Set};

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
        created_at: Set(tenant.created_at),
        updated_at: Set(tenant.updated_at),
    };
    let inserted =
        Entity::insert(row).on_conflict_do_nothing_on([Column::Slug]).exec_without_returning(db).await?;
    Ok(matches!(inserted, sea_orm::TryInsertResult::Inserted(1)))
}

/// Gives the scope's tenant another name.
pub async fn rename(db: &impl ConnectionTrait, scope: &Scope, name: &str, now: i64) -> Result<Model> {
    let row = ActiveModel {
        id: Set(scope.tenant().to_owned()),
        name: Set(name.to_owned()),
        updated_at: Set(now),
        ..Default::default()
    };
    Ok(row.update(db).await?)
}
