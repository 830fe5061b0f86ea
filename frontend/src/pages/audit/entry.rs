//! An entry: a row that opens to what changed, the request behind it and its place in the chain.

use super::words;
use crate::{
    client::save,
    i18n::{Key, fill, say, tr},
    model::{
        auditlog::{self, Filter},
        figure::grouped,
        path,
    },
    session::Tenancy,
    ui::{
        Badge, Button, Cell, Code, Column, Gap, Link, Moment, Muted, Pair, Pairs, Row, Sign, Stack, Table,
        Toasts, Tone, UnfoldRow,
    },
};
use contract::audit::{AuditEvent, Change, ProveAuditEvent, Target};
use leptos::{prelude::*, task::spawn_local};

/// The columns of the table, the button's included.
const SPAN: usize = 7;

/// The row of an entry.
pub fn row(event: &AuditEvent) -> AnyView {
    let actor = &event.actor;
    let who = actor.name.clone().or(actor.id.clone()).unwrap_or_else(|| actor.kind.clone());
    let (word, tone) = match event.outcome.result.as_str() {
        "success" => (Key::auditlog_success, Tone::Good),
        "denied" => (Key::outcome_denied, Tone::Bad),
        _ => (Key::outcome_failure, Tone::Bad),
    };
    let sequence = grouped(event.sequence);
    let label = move || fill(Key::auditlog_open, &[("sequence", &sequence)]);
    let name = event.action.clone();
    let code = event.action.clone();
    let code = view! { <Muted>{code}</Muted> };
    let text = move || words::action(&name);
    let targets = event.targets.iter().map(target).collect_view();
    let ip = event.actor.ip.clone();
    let at = event.occurred_at;
    let kind = actor_kind(&event.actor.kind);
    let detail = event.clone();
    view! {
        <UnfoldRow label span=SPAN detail=move || details(&detail)>
            <Cell><Moment at/></Cell>
            <Cell><Stack gap=Gap::Tight><span>{who}</span>{kind}</Stack></Cell>
            <Cell><Stack gap=Gap::Tight><span>{text}</span>{code}</Stack></Cell>
            <Cell><Stack gap=Gap::Tight>{targets}</Stack></Cell>
            <Cell><Badge text=tr(word) tone/></Cell>
            <Cell>{ip.unwrap_or_else(|| "–".to_owned())}</Cell>
        </UnfoldRow>
    }
    .into_any()
}

/// What kind of actor it was, where it isn't simply a person.
fn actor_kind(kind: &str) -> Option<AnyView> {
    let key = match kind {
        "api_key" => Key::usage_key,
        "system" => Key::auditlog_system,
        "operator" => Key::operator_title,
        _ => return None,
    };
    Some(view! { <Muted>{tr(key)}</Muted> }.into_any())
}

fn target(target: &Target) -> AnyView {
    let name = target.name.clone().unwrap_or_else(|| target.id.clone());
    let kind = target.kind.clone();
    let id = target.id.clone();
    view! { <span title=id>{name} " " <Muted>{move || words::object(&kind)}</Muted></span> }.into_any()
}

fn details(event: &AuditEvent) -> AnyView {
    let actor = &event.actor;
    let some = |text: &str| Some(text.to_owned());
    let facts = [
        (Key::auditlog_sequence, Some(format!("#{}", grouped(event.sequence)))),
        (Key::auditlog_exact, Some(event.occurred_at.to_string())),
        (Key::auditlog_code, event.outcome.code.clone()),
        (Key::auditlog_actor_id, actor.id.clone()),
        (Key::auditlog_via, some(&actor.via)),
        (Key::auditlog_agent, actor.user_agent.clone()),
        (Key::problem_request, event.request_id.clone()),
        (Key::auditlog_id, Some(event.id.to_string())),
        (Key::auditlog_previous, some(&event.previous_hash)),
        (Key::auditlog_hash, some(&event.hash)),
    ];
    let pair = |(key, value): (Key, Option<String>)| value.map(|value| view! { <Pair name=tr(key) value/> });
    let facts = facts.map(pair).into_iter().collect_view();
    let object = |target: &Target| {
        let (kind, value) = (target.kind.clone(), target.id.clone());
        view! { <Pair name=move || words::object(&kind) value/> }
    };
    let targets = event.targets.iter().map(object).collect_view();
    let (changes, more) = (changes(&event.changes), more(event));
    view! { <Stack>{changes}<Pairs>{targets}{facts}</Pairs>{more}</Stack> }.into_any()
}

/// The questions that an entry raises: what else this actor did, and what else was done to these objects.
fn more(event: &AuditEvent) -> AnyView {
    let tenancy = Tenancy::expect();
    let link = |filter: Filter, key: Key, name: String| {
        let href = move || filter.address(&path::audit(&tenancy.slug()));
        view! { <Link href text=move || fill(key, &[("name", &name)])/> }
    };
    let actor = event.actor.id.clone().map(|id| {
        let name = event.actor.name.clone().unwrap_or_else(|| id.clone());
        link(Filter { actor: id, ..Filter::default() }, Key::auditlog_more_by, name)
    });
    let objects = event.targets.iter().map(|target| {
        let name = target.name.clone().unwrap_or_else(|| target.id.clone());
        link(Filter { target: target.id.clone(), ..Filter::default() }, Key::auditlog_more_on, name)
    });
    let objects = objects.collect_view();
    let prove = prove(tenancy, event);
    view! { <Row>{actor}{objects}<Button text=tr(Key::auditlog_prove) sign=Sign::Download on_press=prove/></Row> }
        .into_any()
}

/// Saves the proof of an entry, which anybody can verify who has the public key.
fn prove(tenancy: Tenancy, event: &AuditEvent) -> Callback<()> {
    let toasts = expect_context::<Toasts>();
    let (id, file) = (event.id.to_string(), format!("audit-proof-{}.json", event.sequence));
    Callback::new(move |()| {
        let ask = untrack(|| tenancy.ask::<ProveAuditEvent>(&[&id]));
        let (file, toasts) = (file.clone(), toasts.clone());
        spawn_local(async move {
            if save(ask, file).await.is_err() {
                toasts.say(Tone::Bad, say(Key::download_failed));
            }
        });
    })
}

fn changes(changes: &[Change]) -> AnyView {
    if changes.is_empty() {
        return view! { <p><Muted>{tr(Key::auditlog_no_changes)}</Muted></p> }.into_any();
    }
    let columns = vec![
        Column::words(tr(Key::auditlog_field)),
        Column::words(tr(Key::auditlog_before)),
        Column::words(tr(Key::auditlog_after)),
    ];
    let row = |change: &Change| {
        let text = change.path.clone();
        let (before, after) = (auditlog::value(&change.before), auditlog::value(&change.after));
        view! {
            <tr>
                <Cell><Code text/></Cell>
                <Cell>{before}</Cell>
                <Cell>{after}</Cell>
            </tr>
        }
    };
    let rows = changes.iter().map(row).collect_view();
    view! { <Table label=move || say(Key::auditlog_changes) columns>{rows}</Table> }.into_any()
}
