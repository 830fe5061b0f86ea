//! The entries, newest first. Older ones are read when asked for and stay in memory; only so many rows stand on the page.
//! Each reading is itself recorded, so nothing is asked for unasked.

use super::entry::row;
use crate::{
    client::{Failure, Remote},
    i18n::{Key, count, fill, tr},
    model::{auditlog::Filter, figure::grouped, path, window::Window},
    session::Tenancy,
    ui::{Button, ButtonLink, Card, Column, Empty, Kind, Loaded, Muted, ProblemPanel, Row, Sign, Table},
};
use contract::{
    Page as List,
    audit::{AuditEvent, AuditQuery, ListAuditEvents},
};
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;

/// Entries that are read at once.
const STEP: usize = 100;

/// What was read so far and which part of it stands on the page.
#[derive(Clone, Copy)]
struct Book {
    entries: RwSignal<Vec<Arc<AuditEvent>>>,
    next: RwSignal<Option<String>>,
    window: RwSignal<Window>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
}

impl Book {
    fn new(first: List<AuditEvent>) -> Self {
        let entries: Vec<_> = first.data.into_iter().map(Arc::new).collect();
        Self {
            window: RwSignal::new(Window::first(entries.len())),
            entries: RwSignal::new(entries),
            next: RwSignal::new(first.next_cursor),
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
        }
    }

    /// Shows older entries: those that were read, else the next page.
    fn older(self, tenancy: Tenancy, filter: Filter) {
        let total = self.entries.with_untracked(Vec::len);
        if self.window.get_untracked().hidden_older(total) > 0 {
            self.window.update(|window| *window = window.older(STEP, total));
            return;
        }
        let Some(cursor) = self.next.get_untracked().filter(|_| !self.busy.get_untracked()) else { return };
        let query = AuditQuery { cursor: Some(cursor), limit: Some(STEP as u32), ..filter.query() };
        let ask = untrack(|| tenancy.ask::<ListAuditEvents>(&[]).query(&query));
        self.busy.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let answer = ask.send().await;
            // The page may be gone by now.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(page) => self.take(page),
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }

    fn take(self, page: List<AuditEvent>) {
        let added = page.data.len();
        self.entries.update(|entries| entries.extend(page.data.into_iter().map(Arc::new)));
        let total = self.entries.with_untracked(Vec::len);
        self.window.update(|window| *window = window.older(added, total));
        self.next.set(page.next_cursor);
    }
}

/// The entries that the filter finds.
#[component]
pub fn Entries(
    /// What is asked.
    filter: Memo<Filter>,
) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let first = Remote::new(move || {
        let query = AuditQuery { limit: Some(STEP as u32), ..filter.get().query() };
        tenancy.ask::<ListAuditEvents>(&[]).query(&query).send()
    });
    let view = move |page: List<AuditEvent>| {
        // An empty page with a cursor: a search that had no time to look further back. The way on must stand there.
        if page.data.is_empty() && page.next_cursor.is_none() {
            nothing(tenancy, filter)
        } else {
            view! { <Listed page filter first/> }.into_any()
        }
    };
    view! { <Loaded remote=first view/> }
}

fn nothing(tenancy: Tenancy, filter: Memo<Filter>) -> AnyView {
    if filter.with_untracked(Filter::is_empty) {
        return view! {
            <Card><Empty sign=Sign::Log title=tr(Key::audit_none) text=tr(Key::audit_none_text)/></Card>
        }
        .into_any();
    }
    let href = path::audit(&untrack(|| tenancy.slug()));
    view! {
        <Card>
            <Empty sign=Sign::Log title=tr(Key::auditlog_none) text=tr(Key::auditlog_none_text)>
                <ButtonLink href text=tr(Key::auditlog_clear)/>
            </Empty>
        </Card>
    }
    .into_any()
}

#[component]
fn Listed(page: List<AuditEvent>, filter: Memo<Filter>, first: Remote<List<AuditEvent>>) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let book = Book::new(page);
    let columns = vec![
        Column::words(tr(Key::auditlog_details)),
        Column::words(tr(Key::auditlog_time)),
        Column::words(tr(Key::auditlog_actor)),
        Column::words(tr(Key::auditlog_action)),
        Column::words(tr(Key::auditlog_target)),
        Column::words(tr(Key::auditlog_outcome)),
        Column::words(tr(Key::auditlog_ip)),
    ];
    let shown = move || {
        let window = book.window.get();
        book.entries.with(|entries| entries[window.range(entries.len())].to_vec())
    };
    let newer = move || {
        let hidden = book.window.get().hidden_newer();
        (hidden > 0).then(|| {
            let on_press = move |()| book.window.update(|window| *window = window.newer(STEP));
            let text = move || fill(Key::auditlog_newer, &[("count", &grouped(hidden as u64))]);
            view! { <Row><Button text kind=Kind::Quiet on_press/></Row> }
        })
    };
    let more = move || {
        let total = book.entries.with(Vec::len);
        let hidden = book.window.get().hidden_older(total);
        let on_press = Callback::new(move |()| book.older(tenancy, filter.get_untracked()));
        let button = (hidden > 0 || book.next.with(Option::is_some))
            .then(|| view! { <Button text=tr(Key::auditlog_older) on_press off=book.busy/> });
        let read = move || count(Key::auditlog_read_one, Key::auditlog_read_many, total as u64);
        let again = Callback::new(move |()| first.reload());
        view! {
            <Row>
                {button}
                <Button text=tr(Key::operator_refresh) sign=Sign::Refresh kind=Kind::Quiet on_press=again/>
                <Muted>{read}</Muted>
            </Row>
        }
    };
    let problem = move || {
        let retry = Callback::new(move |()| book.older(tenancy, filter.get_untracked()));
        book.failure.get().map(|failure| view! { <ProblemPanel failure retry/> })
    };
    let line = move |event: Arc<AuditEvent>| row(&event);
    view! {
        {newer}
        <Card flush=true>
            <Table label=tr(Key::nav_audit) columns>
                <For each=shown key=|event| event.sequence children=line/>
            </Table>
        </Card>
        {problem}
        {more}
    }
}
