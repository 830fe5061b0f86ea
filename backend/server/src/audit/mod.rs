//! The audit log: an event in the transaction of each change, hash-chained per tenant.
//!
//! Invariants: an event commits with its change or not at all; sequences of a tenant have no gap; `hash` is the
//! SHA-256 of `body`, and `body` holds the hash before it.

mod action;
mod entity;
mod entry;
mod repository;

pub use action::Act;
pub use entry::Entry;

use crate::{
    context::Context,
    error::Result,
    infra::db::Tx,
    policy::{Caller, Origin, Scope},
    routes::Row,
};
use contract::{Code, TenantId, audit::Actor};

/// Records an event of the scope's tenant in the transaction of its change.
pub async fn record(context: &Context, tx: &Tx, scope: &Scope, entry: Entry) -> Result<()> {
    let request_id = Some(scope.origin().request_id.clone()).filter(|id| !id.is_empty());
    record_as(context, tx, scope.tenant_id(), scope.actor(), request_id, entry).await
}

/// Records an event by an actor who has no scope (yet), such as a person who signs in.
pub async fn record_as(
    context: &Context,
    tx: &Tx,
    tenant_id: TenantId,
    actor: Actor,
    request_id: Option<String>,
    entry: Entry,
) -> Result<()> {
    repository::append(context, &**tx, &tenant_id.to_string(), actor, request_id, entry).await
}

/// Records that a caller was refused what they may not do.
pub async fn record_denial(
    context: &Context,
    caller: &Caller,
    origin: &Origin,
    row: &Row,
    code: Code,
) -> Result<()> {
    let tx = context.db.begin().await?;
    let entry = Entry::denied(Act::AccessDenied, code).target("route", row.name, Some(row.path));
    let request_id = Some(origin.request_id.clone());
    record_as(context, &tx, caller.tenant_id(), caller.actor(origin), request_id, entry).await?;
    tx.commit().await
}
