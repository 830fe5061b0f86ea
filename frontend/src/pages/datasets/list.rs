//! The data sets of a tenant, newest first, a page at a time; and the files that are on their way.

use super::{in_work, poll_while, transfers::Transfers};
use crate::{
    client::{Remote, Uploads},
    i18n::{Key, tr},
    model::{figure, path},
    pages::pager::pager,
    pages::words,
    session::Tenancy,
    ui::{Align, Badge, Card, Cell, Column, DropZone, Empty, Link, Loaded, Moment, Page, Sign, Table},
};
use contract::{
    ListQuery, Page as List,
    datasets::{Dataset, ListDatasets},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use web_sys::File;

/// The list of data sets.
#[component]
pub fn Datasets() -> impl IntoView {
    let (tenancy, uploads, query) = (Tenancy::expect(), expect_context::<Uploads>(), use_query_map());
    let cursor = Memo::new(move |_| query.with(|query| query.get("cursor")));
    let list = Remote::new(move || {
        let query = ListQuery { limit: Some(25), cursor: cursor.get() };
        tenancy.ask::<ListDatasets>(&[]).query(&query).send()
    });
    poll_while(
        move || list.value().is_some_and(|list| list.data.iter().any(|dataset| in_work(dataset.status))),
        move || list.reload(),
    );
    let finished = uploads.clone();
    Effect::new(move |before: Option<u64>| {
        let now = finished.finished();
        if before.is_some_and(|before| before != now) {
            list.reload();
        }
        now
    });

    let take = Callback::new(move |files: Vec<File>| {
        let slug = untrack(|| tenancy.slug());
        for file in files {
            uploads.add(&slug, file);
        }
    });
    let builds = move || tenancy.rights().builds();
    let some =
        Memo::new(move |_| list.value().is_none_or(|list| !list.data.is_empty()) || cursor.get().is_some());
    let zone = move || {
        builds().then(|| view! { <DropZone text=tr(Key::upload_invite) on_files=take small=some.get()/> })
    };
    view! {
        <Page title=tr(Key::nav_datasets) lead=tr(Key::datasets_lead)>
            {zone}
            <Transfers/>
            <Loaded remote=list view=move |list| table(tenancy, cursor, list)/>
        </Page>
    }
}

fn table(tenancy: Tenancy, cursor: Memo<Option<String>>, list: List<Dataset>) -> AnyView {
    if list.data.is_empty() {
        let text =
            if tenancy.rights().builds() { Key::datasets_none_text } else { Key::datasets_none_reader };
        return view! {
            <Card><Empty sign=Sign::Table title=tr(Key::datasets_none) text=tr(text)/></Card>
        }
        .into_any();
    }
    let columns = vec![
        Column::words(tr(Key::column_name)),
        Column::words(tr(Key::column_status)),
        Column::numbers(tr(Key::column_rows)),
        Column::numbers(tr(Key::column_columns)),
        Column::numbers(tr(Key::column_size)),
        Column::numbers(tr(Key::column_rejected)),
        Column::words(tr(Key::column_created)),
    ];
    let rows = list.data.into_iter().map(|dataset| row(tenancy, dataset)).collect_view();
    let below = pager(&path::datasets(&tenancy.slug()), "cursor", cursor.get_untracked(), list.next_cursor);
    view! {
        <Card flush=true>
            <Table label=tr(Key::nav_datasets) columns>{rows}</Table>
        </Card>
        {below}
    }
    .into_any()
}

fn row(tenancy: Tenancy, dataset: Dataset) -> impl IntoView {
    let (status, tone, busy) = words::status(dataset.status);
    let number = |number: Option<u64>| number.map_or_else(|| "–".to_owned(), figure::grouped);
    let id = dataset.id.to_string();
    view! {
        <tr>
            <Cell><Link href=move || path::dataset(&tenancy.slug(), &id) text=dataset.name/></Cell>
            <Cell><Badge text=tr(status) tone busy/></Cell>
            <Cell align=Align::End>{number(dataset.rows)}</Cell>
            <Cell align=Align::End>{number(dataset.columns.map(u64::from))}</Cell>
            <Cell align=Align::End>{figure::bytes(dataset.size_bytes)}</Cell>
            <Cell align=Align::End>{number(dataset.rejected_rows)}</Cell>
            <Cell><Moment at=dataset.created_at/></Cell>
        </tr>
    }
}
