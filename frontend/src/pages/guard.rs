//! The dialog before something is lost for good: it names what is lost and asks for the name.

use crate::{
    i18n::{Key, fill, tr},
    ui::{Button, Dialog, Field, Form, FormState, Kind},
};
use leptos::{prelude::*, text_prop::TextProp};

/// What the dialog says.
#[derive(Clone, Copy)]
pub struct Words {
    /// The question.
    pub title: Key,
    /// What is lost.
    pub loses: Key,
    /// What the button says.
    pub action: Key,
}

/// A dialog that asks for the name of what is lost.
#[component]
pub fn NameGuard(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// What it says.
    words: Words,
    /// The name of what is lost.
    #[prop(into)]
    name: Signal<String>,
    /// More about what is lost.
    #[prop(optional, into)]
    more: Option<TextProp>,
    /// Does it, by the form that shows a refusal.
    #[prop(into)]
    on_confirm: Callback<FormState>,
) -> impl IntoView {
    let (form, typed) = (FormState::default(), RwSignal::new(String::new()));
    Effect::new(move |_| {
        if open.get() {
            typed.set(String::new());
        }
    });
    let confirm = Callback::new(move |()| {
        let same = typed.with_untracked(|typed| typed.trim() == name.get_untracked());
        if form.check(&[("#/name", Key::endpoint_name_mismatch, same)]) {
            on_confirm.run(form);
        }
    });
    let foot = move || {
        view! {
            <Button text=tr(Key::action_cancel) on_press=move |()| open.set(false)/>
            <Button text=tr(words.action) kind=Kind::Danger on_press=confirm off=form.busy()/>
        }
    };
    let label = move || fill(Key::endpoint_name_confirm, &[("name", &name.get())]);
    let more = StoredValue::new(more);
    let more = move || more.get_value().map(|more| view! { <p>{move || more.get()}</p> });
    view! {
        <Dialog open title=tr(words.title) foot>
            <Form state=form on_send=confirm>
                <p>{tr(words.loses)}</p>
                {more()}
                <Field form pointer="#/name" label value=typed/>
            </Form>
        </Dialog>
    }
}
