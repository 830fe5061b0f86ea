//! The endpoints of a tenant, newest first; and the form for a new one, at an address of its own.

use super::{cause, create::Create};
use crate::{
    client::Remote,
    i18n::{Key, fill, say, tr},
    model::path,
    pages::pager::pager,
    session::Tenancy,
    ui::{ButtonLink, Card, Cell, Column, Empty, Kind, Link, Loaded, Moment, Page, Sign, Table},
};
use contract::{
    ListQuery, Page as List,
    endpoints::{Endpoint, ListEndpoints},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The list, or the form for a new endpoint when the address asks for it.
#[component]
pub fn Endpoints() -> impl IntoView {
    let query = use_query_map();
    let creating =
        Memo::new(move |_| query.with(|query| query.get("create").is_some() || query.get("model").is_some()));
    move || if creating.get() { view! { <Create/> }.into_any() } else { view! { <All/> }.into_any() }
}

#[component]
fn All() -> impl IntoView {
    let (tenancy, query) = (Tenancy::expect(), use_query_map());
    let cursor = Memo::new(move |_| query.with(|query| query.get("cursor")));
    let list = Remote::new(move || {
        let query = ListQuery { limit: Some(25), cursor: cursor.get() };
        tenancy.ask::<ListEndpoints>(&[]).query(&query).send()
    });
    let actions = move || new_link(tenancy);
    view! {
        <Page title=tr(Key::endpoint_nav) lead=tr(Key::endpoint_lead) actions>
            <Loaded remote=list view=move |list| table(tenancy, cursor, list)/>
        </Page>
    }
}

fn new_link(tenancy: Tenancy) -> Option<AnyView> {
    tenancy.rights().builds().then(|| {
        let href = format!("{}?create=1", path::endpoints(&tenancy.slug()));
        view! { <ButtonLink href text=tr(Key::endpoint_new) kind=Kind::Primary/> }.into_any()
    })
}

fn table(tenancy: Tenancy, cursor: Memo<Option<String>>, list: List<Endpoint>) -> AnyView {
    if list.data.is_empty() {
        let builds = tenancy.rights().builds();
        let text = if builds { Key::endpoints_none_text } else { Key::endpoint_none_reader };
        return view! {
            <Card>
                <Empty sign=Sign::Bolt title=tr(Key::endpoints_none) text=tr(text)>{new_link(tenancy)}</Empty>
            </Card>
        }
        .into_any();
    }
    let columns = vec![
        Column::words(tr(Key::column_name)),
        Column::words(tr(Key::endpoint_model)),
        Column::words(tr(Key::endpoint_last_change)),
        Column::words(tr(Key::endpoint_updated)),
    ];
    let rows = list.data.into_iter().map(|endpoint| row(tenancy, endpoint)).collect_view();
    let below = pager(&path::endpoints(&tenancy.slug()), "cursor", cursor.get_untracked(), list.next_cursor);
    view! {
        <Card flush=true>
            <Table label=tr(Key::endpoint_nav) columns>{rows}</Table>
        </Card>
        {below}
    }
    .into_any()
}

fn row(tenancy: Tenancy, endpoint: Endpoint) -> AnyView {
    let last = endpoint.history.first().map(|last| last.cause.clone()).unwrap_or_default();
    let last = move || cause(&last).map_or_else(|| last.clone(), |cause| say(cause).to_owned());
    let (name, model_id) = (endpoint.name.clone(), endpoint.model_id.to_string());
    let version = endpoint.model_version.to_string();
    let model =
        move || fill(Key::endpoint_version_of, &[("model", &endpoint.model_name), ("version", &version)]);
    view! {
        <tr>
            <Cell><Link href=move || path::endpoint(&tenancy.slug(), &name) text=endpoint.name/></Cell>
            <Cell><Link href=move || path::model(&tenancy.slug(), &model_id) text=model/></Cell>
            <Cell>{last}</Cell>
            <Cell><Moment at=endpoint.updated_at/></Cell>
        </tr>
    }
    .into_any()
}
