//! A figure day by day as bars; the numbers stand in a table that the page puts behind.

use crate::{
    i18n::{Key, fill},
    model::{figure, histogram},
};
use leptos::{prelude::*, text_prop::TextProp};

/// A figure with its name.
#[component]
pub fn DayBars(
    /// What is counted.
    #[prop(into)]
    name: TextProp,
    /// Days with their counts, oldest first.
    days: Vec<(String, u64)>,
    /// Counts what went wrong.
    #[prop(optional)]
    bad: bool,
) -> impl IntoView {
    let edges: Vec<f64> = (0..=days.len()).map(|place| place as f64).collect();
    let counts: Vec<u64> = days.iter().map(|(_, count)| *count).collect();
    let total = counts.iter().copied().fold(0, u64::saturating_add);
    let highest = days.iter().max_by_key(|(_, count)| *count).filter(|(_, count)| *count > 0).cloned();
    let bars = histogram::bars(&edges, &counts)
        .into_iter()
        .zip(&days)
        .map(|(bar, (day, count))| {
            let tip = format!("{day}: {}", figure::grouped(*count));
            view! {
                <rect x=bar.x.to_string() y=bar.y.to_string() width=bar.width.to_string()
                    height=bar.height.to_string() fill="currentColor"><title>{tip}</title></rect>
            }
        })
        .collect_view();
    let view_box = format!("0 0 {} {}", histogram::WIDTH, histogram::HEIGHT);
    let peak = move || {
        highest
            .as_ref()
            .map(|(day, count)| fill(Key::usage_peak, &[("count", &figure::grouped(*count)), ("day", day)]))
    };
    let ends = days.first().zip(days.last()).map(|(first, last)| (first.0.clone(), last.0.clone()));
    let axis = ends.map(|(first, last)| view! { <span>{first}</span><span>{last}</span> });
    let title = name.clone();
    let label = move || fill(Key::usage_chart, &[("name", &name.get()), ("count", &figure::grouped(total))]);
    view! {
        <figure class="daybars" data-tone=bad.then_some("bad")>
            <figcaption class="row" data-spread="">
                <span>
                    <span class="muted">{move || title.get()}</span>
                    " "
                    <span class="strong">{figure::grouped(total)}</span>
                </span>
                <span class="muted small">{peak}</span>
            </figcaption>
            <svg class="histogram" viewBox=view_box preserveAspectRatio="none" role="img" aria-label=label>
                <line x1="0" x2=histogram::WIDTH.to_string() y1=histogram::HEIGHT.to_string()
                    y2=histogram::HEIGHT.to_string() stroke="currentColor" vector-effect="non-scaling-stroke"></line>
                {bars}
            </svg>
            <div class="histogram-axis" aria-hidden="true">{axis}</div>
        </figure>
    }
}
