//! What can be done with a data set: download it, and delete it by writing its name.

use super::in_work;
use crate::{
    client::{Remote, save},
    i18n::{Key, fill, say, tr},
    model::path,
    pages::confirm::Confirm,
    session::Tenancy,
    ui::{Button, ButtonLink, FormState, Kind, Sign, Toasts, Tone},
};
use contract::datasets::{Dataset, DatasetStatus, DeleteDataset, DownloadDataset};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;

/// The buttons.
#[component]
pub fn Acts(
    /// The data set.
    dataset: Remote<Dataset>,
) -> impl IntoView {
    let (tenancy, toasts) = (Tenancy::expect(), expect_context::<Toasts>());
    let deleting = RwSignal::new(false);
    let settled = move || dataset.value().filter(|dataset| !in_work(dataset.status));
    let download = Callback::new(move |()| {
        let Some(dataset) = untrack(settled) else { return };
        let ask = untrack(|| tenancy.ask::<DownloadDataset>(&[&dataset.id.to_string()]));
        let toasts = toasts.clone();
        spawn_local(async move {
            if save(ask, format!("{}.csv", dataset.name)).await.is_err() {
                toasts.say(Tone::Bad, say(Key::download_failed));
            }
        });
    });
    let there = Memo::new(move |_| settled().is_some());
    let delete =
        move || {
            tenancy.rights().builds().then(|| view! {
            <Button text=tr(Key::dataset_delete) sign=Sign::Trash on_press=move |()| deleting.set(true)/>
        })
        };
    let address = Memo::new(move |_| {
        let ready = dataset.value().filter(|dataset| dataset.status == DatasetStatus::Ready)?;
        let builds = tenancy.rights().builds();
        builds.then(|| path::train(&tenancy.slug(), &ready.id.to_string()))
    });
    let train = move || {
        address.get().map(|href| view! { <ButtonLink href text=tr(Key::train_title) kind=Kind::Primary/> })
    };
    view! {
        <Show when=move || there.get()>
            <Button text=tr(Key::dataset_download) sign=Sign::Download on_press=download/>
            {delete}
            {train}
        </Show>
        <DeleteDialog dataset open=deleting/>
    }
}

#[component]
fn DeleteDialog(dataset: Remote<Dataset>, open: RwSignal<bool>) -> impl IntoView {
    let (tenancy, toasts, navigate) = (Tenancy::expect(), expect_context::<Toasts>(), use_navigate());
    let form = FormState::default();
    let name = Signal::derive(move || dataset.value().map(|dataset| dataset.name).unwrap_or_default());
    let sure = Callback::new(move |()| {
        let Some(dataset) = untrack(|| dataset.value()) else { return };
        let ask = untrack(|| tenancy.ask::<DeleteDataset>(&[&dataset.id.to_string()]));
        let (list, toasts, navigate) =
            (untrack(|| path::datasets(&tenancy.slug())), toasts.clone(), navigate.clone());
        form.send(ask.send(), move |_| {
            toasts.say(Tone::Good, fill(Key::dataset_deleted, &[("name", &dataset.name)]));
            navigate(&list, Default::default());
        });
    });
    view! {
        <Confirm open title=tr(Key::dataset_delete_title) loses=tr(Key::dataset_delete_loses) act=Key::dataset_delete
            name form on_sure=sure/>
    }
}
