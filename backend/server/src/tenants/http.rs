//! Handlers of `/v1/tenant`.

use super::{deletion, service};
use crate::{
    error::Result,
    http::{Ctx, Json, Reply},
    policy::Scope,
};
use contract::{
    Nothing,
    tenants::{DeleteTenant, DeleteTenantBody, GetTenant, UpdateTenant, UpdateTenantBody},
};

/// Shows the tenant.
pub async fn get(ctx: Ctx, scope: Scope) -> Result<Reply<GetTenant>> {
    Ok(Reply(service::get(&ctx, &scope).await?))
}

/// Changes the tenant.
pub async fn update(
    ctx: Ctx,
    scope: Scope,
    Json(body): Json<UpdateTenantBody>,
) -> Result<Reply<UpdateTenant>> {
    Ok(Reply(service::update(&ctx, &scope, body).await?))
}

/// Deletes the tenant.
pub async fn delete(
    ctx: Ctx,
    scope: Scope,
    Json(body): Json<DeleteTenantBody>,
) -> Result<Reply<DeleteTenant>> {
    deletion::delete(&ctx, &scope, body).await?;
    Ok(Reply(Nothing {}))
}
