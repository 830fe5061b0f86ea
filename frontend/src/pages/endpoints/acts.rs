//! What can be done with an endpoint: put another model on it, take it back, delete it.

use super::change::{ChangeDialog, Changing};
use crate::{
    i18n::{Key, fill, tr},
    model::{endpoint::before, path},
    pages::{confirm::Confirm, playground::Bench},
    session::Tenancy,
    ui::{Button, Dialog, Form, FormState, FromTo, Kind, Sign, Toasts, Tone},
};
use contract::endpoints::{DeleteEndpoint, RollBackEndpoint};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// The buttons and their dialogs; nothing for people who only read.
#[component]
pub fn Acts(
    /// What the tabs share.
    bench: Bench,
    /// Opens the dialog that changes the model.
    changing: Changing,
) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let (rolling, deleting) = (RwSignal::new(false), RwSignal::new(false));
    let there = Memo::new(move |_| tenancy.rights().builds() && bench.endpoint.value().is_some());
    let past = Memo::new(move |_| bench.endpoint.value().is_some_and(|endpoint| before(&endpoint).is_some()));
    view! {
        <Show when=move || there.get()>
            <Show when=move || past.get()>
                <Button text=tr(Key::endpoint_roll_back) sign=Sign::Refresh on_press=move |()| rolling.set(true)/>
            </Show>
            <Button text=tr(Key::endpoint_change_model) sign=Sign::Cube on_press=move |()| changing.any()/>
            <Button text=tr(Key::endpoint_delete) sign=Sign::Trash on_press=move |()| deleting.set(true)/>
            <RollBackDialog bench open=rolling/>
            <ChangeDialog bench changing/>
            <DeleteDialog bench open=deleting/>
        </Show>
    }
}

#[component]
fn RollBackDialog(bench: Bench, open: RwSignal<bool>) -> impl IntoView {
    let (tenancy, toasts, form) = (Tenancy::expect(), expect_context::<Toasts>(), FormState::default());
    let versions = Memo::new(move |_| {
        let endpoint = bench.endpoint.value()?;
        let back = before(&endpoint)?.model_version;
        Some((endpoint.model_version.to_string(), back.to_string()))
    });
    let named = |version: Option<String>| {
        fill(Key::endpoint_version_named, &[("version", &version.unwrap_or_default())])
    };
    let from = move || named(versions.get().map(|versions| versions.0));
    let to = move || named(versions.get().map(|versions| versions.1));
    let roll = Callback::new(move |()| {
        let ask = untrack(|| tenancy.ask::<RollBackEndpoint>(&[&bench.name.get()]));
        let toasts = toasts.clone();
        form.send(ask.send(), move |endpoint| {
            let version = endpoint.model_version.to_string();
            toasts.say(Tone::Good, fill(Key::endpoint_changed, &[("version", &version)]));
            bench.served_by(endpoint);
            open.try_set(false);
        });
    });
    let foot = move || {
        view! {
            <Button text=tr(Key::action_cancel) on_press=move |()| open.set(false)/>
            <Button text=tr(Key::endpoint_roll_back) kind=Kind::Primary on_press=roll off=form.busy()/>
        }
    };
    view! {
        <Dialog open title=tr(Key::endpoint_roll_back_title) foot>
            <Form state=form on_send=roll>
                <FromTo from to/>
                <p>{tr(Key::endpoint_roll_back_means)}</p>
            </Form>
        </Dialog>
    }
}

#[component]
fn DeleteDialog(bench: Bench, open: RwSignal<bool>) -> impl IntoView {
    let (tenancy, toasts, navigate) = (Tenancy::expect(), expect_context::<Toasts>(), use_navigate());
    let form = FormState::default();
    let sure = Callback::new(move |()| {
        let name = bench.name.get_untracked();
        let (ask, list) =
            untrack(|| (tenancy.ask::<DeleteEndpoint>(&[&name]), path::endpoints(&tenancy.slug())));
        let (toasts, navigate) = (toasts.clone(), navigate.clone());
        form.send(ask.send(), move |_| {
            toasts.say(Tone::Good, fill(Key::endpoint_deleted, &[("name", &name)]));
            navigate(&list, Default::default());
        });
    });
    view! {
        <Confirm open title=tr(Key::endpoint_delete_title) loses=tr(Key::endpoint_delete_loses) act=Key::endpoint_delete
            name=bench.name form on_sure=sure/>
    }
}
