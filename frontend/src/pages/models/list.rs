//! The models of a tenant, newest first, a page at a time; of one name where the address says so.

use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    model::{metric, path},
    pages::pager::pager,
    pages::train::words,
    session::Tenancy,
    ui::{Align, ButtonLink, Card, Cell, Column, Empty, Link, Loaded, Moment, Notice, Page, Sign, Table},
};
use contract::{
    Page as List,
    models::{ListModels, ListModelsQuery, Model},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The list of models.
#[component]
pub fn Models() -> impl IntoView {
    let (tenancy, query) = (Tenancy::expect(), use_query_map());
    let cursor = Memo::new(move |_| query.with(|query| query.get("cursor")));
    let name = Memo::new(move |_| query.with(|query| query.get("name")));
    let list = Remote::new(move || {
        let query = ListModelsQuery { name: name.get(), limit: Some(25), cursor: cursor.get() };
        tenancy.ask::<ListModels>(&[]).query(&query).send()
    });
    let filter = move || {
        name.get().map(|name| {
            let text = move || fill(Key::model_versions_of, &[("name", &name)]);
            let href = path::models(&tenancy.slug());
            view! { <Notice text><ButtonLink href text=tr(Key::model_all)/></Notice> }
        })
    };
    view! {
        <Page title=tr(Key::model_list_title) lead=tr(Key::model_list_lead)>
            {filter}
            <Loaded remote=list view=move |list| table(tenancy, name, cursor, list)/>
        </Page>
    }
}

fn table(
    tenancy: Tenancy,
    name: Memo<Option<String>>,
    cursor: Memo<Option<String>>,
    list: List<Model>,
) -> AnyView {
    let slug = tenancy.slug();
    if list.data.is_empty() {
        let text = if tenancy.rights().builds() { Key::model_none_text } else { Key::model_none_reader };
        let href = path::datasets(&slug);
        return view! {
            <Card>
                <Empty sign=Sign::Cube title=tr(Key::model_none) text=tr(text)>
                    <ButtonLink href text=tr(Key::model_none_act)/>
                </Empty>
            </Card>
        }
        .into_any();
    }
    let columns = vec![
        Column::words(tr(Key::column_name)),
        Column::numbers(tr(Key::model_version)),
        Column::words(tr(Key::train_task)),
        Column::words(tr(Key::train_target)),
        Column::words(tr(Key::model_family)),
        Column::numbers(tr(Key::model_score)),
        Column::words(tr(Key::model_created)),
    ];
    let rows = list.data.into_iter().map(|model| row(tenancy, model)).collect_view();
    let name = name.get_untracked().unwrap_or_default();
    let here = path::with_query(&path::models(&slug), &[("name", &name)]);
    let below = pager(&here, "cursor", cursor.get_untracked(), list.next_cursor);
    view! {
        <Card flush=true><Table label=tr(Key::model_list_title) columns>{rows}</Table></Card>
        {below}
    }
    .into_any()
}

fn row(tenancy: Tenancy, model: Model) -> impl IntoView {
    let id = model.id.to_string();
    let name = model.metric.clone();
    let score = model.metrics.get(&name).map(|score| metric::shown(&name, *score));
    let score = move || {
        let name = words::metric(&name);
        score.as_ref().map_or_else(|| "–".to_owned(), |score| format!("{name} {score}"))
    };
    view! {
        <tr>
            <Cell><Link href=move || path::model(&tenancy.slug(), &id) text=model.name/></Cell>
            <Cell align=Align::End>{model.version}</Cell>
            <Cell>{tr(words::task(model.task))}</Cell>
            <Cell>{model.target}</Cell>
            <Cell>{tr(words::algorithm(model.algorithm))}</Cell>
            <Cell align=Align::End>{score}</Cell>
            <Cell><Moment at=model.created_at/></Cell>
        </tr>
    }
}
