//! Makes batches: when one is due, and by one process at a time.

use super::{
    entity::{batch, checkpoint},
    pace::{EVENTS, HOUR_MILLIS},
    repository::{self, Unsigned},
    statement::{BATCH, Batch, CHECKPOINT, Checkpoint, Signed},
    store,
    tree::Tree,
};
use crate::{audit::entity::ORIGIN, context::Context, error::Result, infra::digest};
use contract::Timestamp;

/// Hashes read at a time.
const STRIDE: u64 = 5000;
/// Batches read at a time.
const BATCHES: u64 = 64;

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

/// Makes the batch that is due, and stores what is not stored yet. Whether one was made.
pub async fn make_due(context: &Context) -> Result<bool> {
    let is_made = sign_due(context).await?;
    store::keep_pending(context).await?;
    Ok(is_made)
}

/// Makes the batch that is due, and leaves it to others to store it. Whether one was made.
pub async fn sign_due(context: &Context) -> Result<bool> {
    let latest = Latest::find(context).await?;
    let now = context.clock.now().millis();
    // A clock that was put back must not stop the signing until it has caught up.
    if latest.whole_at.is_none_or(|at| (now - at).abs() >= HOUR_MILLIS) {
        return sign(context, Extent::Whole, latest).await;
    }
    let heads = repository::heads_of_every_tenant(context.db.reader(), None).await?;
    if heads.iter().any(|head| head.sequence.saturating_sub(head.said_to_be_signed()) >= EVENTS) {
        return sign(context, Extent::Grown, latest).await;
    }
    Ok(false)
}

/// Makes a batch and stores it; false when another process was faster, or there was nothing to sign.
pub async fn make(context: &Context, extent: Extent<'_>) -> Result<bool> {
    let latest = Latest::find(context).await?;
    let is_made = sign(context, extent, latest).await?;
    if let Err(error) = store::keep_pending(context).await {
        tracing::warn!(%error, "what was signed of the audit log could not be stored; trying again");
    }
    Ok(is_made)
}

/// The newest batches, by what was signed: whoever writes to the database could make the columns say that nothing is
/// due.
#[derive(Debug, Default)]
struct Latest {
    /// The number for the next one.
    next: i64,
    /// The hash of the newest.
    hash: Option<String>,
    /// When the newest on every chain was made.
    whole_at: Option<i64>,
}

impl Latest {
    async fn find(context: &Context) -> Result<Self> {
        let (key, now) = (context.secrets.audit().public(), context.clock.now().millis());
        let (mut latest, mut taken, mut before) = (Self { next: 1, ..Self::default() }, Vec::new(), None);
        loop {
            let rows = repository::batches_before(context.db.reader(), before, BATCHES).await?;
            let Some(oldest) = rows.last() else { break };
            before = Some(oldest.number);
            for row in &rows {
                let Some(said) = row.said(&key) else {
                    tracing::error!(
                        number = row.number,
                        "a batch of checkpoints was changed; run `amaas check`"
                    );
                    taken.push(row.number);
                    continue;
                };
                if latest.hash.is_none() {
                    (latest.hash, latest.next) = (Some(row.hash.clone()), row.number.saturating_add(1));
                }
                let made_at = said.made_at.millis();
                if said.whole {
                    latest.whole_at = Some(made_at);
                }
                // One on every chain that is older still would be no news.
                if said.whole || (now - made_at).abs() >= HOUR_MILLIS {
                    return Ok(latest.beside(&taken));
                }
            }
        }
        Ok(latest.beside(&taken))
    }

    /// Rows that are none of ours keep their numbers, and keep nobody from signing.
    fn beside(mut self, taken: &[i64]) -> Self {
        while taken.contains(&self.next) {
            self.next = self.next.saturating_add(1);
        }
        self
    }
}

/// Signs what comes after `latest`, which is read first: whatever another process signs afterwards takes its number
/// from us.
async fn sign(context: &Context, extent: Extent<'_>, latest: Latest) -> Result<bool> {
    let only = if let Extent::Tenant(tenant) = extent { Some(tenant) } else { None };
    let mut heads = repository::heads_of_every_tenant(context.db.reader(), only).await?;
    let is_whole = matches!(extent, Extent::Whole);
    heads.retain(|head| is_whole || head.sequence > head.said_to_be_signed());
    if heads.is_empty() {
        return Ok(false);
    }
    let (number, made_at) = (latest.next, context.clock.now());
    let mut rows = Vec::with_capacity(heads.len());
    for head in heads {
        rows.extend(statement(context, head, number, made_at).await?);
    }
    let batch = batch(context, latest.hash, &rows, (number, made_at, is_whole))?;
    let tx = context.db.begin().await?;
    if !repository::insert(&*tx, batch, rows).await? {
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

/// The statement on a chain; none when it would not follow on what was signed before, or the rows don't reach the head
/// without a gap: verification names that.
async fn statement(
    context: &Context,
    head: Unsigned,
    batch: i64,
    made_at: Timestamp,
) -> Result<Option<checkpoint::Model>> {
    let refuse = |why: &'static str| {
        tracing::error!(tenant = head.tenant_id, why, "an audit log was not signed; verify it");
        Ok(None)
    };
    let key = context.secrets.audit();
    let Ok(before) = head.before(&key.public()) else {
        return refuse("its newest checkpoint was changed in the database");
    };
    let before = before.unwrap_or_default();
    if head.sequence < before.sequence || (head.sequence == before.sequence && head.hash != before.end) {
        return refuse("it ends before what was signed, or otherwise");
    }
    let Some(hashes) = hashes(context, &head.tenant_id, (before.sequence, head.sequence)).await? else {
        return refuse("it has a gap");
    };
    if hashes.last().is_some_and(|last| *last != head.hash) {
        return refuse("its head is not its last event");
    }
    let count = hashes.len() as u64;
    let root = context.cpu.run(move || {
        let mut tree = Tree::default();
        hashes.iter().for_each(|hash| tree.push(hash));
        tree.root()
    });
    let said = Checkpoint {
        kind: CHECKPOINT.to_owned(),
        key: key.public().id(),
        tenant_id: head.tenant_id.clone(),
        number: u64::try_from(before.number).unwrap_or_default() + 1,
        previous: before.hash.unwrap_or_else(|| ORIGIN.to_owned()),
        made_at,
        sequence: u64::try_from(head.sequence).unwrap_or_default(),
        hash: head.hash,
        count,
        root: root.await?,
    };
    let signed = Signed::of(key, &said)?;
    Ok(Some(checkpoint::Model {
        tenant_id: head.tenant_id,
        number: before.number + 1,
        batch,
        sequence: head.sequence,
        hash: signed.hash(),
        body: signed.body.get().to_owned(),
        signature: signed.signature,
    }))
}

fn batch(
    context: &Context,
    previous: Option<String>,
    rows: &[checkpoint::Model],
    (number, made_at, whole): (i64, Timestamp, bool),
) -> Result<batch::Model> {
    let key = context.secrets.audit();
    let said = Batch {
        kind: BATCH.to_owned(),
        key: key.public().id(),
        number: u64::try_from(number).unwrap_or_default(),
        previous: previous.unwrap_or_else(|| ORIGIN.to_owned()),
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
