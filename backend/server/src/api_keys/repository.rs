//! Every query on API keys.

use super::{
    cache::{Digest, Known, Use},
    entity::{ActiveModel, Column, Entity, Model},
};
use crate::{
    error::{Error, Result},
    infra::{digest, stored, tenancy},
    policy::{KeyGrant, Scope},
};
use contract::{ApiKeyId, Timestamp, api_keys::ApiKey};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};

/// The key that a secret of this digest belongs to. Takes no scope: it is what a scope is made from.
pub async fn by_digest(db: &impl ConnectionTrait, digest: &Digest) -> Result<Option<Known>> {
    let hash = digest::hex(digest);
    let either = Condition::any()
        .add(Column::SecretHash.eq(hash.as_str()))
        .add(Column::PreviousSecretHash.eq(hash.as_str()));
    let Some(row) = Entity::find().filter(either).one(db).await? else { return Ok(None) };
    let is_current = row.secret_hash == hash;
    let moment = |millis: Option<i64>| millis.map(Timestamp::from_millis);
    let overlap = if is_current { None } else { Some(row.previous_valid_until.unwrap_or_default()) };
    let (revoked_at, expires_at) = (moment(row.revoked_at), moment(row.expires_at));
    let tenant_id = stored::id(&row.tenant_id)?;
    let key = wire(row)?;
    let grant = KeyGrant {
        id: key.id,
        tenant_id,
        name: key.name,
        scopes: key.scopes,
        endpoints: key.endpoints,
        rate_per_second: key.rate_per_second,
    };
    Ok(Some(Known::new(grant, revoked_at, expires_at, moment(overlap))))
}

/// A row as callers read it.
pub fn wire(row: Model) -> Result<ApiKey> {
    Ok(ApiKey {
        id: stored::id(&row.id)?,
        name: row.name,
        prefix: row.prefix,
        last_four: row.last_four,
        scopes: serde_json::from_str(&row.scopes)?,
        endpoints: row.endpoints.as_deref().map(serde_json::from_str).transpose()?,
        rate_per_second: row.rate_per_second.and_then(|rate| u32::try_from(rate).ok()),
        expires_at: row.expires_at.map(Timestamp::from_millis),
        created_at: Timestamp::from_millis(row.created_at),
        last_used_at: row.last_used_at.map(Timestamp::from_millis),
        revoked_at: row.revoked_at.map(Timestamp::from_millis),
        previous_valid_until: row.previous_valid_until.map(Timestamp::from_millis),
    })
}

/// A page of the keys and one more, newest first.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    before: Option<ApiKeyId>,
    limit: u64,
) -> Result<Vec<Model>> {
    let mut query = Entity::find().filter(tenancy::is(Column::TenantId, scope.tenant()));
    if let Some(before) = before {
        query = query.filter(Column::Id.lt(before.to_string()));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

fn of(scope: &Scope, id: ApiKeyId) -> sea_orm::Select<Entity> {
    Entity::find().filter(tenancy::is(Column::TenantId, scope.tenant())).filter(Column::Id.eq(id.to_string()))
}

/// A key.
pub async fn get(db: &impl ConnectionTrait, scope: &Scope, id: ApiKeyId) -> Result<Model> {
    of(scope, id).one(db).await?.ok_or_else(Error::not_found)
}

/// A key, locked until the transaction ends.
pub async fn lock(tx: &impl ConnectionTrait, scope: &Scope, id: ApiKeyId) -> Result<Model> {
    of(scope, id).lock_exclusive().one(tx).await?.ok_or_else(Error::not_found)
}

/// Keeps a new key.
pub async fn insert(tx: &impl ConnectionTrait, row: ActiveModel) -> Result<Model> {
    Ok(row.insert(tx).await?)
}

/// Changes a key that was loaded by its scope.
pub async fn update(tx: &impl ConnectionTrait, row: ActiveModel) -> Result<Model> {
    Ok(row.update(tx).await?)
}

/// Writes down a use, unless a later one is there. Takes no scope: it is nobody's call.
pub async fn set_last_used(tx: &impl ConnectionTrait, used: &Use) -> Result<()> {
    let at = used.at.millis();
    let earlier = Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lt(at));
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(at))
        .filter(tenancy::is(Column::TenantId, &used.tenant_id.to_string()))
        .filter(Column::Id.eq(used.id.to_string()))
        .filter(earlier)
        .exec(tx)
        .await?;
    Ok(())
}
