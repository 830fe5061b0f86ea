//! Pictures where people would rather look than read; the same numbers stand in a table behind each.

use super::{Column, Table, Tone};
use crate::{
    i18n::{Key, fill, tr},
    model::{figure, histogram},
};
use contract::datasets::{ColumnKind, Histogram, ValueCount};
use leptos::{prelude::*, text_prop::TextProp};

/// How numbers are spread.
#[component]
pub fn HistogramChart(
    /// What the numbers are.
    #[prop(into)]
    name: String,
    /// What kind of numbers they are.
    kind: ColumnKind,
    /// Edges and counts.
    histogram: Histogram,
) -> impl IntoView {
    let bars = histogram::bars(&histogram.edges, &histogram.counts);
    let (from, to) = (bars.first().map(|bar| bar.from), bars.last().map(|bar| bar.to));
    let shown = move |number: f64| figure::of_kind(kind, number);
    let range = |bar: &histogram::Bar| format!("{} – {}", shown(bar.from), shown(bar.to));
    let rectangles = bars
        .iter()
        .map(|bar| {
            let tip = format!("{}: {}", range(bar), figure::grouped(bar.count));
            view! {
                <rect x=bar.x.to_string() y=bar.y.to_string() width=bar.width.to_string()
                    height=bar.height.to_string() fill="currentColor"><title>{tip}</title></rect>
            }
        })
        .collect_view();
    let rows = bars
        .iter()
        .map(|bar| view! { <tr><td>{range(bar)}</td><td data-align="end">{figure::grouped(bar.count)}</td></tr> })
        .collect_view();
    let view_box = format!("0 0 {} {}", histogram::WIDTH, histogram::HEIGHT);
    let said = move || fill(Key::chart_histogram, &[("name", &name)]);
    let label: TextProp = said.clone().into();
    view! {
        <figure>
            <svg class="histogram" viewBox=view_box preserveAspectRatio="none" role="img" aria-label=said>
                {rectangles}
            </svg>
            <div class="histogram-axis" aria-hidden="true">
                <span>{from.map(shown)}</span>
                <span>{to.map(shown)}</span>
            </div>
            <details class="fold">
                <summary>{tr(Key::chart_as_table)}</summary>
                <Table
                    label
                    dense=true
                    columns=vec![Column::words(tr(Key::chart_range)), Column::numbers(tr(Key::chart_count))]
                >
                    {rows}
                </Table>
            </details>
        </figure>
    }
}

/// The commonest values of a column with their shares.
#[component]
pub fn CommonValues(
    /// The values, commonest first.
    values: Vec<ValueCount>,
    /// All rows.
    rows: u64,
) -> impl IntoView {
    let largest = values.iter().map(|value| value.count).max().unwrap_or(1).max(1);
    let line = move |value: ValueCount| {
        let width = format!("{:.2}%", value.count as f64 / largest as f64 * 100.0);
        let text = value.value.clone();
        let share = format!("{} · {}", figure::grouped(value.count), figure::percent(value.count, rows));
        view! {
            <li class="value">
                <svg aria-hidden="true"><rect width=width height="100%" fill="currentColor"></rect></svg>
                <span class="clip" title=text>{value.value}</span>
                <span class="muted">{share}</span>
            </li>
        }
    };
    view! { <ul class="values">{values.into_iter().map(line).collect_view()}</ul> }
}

/// How much of something is used; without a limit there is nothing to fill.
#[component]
pub fn Meter(
    /// What is measured.
    #[prop(into)]
    name: TextProp,
    /// The use and the limit in words.
    #[prop(into)]
    text: TextProp,
    /// What is used.
    used: u64,
    /// What is allowed.
    limit: u64,
) -> impl IntoView {
    let share = if limit == 0 { 0.0 } else { used as f64 / limit as f64 };
    let tone = match share {
        share if share >= 1.0 => Tone::Bad,
        share if share >= 0.8 => Tone::Warn,
        _ => Tone::Plain,
    };
    let label = name.clone();
    view! {
        <div class="stack" data-gap="tight">
            <div class="row small" data-spread="">
                <span>{move || name.get()}</span>
                <span class="muted">{move || text.get()}</span>
            </div>
            <progress
                class="bar"
                data-tone=tone.name()
                max=limit.max(1).to_string()
                value=used.min(limit).to_string()
                aria-label=move || label.get()
            ></progress>
        </div>
    }
}
