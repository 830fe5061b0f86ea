//! What an answer of a model looks like, and cards that are pressed.

use super::{Column, Icon, Sign, Table};
use crate::{
    i18n::{Key, tr},
    model::figure,
};
use leptos::{prelude::*, text_prop::TextProp};

/// A value one looks at first.
#[component]
pub fn Big(
    /// What it is.
    #[prop(into)]
    name: TextProp,
    /// The value.
    #[prop(into)]
    value: TextProp,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="big">
            <p class="muted small">{move || name.get()}</p>
            <p class="big-value">{move || value.get()}</p>
            {children()}
        </div>
    }
}

/// Probabilities as bars, the likeliest first.
#[component]
pub fn ProbabilityBars(
    /// What they are probabilities of.
    #[prop(into)]
    name: TextProp,
    /// The classes with their probabilities, in order.
    bars: Vec<(String, f64)>,
) -> impl IntoView {
    let line = |(class, share): &(String, f64)| {
        let (class, width) = (class.clone(), format!("{:.2}%", share.clamp(0.0, 1.0) * 100.0));
        let title = class.clone();
        view! {
            <li class="value">
                <svg aria-hidden="true"><rect width=width height="100%" fill="currentColor"></rect></svg>
                <span class="clip" title=title>{class}</span>
                <span class="muted">{figure::share(*share)}</span>
            </li>
        }
    };
    let row = |(class, share): &(String, f64)| {
        view! { <tr><td>{class.clone()}</td><td data-align="end">{share.to_string()}</td></tr> }
    };
    let lines = bars.iter().map(line).collect_view();
    let rows = bars.iter().map(row).collect_view();
    let label = name.clone();
    let columns = vec![Column::words(tr(Key::play_class)), Column::numbers(tr(Key::play_probability))];
    view! {
        <figure>
            <ul class="values" aria-label=move || label.get()>{lines}</ul>
            <details class="fold">
                <summary>{tr(Key::chart_as_table)}</summary>
                <Table label=name columns dense=true>{rows}</Table>
            </details>
        </figure>
    }
}

/// The fields of a row, in as many columns as fit.
#[component]
pub fn CellGrid(children: Children) -> impl IntoView {
    view! { <div class="cells">{children()}</div> }
}

/// Stays in sight while what stands beside it scrolls, and is read out when it changes.
#[component]
pub fn Sticky(
    /// What it is, for screen readers.
    #[prop(into)]
    label: TextProp,
    children: Children,
) -> impl IntoView {
    view! { <div class="sticky" role="region" aria-live="polite" aria-label=move || label.get()>{children()}</div> }
}

/// A narrow measure, for forms on pages of their own.
#[component]
pub fn Narrow(children: Children) -> impl IntoView {
    view! { <div class="narrow">{children()}</div> }
}

/// From one thing to another.
#[component]
pub fn FromTo(
    /// What is now.
    #[prop(into)]
    from: TextProp,
    /// What will be.
    #[prop(into)]
    to: TextProp,
) -> impl IntoView {
    view! {
        <p class="from-to">
            <span class="strong">{move || from.get()}</span>
            <span class="from-to-arrow" aria-hidden="true">"→"</span>
            <span class="sr-only">{tr(Key::endpoint_becomes)}</span>
            <span class="strong">{move || to.get()}</span>
        </p>
    }
}

/// A list of remarks with a sign each.
#[component]
pub fn Remarks(
    /// The remarks.
    texts: Vec<TextProp>,
) -> impl IntoView {
    let line = |text: TextProp| view! { <li class="remark"><Icon sign=Sign::Info/><span>{move || text.get()}</span></li> };
    view! { <ul class="remarks">{texts.into_iter().map(line).collect_view()}</ul> }
}
