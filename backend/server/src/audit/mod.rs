//! The audit log: an event in the transaction of each change, hash-chained per tenant.
//!
//! Invariants: an event commits with its change or not at all; sequences of a tenant have no gap; `hash` is the
//! SHA-256 of `body`, and `body` holds the hash before it; the columns beside the body repeat it for filters, and
//! verification holds them against it.

mod action;
mod body;
mod chain;
mod checkpoints;
mod entity;
mod entry;
mod export;
mod filter;
mod offline;
mod packed;
mod repository;
mod service;
mod signed;

pub mod http;

pub use action::Act;
pub use checkpoints::{FOLDER as CHECKPOINTS, audit_batches, make_due, newest_batch, number_of_batch, start};
pub use entry::Entry;
pub use offline::{Sound, Unsound, public_key, verify_export, verify_proof};
pub use service::public_key as own_public_key;

use crate::{
    context::Context,
    error::{Error, Result},
    policy::{Caller, Origin, Scope},
    routes::Row,
};
use contract::{
    Code, TenantId,
    audit::{Actor, ChainReport},
};
use sea_orm::DatabaseTransaction;

/// Records an event of the scope's tenant in the transaction of its change.
pub async fn record(context: &Context, tx: &DatabaseTransaction, scope: &Scope, entry: Entry) -> Result<()> {
    let request_id = service::request_id(scope);
    record_as(context, tx, scope.tenant_id(), scope.actor(), request_id, entry).await
}

/// Records an event that changes nothing else, such as a refusal, in a transaction of its own.
pub async fn record_alone(context: &Context, scope: &Scope, entry: Entry) -> Result<()> {
    let tx = context.db.begin().await?;
    record(context, &tx, scope, entry).await?;
    tx.commit().await
}

/// Records a refusal that the policy table does not know of, and hands the error on.
pub async fn deny(context: &Context, scope: &Scope, entry: Entry, denied: Error) -> Error {
    match record_alone(context, scope, entry).await {
        Ok(()) => denied,
        Err(error) => error,
    }
}

/// Records an event by an actor who has no scope (yet), such as a person who signs in.
pub async fn record_as(
    context: &Context,
    tx: &DatabaseTransaction,
    tenant_id: TenantId,
    actor: Actor,
    request_id: Option<String>,
    entry: Entry,
) -> Result<()> {
    repository::append(context, tx, &tenant_id.to_string(), actor, request_id, entry).await
}

/// Records that a caller was refused what they may not do.
pub async fn record_denial(
    context: &Context,
    caller: &Caller,
    origin: &Origin,
    row: &Row,
    code: Code,
) -> Result<()> {
    let actor = (caller.actor(origin), Some(origin.request_id.clone()));
    record_refusal(context, caller.tenant_id(), actor, denial(row, code)).await
}

/// What a refused call leaves.
pub fn denial(row: &Row, code: Code) -> Entry {
    Entry::denied(Act::AccessDenied, code).target("route", row.name, Some(row.path))
}

/// Records a refusal in a transaction of its own, once in a while however often it is asked for: else whoever is refused
/// could drown the log in it.
pub async fn record_refusal(
    context: &Context,
    tenant_id: TenantId,
    actor: (Actor, Option<String>),
    entry: Entry,
) -> Result<()> {
    service::record_once(context, &tenant_id.to_string(), actor, entry).await
}

/// Verifies a chain by its tenant's id, for the operator's commands, which ask nobody and change nothing.
pub async fn verify_without_scope(context: &Context, tenant: &str) -> Result<ChainReport> {
    service::verify_chain(context, tenant).await
}

/// The ids of the tenants that have a chain, for the operator's commands.
pub async fn chains_without_scope(context: &Context) -> Result<Vec<String>> {
    service::chains(context).await
}
