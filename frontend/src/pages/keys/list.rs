//! The API keys of a tenant, newest first; and the form for a new one, at an address of its own.

use super::{create::Create, masked, now, standing};
use crate::{
    client::Remote,
    i18n::{Key, say, tr},
    model::{
        api_key::{Standing, scope_name},
        path,
    },
    pages::pager::pager,
    session::Tenancy,
    ui::{
        Badge, ButtonLink, Card, Cell, Chips, Code, Column, Empty, Kind, Link, Loaded, Moment, Muted, Page,
        Sign, Table,
    },
};
use contract::{
    ListQuery, Page as List, Timestamp,
    api_keys::{ApiKey, KeyScope, ListApiKeys},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// Scopes that a line has room for.
const SCOPES_SHOWN: usize = 3;

/// The list, or the form for a new key when the address asks for it.
#[component]
pub fn ApiKeys() -> impl IntoView {
    let query = use_query_map();
    let creating = Memo::new(move |_| query.with(|query| query.get("create").is_some()));
    move || if creating.get() { view! { <Create/> }.into_any() } else { view! { <All/> }.into_any() }
}

#[component]
fn All() -> impl IntoView {
    let (tenancy, query) = (Tenancy::expect(), use_query_map());
    let cursor = Memo::new(move |_| query.with(|query| query.get("cursor")));
    let list = Remote::new(move || {
        let query = ListQuery { limit: Some(25), cursor: cursor.get() };
        tenancy.ask::<ListApiKeys>(&[]).query(&query).send()
    });
    let actions = move || new_link(tenancy);
    view! {
        <Page title=tr(Key::key_nav) lead=tr(Key::key_lead) actions>
            <Loaded remote=list view=move |list| table(tenancy, cursor, list)/>
        </Page>
    }
}

fn new_link(tenancy: Tenancy) -> Option<AnyView> {
    tenancy.rights().builds().then(|| {
        let href = format!("{}?create=1", path::keys(&tenancy.slug()));
        view! { <ButtonLink href text=tr(Key::key_new) kind=Kind::Primary/> }.into_any()
    })
}

fn table(tenancy: Tenancy, cursor: Memo<Option<String>>, list: List<ApiKey>) -> AnyView {
    if list.data.is_empty() {
        return view! {
            <Card>
                <Empty sign=Sign::Key title=tr(Key::key_none) text=tr(Key::key_none_text)>{new_link(tenancy)}</Empty>
            </Card>
        }
        .into_any();
    }
    let columns = [
        Key::column_name,
        Key::key_secret,
        Key::key_state,
        Key::key_scopes,
        Key::key_endpoints,
        Key::key_last_used,
        Key::key_ends,
        Key::key_created,
    ];
    let columns = columns.map(|name| Column::words(tr(name))).to_vec();
    let now = now();
    let rows = list.data.into_iter().map(|key| row(tenancy, now, key)).collect_view();
    let below = pager(&path::keys(&tenancy.slug()), "cursor", cursor.get_untracked(), list.next_cursor);
    view! {
        <Card flush=true>
            <Table label=tr(Key::key_nav) columns>{rows}</Table>
        </Card>
        {below}
    }
    .into_any()
}

/// A moment, or a word where there is none.
fn moment_or(moment: Option<Timestamp>, word: Key) -> AnyView {
    match moment {
        Some(at) => view! { <Moment at/> }.into_any(),
        None => view! { <Muted>{tr(word)}</Muted> }.into_any(),
    }
}

fn row(tenancy: Tenancy, now: Timestamp, key: ApiKey) -> AnyView {
    let stands = Standing::of(&key, now);
    let tone = standing(stands).1;
    let endpoints = key.endpoints.clone();
    let endpoints = move || match &endpoints {
        None => say(Key::key_all_endpoints).to_owned(),
        Some(names) => names.join(", "),
    };
    let (id, secret) = (key.id.to_string(), masked(&key));
    view! {
        <tr>
            <Cell><Link href=move || path::key(&tenancy.slug(), &id) text=key.name/></Cell>
            <Cell><Code text=secret/></Cell>
            <Cell><Badge text=move || standing(stands).0 tone/></Cell>
            <Cell>{scopes(&key.scopes)}</Cell>
            <Cell>{endpoints}</Cell>
            <Cell>{moment_or(key.last_used_at, Key::key_never_used)}</Cell>
            <Cell>{moment_or(key.expires_at, Key::key_never_ends)}</Cell>
            <Cell><Moment at=key.created_at/></Cell>
        </tr>
    }
    .into_any()
}

fn scopes(scopes: &[KeyScope]) -> AnyView {
    let chip = |scope: &KeyScope| view! { <Badge text=scope_name(*scope)/> };
    let more = scopes.len().saturating_sub(SCOPES_SHOWN);
    let more = (more > 0).then(|| view! { <Badge text=format!("+{more}")/> });
    let chips = scopes.iter().take(SCOPES_SHOWN).map(chip).collect_view();
    view! { <Chips>{chips}{more}</Chips> }.into_any()
}
