//! The columns of a data set, a card each: what it holds, what is missing, how it is spread, what looks odd.

use super::reading::{Changing, change_button, said_mark};
use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    model::{
        faults::sentence,
        figure::{self, grouped, percent},
    },
    pages::words,
    session::Tenancy,
    ui::{
        Badge, Bones, Button, Card, CommonValues, Empty, Grid, HistogramChart, Kind, Loaded, Muted, Pair,
        Pairs, Row, Sign, Stack, Tone,
    },
};
use contract::datasets::{ColumnKind, ColumnProfile, GetProfile, Profile};
use leptos::prelude::*;

/// Cards that are drawn at once: a table may have ten thousand columns.
const STEP: usize = 60;
/// The commonest values that a card has room for.
const COMMON: usize = 6;

/// The cards.
#[component]
pub fn Columns(
    /// The data set.
    id: String,
) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let profile = Remote::new(move || tenancy.ask::<GetProfile>(&[&id]).send());
    view! { <Loaded remote=profile view=|profile| view! { <Cards profile/> }.into_any() bones=Bones::Cards/> }
}

#[component]
fn Cards(profile: Profile) -> impl IntoView {
    let all = profile.columns.len();
    if all == 0 {
        return view! { <Empty sign=Sign::Table title=tr(Key::columns_none) text=tr(Key::columns_none_text)/> }.into_any();
    }
    let shown = RwSignal::new(STEP);
    let (rows, columns) = (profile.rows, StoredValue::new(profile.columns));
    let each = move || (0..all.min(shown.get())).collect::<Vec<_>>();
    let card = move |place: usize| {
        let column = columns.with_value(|columns| columns.get(place).cloned());
        column.map(|column| view! { <ColumnCard column rows/> })
    };
    let more = move || {
        let left = all.saturating_sub(shown.get());
        (left > 0).then(|| {
            let text = move || fill(Key::columns_more, &[("count", &grouped(left as u64))]);
            view! { <Row><Button text on_press=move |()| shown.update(|shown| *shown += STEP)/></Row> }
        })
    };
    view! {
        <Grid><For each key=|place| *place children=card/></Grid>
        {more}
    }
    .into_any()
}

#[component]
fn ColumnCard(column: ColumnProfile, rows: u64) -> impl IntoView {
    let kind = column.kind;
    let (changing, suspects, name) =
        (expect_context::<Changing>(), column.suspects.clone(), column.name.clone());
    let change = change_button(Key::reading_change_kind, Kind::Quiet, column.name.clone());
    let aside = move || {
        let said = untrack(|| changing.said(&name));
        let badge = |name: String| view! { <Badge text=move || words::suspect(&name) tone=Tone::Warn/> };
        let odd = suspects.iter().cloned().map(badge).collect_view();
        view! { <Row>{odd}{said_mark(said)}<Badge text=tr(words::kind(kind))/></Row> }
    };
    let picture = match column.histogram.clone() {
        Some(histogram) => view! { <HistogramChart name=column.name.clone() kind histogram/> }.into_any(),
        None => {
            let values = column.common.iter().take(COMMON).cloned().collect::<Vec<_>>();
            view! { <CommonValues values rows/> }.into_any()
        }
    };
    let disagreeing = column.disagreeing.first().map(|odd| {
        let (line, value) = (grouped(odd.line), odd.value.clone());
        let text = move || fill(Key::column_disagrees, &[("line", &line), ("value", &value)]);
        view! { <Muted>{text}</Muted> }
    });
    view! {
        <Card title=column.name.clone() aside>
            <Stack>
                <Numbers column=column.clone() rows/>
                {picture}
                <Muted>{sentence(&column.reason)}</Muted>
                {disagreeing}
                <Row>{change}</Row>
            </Stack>
        </Card>
    }
}

#[component]
fn Numbers(column: ColumnProfile, rows: u64) -> impl IntoView {
    let missing = match column.missing {
        0 => grouped(0),
        missing => format!("{} · {}", grouped(missing), percent(missing, rows)),
    };
    let kind = column.kind;
    let pair = move |key: Key, value: Option<f64>, shown: fn(ColumnKind, f64) -> String| {
        value.map(|value| view! { <Pair name=tr(key) value=shown(kind, value)/> })
    };
    let range = column.min.zip(column.max).map(|(min, max)| {
        let value = format!("{} – {}", figure::of_kind(kind, min), figure::of_kind(kind, max));
        view! { <Pair name=tr(Key::column_range) value/> }
    });
    view! {
        <Pairs>
            <Pair name=tr(Key::column_missing) value=missing/>
            <Pair name=tr(Key::column_distinct) value=grouped(column.distinct)/>
            {range}
            {pair(Key::column_mean, column.mean, figure::of_kind)}
            {pair(Key::column_std, column.std, figure::apart)}
            {pair(Key::column_median, column.quantiles.get("0.5").copied(), figure::of_kind)}
        </Pairs>
    }
}
