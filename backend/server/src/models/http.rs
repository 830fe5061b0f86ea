//! The routes of models.

use super::{reproductions, service};
use crate::{
    error::Result,
    http::{self, Ctx, Query, Reply, Slot},
    policy::Scope,
};
use actix_web::HttpResponse;
use contract::{
    ListQuery, ModelId, Nothing, ReproductionId,
    models::{
        DeleteModel, ExportModelQuery, GetEvaluation, GetExplanation, GetLeaderboard, GetLineage, GetModel,
        GetReproduction, ListModels, ListModelsQuery, ListReproductions,
    },
};

/// Lists the models.
pub async fn list(ctx: Ctx, scope: Scope, Query(query): Query<ListModelsQuery>) -> Result<Reply<ListModels>> {
    Ok(Reply(service::list(&ctx, &scope, query).await?))
}

/// Shows a model.
pub async fn get(ctx: Ctx, scope: Scope, Slot(id): Slot<ModelId>) -> Result<Reply<GetModel>> {
    Ok(Reply(service::get(&ctx, &scope, id).await?))
}

/// Shows the families that were tried.
pub async fn leaderboard(ctx: Ctx, scope: Scope, Slot(id): Slot<ModelId>) -> Result<Reply<GetLeaderboard>> {
    Ok(Reply(service::leaderboard(&ctx, &scope, id).await?))
}

/// Shows the data behind the pictures.
pub async fn evaluation(ctx: Ctx, scope: Scope, Slot(id): Slot<ModelId>) -> Result<Reply<GetEvaluation>> {
    Ok(Reply(service::evaluation(&ctx, &scope, id).await?))
}

/// Tells where a model comes from.
pub async fn lineage(ctx: Ctx, scope: Scope, Slot(id): Slot<ModelId>) -> Result<Reply<GetLineage>> {
    Ok(Reply(service::lineage(&ctx, &scope, id).await?))
}

/// Shows what the answers depend on.
pub async fn explanation(ctx: Ctx, scope: Scope, Slot(id): Slot<ModelId>) -> Result<Reply<GetExplanation>> {
    Ok(Reply(service::explanation(&ctx, &scope, id).await?))
}

/// Returns the model as a file.
pub async fn export(
    ctx: Ctx,
    scope: Scope,
    Slot(id): Slot<ModelId>,
    Query(query): Query<ExportModelQuery>,
) -> Result<HttpResponse> {
    let file = service::export(&ctx, &scope, id, query.format).await?;
    Ok(HttpResponse::Ok()
        .content_type(file.media_type)
        .insert_header(http::attachment(&file.name))
        .body(file.bytes))
}

/// Describes the model in words.
pub async fn card(ctx: Ctx, scope: Scope, Slot(id): Slot<ModelId>) -> Result<HttpResponse> {
    let (name, text) = service::describe(&ctx, &scope, id).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/markdown; charset=utf-8")
        .insert_header(http::attachment(&name))
        .body(text))
}

/// Lists the reproductions of a model.
pub async fn reproductions(
    ctx: Ctx,
    scope: Scope,
    Slot(id): Slot<ModelId>,
    Query(query): Query<ListQuery>,
) -> Result<Reply<ListReproductions>> {
    Ok(Reply(reproductions::list(&ctx, &scope, id, query).await?))
}

/// Shows a reproduction.
pub async fn reproduction(
    ctx: Ctx,
    scope: Scope,
    Slot(id): Slot<ReproductionId>,
) -> Result<Reply<GetReproduction>> {
    Ok(Reply(reproductions::get(&ctx, &scope, id).await?))
}

/// Deletes a model.
pub async fn delete(ctx: Ctx, scope: Scope, Slot(id): Slot<ModelId>) -> Result<Reply<DeleteModel>> {
    service::delete(&ctx, &scope, id).await?;
    Ok(Reply(Nothing {}))
}
