//! What a large form in a dialog is made of: fields beside each other, texts of several lines, lists of lists.

use super::{
    Choice,
    choice::options,
    form::{FieldFrame, FormState, id_of},
};
use leptos::{html, prelude::*, text_prop::TextProp};

/// Makes the dialog around it wide.
#[component]
pub fn Wide(children: Children) -> impl IntoView {
    view! { <div class="dialog-wide stack">{children()}</div> }
}

/// Fields beside each other, as many as fit.
#[component]
pub fn Fields(children: Children) -> impl IntoView {
    view! { <div class="field-grid">{children()}</div> }
}

/// Lines that scroll inside when there are many.
#[component]
pub fn Lines(children: Children) -> impl IntoView {
    view! { <div class="list-lines">{children()}</div> }
}

/// What scrolls below a form, with its heading.
#[component]
pub fn Beneath(
    /// The heading.
    #[prop(into)]
    title: TextProp,
    /// What stands at the right of the heading.
    #[prop(optional, into)]
    aside: ViewFn,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="beneath">
            <div class="row" data-spread="">
                <h3 class="strong">{move || title.get()}</h3>
                {aside.run()}
            </div>
            {children()}
        </section>
    }
}

/// A field of several lines.
#[component]
pub fn TextArea(
    /// The form it belongs to.
    form: FormState,
    /// Where it stands in the body of the call.
    pointer: &'static str,
    /// Its name.
    #[prop(into)]
    label: TextProp,
    /// What it holds.
    value: RwSignal<String>,
    /// Said before the mistake.
    #[prop(optional, into)]
    hint: Option<TextProp>,
) -> impl IntoView {
    let id = id_of(pointer);
    view! {
        <FieldFrame form pointer label hint>
            <textarea
                class="input text-area"
                id=id.clone()
                name=pointer.trim_start_matches("#/")
                rows="3"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-describedby=format!("{id}-hint {id}-fault")
                aria-invalid=move || form.fault_at(pointer).map(|_| "true")
                prop:value=move || value.get()
                on:input=move |event| {
                    value.set(event_target_value(&event));
                    form.forgive(pointer);
                }
            ></textarea>
        </FieldFrame>
    }
}

/// A line of many alike: its name and a list to choose from.
#[component]
pub fn ListLine(
    /// What is chosen for.
    name: String,
    /// What there is to choose from.
    choices: Signal<Vec<Choice>>,
    /// What is chosen now.
    value: Signal<String>,
    /// Takes the keyboard as soon as it is there.
    #[prop(optional)]
    wanted: bool,
    /// What happens.
    on_choose: Callback<String>,
) -> impl IntoView {
    let node = NodeRef::<html::Select>::new();
    if wanted {
        // A frame later: a dialog gives the keyboard to its first field as it opens.
        node.on_load(move |_| {
            request_animation_frame(move || {
                if let Some(Some(list)) = node.try_get_untracked() {
                    drop(list.focus());
                }
            });
        });
    }
    let title = name.clone();
    view! {
        <label class="list-line">
            <span class="clip" title=title>{name}</span>
            <select class="input select" node_ref=node on:change=move |event| on_choose.run(event_target_value(&event))>
                {options(choices, value)}
            </select>
        </label>
    }
}
