//! What can be done with a model: put it on an endpoint, train again, and delete it by writing its name.

use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    model::path,
    pages::confirm::Confirm,
    session::Tenancy,
    ui::{Button, ButtonLink, FormState, Kind, Sign, Toasts, Tone},
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
    let form = FormState::default();
    let name = Signal::derive(move || model.value().map(|model| model.name).unwrap_or_default());
    let sure = Callback::new(move |()| {
        let Some(model) = untrack(|| model.value()) else { return };
        let ask = untrack(|| tenancy.ask::<DeleteModel>(&[&model.id.to_string()]));
        let (list, toasts, navigate) =
            (untrack(|| path::models(&tenancy.slug())), toasts.clone(), navigate.clone());
        form.send(ask.send(), move |_| {
            toasts.say(Tone::Good, fill(Key::model_deleted, &[("name", &model.name)]));
            navigate(&list, Default::default());
        });
    });
    let loses = move || {
        let version = model.value().map(|model| model.version.to_string()).unwrap_or_default();
        fill(Key::model_delete_loses, &[("version", &version)])
    };
    view! {
        <Confirm open title=tr(Key::model_delete_title) loses act=Key::model_delete name form on_sure=sure/>
    }
}
