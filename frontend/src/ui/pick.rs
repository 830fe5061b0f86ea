//! Fields whose places are known only while running, and choices: they are told their fault, whoever found it.

use super::{Icon, Sign};
use leptos::{prelude::*, text_prop::TextProp};
use leptos_router::components::A;

/// What can be chosen: its value and what it says.
pub type Options = Vec<(String, TextProp)>;

fn fault_line(id: &str, fault: Signal<Option<String>>) -> impl IntoView + use<> {
    let shown = move || fault.get().map(|fault| view! { <Icon sign=Sign::Warning/><span>{fault}</span> });
    view! { <p class="field-error" id=format!("{id}-fault") aria-live="polite">{shown}</p> }
}

fn hint_line(id: &str, hint: Option<TextProp>) -> impl IntoView + use<> {
    hint.map(|hint| view! { <p class="field-hint" id=format!("{id}-hint")>{move || hint.get()}</p> })
}

fn option_views(options: Options, value: Signal<String>) -> AnyView {
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
    #[prop(optional, into)]
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
    view! {
        <A href=href attr:class="segment" attr:data-current=move || current.get().then_some("")
            attr:aria-current=move || current.get().then_some("true") scroll=false>
            {move || text.get()}
        </A>
    }
}

/// What a cell's field looks like.
#[derive(Clone)]
pub enum CellKind {
    /// A list.
    Choice(Options),
    /// A text, with suggestions.
    Text(Vec<String>),
    /// A number; whether it may be below nothing, and what an arrow key makes of it.
    Number {
        /// Whether a sign may be needed.
        signed: bool,
        /// The number a step up (true) or down.
        step: Callback<(String, bool), Option<String>>,
    },
    /// One of the browser's own fields: `date`, `datetime-local`.
    Native(&'static str),
}

/// A cell of a row: its field, and whether its value is missing.
#[component]
pub fn CellField(
    /// Its name in the page.
    #[prop(into)]
    id: String,
    /// The column.
    #[prop(into)]
    label: String,
    /// What it looks like.
    kind: CellKind,
    /// What is written.
    #[prop(into)]
    value: Signal<String>,
    /// Takes what is written.
    #[prop(into)]
    on_write: Callback<String>,
    /// Whether the value is missing.
    #[prop(into)]
    missing: Signal<bool>,
    /// Takes whether it is.
    #[prop(into)]
    on_missing: Callback<bool>,
    /// What the box for missing values says.
    #[prop(into)]
    missing_label: TextProp,
    /// Said before the mistake.
    #[prop(optional, into)]
    hint: Option<TextProp>,
    /// Worth knowing, but sent all the same.
    #[prop(optional, into)]
    warning: Signal<Option<String>>,
    /// What is wrong.
    #[prop(into)]
    fault: Signal<Option<String>>,
) -> impl IntoView {
    let (of, title) = (label.clone(), label.clone());
    let control = cell_control(&id, kind, Bound { value, on_write, missing, fault });
    let warned = move || warning.get().map(|text| view! { <Icon sign=Sign::Warning/><span>{text}</span> });
    view! {
        <div class="field cell" data-missing=move || missing.get().then_some("")>
            <div class="cell-head">
                <label class="field-label clip" for=id.clone() title=title>{label}</label>
                <label class="cell-missing">
                    <input type="checkbox" prop:checked=move || missing.get()
                        on:change=move |event| on_missing.run(event_target_checked(&event))/>
                    <span>{move || missing_label.get()}<span class="sr-only">": "{of}</span></span>
                </label>
            </div>
            {control}
            {hint_line(&id, hint)}
            <p class="field-warning" id=format!("{id}-warning") aria-live="polite">{warned}</p>
            {fault_line(&id, fault)}
        </div>
    }
}

#[derive(Clone, Copy)]
struct Bound {
    value: Signal<String>,
    on_write: Callback<String>,
    missing: Signal<bool>,
    fault: Signal<Option<String>>,
}

fn cell_control(id: &str, kind: CellKind, bound: Bound) -> AnyView {
    match kind {
        CellKind::Choice(options) => cell_choice(id, options, bound),
        CellKind::Text(levels) => {
            let list = (!levels.is_empty()).then(|| format!("{id}-levels"));
            let options = list.clone().map(|list| {
                let option = |level: String| view! { <option value=level></option> };
                view! { <datalist id=list>{levels.into_iter().map(option).collect_view()}</datalist> }
            });
            view! {
                {cell_input(id, "text", "text", list, None, bound)}
                {options}
            }
            .into_any()
        }
        CellKind::Number { signed, step } => {
            // The number pad of some telephones has no minus.
            let mode = if signed { "text" } else { "decimal" };
            cell_input(id, "text", mode, None, Some(step), bound)
        }
        CellKind::Native(kind) => cell_input(id, kind, "text", None, None, bound),
    }
}

fn cell_choice(id: &str, options: Options, bound: Bound) -> AnyView {
    let Bound { value, on_write, missing, fault } = bound;
    view! {
        <select
            class="input"
            id=id.to_owned()
            aria-describedby=format!("{id}-hint {id}-warning {id}-fault")
            aria-invalid=move || fault.get().map(|_| "true")
            prop:disabled=move || missing.get()
            on:change=move |event| on_write.run(event_target_value(&event))
        >
            <option value="" prop:selected=move || value.with(String::is_empty)></option>
            {option_views(options, value)}
        </select>
    }
    .into_any()
}

fn cell_input(
    id: &str,
    kind: &'static str,
    mode: &'static str,
    list: Option<String>,
    step: Option<Callback<(String, bool), Option<String>>>,
    bound: Bound,
) -> AnyView {
    let Bound { value, on_write, missing, fault } = bound;
    let arrows = move |event: web_sys::KeyboardEvent| {
        let up = event.key() == "ArrowUp";
        let (Some(step), true) = (step, up || event.key() == "ArrowDown") else { return };
        if let Some(next) = step.run((value.get_untracked(), up)) {
            event.prevent_default();
            on_write.run(next);
        }
    };
    view! {
        <input
            class="input"
            id=id.to_owned()
            type=kind
            inputmode=mode
            step=(kind != "text").then_some("any")
            list=list
            autocomplete="off"
            spellcheck="false"
            aria-describedby=format!("{id}-hint {id}-warning {id}-fault")
            aria-invalid=move || fault.get().map(|_| "true")
            prop:disabled=move || missing.get()
            prop:value=move || value.get()
            on:keydown=arrows
            on:input=move |event| on_write.run(event_target_value(&event))
        />
    }
    .into_any()
}
