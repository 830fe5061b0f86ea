//! Every query on many tenants at once. These take an [`Operator`] where others take a scope, and read counts only.

use crate::{
    error::{Error, Result},
    infra::{stored, tenancy},
    policy::{Operator, Scope},
};
use contract::{TenantId, Timestamp, operator::OperatorTenant};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

#[derive(FromQueryResult)]
struct TenantRow {
    id: String,
    slug: String,
    name: String,
    plan: String,
    members: i64,
    datasets: i64,
    storage_bytes: i64,
    models: i64,
    endpoints: i64,
    predictions: i64,
    created_at: i64,
    suspended_at: Option<i64>,
}

/// Tenants with what each has; `$1` is the first day of the month.
fn tenants_with_counts() -> String {
    let members = tenancy::sql("m.tenant_id", "t.id");
    let (datasets, bytes) = (tenancy::sql("d.tenant_id", "t.id"), tenancy::sql("d.tenant_id", "t.id"));
    let (models, endpoints) = (tenancy::sql("m.tenant_id", "t.id"), tenancy::sql("e.tenant_id", "t.id"));
    let usage = tenancy::sql("u.tenant_id", "t.id");
    format!(
        "SELECT t.id, t.slug, t.name, t.plan, t.created_at, t.suspended_at, \
         (SELECT COUNT(*) FROM members m WHERE {members}) AS members, \
         (SELECT COUNT(*) FROM datasets d WHERE {datasets} AND d.deleted_at IS NULL) AS datasets, \
         (SELECT CAST(COALESCE(SUM(d.size_bytes), 0) AS BIGINT) FROM datasets d \
          WHERE {bytes} AND d.deleted_at IS NULL) AS storage_bytes, \
         (SELECT COUNT(*) FROM models m WHERE {models} AND m.deleted_at IS NULL) AS models, \
         (SELECT COUNT(*) FROM endpoints e WHERE {endpoints}) AS endpoints, \
         (SELECT CAST(COALESCE(SUM(u.predictions), 0) AS BIGINT) FROM usage_days u \
          WHERE {usage} AND u.day >= $1) AS predictions \
         FROM tenants t"
    )
}

fn wire(row: TenantRow) -> Result<OperatorTenant> {
    let count = |number: i64| u64::try_from(number).unwrap_or_default();
    Ok(OperatorTenant {
        id: stored::id(&row.id)?,
        slug: row.slug,
        name: row.name,
        plan: row.plan,
        members: count(row.members),
        datasets: count(row.datasets),
        storage_bytes: count(row.storage_bytes),
        models: count(row.models),
        endpoints: count(row.endpoints),
        predictions_this_month: count(row.predictions),
        created_at: Timestamp::from_millis(row.created_at),
        suspended_at: row.suspended_at.map(Timestamp::from_millis),
    })
}

async fn rows(
    db: &impl ConnectionTrait,
    filter: &str,
    month: &str,
    values: Vec<Value>,
) -> Result<Vec<OperatorTenant>> {
    let values = [vec![month.into()], values].concat();
    let sql = format!("{} {filter}", tenants_with_counts());
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    TenantRow::find_by_statement(statement).all(db).await?.into_iter().map(wire).collect()
}

/// A page of the tenants and one more, newest first; `pattern` is a LIKE pattern in lower case with `\` as its escape.
pub async fn tenants(
    db: &impl ConnectionTrait,
    _: &Operator,
    pattern: Option<&str>,
    before: Option<TenantId>,
    (month, limit): (&str, u64),
) -> Result<Vec<OperatorTenant>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let before = before.map(|before| before.to_string()).unwrap_or_default();
    let values = vec![pattern.unwrap_or("%").into(), before.into(), limit.into()];
    let filter = "WHERE t.deleted_at IS NULL AND t.search LIKE $2 ESCAPE '\\' AND ($3 = '' OR t.id < $3) ORDER BY t.id DESC LIMIT $4";
    rows(db, filter, month, values).await
}

/// The scope's tenant.
pub async fn tenant(db: &impl ConnectionTrait, scope: &Scope, month: &str) -> Result<OperatorTenant> {
    let filter = format!("WHERE {} AND t.deleted_at IS NULL", tenancy::sql("t.id", "$2"));
    let found = rows(db, &filter, month, vec![scope.tenant().into()]).await?;
    found.into_iter().next().ok_or_else(Error::not_found)
}

/// How many tenants and people there are.
pub async fn sizes(db: &impl ConnectionTrait, _: &Operator) -> Result<(u64, u64)> {
    let sql = "SELECT (SELECT COUNT(*) FROM tenants WHERE deleted_at IS NULL) AS tenants, (SELECT COUNT(*) FROM users) AS users";
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await?.ok_or_else(|| Error::internal("a count without a row"))?;
    let count = |name: &str| -> Result<u64> {
        let number: i64 = row.try_get_by(name)?;
        Ok(u64::try_from(number).unwrap_or_default())
    };
    Ok((count("tenants")?, count("users")?))
}
