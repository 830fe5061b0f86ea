//! A new password, with its rules below: how each stands is seen while one types.

use crate::{
    i18n::{Key, fill, tr},
    model::{figure::grouped, password},
    ui::{Checked, FormState, PasswordField},
};
use leptos::{prelude::*, text_prop::TextProp};

/// The field of a new password.
#[component]
pub fn NewPasswordField(
    /// The form it belongs to.
    form: FormState,
    /// Where it stands in the body of the call.
    pointer: &'static str,
    /// Its name.
    #[prop(into)]
    label: TextProp,
    /// What it holds.
    value: RwSignal<String>,
    /// What it must not be: the person's own names.
    #[prop(optional, into)]
    about: Signal<Vec<String>>,
) -> impl IntoView {
    let standing = move |rule: fn(&str) -> password::Standing| {
        Signal::derive(move || value.with(|password| rule(password)))
    };
    let guess = Signal::derive(move || {
        let about = about.get();
        let about: Vec<&str> = about.iter().map(String::as_str).collect();
        value.with(|password| password::hard_to_guess(password, &about))
    });
    let bound = |key: Key, bound: usize| move || fill(key, &[("count", &grouped(bound as u64))]);
    view! {
        <PasswordField form pointer label value autocomplete="new-password">
            <Checked standing=standing(password::long_enough)
                text=bound(Key::password_rule_long, password::SHORTEST)/>
            <Checked standing=standing(password::short_enough)
                text=bound(Key::password_rule_short, password::LONGEST)/>
            <Checked standing=guess text=tr(Key::password_rule_guess)/>
        </PasswordField>
    }
}
