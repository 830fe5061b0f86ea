//! The batches as objects: `audit-checkpoints/000000000042.ndjson`, first the batch, then a statement a line.

use super::{
    entity::{batch, checkpoint},
    repository,
    statement::{BATCH, Batch, CHECKPOINT, Checkpoint, Signed},
};
use crate::{context::Context, error::Result, infra::digest, infra::signature::PublicKey};
use bytes::Bytes;

/// The prefix that belongs to batches alone.
pub const FOLDER: &str = "audit-checkpoints";

/// The key of a batch.
pub fn key_of(number: i64) -> String {
    format!("{FOLDER}/{number:012}.ndjson")
}

/// The number of the batch that a key names.
pub fn number_of(key: &str) -> Option<i64> {
    let number = key.strip_prefix(FOLDER)?.strip_prefix('/')?.strip_suffix(".ndjson")?;
    number.parse().ok().filter(|number| key_of(*number) == key)
}

/// The statements of a batch, a line each.
pub fn lines(rows: &[checkpoint::Model]) -> Result<String> {
    let mut text = String::new();
    for row in rows {
        text.push_str(&row.signed()?.line()?);
        text.push('\n');
    }
    Ok(text)
}

/// The object of a batch, as the rows say that it is.
pub async fn object_of(context: &Context, row: &batch::Model) -> Result<String> {
    let head = Signed::kept(row.body.clone(), row.signature.clone())?.line()?;
    let rows = repository::of_batch(context.db.reader(), row.number).await?;
    Ok(format!("{head}\n{}", lines(&rows)?))
}

/// Stores the batches that a process made and did not live to store. An object that is there already must be the
/// same: it is never written over. A row that nobody signed is left alone, and keeps no other from being stored.
pub async fn keep_pending(context: &Context) -> Result<()> {
    let public = context.secrets.audit().public();
    for row in repository::unstored(context.db.reader()).await? {
        if row.said(&public).is_none() {
            tracing::error!(number = row.number, "a batch of checkpoints was changed; run `amaas check`");
            continue;
        }
        let (key, text) = (key_of(row.number), object_of(context, &row).await?);
        if context.storage.size(&key).await?.is_none() {
            context.storage.put(&key, Bytes::from(text)).await?;
        } else if context.storage.get(&key).await? != text.as_bytes() {
            tracing::error!(key, "another batch of checkpoints stands in the storage; run `amaas check`");
            continue;
        }
        let tx = context.db.begin().await?;
        repository::set_stored(&*tx, row.number, context.clock.now().millis()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A batch as it is in the storage.
#[derive(Debug)]
pub struct Held {
    /// What it says of itself.
    pub batch: Batch,
    /// The hash by which the next one names it.
    pub hash: String,
    /// Its statements.
    pub statements: Vec<(Checkpoint, Signed)>,
}

/// Reads an object; none when it is not the whole batch of this number that the key signed.
pub fn held(key: &PublicKey, number: i64, object: &[u8]) -> Option<Held> {
    let text = std::str::from_utf8(object).ok()?;
    let (head, rest) = text.split_once('\n')?;
    let head: Signed = serde_json::from_str(head).ok()?;
    let batch: Batch = head.open(key)?;
    let is_whole = batch.kind == BATCH
        && i64::try_from(batch.number) == Ok(number)
        && batch.digest == format!("sha256:{}", digest::sha256_hex(rest.as_bytes()));
    let statement = |line: &str| {
        let signed: Signed = serde_json::from_str(line).ok()?;
        // The digest that the batch's signature covers covers this one's as well.
        let said: Checkpoint = serde_json::from_str(signed.body.get()).ok()?;
        (said.kind == CHECKPOINT).then_some((said, signed))
    };
    let statements: Vec<_> = rest.lines().map(statement).collect::<Option<_>>()?;
    (is_whole && statements.len() as u64 == batch.statements).then(|| Held {
        batch,
        hash: head.hash(),
        statements,
    })
}
