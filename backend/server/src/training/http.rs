//! The routes of training runs.

use super::{events, reproduce, service};
use crate::{
    error::Result,
    http::{self, Ctx, Query, Reply, Slot},
    infra::body,
    policy::Scope,
};
use actix_web::{HttpRequest, HttpResponse, web::Payload};
use contract::{
    ModelId, RunId,
    models::ReproduceModel,
    training::{CancelRun, GetRun, ListRuns, ListRunsQuery, RunSettings, StartRun, StartRunBody, StopRun},
};

/// Starts a run.
pub async fn start(
    ctx: Ctx,
    scope: Scope,
    request: HttpRequest,
    payload: Payload,
) -> Result<Reply<StartRun>> {
    let bytes = http::json_bytes(&request, payload.into_inner()).await?;
    // The settings lie flat beside the data set, where a fault loses its place; read alone they keep it.
    let body = body::from_json::<StartRunBody>(&bytes)
        .map_err(|error| body::from_json::<RunSettings>(&bytes).err().unwrap_or(error))?;
    Ok(Reply(service::start(&ctx, &scope, body).await?))
}

/// Lists the runs.
pub async fn list(ctx: Ctx, scope: Scope, Query(query): Query<ListRunsQuery>) -> Result<Reply<ListRuns>> {
    Ok(Reply(service::list(&ctx, &scope, query).await?))
}

/// Shows a run.
pub async fn get(ctx: Ctx, scope: Scope, Slot(id): Slot<RunId>) -> Result<Reply<GetRun>> {
    Ok(Reply(service::get(&ctx, &scope, id).await?))
}

/// Cancels a run.
pub async fn cancel(ctx: Ctx, scope: Scope, Slot(id): Slot<RunId>) -> Result<Reply<CancelRun>> {
    Ok(Reply(service::cancel(&ctx, &scope, id).await?))
}

/// Stops a run, which keeps the best so far.
pub async fn stop(ctx: Ctx, scope: Scope, Slot(id): Slot<RunId>) -> Result<Reply<StopRun>> {
    Ok(Reply(service::stop(&ctx, &scope, id).await?))
}

/// Trains a model anew, to prove where it comes from.
pub async fn reproduce(ctx: Ctx, scope: Scope, Slot(id): Slot<ModelId>) -> Result<Reply<ReproduceModel>> {
    Ok(Reply(reproduce::start(&ctx, &scope, id).await?))
}

/// Streams or lists the steps of a run.
pub async fn events(
    ctx: Ctx,
    scope: Scope,
    Slot(id): Slot<RunId>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    events::answer(&ctx, &scope, id, &request).await
}
