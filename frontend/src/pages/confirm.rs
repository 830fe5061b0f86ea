//! Asks before something is lost: says what, and where much is lost asks for its name.

use crate::{
    i18n::{Key, fill, tr},
    ui::{Button, Dialog, Field, Form, FormState, Kind},
};
use leptos::{prelude::*, text_prop::TextProp};

/// The question.
#[component]
pub fn Confirm(
    /// Whether it is asked.
    open: RwSignal<bool>,
    /// The question in short.
    #[prop(into)]
    title: TextProp,
    /// What is lost.
    #[prop(into)]
    loses: TextProp,
    /// More about what is lost.
    #[prop(optional, into)]
    more: Option<TextProp>,
    /// What the deciding button does.
    act: Key,
    /// How the deciding button looks; most acts that are asked about lose something.
    #[prop(default = Kind::Danger)]
    kind: Kind,
    /// What the other button says.
    #[prop(default = Key::action_cancel)]
    keep: Key,
    /// The name that has to be written; without one the button is enough.
    #[prop(optional, into)]
    name: Option<Signal<String>>,
    /// The form that does it, whose faults are shown here.
    form: FormState,
    /// Does it.
    on_sure: Callback<()>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    Effect::new(move |_| {
        if open.get() {
            typed.set(String::new());
            form.check(&[]);
        }
    });
    let matches =
        move || name.is_none_or(|name| typed.with_untracked(|typed| typed.trim() == name.get_untracked()));
    let sure = Callback::new(move |()| {
        if form.check(&[("#/name", Key::confirm_mismatch, matches())]) {
            on_sure.run(());
        }
    });
    let foot = move || {
        view! {
            <Button text=tr(keep) on_press=move |()| open.set(false)/>
            <Button text=tr(act) kind on_press=sure off=form.busy()/>
        }
    };
    let field = move || {
        name.map(|name| {
            let label = move || fill(Key::confirm_label, &[("name", &name.get())]);
            view! { <Field form pointer="#/name" label value=typed/> }
        })
    };
    let paragraph = |text: TextProp| view! { <p>{move || text.get()}</p> };
    let said = StoredValue::new((loses, more));
    let said =
        move || said.with_value(|(loses, more)| (paragraph(loses.clone()), more.clone().map(paragraph)));
    view! {
        <Dialog open title foot>
            <Form state=form on_send=sure>
                {said()}
                {field()}
            </Form>
        </Dialog>
    }
}
