//! The routes of training runs.

use super::{events, service};
use crate::{
    error::Result,
    http::{Ctx, Json, Query, Reply, Slot},
    policy::Scope,
};
use actix_web::{HttpRequest, HttpResponse};
use contract::{
    RunId,
    training::{CancelRun, GetRun, ListRuns, ListRunsQuery, StartRun, StartRunBody},
};

/// Starts a run.
pub async fn start(ctx: Ctx, scope: Scope, Json(body): Json<StartRunBody>) -> Result<Reply<StartRun>> {
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

/// Streams or lists the steps of a run.
pub async fn events(
    ctx: Ctx,
    scope: Scope,
    Slot(id): Slot<RunId>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    events::answer(&ctx, &scope, id, &request).await
}
