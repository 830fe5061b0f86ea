//! Members of a tenant, their roles, and invitations.
//!
//! Invariants: a tenant has an owner at all times; only owners make, change or remove owners; a change of role holds
//! on the next request; an invitation is used once, by the address that it was made for, and only its digest is kept; it
//! ends with the right of its maker to make it.

mod entity;
pub mod http;
mod invites;
mod repository;
mod service;

pub use invites::{Claimed, claim};
pub use repository::memberships;
pub use service::add;

use crate::{
    context::Context,
    error::Result,
    infra::{cache::Shelf, changes},
};
use contract::{TenantId, Timestamp, UserId, members::Role};

/// How long a membership is believed without asking the database; changes are told at once, this is for the case
/// that the telling fails.
const BELIEVED_MILLIS: i64 = 5_000;

/// Memberships that were seen.
#[derive(Debug)]
pub struct Cache {
    seen: Shelf<(UserId, String), Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    tenant_id: TenantId,
    role: Role,
    at: Timestamp,
}

impl Default for Cache {
    fn default() -> Self {
        Self { seen: Shelf::new(20_000) }
    }
}

impl Cache {
    /// Forgets what a topic names, or everything.
    pub fn forget(&self, topic: Option<&str>) {
        let Some(topic) = topic else { return self.seen.forget(|_, _| true) };
        if let Some(user) = topic.strip_prefix(TOPIC).and_then(|id| id.parse::<UserId>().ok()) {
            self.seen.forget(|(id, _), _| *id == user);
        }
        if let Some(tenant) = changes::gone(topic) {
            self.seen.forget(|_, seen| seen.tenant_id == tenant);
        }
    }
}

const TOPIC: &str = "member:";

/// What is told when a person's memberships change.
fn topic(user: UserId) -> String {
    format!("{TOPIC}{user}")
}

/// The tenant of this id or slug and the person's role there; none when they do not belong to it.
pub async fn membership(context: &Context, user: UserId, tenant: &str) -> Result<Option<(TenantId, Role)>> {
    let (seen, now) = (&context.state.members.seen, context.clock.now());
    let key = (user, tenant.to_owned());
    if let Some(known) = seen.get(&key)
        && now.millis() - known.at.millis() < BELIEVED_MILLIS
    {
        return Ok(Some((known.tenant_id, known.role)));
    }
    let ticket = seen.ticket();
    let found = repository::membership(context.db.reader(), user, tenant).await?;
    if let Some((tenant_id, role)) = found {
        seen.put(ticket, key, Seen { tenant_id, role, at: now });
    }
    Ok(found)
}
