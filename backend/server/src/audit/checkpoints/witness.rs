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
use contract::{TenantId, Timestamp};
use std::collections::BTreeSet;

/// A batch that is made while a tenant is may not know of it yet.
const BIRTH_MILLIS: i64 = 60_000;
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
        self.upto = self.upto.max(sequence);
        Mark::add(&mut self.marks, said);
    }
}

/// The statements on a tenant's chain: those of the rows, held against the newest in the storage.
pub async fn vouched(context: &Context, tenant: &str) -> Result<Vouched> {
    // The storage first: what is signed meanwhile is in the rows before it is there.
    let newest = newest_held(context, tenant).await?;
    let mut vouched = Vouched::default();
    let mut follower = Follower::new(context.secrets.audit().public(), tenant);
    let mut is_met = newest.held.is_none();
    let mut after = 0;
    loop {
        let rows = repository::of_tenant(context.db.reader(), tenant, after, STRIDE).await?;
        let Some(last) = rows.last() else { break };
        after = last.number;
        for row in &rows {
            let signed = row.signed().ok();
            let said = signed
                .as_ref()
                .and_then(|signed| follower.follow(signed).filter(|said| row.agrees(said, signed)));
            let Some(said) = said else {
                vouched.broken_at = Some(vouched.upto + 1);
                return Ok(with(vouched, newest.held));
            };
            if let Some((held, text)) = &newest.held
                && held.number == said.number
            {
                is_met = text.body.get() == row.body;
            }
            vouched.add(&said);
        }
    }
    if !is_met || newest.is_broken {
        vouched.broken_at = Some(vouched.upto + 1);
    }
    Ok(with(vouched, newest.held))
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

/// What the storage holds of a tenant's chain.
#[derive(Debug, Default)]
pub(super) struct Newest {
    /// The newest statement.
    pub held: Option<(Checkpoint, Signed)>,
    /// A batch is missing or not what was signed, or one on every chain left this one out.
    pub is_broken: bool,
}

/// The newest statement on a tenant's chain in the storage: backwards from the newest batch to one that has it, or to
/// one on every chain that was made before the tenant was. Who could keep a chain out of a batch, by taking its head
/// away for a while, could else rewrite all of it.
pub(super) async fn newest_held(context: &Context, tenant: &str) -> Result<Newest> {
    let born = born(tenant);
    let known = repository::greatest(context.db.reader()).await?;
    let after = store::key_of((known - 1).max(0));
    let listed = context.storage.list_after(FOLDER, &after).await?;
    let beyond = listed.iter().filter_map(|object| store::number_of(&object.key)).max().unwrap_or_default();
    let mut newest = Newest::default();
    for number in (1..=known.max(beyond)).rev() {
        let key = store::key_of(number);
        if context.storage.size(&key).await?.is_none() {
            // It may be on its way into the storage.
            if is_unstored(context, number).await? {
                continue;
            }
            return Ok(Newest { is_broken: true, ..newest });
        }
        let object = context.storage.get(&key).await?;
        let Some(held) = store::held(&context.secrets.audit().public(), number, &object) else {
            return Ok(Newest { is_broken: true, ..newest });
        };
        let (is_whole, made_at) = (held.batch.whole, held.batch.made_at.millis());
        newest.held = held.statements.into_iter().find(|(said, _)| said.tenant_id == tenant);
        if newest.held.is_some() || (is_whole && made_at <= born) {
            break;
        }
        newest.is_broken |= is_whole && made_at - born > BIRTH_MILLIS;
    }
    Ok(newest)
}

/// The moment that a tenant's id tells; the end of time for an id that is none of ours.
fn born(tenant: &str) -> i64 {
    tenant.parse().map_or(i64::MAX, |id: TenantId| id.made_at().millis())
}

/// The tenants whose chains the storage knows of by the newest batch on every chain and those after it.
pub async fn held_tenants(context: &Context) -> Result<Vec<String>> {
    let listed = context.storage.list(FOLDER).await?;
    let mut numbers: Vec<i64> = listed.iter().filter_map(|object| store::number_of(&object.key)).collect();
    numbers.sort_unstable();
    let mut tenants = Vec::new();
    for number in numbers.into_iter().rev() {
        let object = context.storage.get(&store::key_of(number)).await?;
        // One that is not what was signed is named by whoever verifies the batches.
        let Some(held) = store::held(&context.secrets.audit().public(), number, &object) else { continue };
        tenants.extend(held.statements.into_iter().map(|(said, _)| said.tenant_id));
        if held.batch.whole {
            break;
        }
    }
    Ok(tenants)
}

async fn is_unstored(context: &Context, number: i64) -> Result<bool> {
    let row = repository::batch(context.db.reader(), number).await?;
    let public = context.secrets.audit().public();
    Ok(row.is_some_and(|row| row.stored_at.is_none() && row.said(&public).is_some()))
}

/// Holds every batch of the storage against its rows, for the check of the laws: what is wrong with which batch.
pub async fn audit_batches(context: &Context) -> Result<(u64, Vec<(String, String)>)> {
    let mut numbers: BTreeSet<i64> = repository::numbers(context.db.reader()).await?.into_iter().collect();
    let known = numbers.len();
    let listed = context.storage.list(FOLDER).await?;
    numbers.extend(listed.iter().filter_map(|object| store::number_of(&object.key)));
    let (mut findings, mut previous, mut last) = (Vec::new(), ORIGIN.to_owned(), 0);
    for number in numbers {
        if number != last + 1 {
            let missing = format!("checkpoint batch {}", last + 1);
            findings.push((missing, "neither its row nor its object is there".to_owned()));
        }
        last = number;
        match fault_of(context, number, &previous).await? {
            Ok(hash) => previous = hash,
            Err((detail, hash)) => {
                findings.push((format!("checkpoint batch {number}"), detail.to_owned()));
                previous = hash;
            }
        }
    }
    Ok((known as u64, findings))
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
    let public = context.secrets.audit().public();
    let is_signed = row.said(&public).is_some();
    let Some(object) = object else {
        return Ok(match row.stored_at {
            None if is_signed => Ok(hash),
            None => Err(("its row is not what was signed", hash)),
            Some(_) => Err(("it was taken out of the storage", hash)),
        });
    };
    let Some(held) = store::held(&public, number, &object) else {
        return Ok(Err(("it is not what was signed", hash)));
    };
    let rows = store::object_of(context, &row).await.unwrap_or_default();
    Ok(if object != rows.as_bytes() {
        Err(("storage and rows differ", held.hash))
    } else if !is_signed {
        Err(("its row is not what was signed", held.hash))
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
