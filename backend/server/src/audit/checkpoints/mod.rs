//! Signed checkpoints: at least every hour a batch with a statement on the chain of every tenant, on idle ones too,
//! signed with a key that the database does not hold and kept in the object storage beside it.
//!
//! Invariants: a batch and its statements commit in one transaction and only then reach the storage, byte for byte
//! what the rows say, so that a killed process leaves at most a batch that the next one stores, and a storage that is
//! away keeps nobody from signing; numbers of batches, and of each tenant's statements, have no gap, and each names the
//! hash of the one before: none can be taken out unnoticed; whoever takes a batch's number first makes it, every other
//! process gives up; what is due is read from what was signed, not from the columns beside it, and a column that says
//! something else is a breach.

mod entity;
mod making;
mod pace;
mod repository;
mod statement;
mod store;
mod tree;
mod witness;

pub use making::{Extent, make, make_due};
pub use pace::Pace;
pub use statement::{CHECKPOINT, Checkpoint, EXPORT, ExportHead, Follower, Signed};
pub use store::{FOLDER, number_of as number_of_batch};
pub use tree::holds as in_tree;
pub use witness::{Vouched, audit_batches, vouched};

use crate::{
    context::Context,
    error::{Error, Result},
    policy::Scope,
};
use contract::Code;
use sea_orm::ConnectionTrait;
use std::time::Duration;

/// How often a process looks whether something must be signed.
const PERIOD: Duration = Duration::from_secs(20);
/// Rows held at a time.
const STRIDE: u64 = 1000;

/// Signs what is due, and then now and again until the process ends.
pub async fn start(context: &Context) {
    // Before anything is served, so that a server that was off for long records nothing while a batch is overdue. The
    // storage comes later: one that is away keeps no server from starting.
    if let Err(error) = making::sign_due(context).await {
        tracing::warn!(%error, "the audit log could not be signed; trying again");
    }
    let own = context.clone();
    context
        .background
        .every(PERIOD, move || {
            let context = own.clone();
            async move {
                if let Err(error) = make_due(&context).await {
                    tracing::warn!(%error, "the audit log could not be signed; trying again");
                }
            }
        })
        .await;
}

/// The tenants that have a statement, in the rows or in the storage.
pub async fn tenants(context: &Context) -> Result<Vec<String>> {
    let mut tenants = repository::tenants(context.db.reader()).await?;
    tenants.extend(witness::held_tenants(context).await?);
    Ok(tenants)
}

/// The statements on a tenant's chain in order, and beyond what the rows have the newest that the storage holds.
pub async fn all(context: &Context, tenant: &str) -> Result<Vec<Signed>> {
    let held = witness::newest_held(context, tenant).await?.held;
    let (mut statements, mut after) = (Vec::new(), 0);
    loop {
        let rows = repository::of_tenant(context.db.reader(), tenant, after, STRIDE).await?;
        let Some(last) = rows.last() else { break };
        after = last.number;
        // One that is no JSON any more is left out; whoever verifies what is left misses it.
        statements.extend(rows.iter().filter_map(|row| row.signed().ok()));
    }
    if let Some((_, signed)) =
        held.filter(|(said, _)| i64::try_from(said.number).is_ok_and(|held| held > after))
    {
        statements.push(signed);
    }
    Ok(statements)
}

/// What vouches for an event: its place below the root, the way there, and the signed statement; made at once when
/// no statement reaches the event yet.
#[derive(Debug)]
pub struct Voucher {
    /// Its place among the events of the statement, and how many those are.
    pub place: (u64, u64),
    /// The hashes that lead to the root.
    pub path: Vec<String>,
    /// The statement.
    pub statement: Signed,
}

/// Finds or makes the voucher of the event at a sequence.
pub async fn voucher(context: &Context, scope: &Scope, sequence: i64) -> Result<Voucher> {
    let (reader, tenant) = (context.db.reader(), scope.tenant());
    let mut found = repository::vouching(reader, tenant, sequence).await?;
    // Another process may be signing just now: then its statement may, or may not, reach the event.
    for _ in 0..3 {
        if found.is_some() {
            break;
        }
        make(context, Extent::Tenant(tenant)).await?;
        found = repository::vouching(reader, tenant, sequence).await?;
    }
    let row = found.ok_or_else(broken)?;
    let statement = row.signed().map_err(|_| broken())?;
    let said: Checkpoint = statement.open(&context.secrets.audit().public()).ok_or_else(broken)?;
    let first = said.sequence.saturating_sub(said.count);
    let after = i64::try_from(first).unwrap_or(i64::MAX);
    let hashes: Vec<String> =
        making::hashes(context, tenant, (after, row.sequence)).await?.ok_or_else(broken)?;
    let index = u64::try_from(sequence).unwrap_or_default().saturating_sub(first + 1);
    let at = usize::try_from(index).unwrap_or(usize::MAX);
    let hash = hashes.get(at).cloned().ok_or_else(broken)?;
    let place = (index, said.count);
    let path = context.cpu.run(move || tree::path(&hashes, at)).await?;
    if !tree::holds(&hash, place, &path, &said.root) {
        return Err(broken());
    }
    Ok(Voucher { place, path, statement })
}

fn broken() -> Error {
    let detail = "The log no longer agrees with what was signed of it, so there is no proof of this entry. \
        Verify the log: it names the first entry that is wrong.";
    Error::new(Code::Conflict, detail)
}

/// The number of the newest batch that a database knows; 0 before the first.
pub async fn newest_batch(conn: &impl ConnectionTrait) -> Result<i64> {
    repository::greatest(conn).await
}
