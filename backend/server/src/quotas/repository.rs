//! Every query on usage, and the counts of what other features keep.

use super::{
    entity::{ActiveModel, Column, Entity},
    plan::Resource,
    tally::{Counts, date_of},
};
use crate::{
    error::{Error, Result},
    infra::tenancy,
    policy::Scope,
};
use contract::quotas::{UsageBy, UsageRow};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    Set,
    sea_query::{Expr, LockType, OnConflict, Order, Query, SelectStatement},
};

/// The most rows that one statement writes.
const ROWS_A_STATEMENT: usize = 500;

/// Counts of a tenant, day, caller and endpoint.
pub type Slot = (String, String, String, String);

/// The tenant's plan, its exceptions from it, and since when the tenant is suspended or deleted.
pub async fn standing(
    db: &impl ConnectionTrait,
    scope: &Scope,
) -> Result<(String, Option<String>, Option<i64>)> {
    let mut query = of_tenant("tenants", "id", scope);
    query.columns(["plan", "quota_overrides", "suspended_at", "deleted_at"]);
    let row = db.query_one(&query).await?.ok_or_else(Error::not_found)?;
    let (suspended, deleted): (Option<i64>, Option<i64>) =
        (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
    Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, suspended.or(deleted)))
}

/// Locks the tenant's row; SQLite has one writer anyway.
pub async fn lock_tenant(tx: &impl ConnectionTrait, scope: &Scope) -> Result<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        let mut query = of_tenant("tenants", "id", scope);
        query.column("id").lock(LockType::Update);
        tx.query_one(&query).await?;
    }
    Ok(())
}

/// Predictions of the tenant from one day to another, both included.
pub async fn predictions(db: &impl ConnectionTrait, scope: &Scope, from: i64, to: i64) -> Result<u64> {
    let mut query = of_tenant("usage_days", "tenant_id", scope);
    query
        .expr(Expr::cust("CAST(COALESCE(SUM(predictions), 0) AS BIGINT)"))
        .and_where(Expr::col("day").between(date_of(from).to_string(), date_of(to).to_string()));
    number(db, &query).await
}

/// How much of a resource the tenant uses.
pub async fn used(db: &impl ConnectionTrait, scope: &Scope, resource: Resource) -> Result<u64> {
    let count = "COUNT(*)";
    let (table, what) = match resource {
        Resource::StorageBytes => ("datasets", "CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT)"),
        Resource::Datasets => ("datasets", count),
        Resource::Endpoints => ("endpoints", count),
        Resource::RunningRuns | Resource::QueuedRuns => ("training_runs", count),
    };
    let mut query = of_tenant(table, "tenant_id", scope);
    query.expr(Expr::cust(what));
    match resource {
        Resource::StorageBytes | Resource::Datasets => {
            query.and_where(Expr::col("deleted_at").is_null());
        }
        Resource::RunningRuns => {
            query.and_where(Expr::col("status").eq("running"));
        }
        Resource::QueuedRuns => {
            query.and_where(Expr::col("status").eq("queued"));
        }
        Resource::Endpoints => {}
    }
    number(db, &query).await
}

fn of_tenant(table: &'static str, column: &'static str, scope: &Scope) -> SelectStatement {
    Query::select().from(table).and_where(tenancy::column_is(column, scope.tenant())).take()
}

async fn number(db: &impl ConnectionTrait, query: &SelectStatement) -> Result<u64> {
    let row = db.query_one(query).await?;
    let value: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    Ok(u64::try_from(value).unwrap_or_default())
}

/// Adds counts to what stands there. Takes no scope: it writes what this server counted of all tenants, each under
/// the tenant that the caller's credential named.
pub async fn add(tx: &impl ConnectionTrait, counts: &[(Slot, Counts)]) -> Result<()> {
    let int = |value: u64| Set(i64::try_from(value).unwrap_or(i64::MAX));
    for part in counts.chunks(ROWS_A_STATEMENT) {
        let rows = part.iter().map(|((tenant, day, key, endpoint), counts)| ActiveModel {
            tenant_id: Set(tenant.clone()),
            day: Set(day.clone()),
            api_key_id: Set(key.clone()),
            endpoint: Set(endpoint.clone()),
            requests: int(counts.requests),
            predictions: int(counts.predictions),
            errors: int(counts.errors),
        });
        let sum = |column: &str| Expr::cust(format!("usage_days.{column} + excluded.{column}"));
        let adding = OnConflict::columns([Column::TenantId, Column::Day, Column::ApiKeyId, Column::Endpoint])
            .value(Column::Requests, sum("requests"))
            .value(Column::Predictions, sum("predictions"))
            .value(Column::Errors, sum("errors"))
            .to_owned();
        Entity::insert_many(rows).on_conflict(adding).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Usage from one day to another, both included, by group; days oldest first, others busiest first.
pub async fn usage(
    db: &impl ConnectionTrait,
    scope: &Scope,
    by: UsageBy,
    from: &str,
    to: &str,
) -> Result<Vec<UsageRow>> {
    let column = match by {
        UsageBy::Day => Column::Day,
        UsageBy::Key => Column::ApiKeyId,
        UsageBy::Endpoint => Column::Endpoint,
    };
    let mut query = Entity::find()
        .select_only()
        .column_as(column, "slot")
        .filter(tenancy::is(Column::TenantId, scope.tenant()))
        .filter(Column::Day.between(from, to))
        .group_by(column);
    for name in ["requests", "predictions", "errors"] {
        query = query.column_as(Expr::cust(format!("CAST(SUM({name}) AS BIGINT)")), format!("{name}_sum"));
    }
    if by != UsageBy::Day {
        query = query.order_by(Expr::cust("SUM(predictions)"), Order::Desc);
    }
    let query = query.order_by(column, Order::Asc);
    let rows: Vec<(String, i64, i64, i64)> = query.into_tuple().all(db).await?;
    let number = |value| u64::try_from(value).unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|(group, requests, predictions, errors)| UsageRow {
            group,
            requests: number(requests),
            predictions: number(predictions),
            errors: number(errors),
        })
        .collect())
}
