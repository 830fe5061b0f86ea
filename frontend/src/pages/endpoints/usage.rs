//! How much an endpoint was called in the last days.

use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    model::{figure, path},
    session::Tenancy,
    ui::{Card, Empty, Figure, Figures, Loaded, Muted, Segment, Segments, Sign, Stack},
};
use contract::{
    Timestamp,
    quotas::{GetUsage, Usage as Value, UsageBy, UsageQuery, UsageRow},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

const PERIODS: [u16; 3] = [7, 30, 90];
const DAY_SECONDS: i64 = 86_400;

/// The usage query of the last days, today included.
pub fn last_days(days: u16, by: UsageBy) -> UsageQuery {
    let now = Timestamp::from_millis(js_sys::Date::now() as i64);
    let from = now.plus_seconds(-i64::from(days.saturating_sub(1)) * DAY_SECONDS);
    UsageQuery { from: Some(from.date()), to: None, by: Some(by) }
}

/// The figures of one group, or that there are none.
pub fn figures(row: Option<UsageRow>) -> AnyView {
    let Some(row) = row else {
        return view! { <Empty sign=Sign::Bolt title=tr(Key::endpoint_usage_none) text=tr(Key::endpoint_usage_none_text)/> }
            .into_any();
    };
    view! {
        <Figures>
            <Figure name=tr(Key::endpoint_usage_requests) value=figure::grouped(row.requests)/>
            <Figure name=tr(Key::endpoint_usage_predictions) value=figure::grouped(row.predictions)/>
            <Figure name=tr(Key::endpoint_usage_errors) value=figure::grouped(row.errors)/>
            <Figure name=tr(Key::endpoint_usage_error_share) value=figure::percent(row.errors, row.requests)/>
        </Figures>
    }
    .into_any()
}

/// The fourth tab.
#[component]
pub fn Usage(
    /// The endpoint.
    name: Memo<String>,
) -> impl IntoView {
    let (tenancy, query) = (Tenancy::expect(), use_query_map());
    let days = Memo::new(move |_| {
        let asked = query.with(|query| query.get("days")).and_then(|days| days.parse().ok());
        asked.filter(|days| PERIODS.contains(days)).unwrap_or(30)
    });
    let usage = Remote::new(move || {
        tenancy.ask::<GetUsage>(&[]).query(&last_days(days.get(), UsageBy::Endpoint)).send()
    });
    let view = move |usage: Value| {
        let row = usage.data.into_iter().find(|row| name.with(|name| row.group == *name));
        let (from, to) = (usage.from, usage.to);
        let span = move || fill(Key::endpoint_usage_span, &[("from", &from), ("to", &to)]);
        view! {
            <Stack>
                {figures(row)}
                <Muted>{span}</Muted>
            </Stack>
        }
        .into_any()
    };
    let segment = move |period: u16| {
        let href = format!("{}?tab=usage&days={period}", path::endpoint(&tenancy.slug(), &name.get()));
        let current = Signal::derive(move || days.get() == period);
        let text = move || fill(Key::endpoint_usage_days, &[("count", &period.to_string())]);
        view! { <Segment href text current/> }
    };
    let segments = untrack(move || PERIODS.map(segment).into_iter().collect_view());
    view! {
        <Segments label=tr(Key::endpoint_usage_period)>{segments}</Segments>
        <Card title=tr(Key::endpoint_tab_usage)><Loaded remote=usage view flush=true/></Card>
    }
}
