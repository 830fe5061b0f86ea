//! How rows are parted, as strips of cells, and how far something is.

use crate::model::strips::Strip as Cells;
use leptos::{prelude::*, text_prop::TextProp};

/// A strip of cells that learn or test.
pub type Strip = Cells;

/// Strips below each other, with what their two colours mean.
#[component]
pub fn Strips(
    /// What is parted, for screen readers.
    #[prop(into)]
    label: TextProp,
    /// What the cells that learn are called, with their number where that is known.
    #[prop(into)]
    learns: TextProp,
    /// What the cells that test are called, likewise.
    #[prop(into)]
    tests: TextProp,
    /// The strips.
    #[prop(into)]
    strips: Signal<Vec<Strip>>,
) -> impl IntoView {
    let lines = move || strips.get().into_iter().map(strip).collect_view();
    let entry = |part: &'static str, name: TextProp| {
        view! {
            <li class="shares-entry">
                <svg class="shares-key" viewBox="0 0 10 10" aria-hidden="true">
                    <rect class="shares-part" data-part=part width="10" height="10" rx="2"></rect>
                </svg>
                <span>{move || name.get()}</span>
            </li>
        }
    };
    view! {
        <figure class="stack" data-gap="tight">
            <div class="strips" role="img" aria-label=move || label.get()>{lines}</div>
            <ul class="shares-legend">{entry("0", learns)}{entry("1", tests)}</ul>
        </figure>
    }
}

fn strip(strip: Strip) -> impl IntoView {
    let width = 100.0 / strip.tests.len().max(1) as f64;
    let cell = |(place, tests): (usize, bool)| {
        let x = format!("{:.3}%", place as f64 * width);
        // A little of the ground shows between the cells.
        let wide = format!("{:.3}%", width * 0.92);
        let part = if tests { "1" } else { "0" };
        view! { <rect class="shares-part" data-part=part x=x y="0" width=wide height="100%"></rect> }
    };
    let cells = strip.tests.into_iter().enumerate().map(cell).collect_view();
    let name = (!strip.name.is_empty()).then(|| view! { <span class="strip-name clip">{strip.name}</span> });
    view! { <div class="strip">{name}<svg class="strip-cells">{cells}</svg></div> }
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
