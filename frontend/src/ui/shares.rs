//! Shares of a whole as one bar, and how far something is.

use crate::model::figure::{grouped, percent};
use leptos::{prelude::*, text_prop::TextProp};

/// A part of a whole.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is.
    pub name: TextProp,
    /// How much.
    pub count: u64,
}

/// A bar in parts, with their names and counts below: two parts at least look different from each other.
#[component]
pub fn Shares(
    /// What is divided, for screen readers.
    #[prop(into)]
    label: TextProp,
    /// The parts from left to right.
    #[prop(into)]
    parts: Signal<Vec<Part>>,
) -> impl IntoView {
    let whole = move || parts.with(|parts| parts.iter().map(|part| part.count).sum::<u64>());
    let bars = move || {
        let (whole, mut left) = (whole().max(1) as f64, 0.0);
        let bar = |(place, part): (usize, Part)| {
            let width = part.count as f64 / whole * 100.0;
            let x = format!("{left:.2}%");
            left += width;
            view! {
                <rect class="shares-part" data-part=place.to_string() x=x y="0" width=format!("{width:.2}%") height="100%"></rect>
            }
        };
        parts.get().into_iter().enumerate().map(bar).collect_view()
    };
    let legend = move || {
        let all = whole();
        let entry = |(place, part): (usize, Part)| {
            let name = part.name;
            view! {
                <li class="shares-entry">
                    <svg class="shares-key" data-part=place.to_string() viewBox="0 0 10 10" aria-hidden="true">
                        <rect class="shares-part" data-part=place.to_string() width="10" height="10" rx="2"></rect>
                    </svg>
                    <span>{move || name.get()}</span>
                    <span class="strong">{grouped(part.count)}</span>
                    <span class="muted">{percent(part.count, all)}</span>
                </li>
            }
        };
        parts.get().into_iter().enumerate().map(entry).collect_view()
    };
    view! {
        <figure class="stack" data-gap="tight">
            <svg class="shares" role="img" aria-label=move || label.get()>{bars}</svg>
            <ul class="shares-legend">{legend}</ul>
        </figure>
    }
}

/// How far something is.
#[component]
pub fn Progress(
    /// What is on its way.
    #[prop(into)]
    label: TextProp,
    /// 0 to 1.
    #[prop(into)]
    value: Signal<f64>,
    /// How far, in words.
    #[prop(into)]
    text: TextProp,
) -> impl IntoView {
    let name = label.clone();
    view! {
        <div class="stack" data-gap="tight">
            <div class="row small" data-spread="">
                <span>{move || name.get()}</span>
                <span class="muted">{move || text.get()}</span>
            </div>
            <progress class="bar bar-thick" max="1" value=move || value.get().to_string()
                aria-label=move || label.get()></progress>
        </div>
    }
}
