//! The queue: how many jobs of each kind are in which state, and the jobs themselves.

use super::{address, job, state};
use crate::{
    client::{Ask, Remote},
    i18n::{Key, say, tr},
    model::figure::grouped,
    pages::pager::pager,
    ui::{
        Align, Badge, Button, Card, Cell, Code, Column, Empty, FilterBar, FilterChoice, FilterSelect, Loaded,
        Moment, Sign, Table, Tone,
    },
};
use contract::{
    Page as List,
    operator::{GetPlatform, JobCount, ListJobs, ListJobsQuery, OperatorJob, Platform},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};
use std::collections::BTreeSet;

/// Jobs a page.
const LIMIT: u32 = 50;
const STATES: [&str; 6] = ["queued", "running", "succeeded", "failed", "cancelled", "dead"];

fn filtered(state: &str) -> String {
    let page = address("queue");
    if state.is_empty() { page } else { format!("{page}&state={state}") }
}

/// The view.
#[component]
pub fn Queue() -> impl IntoView {
    let (query, navigate) = (use_query_map(), use_navigate());
    let asked = Memo::new(move |_| {
        query.with(|query| query.get("state")).filter(|name| STATES.contains(&name.as_str()))
    });
    let cursor = Memo::new(move |_| query.with(|query| query.get("cursor")));
    let platform = Remote::new(|| Ask::<GetPlatform>::new(&[]).send());
    let jobs = Remote::new(move || {
        let query = ListJobsQuery { state: asked.get(), limit: Some(LIMIT), cursor: cursor.get() };
        Ask::<ListJobs>::new(&[]).query(&query).send()
    });
    let chosen = RwSignal::new(String::new());
    Effect::new(move |_| chosen.set(asked.get().unwrap_or_default()));
    let send = Callback::new(move |()| navigate(&filtered(&chosen.get_untracked()), Default::default()));
    let again = Callback::new(move |()| {
        platform.reload();
        jobs.reload();
    });
    let options = Signal::derive(|| {
        let all = FilterChoice::new("", say(Key::auditlog_any));
        std::iter::once(all).chain(STATES.map(|name| FilterChoice::new(name, state(name)))).collect()
    });
    let view = move |list: List<OperatorJob>| table(asked, cursor, list);
    view! {
        <Card title=tr(Key::operator_counts) flush=true><Loaded remote=platform view=counts flush=true/></Card>
        <FilterBar label=tr(Key::operator_filter) on_send=send>
            <FilterSelect label=tr(Key::column_status) options value=chosen/>
            <Button text=tr(Key::auditlog_apply) submits=true/>
            <Button text=tr(Key::operator_refresh) sign=Sign::Refresh on_press=again/>
        </FilterBar>
        <Loaded remote=jobs view/>
    }
}

fn counts(platform: Platform) -> AnyView {
    if platform.jobs.is_empty() {
        return view! {
            <Empty sign=Sign::Queue title=tr(Key::operator_jobs_none) text=tr(Key::operator_jobs_none_text) small=true/>
        }
        .into_any();
    }
    let mut columns = vec![Column::words(tr(Key::operator_kind))];
    columns.extend(STATES.map(|name| Column::numbers(move || state(name))));
    let kinds: BTreeSet<String> = platform.jobs.iter().map(|count| count.kind.clone()).collect();
    let of = |kind: &str, state: &str| {
        let is_meant = |count: &&JobCount| count.kind == kind && count.state == state;
        platform.jobs.iter().filter(is_meant).map(|count| count.count).sum::<u64>()
    };
    let row = |kind: String| {
        let cells = STATES
            .map(|name| grouped(of(&kind, name)))
            .map(|count| view! { <Cell align=Align::End>{count}</Cell> })
            .into_iter()
            .collect_view();
        view! { <tr><Cell>{move || job(&kind)}</Cell>{cells}</tr> }
    };
    let rows = kinds.into_iter().map(row).collect_view();
    view! { <Table label=tr(Key::operator_counts) columns>{rows}</Table> }.into_any()
}

fn table(asked: Memo<Option<String>>, cursor: Memo<Option<String>>, list: List<OperatorJob>) -> AnyView {
    if list.data.is_empty() {
        return view! {
            <Card><Empty sign=Sign::Queue title=tr(Key::operator_jobs_none) text=tr(Key::operator_jobs_none_text)/></Card>
        }
        .into_any();
    }
    let columns = vec![
        Column::words(tr(Key::operator_kind)),
        Column::words(tr(Key::column_status)),
        Column::words(tr(Key::operator_work)),
        Column::words(tr(Key::field_tenant)),
        Column::numbers(tr(Key::operator_attempt)),
        Column::words(tr(Key::operator_worker)),
        Column::words(tr(Key::operator_queued_at)),
        Column::words(tr(Key::operator_leased_until)),
        Column::words(tr(Key::operator_error)),
    ];
    let here = filtered(&asked.get_untracked().unwrap_or_default());
    let rows = list.data.into_iter().map(row).collect_view();
    view! {
        <Card flush=true><Table label=tr(Key::operator_queue) columns>{rows}</Table></Card>
        {pager(&here, "cursor", cursor.get_untracked(), list.next_cursor)}
    }
    .into_any()
}

fn row(found: OperatorJob) -> impl IntoView {
    let (tone, busy) = match found.state.as_str() {
        "running" => (Tone::Accent, true),
        "succeeded" => (Tone::Good, false),
        "failed" | "dead" => (Tone::Bad, false),
        _ => (Tone::Plain, false),
    };
    let (kind, name) = (found.kind, found.state);
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    let until = found.leased_until.map(|until| until.to_string());
    view! {
        <tr>
            <Cell>{move || job(&kind)}</Cell>
            <Cell><Badge text=move || state(&name) tone busy/></Cell>
            <Cell><Code text=found.id/></Cell>
            <Cell><Code text=found.tenant_id.to_string()/></Cell>
            <Cell align=Align::End>{grouped(u64::from(found.attempt))}</Cell>
            <Cell>{or_dash(found.worker)}</Cell>
            <Cell><Moment at=found.queued_at/></Cell>
            <Cell>{or_dash(until)}</Cell>
            <Cell>{or_dash(found.error)}</Cell>
        </tr>
    }
}
