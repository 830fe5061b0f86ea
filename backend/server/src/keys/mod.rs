//! The operator's commands on keys: `amaas keys …`. They work beside servers that go on serving.
//!
//! Invariants: a root key is put in the place of another in batches, each a transaction with its events; what was killed
//! half-way goes on where it stopped; a root key that still wraps something is never taken away.

mod file;

pub use file::KeyFile;

use crate::{
    audit::{self, Act, Entry},
    context::Context,
    error::{Error, Result},
    infra::{
        files,
        vault::{Ring, RootKey},
        wall,
    },
    policy::command_actor,
};
use std::{io, path::Path, sync::Arc};
use zeroize::Zeroizing;

/// Keys that one transaction wraps anew.
const BATCH: u64 = 50;

/// Reads the root key of a file; where there is no file, a fresh key is written into it.
pub fn read_or_make(path: &Path) -> Result<Arc<RootKey>> {
    let unusable = |why: &dyn std::fmt::Display| Error::internal(format!("{}: {why}", path.display()));
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let text = Zeroizing::new(text);
            RootKey::parse(&text).map(Arc::new).ok_or_else(|| unusable(&"expected 32 bytes in base 64"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let root = RootKey::random();
            let text = Zeroizing::new(format!("{}\n", *root.to_text()));
            files::write_private(path, text.as_bytes()).map_err(|error| unusable(&error))?;
            Ok(Arc::new(root))
        }
        Err(error) => Err(unusable(&error)),
    }
}

/// Wraps the key of every tenant by this root key instead of the one before; how many it were.
pub async fn rotate_root(ctx: &Context, new: &Arc<RootKey>) -> Result<usize> {
    introduce(ctx, new)?;
    let mut done = 0;
    loop {
        let batch = rotate_some(ctx, new, BATCH).await?;
        if batch == 0 {
            return Ok(done);
        }
        done += batch;
        tracing::info!(done, "keys of tenants were wrapped anew");
    }
}

/// One batch of [`rotate_root`].
pub async fn rotate_some(ctx: &Context, new: &RootKey, batch: u64) -> Result<usize> {
    wall::across_every_tenant("a root key wraps the keys of all tenants", rewrap(ctx, new, batch)).await
}

async fn rewrap(ctx: &Context, new: &RootKey, batch: u64) -> Result<usize> {
    let tx = ctx.db.begin().await?;
    let rewrapped = ctx.vault.rewrap(&tx, new, batch).await?;
    for (tenant, before) in &rewrapped {
        let entry = Entry::success(Act::TenantKeyRewrapped).target("tenant", tenant, None).change(
            "/root_key_id",
            before,
            &new.id,
        );
        let actor = command_actor("amaas keys rotate-root");
        audit::record_as(ctx, &tx, *tenant, actor, None, entry).await?;
    }
    tx.commit().await?;
    Ok(rewrapped.len())
}

/// Makes the new key known to the servers that run, before the first row needs it.
pub fn introduce(ctx: &Context, new: &Arc<RootKey>) -> Result<()> {
    let (roots, ring) = (ctx.vault.roots(), ctx.vault.roots().ring());
    if roots.file().is_none() {
        if ring.iter().any(|root| root.id == new.id) {
            return Ok(());
        }
        return Err(Error::internal(
            "the servers that run don't know the new root key yet: name it in vault.other_root_keys on each of them, \
             start them anew, then run this again",
        ));
    }
    if ring.first().is_some_and(|root| root.id == new.id) {
        return Ok(());
    }
    let others = ring.iter().filter(|root| root.id != new.id).cloned();
    roots.replace(&std::iter::once(Arc::clone(new)).chain(others).collect::<Ring>())
}

/// Takes every root key but the first out of the file; refused while one of them wraps a key.
pub async fn forget_old(ctx: &Context) -> Result<usize> {
    let roots = ctx.vault.roots();
    let current = roots.current()?;
    for (root, keys) in ctx.vault.root_keys().await? {
        if root != current.id {
            let detail =
                format!("the root key {root} still wraps {keys} keys: run `amaas keys rotate-root` first");
            return Err(Error::internal(detail));
        }
    }
    let old = roots.ring().len() - 1;
    roots.replace(&[current])?;
    Ok(old)
}

/// Which root keys are known, and how many keys of tenants each wraps: id, count, whether it wraps from now on.
pub async fn status(ctx: &Context) -> Result<Vec<(String, i64, bool)>> {
    let wraps = ctx.vault.root_keys().await?;
    let ring = ctx.vault.roots().ring();
    let count = |id: &str| wraps.iter().find(|(root, _)| root == id).map_or(0, |(_, keys)| *keys);
    Ok(ring.iter().enumerate().map(|(place, root)| (root.id.clone(), count(&root.id), place == 0)).collect())
}
