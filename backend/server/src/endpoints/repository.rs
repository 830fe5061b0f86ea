//! Every query on endpoints and their history.
//!
//! Names and versions of models, deleted ones too, come with the rows by a join on the two columns that never change.

use super::entity::{deployment, endpoint};
use crate::{
    error::Result,
    infra::{stored, tenancy},
    policy::Scope,
};
use contract::{
    EndpointId, ModelId, Timestamp,
    endpoints::{Deployment, Endpoint},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, Set,
    sea_query::{Expr, Order, Query, SelectStatement},
};
use std::{collections::HashMap, str::FromStr};

/// How many changes an endpoint shows.
const SHOWN_CHANGES: u64 = 20;

/// Keeps a new endpoint.
pub async fn insert(
    tx: &impl ConnectionTrait,
    scope: &Scope,
    name: &str,
    id: EndpointId,
    model: ModelId,
    now: Timestamp,
) -> Result<(), sea_orm::DbErr> {
    let row = endpoint::ActiveModel {
        tenant_id: Set(scope.tenant().to_owned()),
        id: Set(id.to_string()),
        name: Set(name.to_owned()),
        model_id: Set(model.to_string()),
        created_at: Set(now.millis()),
        updated_at: Set(now.millis()),
    };
    endpoint::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// How many endpoints the tenant has.
pub async fn count(tx: &impl ConnectionTrait, scope: &Scope) -> Result<u64> {
    let all = endpoint::Entity::find().filter(tenancy::is(endpoint::Column::TenantId, scope.tenant()));
    Ok(all.count(tx).await?)
}

/// The endpoint of this name, without its history.
pub async fn find(db: &impl ConnectionTrait, scope: &Scope, name: &str) -> Result<Option<Endpoint>> {
    let mut query = select(scope);
    query.and_where(Expr::col(("endpoints", "name")).eq(name));
    db.query_one(&query).await?.map(|row| read(&row)).transpose()
}

/// A page of endpoints without their histories, newest first; one more than `limit` when there is a next page.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    only: Option<&[String]>,
    before: Option<&str>,
    limit: u64,
) -> Result<Vec<Endpoint>> {
    let mut query = select(scope);
    if let Some(names) = only {
        query.and_where(Expr::col(("endpoints", "name")).is_in(names));
    }
    if let Some(before) = before {
        query.and_where(Expr::col(("endpoints", "id")).lt(before));
    }
    query.order_by(("endpoints", "id"), Order::Desc).limit(limit + 1);
    db.query_all(&query).await?.iter().map(read).collect()
}

fn select(scope: &Scope) -> SelectStatement {
    let mut query = Query::select();
    for column in ["id", "name", "model_id", "created_at", "updated_at"] {
        query.column(("endpoints", column));
    }
    query
        .expr_as(Expr::col(("models", "name")), "model_name")
        .expr_as(Expr::col(("models", "version")), "version");
    query.from("endpoints").and_where(tenancy::column_is(("endpoints", "tenant_id"), scope.tenant()));
    join_models(&mut query, "endpoints");
    query
}

fn join_models(query: &mut SelectStatement, table: &'static str) {
    let same_tenant = tenancy::sql(&format!("{table}.tenant_id"), "models.tenant_id");
    let same_model = Expr::col((table, "model_id")).equals(("models", "id"));
    query.join(JoinType::InnerJoin, "models", Expr::cust(same_tenant).and(same_model));
}

fn read(row: &QueryResult) -> Result<Endpoint> {
    let millis = |name| row.try_get::<i64>("", name).map(Timestamp::from_millis);
    Ok(Endpoint {
        id: parse(row, "id")?,
        name: row.try_get("", "name")?,
        model_id: parse(row, "model_id")?,
        model_name: row.try_get("", "model_name")?,
        model_version: version(row)?,
        history: Vec::new(),
        created_at: millis("created_at")?,
        updated_at: millis("updated_at")?,
    })
}

fn version(row: &QueryResult) -> Result<u32> {
    Ok(u32::try_from(row.try_get::<i64>("", "version")?).unwrap_or(u32::MAX))
}

fn parse<T: FromStr<Err: std::fmt::Display>>(row: &QueryResult, column: &str) -> Result<T> {
    stored::id(&row.try_get::<String>("", column)?)
}

/// Fills in the last changes of each endpoint, newest first.
pub async fn fill_histories(
    db: &impl ConnectionTrait,
    scope: &Scope,
    endpoints: &mut [Endpoint],
) -> Result<()> {
    if endpoints.is_empty() {
        return Ok(());
    }
    let ids = endpoints.iter().map(|endpoint| endpoint.id.to_string());
    let same_tenant = tenancy::sql("latest.tenant_id", "deployments.tenant_id");
    let last = format!(
        "deployments.sequence > (SELECT MAX(latest.sequence) FROM deployments AS latest WHERE \
         {same_tenant} AND latest.endpoint_id = deployments.endpoint_id)"
    );
    let mut query = Query::select();
    for column in ["endpoint_id", "sequence", "model_id", "cause", "at"] {
        query.column(("deployments", column));
    }
    query
        .expr_as(Expr::col(("models", "version")), "version")
        .from("deployments")
        .and_where(tenancy::column_is(("deployments", "tenant_id"), scope.tenant()))
        .and_where(Expr::col(("deployments", "endpoint_id")).is_in(ids))
        .and_where(Expr::cust(format!("{last} - {SHOWN_CHANGES}")))
        .order_by(("deployments", "sequence"), Order::Desc);
    join_models(&mut query, "deployments");
    let mut histories = HashMap::<EndpointId, Vec<Deployment>>::new();
    for row in db.query_all(&query).await? {
        let change = Deployment {
            sequence: u64::try_from(row.try_get::<i64>("", "sequence")?).unwrap_or_default(),
            model_id: parse(&row, "model_id")?,
            model_version: version(&row)?,
            cause: row.try_get("", "cause")?,
            at: Timestamp::from_millis(row.try_get("", "at")?),
        };
        histories.entry(parse(&row, "endpoint_id")?).or_default().push(change);
    }
    for endpoint in endpoints {
        endpoint.history = histories.remove(&endpoint.id).unwrap_or_default();
    }
    Ok(())
}

/// Puts a model on an endpoint.
pub async fn set_model(
    tx: &impl ConnectionTrait,
    scope: &Scope,
    id: EndpointId,
    model: ModelId,
    now: Timestamp,
) -> Result<()> {
    endpoint::Entity::update_many()
        .col_expr(endpoint::Column::ModelId, Expr::value(model.to_string()))
        .col_expr(endpoint::Column::UpdatedAt, Expr::value(now.millis()))
        .filter(tenancy::is(endpoint::Column::TenantId, scope.tenant()))
        .filter(endpoint::Column::Id.eq(id.to_string()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Adds a change to an endpoint's history.
pub async fn add_deployment(
    tx: &impl ConnectionTrait,
    scope: &Scope,
    id: EndpointId,
    model: ModelId,
    cause: &str,
    now: Timestamp,
) -> Result<()> {
    let last = last_deployments(tx, scope, id, 1).await?.first().map_or(0, |last| last.sequence);
    let row = deployment::ActiveModel {
        tenant_id: Set(scope.tenant().to_owned()),
        endpoint_id: Set(id.to_string()),
        sequence: Set(last + 1),
        model_id: Set(model.to_string()),
        cause: Set(cause.to_owned()),
        at: Set(now.millis()),
    };
    deployment::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// The model that was on the endpoint before the current one.
pub async fn model_before(
    tx: &impl ConnectionTrait,
    scope: &Scope,
    id: EndpointId,
) -> Result<Option<ModelId>> {
    let last = last_deployments(tx, scope, id, 2).await?;
    last.get(1).map(|before| stored::id(&before.model_id)).transpose()
}

async fn last_deployments(
    tx: &impl ConnectionTrait,
    scope: &Scope,
    id: EndpointId,
    count: u64,
) -> Result<Vec<deployment::Model>> {
    Ok(deployment::Entity::find()
        .filter(tenancy::is(deployment::Column::TenantId, scope.tenant()))
        .filter(deployment::Column::EndpointId.eq(id.to_string()))
        .order_by_desc(deployment::Column::Sequence)
        .limit(count)
        .all(tx)
        .await?)
}

/// Deletes an endpoint; its history goes with it.
pub async fn delete(tx: &impl ConnectionTrait, scope: &Scope, id: EndpointId) -> Result<()> {
    endpoint::Entity::delete_many()
        .filter(tenancy::is(endpoint::Column::TenantId, scope.tenant()))
        .filter(endpoint::Column::Id.eq(id.to_string()))
        .exec(tx)
        .await?;
    Ok(())
}
