//! Clears up what a killed process or an unreachable storage left behind.

use super::{intake, repository, service};
use crate::{context::Context, error::Result, infra::stored, policy};
use contract::{DatasetId, Timestamp};
use std::time::Duration;

/// How long a half-written file must have been left alone before it counts as left behind.
const STALE_FILE_SECONDS: i64 = 3600;
/// The same for an upload's row, which a living upload touches every minute.
const STALE_UPLOAD_SECONDS: i64 = 600;
/// How often the janitor looks.
const PERIOD: Duration = Duration::from_secs(600);

/// Sweeps now and then until the process ends.
pub async fn start(ctx: &Context) {
    let context = ctx.clone();
    ctx.background
        .every(PERIOD, move || {
            let ctx = context.clone();
            async move {
                if let Err(error) = sweep(&ctx).await {
                    tracing::warn!(%error, "the janitor of data sets could not finish; trying again");
                }
            }
        })
        .await;
}

/// Removes what nobody continued: half-written files and uploads; and files of deleted data sets.
pub async fn sweep(ctx: &Context) -> Result<()> {
    let ago = |seconds: i64| Timestamp::from_millis(ctx.clock.now().millis() - seconds * 1000);
    ctx.storage.remove_leftovers(ago(STALE_FILE_SECONDS)).await?;
    let stale = ago(STALE_UPLOAD_SECONDS);
    for row in repository::neglected_of_every_tenant(ctx.db.reader(), stale).await? {
        let tenant = stored::id(&row.tenant_id)?;
        let id: DatasetId = stored::id(&row.id)?;
        let scope = policy::scope_without_caller(tenant, "janitor of data sets");
        if row.deleted_at.is_some() {
            service::purge(ctx, &scope, &id).await?;
        } else {
            intake::discard(ctx, &scope, &id).await?;
        }
    }
    Ok(())
}
