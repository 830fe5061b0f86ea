//! Reading, exporting and verifying the log; each is itself recorded.
//!
//! A look is recorded when it begins: paging on by cursor is the same look, and so is whatever the same actor reads
//! in the [`SAME_LOOK_SECONDS`] after. Else a dashboard that refreshes would drown the log in its own readers.
//! Every export and every verification by API is recorded.

use super::{
    Act, Entry, body::event_of, chain::Walker, checkpoints, entity::event, export::Format, filter::Filter,
    record_alone, repository, signed,
};
use crate::{
    context::Context,
    error::{Error, Result, fault},
    http::page_limit,
    infra::wall,
    policy::Scope,
};
use actix_web::web::Bytes;
use contract::{
    EventId, Page,
    audit::{AuditAction, AuditActions, AuditEvent, AuditPublicKey, AuditQuery, ChainReport},
};
use futures_util::{StreamExt as _, stream::LocalBoxStream};
use std::time::{Duration, Instant};

/// For how long an actor's next reads count as the look that was recorded.
const SAME_LOOK_SECONDS: i64 = 300;
/// Events that a search which no index answers looks at in one go.
const STRETCH: i64 = 10_000;
/// For how long it looks before it hands over what it found.
const LOOK: Duration = Duration::from_millis(150);
/// Rows that an export or a verification holds at a time.
const STRIDE: u64 = 500;

/// The pieces of a file.
pub type Pieces = LocalBoxStream<'static, Result<Bytes>>;

/// A page of the log, newest first.
pub async fn list(context: &Context, scope: &Scope, query: AuditQuery) -> Result<Page<AuditEvent>> {
    if query.format.is_some() {
        return Err(Error::invalid_field(
            "format",
            "a list is always JSON",
            "leave it out, or use the export",
        ));
    }
    let filter = Filter::of(&query)?;
    let limit = page_limit(query.limit)?;
    let before = query.cursor.as_deref().map(cursor).transpose()?;
    let (rows, unseen) = search(context, scope, &filter, before, limit + 1).await?;
    if before.is_none() {
        record_look(context, scope, &query).await?;
    }
    let events = rows.into_iter().map(event_of).collect();
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut page = Page::cut(events, size, |event: &AuditEvent| event.sequence.to_string());
    if page.next_cursor.is_none() {
        page.next_cursor = unseen.map(|unseen| (unseen + 1).to_string());
    }
    Ok(page)
}

/// Matching events before a sequence, newest first, and the newest sequence that there was no time to look at: what
/// no index answers is looked for backwards, a stretch at a time, for a moment. The page is short then, and its
/// cursor goes on where the look ended.
async fn search(
    context: &Context,
    scope: &Scope,
    filter: &Filter,
    before: Option<i64>,
    limit: u64,
) -> Result<(Vec<event::Model>, Option<i64>)> {
    let reader = context.db.reader();
    let upto = before.map_or(i64::MAX, |before| before.saturating_sub(1));
    if !filter.must_look() {
        return Ok((repository::newest(reader, scope, filter, (0, upto), limit).await?, None));
    }
    let began = Instant::now();
    let mut upto = upto.min(repository::greatest(reader, scope.tenant()).await?);
    let mut rows = Vec::new();
    while upto > 0 {
        let after = (upto - STRETCH).max(0);
        let missing = limit - rows.len() as u64;
        rows.extend(repository::newest(reader, scope, filter, (after, upto), missing).await?);
        if rows.len() as u64 == limit {
            return Ok((rows, None));
        }
        upto = after;
        if began.elapsed() > LOOK {
            break;
        }
    }
    Ok((rows, Some(upto).filter(|unseen| *unseen > 0)))
}

fn cursor(text: &str) -> Result<i64> {
    text.parse().map_err(|_| {
        Error::invalid_field("cursor", "this is no cursor of ours", "send next_cursor of the page before")
    })
}

/// An event by its id.
pub async fn get(context: &Context, scope: &Scope, id: EventId) -> Result<AuditEvent> {
    let row = repository::find(context.db.reader(), scope, id).await?.ok_or_else(Error::not_found)?;
    record_look(context, scope, &AuditQuery { q: Some(id.to_string()), ..AuditQuery::default() }).await?;
    Ok(event_of(row))
}

async fn record_look(context: &Context, scope: &Scope, query: &AuditQuery) -> Result<()> {
    let actor = scope.actor().id.unwrap_or_default();
    let last = repository::last_time(context.db.reader(), scope, Act::AuditRead, &actor).await?;
    let now = context.clock.now().millis();
    if last.is_some_and(|last| now - last < SAME_LOOK_SECONDS * 1000) {
        return Ok(());
    }
    record_alone(context, scope, look(Act::AuditRead, query)).await
}

fn look(action: Act, query: &AuditQuery) -> Entry {
    Entry::success(action).target("audit_log", "audit_log", None).change("/filter", (), query)
}

/// Begins an export of what matches now, oldest first; events that come while it runs are not in it.
pub async fn export(context: &Context, scope: &Scope, query: AuditQuery) -> Result<(Format, Pieces)> {
    let paging = [("limit", query.limit.is_some()), ("cursor", query.cursor.is_some())];
    let whole = |name| fault(name, "invalid_value", "an export is whole, it has no pages", "leave it out");
    let faults: Vec<_> =
        paging.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| whole(name)).collect();
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let (filter, format) = (Filter::of(&query)?, Format::of(query.format.as_deref())?);
    if format == Format::Signed {
        if filter != Filter::default() {
            let fix = "leave the filter out, or send csv or ndjson";
            return Err(Error::invalid_field("format", "a signed export is the whole log", fix));
        }
        let pieces = signed::export(context, scope).await?.boxed_local();
        record_alone(context, scope, look(Act::AuditExported, &query)).await?;
        return Ok((format, pieces));
    }
    let upto = repository::greatest(context.db.reader(), scope.tenant()).await?;
    record_alone(context, scope, look(Act::AuditExported, &query)).await?;
    let begin =
        Export { context: context.clone(), scope: scope.clone(), filter, format, upto, next: Next::Head };
    // The pieces are made when the handler that named the tenant is done.
    let next = |export: Export| async move {
        let tenant = export.scope.tenant().to_owned();
        wall::as_tenant(&tenant, export.next()).await
    };
    Ok((format, futures_util::stream::try_unfold(begin, next).boxed_local()))
}

struct Export {
    context: Context,
    scope: Scope,
    filter: Filter,
    format: Format,
    upto: i64,
    next: Next,
}

enum Next {
    Head,
    After(i64),
    End,
}

impl Export {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>> {
        let (mut text, after) = match self.next {
            Next::End => return Ok(None),
            Next::Head => (self.format.head(), 0),
            Next::After(sequence) => (String::new(), sequence),
        };
        let range = (after, self.upto);
        let rows =
            repository::oldest(self.context.db.reader(), &self.scope, &self.filter, range, STRIDE).await?;
        self.next = match rows.last() {
            Some(last) if rows.len() as u64 == STRIDE => Next::After(last.sequence),
            Some(_) | None => Next::End,
        };
        for row in rows {
            self.format.push(&mut text, &event_of(row))?;
        }
        Ok(Some((text.into(), self)))
    }
}

/// Verifies the tenant's chain, and records that and how it ended.
pub async fn verify(context: &Context, scope: &Scope) -> Result<ChainReport> {
    let report = verify_chain(context, scope.tenant()).await?;
    let entry = match &report.reason {
        None => Entry::success(Act::AuditVerified),
        Some(reason) => Entry::failure(Act::AuditVerified, reason).change("/broken_at", (), report.broken_at),
    };
    let recorded = record_alone(context, scope, entry.target("audit_log", "audit_log", None)).await;
    match recorded {
        // A chain that lost its head takes no more events; its breach must be told all the same.
        Err(error) if !report.valid => {
            tracing::error!(tenant = scope.tenant(), %error, "a broken chain took no event of its verification");
        }
        other => other?,
    }
    Ok(report)
}

/// Walks a chain up to the head that it has now, past each end of it that was signed.
pub async fn verify_chain(context: &Context, tenant: &str) -> Result<ChainReport> {
    let reader = context.db.reader();
    // What was signed is read before the head, which is then at least as far.
    let vouched = checkpoints::vouched(context, tenant).await?;
    let head = repository::head(reader, tenant).await?;
    let upto = match &head {
        Some(head) => head.sequence,
        None => repository::greatest(reader, tenant).await?,
    };
    let mut walker = Walker::new(tenant, vouched);
    while !walker.is_over() {
        let (rows, targets) = repository::links(reader, tenant, (walker.last(), upto), STRIDE).await?;
        if rows.is_empty() {
            break;
        }
        let walked = move || {
            walker.walk(&rows, &targets);
            walker
        };
        walker = context.cpu.run(walked).await?;
    }
    // The greatest is read before the head is read again: appends in between move both, never the rows alone.
    let greatest = repository::greatest(reader, tenant).await?;
    let now = repository::head(reader, tenant).await?;
    let is_known = now.is_some_and(|now| greatest <= now.sequence);
    Ok(walker.report(head, if is_known { upto } else { greatest }))
}

/// The tenants that have a chain.
pub async fn chains(context: &Context) -> Result<Vec<String>> {
    let mut tenants = repository::chains(context.db.reader()).await?;
    tenants.extend(checkpoints::tenants(context).await?);
    tenants.sort();
    tenants.dedup();
    Ok(tenants)
}

/// The key that verifies what is signed here.
pub fn public_key(context: &Context) -> AuditPublicKey {
    let key = context.secrets.audit().public();
    AuditPublicKey { algorithm: "ed25519".to_owned(), id: key.id(), pem: key.pem() }
}

/// Every action with what it means.
pub fn actions() -> AuditActions {
    let of = |act: &Act| AuditAction { action: act.as_str().to_owned(), summary: act.summary().to_owned() };
    AuditActions { data: Act::ALL.iter().map(of).collect() }
}
