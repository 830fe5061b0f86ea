//! What the storage says against the rows: the newest statement on a chain binds all before it, so that it alone must
//! be fetched to find rows that were taken out or put back; the check of the laws reads every batch.

use super::{
    Follower, repository,
    statement::{Checkpoint, Signed},
    store::{self, FOLDER, Held},
};
use crate::{
    audit::{chain::Mark, entity::ORIGIN},
    context::Context,
    error::Result,
};
use contract::Timestamp;

/// Rows held at a time.
const STRIDE: u64 = 1000;

/// What was signed of a chain.
#[derive(Debug, Default)]
pub struct Vouched {
    /// The signed ends of the chain, in order.
    pub marks: Vec<Mark>,
    /// The sequence up to which the chain is signed.
    pub upto: i64,
    /// How many statements hold.
    pub checkpoints: u64,
    /// When the last of them was made.
    pub signed_at: Option<Timestamp>,
    /// The first sequence that a statement no longer vouches for, because it is missing, changed, or not ours.
    pub broken_at: Option<i64>,
}

impl Vouched {
    fn add(&mut self, said: &Checkpoint) {
        let sequence = i64::try_from(said.sequence).unwrap_or(i64::MAX);
        self.signed_at = Some(said.made_at);
        self.checkpoints += 1;
        if sequence > self.upto {
            self.upto = sequence;
            self.marks.push(Mark { sequence, hash: said.hash.clone() });
        }
    }
}

/// The statements on a tenant's chain: those of the rows, held against the newest in the storage.
pub async fn vouched(context: &Context, tenant: &str) -> Result<Vouched> {
    // The storage first: what is signed meanwhile is in the rows before it is there.
    let newest = newest_held(context, tenant).await?;
    let mut vouched = Vouched::default();
    let mut follower = Follower::new(context.secrets.audit().public(), tenant);
    let mut is_met = newest.as_ref().is_ok_and(Option::is_none);
    let mut after = 0;
    loop {
        let rows = repository::of_tenant(context.db.reader(), tenant, after, STRIDE).await?;
        let Some(last) = rows.last() else { break };
        after = last.number;
        for row in &rows {
            let signed = row.signed().ok();
            let Some(said) = signed.as_ref().and_then(|signed| follower.follow(signed)) else {
                vouched.broken_at = Some(vouched.upto + 1);
                return Ok(with(vouched, newest.ok().flatten()));
            };
            if let Ok(Some((held, text))) = &newest
                && held.number == said.number
            {
                is_met = text.body.get() == row.body;
            }
            vouched.add(&said);
        }
    }
    if !is_met {
        vouched.broken_at = Some(vouched.upto + 1);
    }
    Ok(with(vouched, newest.ok().flatten()))
}

/// What the storage holds counts even where the rows don't know of it: it shows what was cut or rewritten.
fn with(mut vouched: Vouched, held: Option<(Checkpoint, Signed)>) -> Vouched {
    if let Some((said, _)) = held
        && i64::try_from(said.sequence).is_ok_and(|sequence| sequence > vouched.upto)
    {
        vouched.add(&said);
    }
    vouched
}

/// A batch in the storage is missing or not what was signed.
#[derive(Debug)]
pub(super) struct Lost;

pub(super) type Newest = std::result::Result<Option<(Checkpoint, Signed)>, Lost>;

/// The newest statement on a tenant's chain in the storage: backwards from the newest batch to one that has it, or to
/// one on every chain that has not.
pub(super) async fn newest_held(context: &Context, tenant: &str) -> Result<Newest> {
    let known = repository::newest(context.db.reader(), false).await?;
    let known = known.map_or(0, |row| row.number);
    let after = store::key_of((known - 1).max(0));
    let listed = context.storage.list_after(FOLDER, &after).await?;
    let beyond = listed.iter().filter_map(|object| store::number_of(&object.key)).max().unwrap_or_default();
    for number in (1..=known.max(beyond)).rev() {
        let key = store::key_of(number);
        if context.storage.size(&key).await?.is_none() {
            // It may be on its way into the storage.
            if is_unstored(context, number).await? {
                continue;
            }
            return Ok(Err(Lost));
        }
        let object = context.storage.get(&key).await?;
        let Some(held) = store::held(&context.secrets.audit().public(), number, &object) else {
            return Ok(Err(Lost));
        };
        let is_whole = held.batch.whole;
        let found = held.statements.into_iter().find(|(said, _)| said.tenant_id == tenant);
        if found.is_some() || is_whole {
            return Ok(Ok(found));
        }
    }
    Ok(Ok(None))
}

async fn is_unstored(context: &Context, number: i64) -> Result<bool> {
    let row = repository::batch(context.db.reader(), number).await?;
    Ok(row.is_some_and(|row| row.stored_at.is_none()))
}

/// Holds every batch of the storage against its rows, for the check of the laws: what is wrong with which batch.
pub async fn audit_batches(context: &Context) -> Result<(u64, Vec<(String, String)>)> {
    let known = repository::newest(context.db.reader(), false).await?.map_or(0, |row| row.number);
    let listed = context.storage.list(FOLDER).await?;
    let beyond = listed.iter().filter_map(|object| store::number_of(&object.key)).max().unwrap_or_default();
    let (mut findings, mut previous) = (Vec::new(), ORIGIN.to_owned());
    for number in 1..=known.max(beyond) {
        match fault_of(context, number, &previous).await? {
            Ok(hash) => previous = hash,
            Err((detail, hash)) => {
                findings.push((format!("checkpoint batch {number}"), detail.to_owned()));
                previous = hash;
            }
        }
    }
    Ok((u64::try_from(known).unwrap_or_default(), findings))
}

/// The hash of a batch that is right; of a wrong one what is wrong, and the hash to go on with.
async fn fault_of(
    context: &Context,
    number: i64,
    previous: &str,
) -> Result<std::result::Result<String, (&'static str, String)>> {
    let row = repository::batch(context.db.reader(), number).await?;
    let key = store::key_of(number);
    let object = match context.storage.size(&key).await? {
        Some(_) => Some(context.storage.get(&key).await?),
        None => None,
    };
    let hash = row.as_ref().map_or_else(|| ORIGIN.to_owned(), |row| row.hash.clone());
    let Some(row) = row else {
        return Ok(Err(("it is in the storage and has no row", held_hash(context, number, object))));
    };
    let Some(object) = object else {
        return Ok(if row.stored_at.is_none() {
            Ok(hash)
        } else {
            Err(("it was taken out of the storage", hash))
        });
    };
    let Some(held) = store::held(&context.secrets.audit().public(), number, &object) else {
        return Ok(Err(("it is not what was signed", hash)));
    };
    let rows = store::object_of(context, &row).await.unwrap_or_default();
    Ok(if object != rows.as_bytes() {
        Err(("storage and rows differ", held.hash))
    } else if held.batch.previous != previous {
        Err(("it does not follow on the one before", held.hash))
    } else {
        Ok(held.hash)
    })
}

fn held_hash(context: &Context, number: i64, object: Option<bytes::Bytes>) -> String {
    let held: Option<Held> =
        object.and_then(|object| store::held(&context.secrets.audit().public(), number, &object));
    held.map_or_else(|| ORIGIN.to_owned(), |held| held.hash)
}
