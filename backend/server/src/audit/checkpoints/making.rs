//! Makes batches: when one is due, and by one process at a time.

use super::{
    entity::{batch, checkpoint},
    repository::{self, Unsigned},
    statement::{BATCH, Batch, CHECKPOINT, Checkpoint, Signed},
    store,
    tree::Tree,
};
use crate::{audit::entity::ORIGIN, context::Context, error::Result, infra::digest};
use contract::Timestamp;

/// A batch on every chain is made this often.
const HOUR_MILLIS: i64 = 3_600_000;
/// A chain with this many events since its last statement makes a batch due at once.
const EVENTS: i64 = 1000;
/// Hashes read at a time.
const STRIDE: u64 = 5000;

/// Which chains a batch has statements on.
#[derive(Clone, Copy, Debug)]
pub enum Extent<'a> {
    /// Every chain.
    Whole,
    /// Those that grew.
    Grown,
    /// One, if it grew.
    Tenant(&'a str),
}

/// Stores what is not stored yet, and makes the batch that is due. Whether one was made.
pub async fn make_due(context: &Context) -> Result<bool> {
    store::keep_pending(context).await?;
    let reader = context.db.reader();
    let last = repository::newest(reader, true).await?;
    let now = context.clock.now().millis();
    if last.is_none_or(|last| now - last.made_at >= HOUR_MILLIS) {
        return make(context, Extent::Whole).await;
    }
    let heads = repository::heads_of_every_tenant(reader, None).await?;
    if heads.iter().any(|head| head.sequence - head.signed >= EVENTS) {
        return make(context, Extent::Grown).await;
    }
    Ok(false)
}

/// Makes a batch and stores it; false when another process was faster, or there was nothing to sign.
pub async fn make(context: &Context, extent: Extent<'_>) -> Result<bool> {
    let reader = context.db.reader();
    // The number is read first: whatever another process signs afterwards takes it from us.
    let last = repository::newest(reader, false).await?;
    let only = if let Extent::Tenant(tenant) = extent { Some(tenant) } else { None };
    let mut heads = repository::heads_of_every_tenant(reader, only).await?;
    let is_whole = matches!(extent, Extent::Whole);
    heads.retain(|head| is_whole || head.sequence > head.signed);
    if heads.is_empty() && !is_whole {
        return Ok(false);
    }
    let number = last.as_ref().map_or(0, |last| last.number) + 1;
    let made_at = context.clock.now();
    let mut rows = Vec::with_capacity(heads.len());
    for head in heads {
        rows.extend(statement(context, head, number, made_at).await?);
    }
    let batch = batch(context, last, &rows, (number, made_at, is_whole))?;
    let tx = context.db.begin().await?;
    if !repository::insert(&*tx, batch, rows).await? {
        return Ok(false);
    }
    tx.commit().await?;
    store::keep_pending(context).await?;
    Ok(true)
}

/// The statement on a chain; none when its rows don't reach its head without a gap, which verification names.
async fn statement(
    context: &Context,
    head: Unsigned,
    batch: i64,
    made_at: Timestamp,
) -> Result<Option<checkpoint::Model>> {
    let Some(hashes) = hashes(context, &head.tenant_id, (head.signed, head.sequence)).await? else {
        tracing::error!(tenant = head.tenant_id, "the audit log has a gap and was not signed; verify it");
        return Ok(None);
    };
    if hashes.last().is_some_and(|last| *last != head.hash) {
        tracing::error!(
            tenant = head.tenant_id,
            "the audit log's head is not its last event; it was not signed"
        );
        return Ok(None);
    }
    let count = hashes.len() as u64;
    let root = context.cpu.run(move || {
        let mut tree = Tree::default();
        hashes.iter().for_each(|hash| tree.push(hash));
        tree.root()
    });
    let key = context.secrets.audit();
    let said = Checkpoint {
        kind: CHECKPOINT.to_owned(),
        key: key.public().id(),
        tenant_id: head.tenant_id.clone(),
        number: u64::try_from(head.number).unwrap_or_default() + 1,
        previous: head.previous.unwrap_or_else(|| ORIGIN.to_owned()),
        made_at,
        sequence: u64::try_from(head.sequence).unwrap_or_default(),
        hash: head.hash,
        count,
        root: root.await?,
    };
    let signed = Signed::of(key, &said)?;
    Ok(Some(checkpoint::Model {
        tenant_id: head.tenant_id,
        number: head.number + 1,
        batch,
        sequence: head.sequence,
        hash: signed.hash(),
        body: signed.body.get().to_owned(),
        signature: signed.signature,
    }))
}

fn batch(
    context: &Context,
    last: Option<batch::Model>,
    rows: &[checkpoint::Model],
    (number, made_at, whole): (i64, Timestamp, bool),
) -> Result<batch::Model> {
    let key = context.secrets.audit();
    let said = Batch {
        kind: BATCH.to_owned(),
        key: key.public().id(),
        number: u64::try_from(number).unwrap_or_default(),
        previous: last.map_or_else(|| ORIGIN.to_owned(), |last| last.hash),
        made_at,
        whole,
        statements: rows.len() as u64,
        digest: format!("sha256:{}", digest::sha256_hex(store::lines(rows)?.as_bytes())),
    };
    let signed = Signed::of(key, &said)?;
    Ok(batch::Model {
        number,
        hash: signed.hash(),
        body: signed.body.get().to_owned(),
        signature: signed.signature,
        made_at: made_at.millis(),
        whole: i64::from(whole),
        stored_at: None,
    })
}

/// The hashes of all events after a sequence and up to another; none when one is missing.
pub async fn hashes(context: &Context, tenant: &str, range: (i64, i64)) -> Result<Option<Vec<String>>> {
    let (mut after, upto) = range;
    let mut hashes = Vec::new();
    while after < upto {
        let page = repository::hashes(context.db.reader(), tenant, (after, upto), STRIDE).await?;
        if page.is_empty() {
            return Ok(None);
        }
        for (sequence, hash) in page {
            if sequence != after + 1 {
                return Ok(None);
            }
            after = sequence;
            hashes.push(hash);
        }
    }
    Ok(Some(hashes))
}
