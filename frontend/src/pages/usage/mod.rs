//! Usage and quotas: how much is used, by day, key and endpoint, what the month will come to, and what happens at a limit.

mod groups;
mod limits;

use crate::{
    client::Remote,
    i18n::{Key, tr},
    model::{path, query::query_string},
    session::Tenancy,
    ui::{Button, Card, Columns, FilterBar, FilterText, Loaded, Page, Stack, Tab, Tabs},
};
use contract::quotas::{GetQuotas, GetUsage, Usage as Value, UsageBy, UsageQuery};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_query_map};

/// What usage is grouped by, as the address has it.
const WAYS: [(UsageBy, Key, Option<&str>); 3] = [
    (UsageBy::Day, Key::usage_by_day, None),
    (UsageBy::Key, Key::usage_by_key, Some("key")),
    (UsageBy::Endpoint, Key::usage_by_endpoint, Some("endpoint")),
];

fn address(slug: &str, query: &UsageQuery) -> String {
    // The day is what is shown unless told.
    let by = query.by.filter(|by| *by != UsageBy::Day);
    format!("{}{}", path::usage(slug), query_string(&UsageQuery { by, ..query.clone() }))
}

/// The page of usage.
#[component]
pub fn Usage() -> impl IntoView {
    let (tenancy, parameters) = (Tenancy::expect(), use_query_map());
    let asked = Memo::new(move |_| {
        let text = |name| parameters.with(|all| all.get(name)).filter(|text| !text.is_empty());
        let by = text("by");
        let way = WAYS.iter().find(|(_, _, name)| name.is_some() && *name == by.as_deref());
        UsageQuery { from: text("from"), to: text("to"), by: way.map(|way| way.0) }
    });
    let quotas = Remote::new(move || tenancy.ask::<GetQuotas>(&[]).send());
    let usage = Remote::new(move || tenancy.ask::<GetUsage>(&[]).query(&asked.get()).send());
    let tab = move |(by, text, _): (UsageBy, Key, Option<&'static str>)| {
        let current = Signal::derive(move || asked.with(|asked| asked.by.unwrap_or(UsageBy::Day) == by));
        move || {
            let href = address(&tenancy.slug(), &UsageQuery { by: Some(by), ..asked.get() });
            view! { <Tab href text=tr(text) current/> }
        }
    };
    let view = move |value: Value| match value.by {
        UsageBy::Day => groups::daily(&value),
        UsageBy::Key => view! { <groups::Keys value/> }.into_any(),
        UsageBy::Endpoint => groups::endpoints(&tenancy.slug(), value),
    };
    view! {
        <Page title=tr(Key::nav_usage) lead=tr(Key::usage_lead)>
            <Columns>
                <Stack>
                    <Span asked usage/>
                    <Tabs label=tr(Key::usage_views)>{WAYS.map(tab).into_iter().collect_view()}</Tabs>
                    <Card flush=true><Loaded remote=usage view flush=true/></Card>
                </Stack>
                <limits::Limits quotas/>
            </Columns>
        </Page>
    }
}

/// From when to when; what the server took stands in the fields until another span is asked for.
#[component]
fn Span(asked: Memo<UsageQuery>, usage: Remote<Value>) -> impl IntoView {
    let (tenancy, navigate) = (Tenancy::expect(), use_navigate());
    let (from, to) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    Effect::new(move |_| {
        let asked = asked.get();
        let taken = usage.value();
        let taken = taken.as_ref();
        from.set(asked.from.or_else(|| Some(taken?.from.clone())).unwrap_or_default());
        to.set(asked.to.or_else(|| Some(taken?.to.clone())).unwrap_or_default());
    });
    let send = Callback::new(move |()| {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        let query = UsageQuery {
            from: some(from.get_untracked()),
            to: some(to.get_untracked()),
            by: asked.get_untracked().by,
        };
        navigate(&address(&untrack(|| tenancy.slug()), &query), Default::default());
    });
    view! {
        <FilterBar label=tr(Key::usage_span) on_send=send>
            <FilterText label=tr(Key::usage_from) value=from kind="date"/>
            <FilterText label=tr(Key::usage_to) value=to kind="date"/>
            <Button text=tr(Key::usage_show) submits=true/>
        </FilterBar>
    }
}
