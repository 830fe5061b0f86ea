//! What leaves the house with its signatures: the whole log as lines, and the proof of one entry.

use super::{
    Act, Entry,
    checkpoints::{self, EXPORT, ExportHead, Signed},
    entity::ORIGIN,
    record_alone, repository,
};
use crate::{
    context::Context,
    error::{Error, Result},
    infra::wall,
    policy::Scope,
};
use actix_web::web::Bytes;
use contract::EventId;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Rows held at a time.
const STRIDE: u64 = 500;
/// The kind of a proof.
pub const PROOF: &str = "amaas.audit.proof/1";

/// A line of a signed export: first the export's own head, then the checkpoints, then the events.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Fields")]
pub enum Line {
    /// What the export says of itself.
    Export(Signed),
    /// A statement on the chain.
    Checkpoint(Signed),
    /// An event.
    Event(Recorded),
}

/// The fields of a line. Flat, because an enum that serde tells apart by a field does not keep the bytes of a body.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    body: Box<RawValue>,
}

impl TryFrom<Fields> for Line {
    type Error = String;

    fn try_from(fields: Fields) -> std::result::Result<Self, String> {
        let Fields { kind, hash, signature, body } = fields;
        match (kind.as_str(), hash, signature) {
            ("export", None, Some(signature)) => Ok(Line::Export(Signed { body, signature })),
            ("checkpoint", None, Some(signature)) => Ok(Line::Checkpoint(Signed { body, signature })),
            ("event", Some(hash), None) => Ok(Line::Event(Recorded { hash, body })),
            (kind, ..) => Err(format!("there is no such line of the type {kind:?}")),
        }
    }
}

impl From<Line> for Fields {
    fn from(line: Line) -> Self {
        let (kind, hash, signature, body) = match line {
            Line::Export(signed) => ("export", None, Some(signed.signature), signed.body),
            Line::Checkpoint(signed) => ("checkpoint", None, Some(signed.signature), signed.body),
            Line::Event(event) => ("event", Some(event.hash), None, event.body),
        };
        Self { kind: kind.to_owned(), hash, signature, body }
    }
}

/// An event as it stands in the log.
#[derive(Debug, Serialize, Deserialize)]
pub struct Recorded {
    /// `sha256:` over the bytes of the body.
    pub hash: String,
    /// JSON, to the byte as it was written.
    pub body: Box<RawValue>,
}

impl Recorded {
    fn of(body: String, hash: String) -> Result<Self> {
        // A body that is no JSON any more was tampered with: it is shown as text, whose hash is another.
        let body = match RawValue::from_string(body) {
            Ok(body) => body,
            Err(_) => serde_json::value::to_raw_value("unreadable")?,
        };
        Ok(Self { hash, body })
    }
}

/// The proof of one event.
#[derive(Debug, Serialize, Deserialize)]
pub struct Proof {
    pub kind: String,
    pub event: Recorded,
    /// The event's place among the `count` events of the checkpoint, from 0.
    pub index: u64,
    pub count: u64,
    /// The hashes that lead from the event to the root in the checkpoint.
    pub path: Vec<String>,
    pub checkpoint: Signed,
}

/// Proves an event by its id, and records that.
pub async fn prove(context: &Context, scope: &Scope, id: EventId) -> Result<Proof> {
    let row = repository::find(context.db.reader(), scope, id).await?.ok_or_else(Error::not_found)?;
    let voucher = checkpoints::voucher(context, scope, row.sequence).await?;
    record_alone(context, scope, Entry::success(Act::AuditProved).target("audit_event", id, None)).await?;
    Ok(Proof {
        kind: PROOF.to_owned(),
        event: Recorded::of(row.body, row.hash)?,
        index: voucher.place.0,
        count: voucher.place.1,
        path: voucher.path,
        checkpoint: voucher.statement,
    })
}

/// The whole log up to now, with what was signed of it; events that come while it runs are not in it.
pub async fn export(context: &Context, scope: &Scope) -> Result<impl Stream<Item = Result<Bytes>> + 'static> {
    let (reader, tenant) = (context.db.reader(), scope.tenant());
    // What was signed is read before the head, which is then at least as far, unless the log was cut.
    let statements = checkpoints::all(context, tenant).await?;
    let head = repository::head(reader, tenant).await?;
    let (sequence, hash) = match head {
        Some(head) => (head.sequence, head.hash),
        // A log that lost its head goes out as it is; whoever verifies it sees that.
        None => (repository::greatest(reader, tenant).await?, ORIGIN.to_owned()),
    };
    let key = context.secrets.audit();
    let said = ExportHead {
        kind: EXPORT.to_owned(),
        key: key.public().id(),
        tenant_id: tenant.to_owned(),
        made_at: context.clock.now(),
        sequence: u64::try_from(sequence).unwrap_or_default(),
        hash,
        checkpoints: statements.len() as u64,
    };
    let mut first = String::new();
    push(&mut first, Line::Export(Signed::of(key, &said)?))?;
    for statement in statements {
        push(&mut first, Line::Checkpoint(statement))?;
    }
    let begin =
        Running { context: context.clone(), tenant: tenant.to_owned(), upto: sequence, next: Some(0) };
    // The pieces are made when the handler that named the tenant is done.
    let next = |running: Running| async move {
        let tenant = running.tenant.clone();
        wall::as_tenant(&tenant, running.next()).await
    };
    let rest = futures_util::stream::try_unfold(begin, next);
    let first = futures_util::stream::once(std::future::ready(Ok(Bytes::from(first))));
    Ok(futures_util::StreamExt::chain(first, rest))
}

fn push(text: &mut String, line: Line) -> Result<()> {
    text.push_str(&serde_json::to_string(&Fields::from(line))?);
    text.push('\n');
    Ok(())
}

struct Running {
    context: Context,
    tenant: String,
    upto: i64,
    next: Option<i64>,
}

impl Running {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>> {
        let Some(after) = self.next else { return Ok(None) };
        let range = (after, self.upto);
        let (rows, _) = repository::links(self.context.db.reader(), &self.tenant, range, STRIDE).await?;
        let is_last = (rows.len() as u64) < STRIDE;
        self.next = rows.last().filter(|_| !is_last).map(|row| row.sequence);
        let mut text = String::new();
        for row in rows {
            push(&mut text, Line::Event(Recorded::of(row.body, row.hash)?))?;
        }
        Ok(Some((text.into(), self)))
    }
}
