//! What can be done with a model: put it on an endpoint, train again, and delete it by writing its name.

use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    model::path,
    session::Tenancy,
    ui::{Button, ButtonLink, Dialog, Field, Form, FormState, Kind, Sign, Toasts, Tone},
};
use contract::models::{DeleteModel, Model};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// The buttons.
#[component]
pub fn Acts(
    /// The model.
    model: Remote<Model>,
) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let deleting = RwSignal::new(false);
    let facts = Memo::new(move |_| model.value().map(|model| (model.id, model.dataset_id)));
    let buttons = move || {
        let (id, dataset) = facts.get()?;
        if !tenancy.rights().builds() {
            return None;
        }
        let slug = tenancy.slug();
        let put = path::with_query(&path::endpoints(&slug), &[("model", &id.to_string())]);
        let again = path::train(&slug, &dataset.to_string());
        Some(view! {
            <Button text=tr(Key::model_delete) sign=Sign::Trash on_press=move |()| deleting.set(true)/>
            <ButtonLink href=again text=tr(Key::run_again)/>
            <ButtonLink href=put text=tr(Key::model_put) kind=Kind::Primary/>
        })
    };
    view! { {buttons} <DeleteDialog model open=deleting/> }
}

#[component]
fn DeleteDialog(model: Remote<Model>, open: RwSignal<bool>) -> impl IntoView {
    let (tenancy, toasts, navigate) = (Tenancy::expect(), expect_context::<Toasts>(), use_navigate());
    let (form, typed) = (FormState::default(), RwSignal::new(String::new()));
    let name = Signal::derive(move || model.value().map(|model| model.name).unwrap_or_default());
    let matches = Signal::derive(move || typed.with(|typed| typed.trim() == name.get()));
    Effect::new(move |_| {
        if open.get() {
            typed.set(String::new());
        }
    });
    let delete = Callback::new(move |()| {
        let Some(model) = untrack(|| model.value()) else { return };
        if !form.check(&[("#/name", Key::model_delete_mismatch, untrack(|| matches.get()))]) {
            return;
        }
        let ask = untrack(|| tenancy.ask::<DeleteModel>(&[&model.id.to_string()]));
        let (list, toasts, navigate) =
            (untrack(|| path::models(&tenancy.slug())), toasts.clone(), navigate.clone());
        form.send(ask.send(), move |_| {
            toasts.say(Tone::Good, fill(Key::model_deleted, &[("name", &model.name)]));
            navigate(&list, Default::default());
        });
    });
    let foot = move || {
        view! {
            <Button text=tr(Key::action_cancel) on_press=move |()| open.set(false)/>
            <Button text=tr(Key::model_delete) kind=Kind::Danger on_press=delete off=form.busy()/>
        }
    };
    let loses = move || {
        let version = model.value().map(|model| model.version.to_string()).unwrap_or_default();
        fill(Key::model_delete_loses, &[("version", &version)])
    };
    view! {
        <Dialog open title=tr(Key::model_delete_title) foot>
            <Form state=form on_send=delete>
                <p>{loses}</p>
                <Field form pointer="#/name" label=move || fill(Key::model_delete_label, &[("name", &name.get())])
                    value=typed/>
            </Form>
        </Dialog>
    }
}
