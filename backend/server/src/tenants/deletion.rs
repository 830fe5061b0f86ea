//! Deleting a tenant: its rows and the wrapped key in one transaction, then the shares of the key, then its objects.
//!
//! What is killed in between is finished by the janitor, which also removes what was still coming in.

use super::repository;
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    error::{Error, Result},
    infra::{changes, db::Tx, stored},
    policy::{self, Scope},
};
use contract::{TenantId, tenants::DeleteTenantBody};
use std::time::Duration;

/// How often the janitor looks.
const PERIOD: Duration = Duration::from_secs(600);
/// For how long after the deletion something may still come in: an upload or a job that was under way.
const SETTLED_SECONDS: i64 = 24 * 3600;

/// Deletes the tenant, confirmed by its name, and everything that it has.
pub async fn delete(ctx: &Context, scope: &Scope, body: DeleteTenantBody) -> Result<()> {
    let mut tx = ctx.db.begin().await?;
    let tenant = repository::lock(&*tx, scope).await?;
    if body.name != tenant.name {
        let fix = "send the tenant's name as it is written; nothing was deleted";
        return Err(Error::invalid_field("#/name", "this is not the name of the tenant", fix));
    }
    bury(ctx, &mut tx, scope, &tenant.name).await?;
    tx.commit().await?;
    if let Err(error) = clear(ctx, scope.tenant_id()).await {
        tracing::warn!(tenant = scope.tenant(), %error, "a deleted tenant was left for the janitor");
    }
    Ok(())
}

/// The transaction's part.
async fn bury(ctx: &Context, tx: &mut Tx, scope: &Scope, name: &str) -> Result<()> {
    // Before the log: who puts another root key in place locks in the same order.
    ctx.vault.shred(tx, scope.tenant_id()).await?;
    repository::remove_everything(&**tx, scope).await?;
    repository::mark_deleted(&**tx, scope, ctx.clock.now()).await?;
    let entry = Entry::success(Act::TenantDeleted).target("tenant", scope.tenant_id(), Some(name));
    audit::record(ctx, tx, scope, entry).await?;
    tx.changed(changes::gone_topic(scope.tenant_id())).await
}

/// Shreds the shares and removes the objects.
async fn clear(ctx: &Context, tenant: TenantId) -> Result<()> {
    ctx.vault.shred_shares(tenant).await?;
    for folder in [format!("tenants/{tenant}"), tenant.to_string()] {
        for object in ctx.storage.list(&folder).await? {
            ctx.storage.delete(&object.key).await?;
        }
    }
    Ok(())
}

/// Deletes the tenants of a restored backup that were deleted after it was made; their ids.
pub async fn delete_again(ctx: &Context) -> Result<Vec<String>> {
    let mut again = Vec::new();
    for tenant in ctx.vault.shares().all().await?.shredded {
        if !repository::living(ctx.db.reader(), &tenant).await? {
            continue;
        }
        let scope = policy::scope_without_caller(stored::id(&tenant)?, "deleted after the backup was made");
        let mut tx = ctx.db.begin().await?;
        let name = repository::lock(&*tx, &scope).await?.name;
        bury(ctx, &mut tx, &scope, &name).await?;
        tx.commit().await?;
        clear(ctx, scope.tenant_id()).await?;
        again.push(tenant);
    }
    Ok(again)
}

/// Sweeps now and then until the process ends.
pub async fn start(ctx: &Context) {
    let context = ctx.clone();
    let work = move || {
        let ctx = context.clone();
        async move {
            if let Err(error) = sweep(&ctx).await {
                tracing::warn!(%error, "the janitor of tenants could not finish; trying again");
            }
        }
    };
    ctx.background.every(PERIOD, work).await;
}

/// Finishes what a killed process left of deleted tenants, and removes what came in since.
pub async fn sweep(ctx: &Context) -> Result<()> {
    for tenant in repository::deleted_with_objects(ctx.db.reader()).await? {
        let scope = policy::scope_without_caller(stored::id(&tenant.id)?, "janitor of tenants");
        clear(ctx, scope.tenant_id()).await?;
        let now = ctx.clock.now();
        let is_settled = tenant.deleted_at.is_some_and(|at| at < now.plus_seconds(-SETTLED_SECONDS).millis());
        let tx = ctx.db.begin().await?;
        repository::remove_everything(&*tx, &scope).await?;
        if is_settled {
            repository::mark_objects_removed(&*tx, &scope, now).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}
