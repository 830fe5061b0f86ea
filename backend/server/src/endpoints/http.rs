//! Handlers of `/v1/endpoints`.

use super::service;
use crate::{
    error::Result,
    http::{Ctx, Json, Query, Reply, Slot},
    policy::Scope,
};
use contract::{
    ListQuery, Nothing,
    endpoints::{
        CreateEndpoint, CreateEndpointBody, DeleteEndpoint, GetEndpoint, GetEndpointSchema, ListEndpoints,
        RollBackEndpoint, UpdateEndpoint, UpdateEndpointBody,
    },
};

/// Lists the endpoints.
pub async fn list(ctx: Ctx, scope: Scope, Query(query): Query<ListQuery>) -> Result<Reply<ListEndpoints>> {
    Ok(Reply(service::list(&ctx, &scope, query).await?))
}

/// Creates an endpoint.
pub async fn create(
    ctx: Ctx,
    scope: Scope,
    Json(body): Json<CreateEndpointBody>,
) -> Result<Reply<CreateEndpoint>> {
    Ok(Reply(service::create(&ctx, &scope, body).await?))
}

/// Shows an endpoint.
pub async fn get(ctx: Ctx, scope: Scope, Slot(name): Slot<String>) -> Result<Reply<GetEndpoint>> {
    Ok(Reply(service::get(&ctx, &scope, &name).await?))
}

/// Puts another model on an endpoint.
pub async fn update(
    ctx: Ctx,
    scope: Scope,
    Slot(name): Slot<String>,
    Json(body): Json<UpdateEndpointBody>,
) -> Result<Reply<UpdateEndpoint>> {
    Ok(Reply(service::update(&ctx, &scope, &name, body).await?))
}

/// Deletes an endpoint.
pub async fn delete(ctx: Ctx, scope: Scope, Slot(name): Slot<String>) -> Result<Reply<DeleteEndpoint>> {
    service::delete(&ctx, &scope, &name).await?;
    Ok(Reply(Nothing {}))
}

/// Puts the model before the current one back.
pub async fn roll_back(ctx: Ctx, scope: Scope, Slot(name): Slot<String>) -> Result<Reply<RollBackEndpoint>> {
    Ok(Reply(service::roll_back(&ctx, &scope, &name).await?))
}

/// Shows what an endpoint reads and answers.
pub async fn schema(ctx: Ctx, scope: Scope, Slot(name): Slot<String>) -> Result<Reply<GetEndpointSchema>> {
    Ok(Reply(service::schema(&ctx, &scope, &name).await?))
}
