//! An event as it is hashed, and the words by which it is found.

use super::entity::event;
use contract::{
    EventId, Timestamp,
    audit::{Actor, AuditEvent, Change, Outcome, Target},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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

impl Body {
    /// The values of the event in lower case, a line each: what free text is looked for in.
    pub fn search(&self) -> String {
        let actor = &self.actor;
        let mut words: Vec<&str> = vec![&self.action, &actor.kind, &actor.via, &self.outcome.result];
        let perhaps =
            [&actor.id, &actor.name, &actor.ip, &actor.user_agent, &self.outcome.code, &self.request_id];
        words.extend(perhaps.into_iter().flatten().map(String::as_str));
        for target in &self.targets {
            words.extend([target.kind.as_str(), target.id.as_str()]);
            words.extend(target.name.as_deref());
        }
        let mut text = words.join("\n");
        for change in &self.changes {
            text.push('\n');
            text.push_str(&change.path);
            for value in [&change.before, &change.after] {
                text.push('\n');
                match value {
                    serde_json::Value::Null => {}
                    serde_json::Value::String(value) => text.push_str(value),
                    other => text.push_str(&other.to_string()),
                }
            }
        }
        text.to_lowercase()
    }

    /// The ids and names of the targets in lower case, each once.
    pub fn target_words(&self) -> BTreeSet<String> {
        let words = self.targets.iter().flat_map(|target| std::iter::once(&target.id).chain(&target.name));
        words.map(|word| word.to_lowercase()).collect()
    }

    /// The event as the API shows it.
    pub fn into_event(self, hash: String) -> AuditEvent {
        AuditEvent {
            id: self.id,
            sequence: self.sequence,
            occurred_at: self.occurred_at,
            action: self.action,
            actor: self.actor,
            targets: self.targets,
            outcome: self.outcome,
            changes: self.changes,
            request_id: self.request_id,
            previous_hash: self.previous_hash,
            hash,
        }
    }
}

/// A row as the API shows it; one whose body was made unreadable is shown by its columns, so that a tampered row
/// does not hide the rest of the log (verification names it).
pub fn event_of(row: event::Model) -> AuditEvent {
    if let Ok(body) = serde_json::from_str::<Body>(&row.body) {
        return body.into_event(row.hash);
    }
    let unknown = || "unknown".to_owned();
    AuditEvent {
        id: row.id.parse().unwrap_or(EventId::from_bits(0)),
        sequence: u64::try_from(row.sequence).unwrap_or_default(),
        occurred_at: Timestamp::from_millis(row.occurred_at),
        action: row.action,
        actor: Actor {
            kind: unknown(),
            id: row.actor_id,
            name: row.actor_name,
            via: unknown(),
            ip: None,
            user_agent: None,
        },
        targets: Vec::new(),
        outcome: Outcome { result: row.outcome, code: None },
        changes: Vec::new(),
        request_id: None,
        previous_hash: row.previous_hash,
        hash: row.hash,
    }
}
