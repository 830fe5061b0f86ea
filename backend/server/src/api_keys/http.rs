//! Handlers of `/v1/api-keys`.

use super::service;
use crate::{
    error::Result,
    http::{Ctx, Json, Query, Reply, Slot},
    policy::Scope,
};
use contract::{
    ApiKeyId, ListQuery, Nothing,
    api_keys::{
        CreateApiKey, CreateApiKeyBody, GetApiKey, ListApiKeys, RevokeApiKey, RotateApiKey, RotateApiKeyBody,
        UpdateApiKey, UpdateApiKeyBody,
    },
};

/// Lists the keys.
pub async fn list(ctx: Ctx, scope: Scope, Query(query): Query<ListQuery>) -> Result<Reply<ListApiKeys>> {
    Ok(Reply(service::list(&ctx, &scope, query).await?))
}

/// Makes a key.
pub async fn create(
    ctx: Ctx,
    scope: Scope,
    Json(body): Json<CreateApiKeyBody>,
) -> Result<Reply<CreateApiKey>> {
    Ok(Reply(service::create(&ctx, &scope, body).await?))
}

/// Shows a key.
pub async fn get(ctx: Ctx, scope: Scope, Slot(id): Slot<ApiKeyId>) -> Result<Reply<GetApiKey>> {
    Ok(Reply(service::get(&ctx, &scope, id).await?))
}

/// Changes a key.
pub async fn update(
    ctx: Ctx,
    scope: Scope,
    Slot(id): Slot<ApiKeyId>,
    Json(body): Json<UpdateApiKeyBody>,
) -> Result<Reply<UpdateApiKey>> {
    Ok(Reply(service::update(&ctx, &scope, id, body).await?))
}

/// Revokes a key.
pub async fn revoke(ctx: Ctx, scope: Scope, Slot(id): Slot<ApiKeyId>) -> Result<Reply<RevokeApiKey>> {
    service::revoke(&ctx, &scope, id).await?;
    Ok(Reply(Nothing {}))
}

/// Gives a key a new secret.
pub async fn rotate(
    ctx: Ctx,
    scope: Scope,
    Slot(id): Slot<ApiKeyId>,
    Json(body): Json<RotateApiKeyBody>,
) -> Result<Reply<RotateApiKey>> {
    Ok(Reply(service::rotate(&ctx, &scope, id, body).await?))
}
