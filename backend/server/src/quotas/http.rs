//! Handlers of `/v1/tenant/quotas` and `/v1/tenant/usage`.

use super::service;
use crate::{
    error::Result,
    http::{Ctx, Query, Reply},
    policy::Scope,
};
use contract::quotas::{GetQuotas, GetUsage, UsageQuery};

/// Shows the quotas and their use.
pub async fn quotas(ctx: Ctx, scope: Scope) -> Result<Reply<GetQuotas>> {
    Ok(Reply(service::quotas(&ctx, &scope).await?))
}

/// Shows usage by day, key or endpoint.
pub async fn usage(ctx: Ctx, scope: Scope, Query(query): Query<UsageQuery>) -> Result<Reply<GetUsage>> {
    Ok(Reply(service::usage(&ctx, &scope, query).await?))
}
