//! Filters above a list: fields without faults of their own, which a form around them puts into the address.

use leptos::{ev::SubmitEvent, html, prelude::*, text_prop::TextProp};

/// One value that a select offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterChoice {
    /// What is chosen.
    pub value: String,
    /// What it is called.
    pub text: String,
    /// The heading that it stands under, with its neighbours; empty for none.
    pub group: String,
}

impl FilterChoice {
    /// A value under no heading.
    pub fn new(value: impl Into<String>, text: impl Into<String>) -> Self {
        Self { value: value.into(), text: text.into(), group: String::new() }
    }

    /// A value under a heading.
    pub fn under(group: impl Into<String>, value: impl Into<String>, text: impl Into<String>) -> Self {
        Self { value: value.into(), text: text.into(), group: group.into() }
    }
}

/// The fields beside each other; Enter sends them.
#[component]
pub fn FilterBar(
    /// What is filtered.
    #[prop(into)]
    label: TextProp,
    /// Takes what the fields hold.
    #[prop(into)]
    on_send: Callback<()>,
    children: Children,
) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        on_send.run(());
    };
    view! {
        <form class="filters" role="search" novalidate="" aria-label=move || label.get() on:submit=submit>
            {children()}
        </form>
    }
}

/// A field of text or a day.
#[component]
pub fn FilterText(
    /// Its name.
    #[prop(into)]
    label: TextProp,
    /// What it holds.
    value: RwSignal<String>,
    /// The kind of input: `search`, `date`, `email`.
    #[prop(default = "search")]
    kind: &'static str,
    /// The one that the key `/` leads to, which also takes the room that is left.
    #[prop(optional)]
    main: bool,
) -> impl IntoView {
    view! {
        <label class="filter" data-main=main.then_some("")>
            <span class="filter-label">{move || label.get()}</span>
            <input
                class="input"
                type=kind
                autocomplete="off"
                spellcheck="false"
                data-filter=main.then_some("")
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
        </label>
    }
}

/// One value of several.
#[component]
pub fn FilterSelect(
    /// Its name.
    #[prop(into)]
    label: TextProp,
    /// What is offered; neighbours of the same group stand under its heading.
    #[prop(into)]
    options: Signal<Vec<FilterChoice>>,
    /// What is chosen.
    value: RwSignal<String>,
    /// Told of a choice, once it is made.
    #[prop(optional, into)]
    on_change: Option<Callback<()>>,
) -> impl IntoView {
    let node = NodeRef::<html::Select>::new();
    let change = move |event: leptos::ev::Event| {
        value.set(event_target_value(&event));
        if let Some(change) = on_change {
            change.run(());
        }
    };
    // A select forgets what was chosen when its options change, and takes no value before they stand there.
    Effect::new(move |_| {
        options.track();
        value.track();
        request_animation_frame(move || {
            if let (Some(Some(select)), Some(value)) = (node.try_get_untracked(), value.try_get_untracked()) {
                select.set_value(&value);
            }
        });
    });
    let offered = move || {
        options.with(|options| options.chunk_by(|a, b| a.group == b.group).map(section).collect_view())
    };
    view! {
        <label class="filter">
            <span class="filter-label">{move || label.get()}</span>
            <select class="input filter-select" node_ref=node on:change=change>{offered}</select>
        </label>
    }
}

fn section(choices: &[FilterChoice]) -> AnyView {
    let options = choices
        .iter()
        .map(|choice| view! { <option value=choice.value.clone()>{choice.text.clone()}</option> })
        .collect_view();
    match choices.first() {
        Some(first) if !first.group.is_empty() => {
            view! { <optgroup label=first.group.clone()>{options}</optgroup> }.into_any()
        }
        _ => options.into_any(),
    }
}
