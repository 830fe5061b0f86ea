//! One run: how far it is, the families as they are scored, its steps, its settings, and what came of it.

use super::{acts::Acts, asked::settings_pairs, live::Live, progress, standing};
use crate::{
    client::{Failure, Line, Remote},
    i18n::{Key, fill, say, tr},
    model::{figure, path},
    pages::train::words,
    session::Tenancy,
    ui::{
        Badge, ButtonLink, Card, Columns, Kind, Link, Loaded, LogLine, LogTail, Muted, Notice, Page,
        ProblemPanel, Stack, Tone, Trail,
    },
};
use contract::training::{GetRun, Run as Value, RunStatus};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// A run.
#[component]
pub fn Run() -> impl IntoView {
    let (tenancy, params) = (Tenancy::expect(), use_params_map());
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let run = Remote::new(move || tenancy.ask::<GetRun>(&[&id.get()]).send());
    let title = move || run.value().map_or_else(|| say(Key::run_title).to_owned(), |run| run.name);
    let trail = move || view! { <Trail href=path::runs(&tenancy.slug()) text=tr(Key::run_list_title)/> };
    let mark = move || {
        run.value().map(|run| {
            let (status, tone, busy) = words::run_status(run.status);
            view! { <Badge text=tr(status) tone busy/> }
        })
    };
    let actions = move || view! { <Acts run/> };
    // The parts of the page follow the run by themselves: only another run builds them anew.
    let known = Memo::new(move |_| run.value().map(|run| run.id));
    let body = move || known.get().map(|id| body(tenancy, id.to_string(), run));
    let view = move |_: Value| ().into_any();
    view! {
        <Page title trail mark=move || mark actions>
            <Loaded remote=run view/>
            {body}
        </Page>
    }
}

fn body(tenancy: Tenancy, id: String, run: Remote<Value>) -> AnyView {
    let live = Live::new(tenancy, id, run);
    let value = Memo::new(move |_| run.value());
    let settings = move || value.with(|run| run.as_ref().map(|run| settings(tenancy, run.clone())));
    let lines = Signal::derive(move || {
        let line = |event: &contract::training::RunEvent| LogLine {
            number: event.sequence,
            at: event.at,
            text: told(&event.message, &event.kind),
        };
        live.events.with(|events| events.iter().map(line).collect::<Vec<_>>())
    });
    view! {
        {line_notice(live)}
        {outcome(tenancy, value)}
        {stopping(value, live)}
        <Card>{progress::view(value, live)}</Card>
        {standing::card(value, live)}
        <Columns>
            <Card title=tr(Key::run_log) flush=true><LogTail label=tr(Key::run_log) lines/></Card>
            <Card title=tr(Key::run_settings)>{settings}</Card>
        </Columns>
    }
    .into_any()
}

/// A step's message; its kind where it says nothing.
fn told(message: &str, kind: &str) -> String {
    if message.is_empty() { kind.replace('_', " ") } else { message.to_owned() }
}

fn line_notice(live: Live) -> impl IntoView {
    move || match live.line.get() {
        Line::Open | Line::Ended => ().into_any(),
        Line::Away => view! { <Notice tone=Tone::Warn text=tr(Key::run_reconnecting)/> }.into_any(),
        Line::Refused(failure) => view! { <ProblemPanel failure/> }.into_any(),
    }
}

/// That somebody asked it to stop.
fn stopping(value: Memo<Option<Value>>, live: Live) -> impl IntoView {
    let shown = Memo::new(move |_| {
        let asked = value.with(|run| {
            let going = run.as_ref().filter(|run| !run.status.is_final());
            going.map(|run| run.stop_requested_at.is_some())
        });
        asked.is_some_and(|asked| asked || live.course.with(|course| course.stopping))
    });
    move || shown.get().then(|| view! { <Notice text=tr(Key::run_stopping)/> })
}

/// What came of it: the model, or why there is none and how to go on.
fn outcome(tenancy: Tenancy, value: Memo<Option<Value>>) -> impl IntoView {
    let ended = Memo::new(move |_| {
        value.with(|run| run.as_ref().map(|run| (run.status, run.model_id, run.error.clone(), run.attempt)))
    });
    move || {
        let (status, model, error, attempt) = ended.get()?;
        let failure = error.map(|problem| Failure::Refused(Box::new(problem)));
        let view = match (status, model) {
            (RunStatus::Succeeded, Some(model)) => {
                let href = path::model(&tenancy.slug(), &model.to_string());
                view! {
                    <Notice tone=Tone::Good text=tr(Key::run_succeeded)>
                        <ButtonLink href text=tr(Key::run_see_model) kind=Kind::Primary/>
                    </Notice>
                }
                .into_any()
            }
            (RunStatus::Failed | RunStatus::Dead, _) => {
                let failure = failure.unwrap_or(Failure::Garbled(200));
                view! { <ProblemPanel failure/> }.into_any()
            }
            (RunStatus::Cancelled, _) => view! { <Notice text=tr(Key::run_cancelled)/> }.into_any(),
            (RunStatus::Queued | RunStatus::Running, _) if failure.is_some() => {
                let try_number = figure::grouped(u64::from(attempt));
                let text = move || fill(Key::run_tries_again, &[("count", &try_number)]);
                view! { <Notice tone=Tone::Warn text/> }.into_any()
            }
            _ => ().into_any(),
        };
        Some(view)
    }
}

/// What was asked for.
fn settings(tenancy: Tenancy, run: Value) -> AnyView {
    let (href, again) = {
        let id = run.dataset_id.to_string();
        (path::dataset(&tenancy.slug(), &id), path::train(&tenancy.slug(), &id))
    };
    let again = tenancy.rights().builds().then(|| view! { <Link href=again text=tr(Key::run_again)/> });
    view! {
        <Stack>
            {settings_pairs(run.settings)}
            <Muted>{tr(Key::run_dataset)} " " <Link href text=run.dataset_id.to_string()/></Muted>
            {again}
        </Stack>
    }
    .into_any()
}
