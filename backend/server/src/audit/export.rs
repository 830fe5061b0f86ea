//! The log as a file: comma-separated values that a spreadsheet opens safely, or one JSON document a line.

use crate::{
    error::{Error, Result},
    infra::csv,
};
use contract::audit::AuditEvent;

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a header row.
    Csv,
    /// One JSON document a line.
    Ndjson,
    /// One JSON document a line, with all that verifies the log without the server.
    Signed,
}

const COLUMNS: [&str; 17] = [
    "sequence",
    "id",
    "occurred_at",
    "action",
    "actor_kind",
    "actor_id",
    "actor_name",
    "via",
    "ip",
    "user_agent",
    "outcome",
    "code",
    "targets",
    "changes",
    "request_id",
    "previous_hash",
    "hash",
];

impl Format {
    /// The form that was asked for; CSV unless told.
    pub fn of(asked: Option<&str>) -> Result<Self> {
        match asked {
            None | Some("csv") => Ok(Self::Csv),
            Some("ndjson") => Ok(Self::Ndjson),
            Some("signed") => Ok(Self::Signed),
            Some(other) => Err(Error::invalid_field(
                "format",
                format!("there is no format {other:?}"),
                "send csv, ndjson or signed",
            )),
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson | Self::Signed => "application/x-ndjson",
        }
    }

    /// The name of the file.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Csv => "audit-events.csv",
            Self::Ndjson => "audit-events.ndjson",
            Self::Signed => "audit-log-signed.ndjson",
        }
    }

    /// What stands before the first event.
    pub fn head(self) -> String {
        let mut text = String::new();
        if self == Self::Csv {
            csv::push_row(&mut text, COLUMNS);
        }
        text
    }

    /// Adds an event.
    pub fn push(self, text: &mut String, event: &AuditEvent) -> Result<()> {
        match self {
            Self::Csv => push_csv(text, event)?,
            Self::Ndjson | Self::Signed => {
                text.push_str(&serde_json::to_string(event)?);
                text.push('\n');
            }
        }
        Ok(())
    }
}

fn push_csv(text: &mut String, event: &AuditEvent) -> Result<()> {
    let actor = &event.actor;
    let (sequence, id) = (event.sequence.to_string(), event.id.to_string());
    let occurred_at = event.occurred_at.to_string();
    let (targets, changes) = (serde_json::to_string(&event.targets)?, serde_json::to_string(&event.changes)?);
    let or_empty = |value: &'_ Option<String>| value.clone().unwrap_or_default();
    let (actor_id, actor_name) = (or_empty(&actor.id), or_empty(&actor.name));
    let (ip, user_agent) = (or_empty(&actor.ip), or_empty(&actor.user_agent));
    let (code, request_id) = (or_empty(&event.outcome.code), or_empty(&event.request_id));
    let cells: [&str; COLUMNS.len()] = [
        &sequence,
        &id,
        &occurred_at,
        &event.action,
        &actor.kind,
        &actor_id,
        &actor_name,
        &actor.via,
        &ip,
        &user_agent,
        &event.outcome.result,
        &code,
        &targets,
        &changes,
        &request_id,
        &event.previous_hash,
        &event.hash,
    ];
    csv::push_row(text, cells);
    Ok(())
}
