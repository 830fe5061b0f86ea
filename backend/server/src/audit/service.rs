//! Reading, exporting and verifying the log; each is itself recorded.
//!
//! A look is recorded when it begins: paging on by cursor is the same look, and so is whatever the same actor reads
//! in the [`SAME_SECONDS`] after. Else a dashboard that refreshes would drown the log in its own readers. So it is with
//! refused calls: one by the same actor, of the same call and for the same reason. Every export
//! and every verification by API is recorded.

use super::{
    Act, Entry,
    body::{Body, event_of},
    chain::Walker,
    checkpoints,
    entity::event,
    export::Format,
    filter::Filter,
    packed::Packed,
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
    audit::{Actor, AuditAction, AuditActions, AuditEvent, AuditPublicKey, AuditQuery, ChainReport},
};
use futures_util::{StreamExt as _, stream::LocalBoxStream};
use std::time::{Duration, Instant};

/// For how long an actor's next reads count as the look that was recorded, and the same refusal as the one that was.
const SAME_SECONDS: i64 = 300;
/// Events that a search which no index answers looks at in one go.
const STRETCH: i64 = 10_000;
/// For how long it looks before it hands over what it found.
const LOOK: Duration = Duration::from_millis(150);
/// Rows that an export or a verification holds at a time.
const STRIDE: u64 = 500;
/// Events that the database packs into one text.
const PAGE: i64 = 1000;

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
    let (start, end) = repository::bounds(reader, scope.tenant(), (filter.from, filter.to)).await?;
    let upto = before.map_or(i64::MAX, |before| before.saturating_sub(1)).min(end);
    if !filter.must_look() {
        return Ok((repository::newest(reader, scope, filter, (start, upto), limit).await?, None));
    }
    let began = Instant::now();
    let mut upto = upto.min(repository::greatest(reader, scope.tenant()).await?);
    let mut rows = Vec::new();
    while upto > start {
        let after = (upto - STRETCH).max(start);
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
    Ok((rows, Some(upto).filter(|unseen| *unseen > start)))
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
    let entry = look(Act::AuditRead, query);
    // What was looked for may be another thing each time; it is one look.
    record_unless(context, scope.tenant(), (scope.actor(), request_id(scope)), entry, |_| true).await
}

/// The request that an event of this scope is recorded for.
pub fn request_id(scope: &Scope) -> Option<String> {
    Some(scope.origin().request_id.clone()).filter(|id| !id.is_empty())
}

/// Records an event that changes nothing else, unless it says what the actor's last ones say already.
pub async fn record_once(
    context: &Context,
    tenant: &str,
    actor: (Actor, Option<String>),
    entry: Entry,
) -> Result<()> {
    let (outcome, targets) = (entry.outcome.clone(), entry.targets.clone());
    let is_same = move |body: &Body| body.outcome == outcome && body.targets == targets;
    record_unless(context, tenant, actor, entry, is_same).await
}

/// Records an event in a transaction of its own, unless the actor's of the last [`SAME_SECONDS`] hold one of this action
/// that is the same.
async fn record_unless(
    context: &Context,
    tenant: &str,
    (actor, request_id): (Actor, Option<String>),
    entry: Entry,
    is_same: impl Fn(&Body) -> bool,
) -> Result<()> {
    let what = (entry.action.as_str(), actor.id.as_deref());
    let since = context.clock.now().millis() - SAME_SECONDS * 1000 + 1;
    let any = |bodies: Vec<String>| {
        bodies.iter().any(|body| serde_json::from_str(body).is_ok_and(|body| is_same(&body)))
    };
    if any(repository::bodies_since(context.db.reader(), tenant, what, since).await?) {
        return Ok(());
    }
    let tx = context.db.begin().await?;
    // Once more behind the lock: of many calls at once, one is recorded.
    repository::lock(&*tx, tenant).await?;
    if any(repository::bodies_since(&*tx, tenant, what, since).await?) {
        return Ok(());
    }
    repository::append(context, &*tx, tenant, actor.clone(), request_id, entry).await?;
    tx.commit().await
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
    let reader = context.db.reader();
    let (start, end) = repository::bounds(reader, scope.tenant(), (filter.from, filter.to)).await?;
    let upto = repository::greatest(reader, scope.tenant()).await?.min(end);
    record_alone(context, scope, look(Act::AuditExported, &query)).await?;
    let (context, scope, next) = (context.clone(), scope.clone(), Next::Head(start));
    let begin = Export { context, scope, filter, format, upto, next };
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
    Head(i64),
    After(i64),
    End,
}

impl Export {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>> {
        let (mut text, after) = match self.next {
            Next::End => return Ok(None),
            Next::Head(after) => (self.format.head(), after),
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
    let walker = walk(context, tenant, Walker::new(tenant, vouched), upto).await?;
    // The greatest is read before the head is read again: appends in between move both, never the rows alone.
    let greatest = repository::greatest(reader, tenant).await?;
    let now = repository::head(reader, tenant).await?;
    let is_known = now.is_some_and(|now| greatest <= now.sequence);
    Ok(walker.report(head, if is_known { upto } else { greatest }))
}

/// Walks a chain up to a sequence: packed pages, the next of which is read while one is hashed, and row by row where a
/// page is not right.
async fn walk(context: &Context, tenant: &str, mut walker: Walker, upto: i64) -> Result<Walker> {
    let end_of = |after: i64| after.saturating_add(PAGE).min(upto);
    let read = async |after: i64| {
        if after >= upto {
            return Packed::default();
        }
        let page = repository::packed_page(context.db.reader(), tenant, (after, end_of(after))).await;
        // Row by row it is told why: a page may be too long for one value.
        page.unwrap_or_default()
    };
    let mut page = read(0).await;
    while !walker.is_over() && walker.last() < upto {
        let end = end_of(walker.last());
        let walked = context.cpu.run(move || {
            walker.walk_packed(&page);
            walker
        });
        let (walked, next) = futures_util::join!(walked, read(end));
        (walker, page) = (walked?, next);
        if walker.last() < end {
            walker = walk_rows(context, tenant, walker, (end, upto)).await?;
        }
        if walker.last() < end {
            break;
        }
        if walker.last() > end {
            page = read(walker.last()).await;
        }
    }
    Ok(walker)
}

/// Walks the rows that follow until the first sequence is reached, or a breach is found before the second.
async fn walk_rows(
    context: &Context,
    tenant: &str,
    mut walker: Walker,
    (end, upto): (i64, i64),
) -> Result<Walker> {
    while !walker.is_over() && walker.last() < end {
        let range = (walker.last(), upto);
        let (rows, targets) = repository::links(context.db.reader(), tenant, range, STRIDE).await?;
        if rows.is_empty() {
            break;
        }
        let walked = move || {
            walker.walk(&rows, &targets);
            walker
        };
        walker = context.cpu.run(walked).await?;
    }
    Ok(walker)
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
