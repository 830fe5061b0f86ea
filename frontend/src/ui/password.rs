//! Passwords: hidden until one asks to see them, with their rules below.

use super::form::{FieldFrame, FormState, id_of};
use crate::i18n::{Key, say, tr};
use leptos::{prelude::*, text_prop::TextProp};

/// A password, hidden until one asks to see it.
#[component]
pub fn PasswordField(
    /// The form it belongs to.
    form: FormState,
    /// Where it stands in the body of the call.
    pointer: &'static str,
    /// Its name.
    #[prop(into)]
    label: TextProp,
    /// What it holds.
    value: RwSignal<String>,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
    /// The rules, for a new one.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let id = id_of(pointer);
    let shown = RwSignal::new(false);
    let has_rules = children.is_some();
    let described = if has_rules { format!("{id}-rules {id}-fault") } else { format!("{id}-fault") };
    view! {
        <FieldFrame form pointer label hint=None>
            <div class="input-group">
                <input
                    class="input"
                    id=id.clone()
                    name=pointer.trim_start_matches("#/")
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby=described
                    aria-invalid=move || form.fault_at(pointer).map(|_| "true")
                    prop:value=move || value.get()
                    on:input=move |event| {
                        value.set(event_target_value(&event));
                        form.forgive(pointer);
                    }
                />
                <button
                    class="input-act"
                    type="button"
                    aria-pressed=move || shown.get().to_string()
                    aria-label=tr(Key::password_show_label)
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {move || say(if shown.get() { Key::password_hide } else { Key::password_show })}
                </button>
            </div>
            {children.map(|children| view! { <ul class="rules" id=format!("{id}-rules")>{children()}</ul> })}
        </FieldFrame>
    }
}
