//! What can be done with a run: stop it and keep the best or cancel it while it goes on, see its model, train again on the same data.

use crate::{
    client::Remote,
    i18n::{Key, fill, say, tr},
    model::path,
    pages::confirm::Confirm,
    session::Tenancy,
    ui::{Button, ButtonLink, FormState, Kind, Sign, Toasts, Tone},
};
use contract::training::{CancelRun, Run, StopRun};
use leptos::prelude::*;

/// The buttons.
#[component]
pub fn Acts(
    /// The run.
    run: Remote<Run>,
) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let open = RwSignal::new(false);
    let facts = Memo::new(move |_| {
        run.value().map(|run| (run.status, run.dataset_id, run.model_id, run.stop_requested_at.is_some()))
    });
    let stop = stopper(tenancy, run);
    let buttons = move || {
        let (status, dataset, model, stopping) = facts.get()?;
        let builds = tenancy.rights().builds();
        let slug = tenancy.slug();
        let stop = (builds && !status.is_final() && !stopping).then(|| {
            view! { <Button text=tr(Key::run_stop) sign=Sign::Check on_press=stop/> }
        });
        let cancel = (builds && !status.is_final()).then(|| {
            view! { <Button text=tr(Key::run_cancel) sign=Sign::Cross on_press=move |()| open.set(true)/> }
        });
        let again = (builds && status.is_final()).then(|| {
            view! { <ButtonLink href=path::train(&slug, &dataset.to_string()) text=tr(Key::run_again)/> }
        });
        let model = model.map(|model| {
            let href = path::model(&slug, &model.to_string());
            view! { <ButtonLink href text=tr(Key::run_see_model) kind=Kind::Primary/> }
        });
        Some(view! { {stop}{cancel}{again}{model} })
    };
    view! { {buttons} <CancelDialog run open/> }
}

/// Asks the run to stop and keep the best: nothing is lost by that, so that nobody is asked again.
fn stopper(tenancy: Tenancy, run: Remote<Run>) -> Callback<()> {
    let (toasts, form) = (expect_context::<Toasts>(), FormState::default());
    Callback::new(move |()| {
        let Some(value) = untrack(|| run.value()) else { return };
        let ask = untrack(|| tenancy.ask::<StopRun>(&[&value.id.to_string()]));
        let (toasts, call) = (toasts.clone(), ask.send());
        let told = toasts.clone();
        let answer = async move {
            let answer = call.await;
            if answer.is_err() {
                told.say(Tone::Bad, say(Key::run_stop_failed));
            }
            answer
        };
        form.send(answer, move |value: Run| {
            toasts.say(Tone::Good, say(Key::run_stop_asked));
            run.put(value);
        });
    })
}

#[component]
fn CancelDialog(run: Remote<Run>, open: RwSignal<bool>) -> impl IntoView {
    let (tenancy, toasts, form) = (Tenancy::expect(), expect_context::<Toasts>(), FormState::default());
    let cancel = Callback::new(move |()| {
        let Some(value) = untrack(|| run.value()) else { return };
        let ask = untrack(|| tenancy.ask::<CancelRun>(&[&value.id.to_string()]));
        let toasts = toasts.clone();
        form.send(ask.send(), move |value: Run| {
            toasts.say(Tone::Good, say(Key::run_cancel_asked));
            run.put(value);
            open.try_set(false);
        });
    });
    let title = move || {
        let name = run.value().map(|run| run.name).unwrap_or_default();
        fill(Key::run_cancel_title, &[("name", &name)])
    };
    view! {
        <Confirm open title loses=tr(Key::run_cancel_loses) keep=Key::run_keep act=Key::run_cancel form on_sure=cancel/>
    }
}
