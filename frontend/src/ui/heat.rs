//! How columns move together: a square of squares, one colour for together, another for against each other.

use super::{Column, Table};
use crate::{
    i18n::{Key, tr},
    model::correlation::{self, CELL},
};
use contract::datasets::Correlations;
use leptos::{prelude::*, text_prop::TextProp};

/// The picture with its legend, and the numbers in a table behind it.
#[component]
pub fn Heat(
    /// What it shows, for screen readers.
    #[prop(into)]
    label: TextProp,
    /// The columns and their coefficients.
    correlations: Correlations,
) -> impl IntoView {
    let side = correlation::side(correlations.columns.len()).to_string();
    let view_box = format!("0 0 {side} {side}");
    let (said, region) = (label.clone(), label.clone());
    let drawn: Vec<AnyView> =
        (0..correlations.columns.len()).map(|row| line(&correlations, row).into_any()).collect();
    view! {
        <figure class="heat">
            <div class="table-wrap" tabindex="0" role="region" aria-label=move || region.get()>
                <svg class="heat-picture" width=side.clone() height=side viewBox=view_box role="img"
                    aria-label=move || said.get()>
                    {drawn}
                </svg>
            </div>
            {legend()}
            <Behind label correlations/>
        </figure>
    }
}

/// A column's names, at the left and on top, and its cells.
fn line(correlations: &Correlations, row: usize) -> impl IntoView + use<> {
    let name = correlations.columns.get(row).cloned().unwrap_or_default();
    let short = correlation::short(&name);
    let (start, edge) = (correlation::start(row), correlation::NAMES - 8.0);
    let middle = start + CELL / 2.0 + 4.0;
    let cells: Vec<AnyView> =
        (0..correlations.columns.len()).map(|column| cell(correlations, row, column)).collect();
    view! {
        <text class="heat-name" x=edge.to_string() y=middle.to_string() text-anchor="end">
            {short.clone()}<title>{name.clone()}</title>
        </text>
        <text class="heat-name" transform=format!("translate({middle} {edge}) rotate(-90)")>
            {short}<title>{name}</title>
        </text>
        {cells}
    }
}

fn cell(correlations: &Correlations, row: usize, column: usize) -> AnyView {
    let name = |place: usize| correlations.columns.get(place).cloned().unwrap_or_default();
    let (first, second) = (name(row), name(column));
    let coefficient = correlation::between(correlations, row, column);
    let told = coefficient.map_or_else(|| "–".to_owned(), correlation::figure);
    let tip = format!("{first} · {second}: {told}");
    let sign = match coefficient {
        None => "none",
        Some(coefficient) if coefficient < 0.0 => "against",
        Some(_) => "together",
    };
    let strength = coefficient.map_or(1.0, correlation::strength);
    let (x, y) = (correlation::start(column) + 1.0, correlation::start(row) + 1.0);
    let size = (CELL - 2.0).to_string();
    view! {
        <rect class="heat-cell" data-sign=sign x=x.to_string() y=y.to_string() width=size.clone() height=size rx="2"
            fill-opacity=strength.to_string()><title>{tip}</title></rect>
    }
    .into_any()
}

/// What the colours say.
fn legend() -> impl IntoView {
    const STEPS: [f64; 9] = [-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0];
    let step = |(place, value): (usize, f64)| {
        let sign = if value < 0.0 { "against" } else { "together" };
        let (x, strength) = ((place as f64 * 18.0).to_string(), value.abs().to_string());
        view! { <rect class="heat-cell" data-sign=sign x=x y="1" width="16" height="12" rx="2" fill-opacity=strength></rect> }
    };
    view! {
        <figcaption class="heat-legend">
            <span>"−1 " {tr(Key::correlation_against)}</span>
            <svg width="160" height="14" aria-hidden="true">{STEPS.into_iter().enumerate().map(step).collect_view()}</svg>
            <span>{tr(Key::correlation_together)} " 1"</span>
            <span>{tr(Key::correlation_untold)}</span>
        </figcaption>
    }
}

/// The numbers, built when somebody asks for them: forty columns make 1,600.
#[component]
fn Behind(label: TextProp, correlations: Correlations) -> impl IntoView {
    let opened = RwSignal::new(false);
    let table = move || {
        opened.get().then(|| {
            let heads = correlations.columns.iter().map(|name| Column::numbers(name.clone()));
            let columns = std::iter::once(Column::words(tr(Key::column_name))).chain(heads).collect();
            let cell = |value: &Option<f64>| {
                let text = value.map_or_else(|| "–".to_owned(), correlation::figure);
                view! { <td data-align="end">{text}</td> }
            };
            let row = |(name, values): (&String, &Vec<Option<f64>>)| {
                let cells = values.iter().map(cell).collect_view();
                view! { <tr><th scope="row">{name.clone()}</th>{cells}</tr> }
            };
            let rows = correlations.columns.iter().zip(&correlations.values).map(row).collect_view();
            view! { <Table label=label.clone() dense=true columns>{rows}</Table> }
        })
    };
    view! {
        <details class="fold" on:toggle=move |_| opened.set(true)>
            <summary>{tr(Key::chart_as_table)}</summary>
            <div class="plot-table">{table}</div>
        </details>
    }
}
