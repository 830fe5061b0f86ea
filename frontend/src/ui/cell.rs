//! The field of a cell of a row, whose place is known only while running.

use super::{
    Icon, Options, Sign,
    form::{fault_line, hint_line},
    pick::option_views,
};
use leptos::{prelude::*, text_prop::TextProp};

/// What a cell's field looks like.
#[derive(Clone)]
pub enum CellKind {
    /// A list.
    Choice(Options),
    /// A text, with suggestions.
    Text(Vec<String>),
    /// Free text of any length.
    Prose,
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
    #[prop(optional_no_strip)]
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
        CellKind::Prose => cell_prose(id, bound),
    }
}

fn cell_prose(id: &str, bound: Bound) -> AnyView {
    let Bound { value, on_write, missing, fault } = bound;
    view! {
        <textarea
            class="input text-area"
            id=id.to_owned()
            rows="3"
            autocomplete="off"
            aria-describedby=format!("{id}-hint {id}-warning {id}-fault")
            aria-invalid=move || fault.get().map(|_| "true")
            prop:disabled=move || missing.get()
            prop:value=move || value.get()
            on:input=move |event| on_write.run(event_target_value(&event))
        ></textarea>
    }
    .into_any()
}

fn cell_choice(id: &str, options: Options, bound: Bound) -> AnyView {
    let Bound { value, on_write, missing, fault } = bound;
    let known: Vec<String> = options.iter().map(|option| option.0.clone()).collect();
    // A row of the test part may hold what training did not see.
    let strange = move || {
        let strange = value.get();
        let shown = !strange.is_empty() && !known.contains(&strange);
        shown.then(|| view! { <option value=strange.clone() prop:selected=true>{strange.clone()}</option> })
    };
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
            {strange}
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
