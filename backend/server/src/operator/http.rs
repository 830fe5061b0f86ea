//! Handlers of `/v1/operator`.

use super::service;
use crate::{
    error::Result,
    http::{Ctx, Json, Query, Reply, Slot},
    policy::Operator,
};
use contract::{
    TenantId,
    operator::{
        GetOperatorTenant, GetPlatform, ListJobs, ListJobsQuery, ListPlans, ListTenants, ListTenantsQuery,
        UpdateOperatorTenant, UpdateOperatorTenantBody,
    },
};

/// Shows how the installation stands.
pub async fn platform(ctx: Ctx, operator: Operator) -> Result<Reply<GetPlatform>> {
    Ok(Reply(service::platform(&ctx, &operator).await?))
}

/// Lists the tenants.
pub async fn list_tenants(
    ctx: Ctx,
    operator: Operator,
    Query(query): Query<ListTenantsQuery>,
) -> Result<Reply<ListTenants>> {
    Ok(Reply(service::list_tenants(&ctx, &operator, query).await?))
}

/// Shows a tenant.
pub async fn get_tenant(
    ctx: Ctx,
    operator: Operator,
    Slot(id): Slot<TenantId>,
) -> Result<Reply<GetOperatorTenant>> {
    Ok(Reply(service::view(&ctx, &operator, id).await?))
}

/// Gives a tenant another plan, suspends it or lets it in again.
pub async fn update_tenant(
    ctx: Ctx,
    operator: Operator,
    Slot(id): Slot<TenantId>,
    Json(body): Json<UpdateOperatorTenantBody>,
) -> Result<Reply<UpdateOperatorTenant>> {
    Ok(Reply(service::update(&ctx, &operator, id, body).await?))
}

/// Lists the plans.
pub async fn list_plans(ctx: Ctx, _: Operator) -> Result<Reply<ListPlans>> {
    Ok(Reply(service::plans(&ctx)?))
}

/// Lists the jobs of the queue.
pub async fn list_jobs(ctx: Ctx, _: Operator, Query(query): Query<ListJobsQuery>) -> Result<Reply<ListJobs>> {
    Ok(Reply(service::jobs(&ctx, query).await?))
}
