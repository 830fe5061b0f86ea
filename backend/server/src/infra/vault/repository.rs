//! Every query on `tenant_keys`.

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::{error::Result, infra::tenancy};
use contract::Timestamp;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, Statement, TryInsertResult, sea_query::Expr,
};

/// The keys of a tenant, oldest first, shredded ones among them.
pub async fn of_tenant(db: &impl ConnectionTrait, tenant: &str) -> Result<Vec<Model>> {
    let found = Entity::find().filter(tenancy::is(Column::TenantId, tenant)).order_by_asc(Column::Version);
    Ok(found.all(db).await?)
}

/// Keeps a new key; says whether it could, which it can't when the tenant has one of this version.
pub async fn insert(db: &impl ConnectionTrait, row: Model) -> Result<bool> {
    let row: ActiveModel = row.into_active_model().reset_all();
    let taken = [Column::TenantId, Column::Version];
    let inserted = Entity::insert(row).on_conflict_do_nothing_on(taken).exec_without_returning(db).await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1)))
}

/// How many keys each root key wraps.
pub async fn root_keys(db: &impl ConnectionTrait) -> Result<Vec<(String, i64)>> {
    let query = Entity::find()
        .select_only()
        .column(Column::RootKeyId)
        .column_as(Column::TenantId.count(), "keys")
        .filter(Column::ShreddedAt.is_null())
        .group_by(Column::RootKeyId)
        .order_by_asc(Column::RootKeyId);
    Ok(query.into_tuple().all(db).await?)
}

/// Some keys that another root key than this wraps.
pub async fn wrapped_by_others(db: &impl ConnectionTrait, root: &str, limit: u64) -> Result<Vec<Model>> {
    let query = Entity::find()
        .filter(Column::ShreddedAt.is_null())
        .filter(Column::RootKeyId.ne(root))
        .order_by_asc(Column::TenantId)
        .order_by_asc(Column::Version)
        .limit(limit);
    Ok(query.all(db).await?)
}

/// Puts a key that was wrapped anew in the place of the old one.
pub async fn rewrap(tx: &impl ConnectionTrait, row: &Model, wrapped: &str, root: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::WrappedKey, Expr::value(wrapped))
        .col_expr(Column::RootKeyId, Expr::value(root))
        .filter(tenancy::is(Column::TenantId, &row.tenant_id))
        .filter(Column::Version.eq(row.version))
        .filter(Column::ShreddedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Overwrites every key of a tenant.
pub async fn shred(tx: &impl ConnectionTrait, tenant: &str, at: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::WrappedKey, Expr::value(""))
        .col_expr(Column::ShreddedAt, Expr::value(at.millis()))
        .filter(tenancy::is(Column::TenantId, tenant))
        .filter(Column::ShreddedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Keeps other writers off the table until the transaction ends; SQLite has one writer anyway.
pub async fn lock(tx: &impl ConnectionTrait) -> Result<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared("LOCK TABLE tenant_keys IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    Ok(())
}

/// Whether nothing was ever wrapped in this database, whose schema may be of before there were keys.
pub async fn is_unused(db: &impl ConnectionTrait) -> Result<bool> {
    if db.get_database_backend() == DbBackend::Sqlite {
        let sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'tenant_keys'";
        if db.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?.is_none() {
            return Ok(true);
        }
    }
    Ok(Entity::find().filter(Column::ShreddedAt.is_null()).limit(1).one(db).await?.is_none())
}
