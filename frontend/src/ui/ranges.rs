//! Values with their intervals on one line each, all by the same measure; the numbers stand beside them in words.

use crate::model::span::Span;
use leptos::{prelude::*, text_prop::TextProp};

/// A value with how far it may be off, or how far it spreads.
#[derive(Clone)]
pub struct Range {
    /// What it belongs to.
    pub name: TextProp,
    /// The value.
    pub value: f64,
    /// From.
    pub low: f64,
    /// To.
    pub high: f64,
    /// The same in words, with the unit.
    pub text: TextProp,
}

/// How values are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// As dots on a line that begins where the least of them stands.
    #[default]
    Dots,
    /// As bars from zero.
    Bars,
}

/// The list.
#[component]
pub fn Ranges(
    /// What they are, for screen readers.
    #[prop(into)]
    label: TextProp,
    /// The values in their order.
    #[prop(into)]
    ranges: Signal<Vec<Range>>,
    /// How they are drawn.
    #[prop(optional)]
    reach: Reach,
) -> impl IntoView {
    let lines = move || {
        let ranges = ranges.get();
        let zero = (reach == Reach::Bars).then_some(0.0);
        let ends = ranges.iter().flat_map(|range| [range.value, range.low, range.high]);
        let span = Span::around(ends.chain(zero));
        ranges.into_iter().map(|range| line(range, span, reach)).collect_view()
    };
    view! { <ul class="weights" aria-label=move || label.get()>{lines}</ul> }
}

fn line(range: Range, span: Option<Span>, reach: Reach) -> impl IntoView {
    let Range { name, value, low, high, text } = range;
    let title = name.clone();
    let drawn = span.map(|span| {
        let zero = (reach == Reach::Bars).then(|| {
            let ((left, width), zero) = (span.stretch(0.0, value), format!("{:.2}%", span.place(0.0)));
            view! {
                <rect class="weight-fill" data-negative=(value < 0.0).then_some("") x=format!("{left:.2}%") y="20%"
                    width=format!("{width:.2}%") height="60%" rx="2"></rect>
                <line class="plot-axis" x1=zero.clone() x2=zero y1="0" y2="100%"></line>
            }
        });
        let (left, width) = span.stretch(low, high);
        let dot = (reach == Reach::Dots).then(|| {
            view! { <circle class="range-dot" cx=format!("{:.2}%", span.place(value)) cy="50%" r="4"></circle> }
        });
        view! {
            {zero}
            <rect class="range-stretch" data-over=(reach == Reach::Bars).then_some("") x=format!("{left:.2}%")
                y=if reach == Reach::Bars { "44%" } else { "30%" } width=format!("{width:.2}%")
                height=if reach == Reach::Bars { "12%" } else { "40%" } rx="2"></rect>
            {dot}
        }
    });
    view! {
        <li class="weight" data-wide="">
            <span class="clip" title=move || title.get()>{move || name.get()}</span>
            <svg class="weight-bar" aria-hidden="true">{drawn}</svg>
            <span class="weight-value">{move || text.get()}</span>
        </li>
    }
}

/// Where a value lies within its interval, with the truth marked where it is known.
#[component]
pub fn IntervalBar(
    /// The interval in words.
    #[prop(into)]
    label: TextProp,
    /// The value.
    value: f64,
    /// The ends of the interval.
    ends: (f64, f64),
    /// The ends in words.
    shown: (String, String),
    /// What was so.
    truth: Option<f64>,
) -> impl IntoView {
    let drawn = Span::around([value, ends.0, ends.1].into_iter().chain(truth)).map(|span| {
        let (left, width) = span.stretch(ends.0, ends.1);
        let truth = truth.map(|truth| {
            let place = format!("{:.2}%", span.place(truth));
            view! { <line class="range-truth" x1=place.clone() x2=place y1="0" y2="100%"></line> }
        });
        view! {
            <rect class="range-stretch" x=format!("{left:.2}%") y="25%" width=format!("{width:.2}%") height="50%"
                rx="3"></rect>
            {truth}
            <circle class="range-dot" cx=format!("{:.2}%", span.place(value)) cy="50%" r="5"></circle>
        }
    });
    let said = label.clone();
    view! {
        <figure class="stack" data-gap="tight">
            <svg class="range-bar" role="img" aria-label=move || said.get()>{drawn}</svg>
            <div class="histogram-axis" aria-hidden="true"><span>{shown.0}</span><span>{shown.1}</span></div>
            <p class="small">{move || label.get()}</p>
        </figure>
    }
}
