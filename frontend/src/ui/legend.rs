//! What the lines of a picture are.

use leptos::{prelude::*, text_prop::TextProp};

/// How something is drawn in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Stroke {
    Line,
    Faint,
    Guide,
    Band,
}

impl Stroke {
    const fn class(self) -> &'static str {
        match self {
            Stroke::Line => "plot-line",
            Stroke::Faint => "plot-faint",
            Stroke::Guide => "plot-guide",
            Stroke::Band => "plot-band",
        }
    }
}

/// The names of what is drawn.
#[component]
pub fn Legend(
    /// Strokes with what they show.
    entries: Vec<(Stroke, TextProp)>,
) -> impl IntoView {
    let entry = |(stroke, name): (Stroke, TextProp)| {
        let path = if stroke == Stroke::Band { "M0 2H20V8H0Z" } else { "M0 5H20" };
        view! {
            <li class="shares-entry">
                <svg class="legend-key" viewBox="0 0 20 10" aria-hidden="true"><path class=stroke.class() d=path></path></svg>
                <span>{move || name.get()}</span>
            </li>
        }
    };
    view! { <ul class="shares-legend">{entries.into_iter().map(entry).collect_view()}</ul> }
}
