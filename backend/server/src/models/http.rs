//! The routes of models.

use super::service;
use crate::{
    error::Result,
    http::{Ctx, Query, Reply, Slot},
    policy::Scope,
};
use contract::{
    ModelId, Nothing,
    models::{DeleteModel, GetEvaluation, GetLeaderboard, GetLineage, GetModel, ListModels, ListModelsQuery},
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

/// Deletes a model.
pub async fn delete(ctx: Ctx, scope: Scope, Slot(id): Slot<ModelId>) -> Result<Reply<DeleteModel>> {
    service::delete(&ctx, &scope, id).await?;
    Ok(Reply(Nothing {}))
}
