//! The training runs of a tenant, newest first, a page at a time; which state is shown stands in the address.

use crate::{
    client::Remote,
    i18n::{Key, tr},
    model::{course, figure, path, plan},
    pages::pager::pager,
    pages::train::words,
    session::Tenancy,
    ui::{
        Align, Badge, ButtonLink, Card, Cell, Choice, Column, Empty, Link, Loaded, Moment, Page, Row, Select,
        Sign, Table,
    },
};
use contract::{
    Page as List,
    training::{ListRuns, ListRunsQuery, Run, RunStatus},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};
use std::time::Duration;

const STATES: [RunStatus; 6] = [
    RunStatus::Queued,
    RunStatus::Running,
    RunStatus::Succeeded,
    RunStatus::Failed,
    RunStatus::Cancelled,
    RunStatus::Dead,
];

/// How often the list is asked for while something in it goes on.
const POLL: Duration = Duration::from_secs(2);

/// The list of runs.
#[component]
pub fn Runs() -> impl IntoView {
    let (tenancy, query, navigate) = (Tenancy::expect(), use_query_map(), use_navigate());
    let cursor = Memo::new(move |_| query.with(|query| query.get("cursor")));
    let status = Memo::new(move |_| {
        query.with(|query| query.get("status")).and_then(|name| plan::word::<RunStatus>(&name))
    });
    let list = Remote::new(move || {
        let query =
            ListRunsQuery { dataset_id: None, status: status.get(), limit: Some(25), cursor: cursor.get() };
        tenancy.ask::<ListRuns>(&[]).query(&query).send()
    });
    let moving = Memo::new(move |_| {
        list.value().is_some_and(|list| list.data.iter().any(|run| !run.status.is_final()))
    });
    Effect::new(move |_| {
        if moving.get()
            && let Ok(timer) = set_interval_with_handle(move || list.reload(), POLL)
        {
            on_cleanup(move || timer.clear());
        }
    });
    let choices = Signal::derive(|| {
        let state = |status: &RunStatus| Choice::new(plan::name_of(status), tr(words::run_status(*status).0));
        let all = Choice::new("", tr(Key::run_filter_all));
        std::iter::once(all).chain(STATES.iter().map(state)).collect::<Vec<_>>()
    });
    let chosen =
        Signal::derive(move || status.get().map(|status| plan::name_of(&status)).unwrap_or_default());
    let choose = Callback::new(move |name: String| {
        let here = untrack(|| path::runs(&tenancy.slug()));
        navigate(&path::with_query(&here, &[("status", &name)]), Default::default());
    });
    view! {
        <Page title=tr(Key::run_list_title) lead=tr(Key::run_list_lead)>
            <Row><Select label=tr(Key::run_filter) choices value=chosen on_choose=choose/></Row>
            <Loaded remote=list view=move |list| table(tenancy, status, cursor, list)/>
        </Page>
    }
}

fn table(
    tenancy: Tenancy,
    status: Memo<Option<RunStatus>>,
    cursor: Memo<Option<String>>,
    list: List<Run>,
) -> AnyView {
    if list.data.is_empty() {
        return nothing(tenancy, status.get_untracked().is_some());
    }
    let columns = vec![
        Column::words(tr(Key::run_column_model)),
        Column::words(tr(Key::column_status)),
        Column::words(tr(Key::train_target)),
        Column::numbers(tr(Key::run_progress)),
        Column::numbers(tr(Key::run_lasted)),
        Column::words(tr(Key::run_queued_at)),
    ];
    let rows = list.data.into_iter().map(|run| row(tenancy, run)).collect_view();
    let status = status.get_untracked().map(|status| plan::name_of(&status)).unwrap_or_default();
    let here = path::with_query(&path::runs(&tenancy.slug()), &[("status", &status)]);
    let below = pager(&here, "cursor", cursor.get_untracked(), list.next_cursor);
    view! {
        <Card flush=true><Table label=tr(Key::run_list_title) columns>{rows}</Table></Card>
        {below}
    }
    .into_any()
}

fn nothing(tenancy: Tenancy, filtered: bool) -> AnyView {
    let builds = tenancy.rights().builds();
    let (title, text) = match (filtered, builds) {
        (true, _) => (Key::run_none_such, Key::run_none_such_text),
        (false, true) => (Key::run_none, Key::run_none_text),
        (false, false) => (Key::run_none, Key::run_none_reader),
    };
    let slug = tenancy.slug();
    let (href, act) = if filtered {
        (path::runs(&slug), Key::run_filter_clear)
    } else {
        (path::datasets(&slug), Key::run_none_act)
    };
    view! {
        <Card>
            <Empty sign=Sign::Bolt title=tr(title) text=tr(text)>
                <ButtonLink href text=tr(act)/>
            </Empty>
        </Card>
    }
    .into_any()
}

fn row(tenancy: Tenancy, run: Run) -> impl IntoView {
    let (status, tone, busy) = words::run_status(run.status);
    let id = run.id.to_string();
    let lasted = match (run.started_at, run.finished_at) {
        (Some(started), Some(finished)) => course::lasted(finished.millis() - started.millis()),
        _ => "–".to_owned(),
    };
    let progress = figure::percent((run.progress.clamp(0.0, 1.0) * 1000.0) as u64, 1000);
    view! {
        <tr>
            <Cell><Link href=move || path::run(&tenancy.slug(), &id) text=run.name/></Cell>
            <Cell><Badge text=tr(status) tone busy/></Cell>
            <Cell>{run.settings.target}</Cell>
            <Cell align=Align::End>{progress}</Cell>
            <Cell align=Align::End>{lasted}</Cell>
            <Cell><Moment at=run.queued_at/></Cell>
        </tr>
    }
}
