//! Usage by day as pictures with their table; by key and by endpoint as tables.

use crate::{
    client::Remote,
    i18n::{Key, say, tr},
    model::{
        daily,
        figure::{grouped, percent},
        path,
    },
    session::Tenancy,
    ui::{Align, Behind, Cell, Code, Column, DayBars, Empty, Link, Pad, Sign, Stack, Table},
};
use contract::{
    ListQuery, Page as List,
    api_keys::{ApiKey, ListApiKeys},
    quotas::{Usage, UsageRow},
};
use leptos::prelude::*;
use std::collections::HashMap;

/// Calls of people in the playground stand under this name, as they have no key.
const SESSION: &str = "session";

fn none() -> AnyView {
    view! { <Empty sign=Sign::Chart title=tr(Key::usage_none) text=tr(Key::usage_none_text) small=true/> }
        .into_any()
}

fn columns(group: Key) -> Vec<Column> {
    vec![
        Column::words(tr(group)),
        Column::numbers(tr(Key::usage_requests)),
        Column::numbers(tr(Key::usage_predictions)),
        Column::numbers(tr(Key::usage_errors)),
        Column::numbers(tr(Key::usage_error_share)),
    ]
}

/// A row whose first cell is `group`.
fn line(group: AnyView, row: &UsageRow) -> AnyView {
    let counts = [row.requests, row.predictions, row.errors].map(grouped);
    let share = percent(row.errors, row.requests);
    let cells = counts.into_iter().chain([share]);
    let cells = cells.map(|text| view! { <Cell align=Align::End>{text}</Cell> }).collect_view();
    view! { <tr><Cell>{group}</Cell>{cells}</tr> }.into_any()
}

/// Three pictures on the same days, each with its own height, and one table behind them.
pub fn daily(usage: &Usage) -> AnyView {
    let days = daily::days(usage);
    if daily::sum(&days, |row| row.requests) == 0 {
        return none();
    }
    let of = |figure: fn(&UsageRow) -> u64| -> Vec<(String, u64)> {
        days.iter().map(|row| (row.group.clone(), figure(row))).collect()
    };
    let (predictions, requests, errors) =
        (of(|row| row.predictions), of(|row| row.requests), of(|row| row.errors));
    // The newest day first, as in every list.
    let rows = days.iter().rev().map(|row| line(row.group.clone().into_any(), row)).collect_view();
    view! {
        <Pad>
            <Stack>
                <DayBars name=tr(Key::usage_predictions) days=predictions/>
                <DayBars name=tr(Key::usage_requests) days=requests/>
                <DayBars name=tr(Key::usage_errors) days=errors bad=true/>
                <Behind summary=tr(Key::chart_as_table)>
                    <Table label=tr(Key::usage_by_day) columns=columns(Key::usage_day) dense=true>{rows}</Table>
                </Behind>
            </Stack>
        </Pad>
    }
    .into_any()
}

/// A row an endpoint, busiest first.
pub fn endpoints(slug: &str, usage: Usage) -> AnyView {
    if usage.data.is_empty() {
        return none();
    }
    let reads = Tenancy::expect().rights().reads_data();
    let row = |row: &UsageRow| {
        let name = row.group.clone();
        let group = if reads {
            view! { <Link href=path::endpoint(slug, &name) text=name/> }.into_any()
        } else {
            name.into_any()
        };
        line(group, row)
    };
    let rows = usage.data.iter().map(row).collect_view();
    view! { <Table label=tr(Key::usage_by_endpoint) columns=columns(Key::usage_endpoint)>{rows}</Table> }
        .into_any()
}

/// A row a key, busiest first. Who may see keys sees their names.
#[component]
pub fn Keys(
    /// The usage.
    value: Usage,
) -> impl IntoView {
    if value.data.is_empty() {
        return none();
    }
    let tenancy = Tenancy::expect();
    let reads = tenancy.rights().reads_keys();
    let keys = reads.then(|| {
        Remote::new(move || {
            let query = ListQuery { limit: Some(100), cursor: None };
            tenancy.ask::<ListApiKeys>(&[]).query(&query).send()
        })
    });
    let names = Memo::new(move |_| keys.and_then(|keys| keys.value()).map(named).unwrap_or_default());
    let rows = move || {
        let row = |row: &UsageRow| line(key(&tenancy.slug(), &row.group, &names.get(), reads), row);
        value.data.iter().map(row).collect_view()
    };
    view! { <Table label=tr(Key::usage_by_key) columns=columns(Key::usage_key)>{rows}</Table> }.into_any()
}

fn named(keys: List<ApiKey>) -> HashMap<String, String> {
    keys.data.into_iter().map(|key| (key.id.to_string(), key.name)).collect()
}

fn key(slug: &str, id: &str, names: &HashMap<String, String>, reads: bool) -> AnyView {
    if id == SESSION {
        return (move || say(Key::usage_session)).into_any();
    }
    if !reads {
        return view! { <Code text=id.to_owned()/> }.into_any();
    }
    let text = names.get(id).cloned().unwrap_or_else(|| id.to_owned());
    view! { <Link href=path::key(slug, id) text/> }.into_any()
}
