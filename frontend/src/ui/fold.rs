//! What is folded away until somebody wants it, sliders, a filter as one types, and the sentence of a page.

use leptos::{html, prelude::*, text_prop::TextProp};

/// A part of a page that few need.
#[component]
pub fn Fold(
    /// What is inside.
    #[prop(into)]
    title: TextProp,
    /// Something inside has to be seen now.
    #[prop(optional, into)]
    wanted: Signal<bool>,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Details>::new();
    Effect::new(move |_| {
        if wanted.get()
            && let Some(fold) = node.get()
        {
            // Refused only for names that are no names.
            drop(fold.set_attribute("open", ""));
        }
    });
    view! {
        <details class="fold fold-part" node_ref=node>
            <summary>{move || title.get()}</summary>
            <div class="fold-body">{children()}</div>
        </details>
    }
}

/// A slider; the value stands beside it in words.
#[component]
pub fn Slider(
    /// What is set.
    #[prop(into)]
    label: TextProp,
    /// The least and the most.
    range: (f64, f64),
    /// The step.
    step: f64,
    /// Where it stands.
    #[prop(into)]
    value: Signal<f64>,
    /// Where it stands, in words.
    #[prop(into)]
    shown: TextProp,
    /// What happens.
    #[prop(into)]
    on_slide: Callback<f64>,
) -> impl IntoView {
    let spoken = shown.clone();
    let slide = move |event| {
        if let Ok(number) = event_target_value(&event).parse() {
            on_slide.run(number);
        }
    };
    view! {
        <label class="slider">
            <span class="row" data-spread="">
                <span class="field-label">{move || label.get()}</span>
                <output>{move || shown.get()}</output>
            </span>
            <input
                type="range"
                min=range.0.to_string()
                max=range.1.to_string()
                step=step.to_string()
                aria-valuetext=move || spoken.get()
                prop:value=move || value.get().to_string()
                on:input=slide
            />
        </label>
    }
}

/// A filter that acts while one types.
#[component]
pub fn Search(
    /// What is filtered.
    #[prop(into)]
    label: TextProp,
    /// What is looked for.
    value: RwSignal<String>,
) -> impl IntoView {
    view! {
        <label class="select-line">
            <span class="muted small">{move || label.get()}</span>
            <input class="input select" type="search" autocomplete="off" spellcheck="false"
                prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event))/>
        </label>
    }
}

/// The sentence that matters most on a page.
#[component]
pub fn Lead(
    /// The sentence.
    #[prop(into)]
    text: TextProp,
) -> impl IntoView {
    view! { <p class="lead">{move || text.get()}</p> }
}
