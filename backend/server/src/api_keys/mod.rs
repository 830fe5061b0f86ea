//! API keys: what programs call with.
//!
//! Invariants: a secret is shown once and kept only as its SHA-256; what lacks the right checksum is refused before
//! any lookup; a change of a key holds on its next call, because a change and the cache's forgetting are one step;
//! nobody gives a key more than they may do themselves.

mod cache;
mod entity;
pub mod http;
mod repository;
mod secret;
mod service;

pub use cache::Cache;

use crate::{
    context::Context,
    error::{Error, Result},
    infra::wall,
    policy::{Caller, KeyGrant},
    quotas,
};
use contract::Code;
use std::{sync::Arc, time::Duration};

/// How often it is written down when keys were last used.
const FLUSH: Duration = Duration::from_secs(60);

fn unknown() -> Error {
    Error::new(Code::Unauthenticated, "This API key is not known. Check that it was copied whole.")
}

/// The key behind a secret. A key that was seen before is known without a query; junk is refused without one.
pub async fn identify(context: &Context, secret: &str) -> Result<Arc<KeyGrant>> {
    known(context, secret).await?.check(context.clock.now())
}

/// As [`identify`]; a key that is over pays for the refusal out of its own bucket.
pub async fn identify_or_charge(context: &Context, secret: &str) -> Result<Arc<KeyGrant>> {
    let known = known(context, secret).await?;
    let Err(refused) = known.check(context.clock.now()) else { return Ok(Arc::clone(known.grant())) };
    quotas::charge(context, &Caller::Key(Arc::clone(known.grant()))).await?;
    Err(refused)
}

async fn known(context: &Context, secret: &str) -> Result<Arc<cache::Known>> {
    let digest = secret::digest_of(secret.as_bytes()).ok_or_else(unknown)?;
    let keys = &context.state.api_keys;
    if let Some(known) = keys.get(&digest) {
        return Ok(known);
    }
    let ticket = keys.ticket();
    let known = repository::by_digest(context.db.reader(), &digest);
    let known = wall::across_every_tenant("a secret says which tenant it is of", known).await?;
    let known = known.ok_or_else(unknown)?;
    let known = Arc::new(known);
    keys.put(ticket, digest, Arc::clone(&known));
    Ok(known)
}

/// Writes down when keys were last used: at most one write a minute and key, off the path of any call.
pub async fn flush_last_used(context: &Context) -> Result<()> {
    let used = context.state.api_keys.take_used();
    if used.is_empty() {
        return Ok(());
    }
    let tx = context.db.begin().await?;
    for use_ in &used {
        repository::set_last_used(&*tx, use_).await?;
    }
    tx.commit().await
}

/// Starts what runs beside requests: last uses are written down every minute and at the end.
pub async fn start(context: &Context) {
    let context = context.clone();
    let background = context.background.clone();
    background
        .every(FLUSH, move || {
            let context = context.clone();
            async move {
                if let Err(error) = flush_last_used(&context).await {
                    tracing::warn!(%error, "the last uses of keys could not be written down");
                }
            }
        })
        .await;
}
