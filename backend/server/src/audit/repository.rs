//! Every query on the log.

use super::{
    entity::{event, head},
    entry::Entry,
};
use crate::{context::Context, error::Result, infra::digest};
use contract::{
    EventId, Timestamp,
    audit::{Actor, Change, Outcome, Target},
};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, QuerySelect, Set};
use serde::{Deserialize, Serialize};

/// The hash before the first event.
pub const ORIGIN: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// What the hash of an event is taken over: these fields as JSON, in this order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Body {
    pub id: EventId,
    pub tenant_id: String,
    pub sequence: u64,
    pub occurred_at: Timestamp,
    pub action: String,
    pub actor: Actor,
    pub targets: Vec<Target>,
    pub outcome: Outcome,
    pub changes: Vec<Change>,
    pub request_id: Option<String>,
    pub previous_hash: String,
}

/// Appends an event to a tenant's chain; the head's row is locked until the transaction ends, so that two events
/// can't take one place.
pub async fn append(
    context: &Context,
    tx: &impl ConnectionTrait,
    tenant: &str,
    actor: Actor,
    request_id: Option<String>,
    entry: Entry,
) -> Result<()> {
    let start = head::ActiveModel {
        tenant_id: Set(tenant.to_owned()),
        sequence: Set(0),
        hash: Set(ORIGIN.to_owned()),
    };
    head::Entity::insert(start)
        .on_conflict_do_nothing_on([head::Column::TenantId])
        .exec_without_returning(tx)
        .await?;
    let found = head::Entity::find_by_id(tenant.to_owned()).lock_exclusive().one(tx).await?;
    let last = found.ok_or_else(|| crate::error::Error::internal("a chain lost its head"))?;
    let body = Body {
        id: EventId::from_bits(context.clock.new_id_bits()),
        tenant_id: tenant.to_owned(),
        sequence: u64::try_from(last.sequence).unwrap_or_default() + 1,
        occurred_at: context.clock.now(),
        action: entry.action.as_str().to_owned(),
        actor,
        targets: entry.targets,
        outcome: entry.outcome,
        changes: entry.changes,
        request_id,
        previous_hash: last.hash.clone(),
    };
    let text = serde_json::to_string(&body)?;
    let hash = format!("sha256:{}", digest::sha256_hex(text.as_bytes()));
    let head = head::ActiveModel {
        tenant_id: Set(tenant.to_owned()),
        sequence: Set(last.sequence + 1),
        hash: Set(hash.clone()),
    };
    head.update(tx).await?;
    insert(tx, body, text, hash).await
}

async fn insert(tx: &impl ConnectionTrait, body: Body, text: String, hash: String) -> Result<()> {
    let event = event::ActiveModel {
        tenant_id: Set(body.tenant_id),
        sequence: Set(i64::try_from(body.sequence).unwrap_or(i64::MAX)),
        id: Set(body.id.to_string()),
        occurred_at: Set(body.occurred_at.millis()),
        action: Set(body.action),
        actor_id: Set(body.actor.id),
        actor_name: Set(body.actor.name),
        outcome: Set(body.outcome.result),
        search: Set(text.to_lowercase()),
        body: Set(text),
        previous_hash: Set(body.previous_hash),
        hash: Set(hash),
    };
    event::Entity::insert(event).exec_without_returning(tx).await?;
    Ok(())
}
