//! The model as a file: for other programs, for reading, and its card.

use crate::{
    client::{Ask, Failure, Remote, save},
    i18n::{Key, say, tr},
    model::{endpoint, faults::sentence},
    session::Tenancy,
    ui::{Menu, MenuItem, MenuWord, Side, Sign, Toasts, Tone},
};
use contract::{
    Call,
    models::{ExportFormat, ExportModel, ExportModelQuery, GetModelCard, Model},
};
use leptos::{prelude::*, task::spawn_local};

/// The menu.
#[component]
pub fn Exports(
    /// The model.
    model: Remote<Model>,
) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let toasts = StoredValue::new(expect_context::<Toasts>());
    let named = move || {
        model.value().map(|model| {
            let file = format!("{}-v{}", endpoint::suggest(&model.name), model.version);
            (model.id.to_string(), file)
        })
    };
    let export = move |format: ExportFormat, ending: &'static str| {
        let Some((id, file)) = untrack(named) else { return };
        let ask = untrack(|| tenancy.ask::<ExportModel>(&[&id])).query(&ExportModelQuery { format });
        fetch(ask, format!("{file}.{ending}"), toasts.get_value());
    };
    let card = move || {
        let Some((id, file)) = untrack(named) else { return };
        let ask = untrack(|| tenancy.ask::<GetModelCard>(&[&id]));
        fetch(ask, format!("{file}.md"), toasts.get_value());
    };
    let there = Memo::new(move |_| model.value().is_some());
    let face = move || view! { <MenuWord sign=Sign::Download text=tr(Key::model_export)/> };
    move || {
        there.get().then(|| {
            view! {
                <Menu label=tr(Key::model_export_label) side=Side::BelowEnd face>
                    <MenuItem text=tr(Key::model_export_onnx) on_press=move |()| export(ExportFormat::Onnx, "onnx")/>
                    <MenuItem text=tr(Key::model_export_json) on_press=move |()| export(ExportFormat::Json, "json")/>
                    <MenuItem text=tr(Key::model_export_card) on_press=move |()| card()/>
                </Menu>
            }
        })
    }
}

/// Fetches a file; where there is none, says why.
fn fetch<C: Call + 'static>(ask: Ask<C>, file: String, toasts: Toasts) {
    spawn_local(async move {
        match save(ask, file).await {
            Ok(()) => {}
            Err(Failure::Refused(problem)) if !problem.detail.is_empty() => {
                toasts.say(Tone::Bad, sentence(&problem.detail));
            }
            Err(_) => toasts.say(Tone::Bad, say(Key::download_failed)),
        }
    });
}
