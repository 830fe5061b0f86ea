//! Numbers with a sign as bars from a middle line: to the right what adds, to the left what takes away.

use crate::model::figure::measured;
use leptos::{prelude::*, text_prop::TextProp};

/// A number with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// The name.
    pub name: String,
    /// The number.
    pub value: f64,
}

/// The bars, all by the same measure.
#[component]
pub fn Weights(
    /// What they are, for screen readers.
    #[prop(into)]
    label: TextProp,
    /// The numbers in their order.
    #[prop(into)]
    weights: Signal<Vec<Weight>>,
    /// What fills the bar; the largest number unless told.
    #[prop(optional)]
    full: Option<f64>,
) -> impl IntoView {
    let lines = move || {
        let weights = weights.get();
        let largest = || weights.iter().map(|weight| weight.value.abs()).fold(0.0, f64::max);
        let largest = full.unwrap_or_else(largest);
        weights.into_iter().map(|weight| line(weight, largest)).collect_view()
    };
    view! { <ul class="weights" aria-label=move || label.get()>{lines}</ul> }
}

fn line(weight: Weight, largest: f64) -> impl IntoView {
    let share = if largest > 0.0 { (weight.value.abs() / largest).min(1.0) * 50.0 } else { 0.0 };
    let negative = weight.value < 0.0;
    let left = if negative { 50.0 - share } else { 50.0 };
    view! {
        <li class="weight">
            <span class="clip" title=weight.name.clone()>{weight.name.clone()}</span>
            <svg class="weight-bar" aria-hidden="true">
                <line class="plot-axis" x1="50%" x2="50%" y1="0" y2="100%"></line>
                <rect class="weight-fill" data-negative=negative.then_some("") x=format!("{left:.2}%") y="15%"
                    width=format!("{share:.2}%") height="70%" rx="2"></rect>
            </svg>
            <span class="weight-value">{measured(weight.value)}</span>
        </li>
    }
}
