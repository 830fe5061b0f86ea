//! Choices: lists, boxes, radio buttons and addresses beside each other. They are told their fault, whoever found it.

use super::form::{fault_line, hint_line};
use leptos::{prelude::*, text_prop::TextProp};

/// What can be chosen: its value and what it says.
pub type Options = Vec<(String, TextProp)>;

pub(super) fn option_views(options: Options, value: Signal<String>) -> AnyView {
    let option = move |(name, text): (String, TextProp)| {
        let chosen = name.clone();
        view! {
            <option value=name prop:selected=move || value.with(|value| *value == chosen)>{move || text.get()}</option>
        }
    };
    options.into_iter().map(option).collect_view().into_any()
}

/// A list to choose one from.
#[component]
pub fn PickField(
    /// Its name in the page.
    #[prop(into)]
    id: String,
    /// Its name.
    #[prop(into)]
    label: TextProp,
    /// What can be chosen.
    options: Options,
    /// What is chosen.
    value: RwSignal<String>,
    /// Said before the mistake.
    #[prop(optional, into)]
    hint: Option<TextProp>,
    /// What is wrong.
    #[prop(optional, into)]
    fault: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{move || label.get()}</label>
            <select
                class="input"
                id=id.clone()
                aria-describedby=format!("{id}-hint {id}-fault")
                aria-invalid=move || fault.get().map(|_| "true")
                on:change=move |event| value.set(event_target_value(&event))
            >
                {option_views(options, value.into())}
            </select>
            {hint_line(&id, hint)}
            {fault_line(&id, fault)}
        </div>
    }
}

/// Check boxes or radio buttons that belong together.
#[component]
pub fn PickGroup(
    /// Its name in the page.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    label: TextProp,
    /// Said before the mistake.
    #[prop(optional, into)]
    hint: Option<TextProp>,
    /// What is wrong.
    #[prop(optional, into)]
    fault: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    view! {
        <fieldset class="field" aria-describedby=format!("{id}-hint {id}-fault")>
            <legend class="field-label">{move || label.get()}</legend>
            {hint_line(&id, hint)}
            <div class="picks">{children()}</div>
            {fault_line(&id, fault)}
        </fieldset>
    }
}

/// A box to tick, with a sentence about it.
#[component]
pub fn PickBox(
    /// Its name.
    #[prop(into)]
    label: TextProp,
    /// What ticking it means.
    #[prop(optional_no_strip)]
    text: Option<TextProp>,
    /// Whether it is ticked.
    #[prop(into)]
    ticked: Signal<bool>,
    /// Whether something is wrong with the group.
    #[prop(optional, into)]
    wrong: Signal<bool>,
    /// What happens.
    #[prop(into)]
    on_tick: Callback<bool>,
) -> impl IntoView {
    view! {
        <label class="pick">
            <input
                type="checkbox"
                class="pick-mark"
                aria-invalid=move || wrong.get().then_some("true")
                prop:checked=move || ticked.get()
                on:change=move |event| on_tick.run(event_target_checked(&event))
            />
            <span class="pick-text">
                <span class="strong">{move || label.get()}</span>
                {text.map(|text| view! { <span class="muted small">{move || text.get()}</span> })}
            </span>
        </label>
    }
}

/// One of several, of which one holds, with a sentence about it.
#[component]
pub fn PickOne(
    /// The group it belongs to.
    #[prop(into)]
    group: String,
    /// Its value.
    #[prop(into)]
    value: String,
    /// Its name.
    #[prop(into)]
    label: TextProp,
    /// What choosing it means.
    #[prop(optional, into)]
    text: Option<TextProp>,
    /// What is chosen.
    chosen: RwSignal<String>,
) -> impl IntoView {
    let (held, set) = (value.clone(), value.clone());
    view! {
        <label class="pick">
            <input
                type="radio"
                class="pick-mark"
                name=group
                value=value
                prop:checked=move || chosen.with(|chosen| *chosen == held)
                on:change=move |_| chosen.set(set.clone())
            />
            <span class="pick-text">
                <span class="strong">{move || label.get()}</span>
                {text.map(|text| view! { <span class="muted small">{move || text.get()}</span> })}
            </span>
        </label>
    }
}

/// Choices beside each other that each have an address.
#[component]
pub fn Segments(
    /// What is chosen.
    #[prop(into)]
    label: TextProp,
    children: Children,
) -> impl IntoView {
    view! { <nav class="segments" aria-label=move || label.get()>{children()}</nav> }
}

/// One choice.
#[component]
pub fn Segment(
    /// Its address.
    #[prop(into)]
    href: String,
    /// Its name.
    #[prop(into)]
    text: TextProp,
    /// Whether it is the one that holds.
    #[prop(into)]
    current: Signal<bool>,
) -> impl IntoView {
    // A plain anchor: the router would mark every choice of the same path as current.
    view! {
        <a class="segment" href=href data-noscroll="" data-current=move || current.get().then_some("")
            aria-current=move || current.get().then_some("true")>{move || text.get()}</a>
    }
}
