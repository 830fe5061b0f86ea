//! The tenants: what each has, never what is in it; searched by the address.

use super::{Picked, acts, address};
use crate::{
    client::{Ask, Remote},
    i18n::{Key, fill, tr},
    model::{
        figure::{bytes, grouped},
        path,
    },
    pages::pager::pager,
    ui::{
        Align, Badge, Button, ButtonLink, Card, Cell, Column, Empty, FilterBar, FilterText, Gap, Kind,
        Loaded, Moment, Muted, Row, Sign, Stack, Strong, Table, Tone,
    },
};
use contract::{
    Page as List,
    operator::{ListTenants, ListTenantsQuery, OperatorTenant},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};

/// Tenants a page.
const LIMIT: u32 = 50;

/// What a row can ask for.
#[derive(Clone, Copy)]
struct Asked {
    who: Picked,
    planning: RwSignal<bool>,
    suspending: RwSignal<bool>,
    resuming: RwSignal<bool>,
}

fn searched(q: &str) -> String {
    let page = address("tenants");
    if q.is_empty() { page } else { format!("{page}&q={}", path::escape(q)) }
}

/// The view.
#[component]
pub fn Tenants() -> impl IntoView {
    let (query, navigate) = (use_query_map(), use_navigate());
    let parameter = move |name: &'static str| {
        Memo::new(move |_| query.with(|query| query.get(name)).filter(|text| !text.is_empty()))
    };
    let (q, cursor) = (parameter("q"), parameter("cursor"));
    let list = Remote::new(move || {
        let query = ListTenantsQuery { q: q.get(), limit: Some(LIMIT), cursor: cursor.get() };
        Ask::<ListTenants>::new(&[]).query(&query).send()
    });
    let text = RwSignal::new(String::new());
    Effect::new(move |_| text.set(q.get().unwrap_or_default()));
    let send = Callback::new(move |()| {
        navigate(&searched(text.get_untracked().trim()), Default::default());
    });
    let closed = || RwSignal::new(false);
    let asked =
        Asked { who: RwSignal::new(None), planning: closed(), suspending: closed(), resuming: closed() };
    let view = move |tenants: List<OperatorTenant>| table(asked, q, cursor, tenants);
    view! {
        <FilterBar label=tr(Key::operator_search_label) on_send=send>
            <FilterText label=tr(Key::operator_search_label) value=text main=true/>
            <Button text=tr(Key::auditlog_apply) submits=true/>
        </FilterBar>
        <Loaded remote=list view/>
        <acts::PlanDialog open=asked.planning who=asked.who list/>
        <acts::Suspend open=asked.suspending who=asked.who list/>
        <acts::Resume open=asked.resuming who=asked.who list/>
    }
}

fn table(
    asked: Asked,
    q: Memo<Option<String>>,
    cursor: Memo<Option<String>>,
    tenants: List<OperatorTenant>,
) -> AnyView {
    if tenants.data.is_empty() {
        let clear = q.get_untracked().map(|_| {
            view! { <ButtonLink href=searched("") text=tr(Key::auditlog_clear)/> }
        });
        return view! {
            <Card>
                <Empty sign=Sign::People title=tr(Key::operator_none) text=tr(Key::operator_none_text)>{clear}</Empty>
            </Card>
        }
        .into_any();
    }
    let columns = vec![
        Column::words(tr(Key::field_tenant)),
        Column::words(tr(Key::settings_plan)),
        Column::words(tr(Key::column_status)),
        Column::numbers(tr(Key::nav_members)),
        Column::numbers(tr(Key::nav_datasets)),
        Column::numbers(tr(Key::quota_storage)),
        Column::numbers(tr(Key::home_models)),
        Column::numbers(tr(Key::home_endpoints)),
        Column::numbers(tr(Key::quota_predictions)),
        Column::words(tr(Key::settings_since)),
        Column::words(tr(Key::member_acts)),
    ];
    let here = searched(&q.get_untracked().unwrap_or_default());
    let rows = tenants.data.into_iter().map(|tenant| row(asked, tenant)).collect_view();
    view! {
        <Card flush=true><Table label=tr(Key::operator_tenants) columns>{rows}</Table></Card>
        {pager(&here, "cursor", cursor.get_untracked(), tenants.next_cursor)}
    }
    .into_any()
}

fn row(asked: Asked, tenant: OperatorTenant) -> impl IntoView {
    let whole = tenant.clone();
    let state = match tenant.suspended_at {
        Some(at) => view! {
            <Stack gap=Gap::Tight>
                <Badge text=tr(Key::operator_suspended) tone=Tone::Bad/>
                <Muted><Moment at/></Muted>
            </Stack>
        }
        .into_any(),
        None => view! { <Badge text=tr(Key::operator_open) tone=Tone::Good/> }.into_any(),
    };
    view! {
        <tr>
            <Cell><Stack gap=Gap::Tight><Strong>{tenant.name}</Strong><Muted>{tenant.slug}</Muted></Stack></Cell>
            <Cell>{tenant.plan}</Cell>
            <Cell>{state}</Cell>
            <Cell align=Align::End>{grouped(tenant.members)}</Cell>
            <Cell align=Align::End>{grouped(tenant.datasets)}</Cell>
            <Cell align=Align::End>{bytes(tenant.storage_bytes)}</Cell>
            <Cell align=Align::End>{grouped(tenant.models)}</Cell>
            <Cell align=Align::End>{grouped(tenant.endpoints)}</Cell>
            <Cell align=Align::End>{grouped(tenant.predictions_this_month)}</Cell>
            <Cell><Moment at=tenant.created_at/></Cell>
            <Cell>{buttons(asked, whole)}</Cell>
        </tr>
    }
}

fn buttons(asked: Asked, tenant: OperatorTenant) -> AnyView {
    let ask = |open: RwSignal<bool>| {
        let tenant = tenant.clone();
        Callback::new(move |()| {
            asked.who.set(Some(tenant.clone()));
            open.set(true);
        })
    };
    let (key, open) = if tenant.suspended_at.is_some() {
        (Key::operator_resume, asked.resuming)
    } else {
        (Key::operator_suspend, asked.suspending)
    };
    let (plan, door, name) = (ask(asked.planning), ask(open), tenant.name.clone());
    let plan_text = move || fill(Key::operator_change_plan, &[("name", &name)]);
    view! {
        <Row>
            <Button text=plan_text sign=Sign::Gear sign_only=true kind=Kind::Quiet on_press=plan/>
            <Button text=tr(key) kind=Kind::Quiet on_press=door/>
        </Row>
    }
    .into_any()
}
