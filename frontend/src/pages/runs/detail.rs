//! One run: how far it is, the families as they are scored, its steps, its settings, and what came of it.

use super::{acts::Acts, live::Live, standing};
use crate::{
    client::{Failure, Line, Remote},
    i18n::{Key, fill, say, tr},
    model::{course, figure, metric, path},
    pages::train::words,
    session::Tenancy,
    ui::{
        Badge, ButtonLink, Card, Columns, Figure, Figures, Kind, Link, Loaded, LogLine, LogTail, Muted,
        Notice, Page, Pair, Pairs, ProblemPanel, Progress, Stack, Tone, Trail,
    },
};
use contract::training::{GetRun, Run as Value, RunSettings, RunStatus, Split};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use std::time::Duration;

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
        <Card>{how_far(value, live)}</Card>
        <Columns>
            <Stack>
                {standing::card(value, live)}
                <Card title=tr(Key::run_log) flush=true><LogTail label=tr(Key::run_log) lines/></Card>
            </Stack>
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

/// Progress, time, try and best score.
fn how_far(value: Memo<Option<Value>>, live: Live) -> impl IntoView {
    let now = RwSignal::new(js_sys::Date::now() as i64);
    let ended = Memo::new(move |_| value.with(|run| run.as_ref().is_some_and(|run| run.status.is_final())));
    Effect::new(move |_| {
        let tick = move || {
            now.try_set(js_sys::Date::now() as i64);
        };
        if !ended.get()
            && let Ok(timer) = set_interval_with_handle(tick, Duration::from_secs(1))
        {
            on_cleanup(move || timer.clear());
        }
    });
    let progress = Signal::derive(move || {
        let told = value.with(|run| run.as_ref().map_or(0.0, |run| run.progress));
        let live = live.course.with(|course| course.status.map_or(told, |_| course.progress));
        if ended.get() { told } else { live }
    });
    let percent = move || figure::percent((progress.get().clamp(0.0, 1.0) * 1000.0) as u64, 1000);
    let lasted = move || {
        let times = value.with(|run| run.as_ref().map(|run| (run.started_at, run.finished_at)));
        let Some((Some(started), finished)) = times else { return "–".to_owned() };
        let until = finished.map_or_else(|| now.get(), contract::Timestamp::millis);
        course::lasted(until - started.millis())
    };
    let attempt = move || {
        value.with(|run| run.as_ref().map_or_else(String::new, |run| figure::grouped(u64::from(run.attempt))))
    };
    let best = move || {
        let name = standing::metric(value);
        let line = live.course.with(|course| course.best_line(&name));
        line.last().map_or_else(|| "–".to_owned(), |best| metric::shown(&name, best.1))
    };
    let best_name = move || fill(Key::run_best, &[("metric", &words::metric(&standing::metric(value)))]);
    view! {
        <Stack>
            <Progress label=tr(Key::run_progress) value=progress text=percent/>
            <Figures>
                <Figure name=tr(Key::run_lasted) value=lasted/>
                <Figure name=tr(Key::run_attempt) value=attempt/>
                <Figure name=best_name value=best/>
            </Figures>
        </Stack>
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

/// Settings as names and values; what was left open is not listed.
pub fn settings_pairs(settings: RunSettings) -> AnyView {
    let usual = || tr(Key::run_usual)().to_owned();
    let task = settings.task;
    let split = settings.split.clone();
    let split = move || match &split {
        Some(split @ (Split::Random { test_fraction } | Split::Stratified { test_fraction })) => {
            format!("{} · {}", say(words::split(split)), metric::share(*test_fraction))
        }
        Some(split @ Split::Column { column }) => format!("{} · {column}", say(words::split(split))),
        Some(split) => say(words::split(split)).to_owned(),
        None => usual(),
    };
    let families = settings.algorithms.clone();
    let families = move || match &families {
        Some(families) => {
            families.iter().map(|family| say(words::algorithm(*family))).collect::<Vec<_>>().join(", ")
        }
        None => say(Key::run_families_all).to_owned(),
    };
    let ranked = settings.metric.clone();
    let ranked = move || ranked.as_ref().map_or_else(usual, |name| words::metric(name));
    let number = |key: Key, value: Option<String>| value.map(|value| view! { <Pair name=tr(key) value/> });
    let features = settings.features.as_ref().map(|features| figure::grouped(features.len() as u64));
    let descent = settings.gradient_descent.clone();
    let of_descent = |key: Key, value: Option<f64>| number(key, value.map(figure::measured));
    let descent = descent.map(|descent| {
        let steps = descent.max_iterations.map(f64::from);
        view! {
            {of_descent(Key::train_rate, descent.learning_rate)}
            {of_descent(Key::train_steps, steps)}
            {of_descent(Key::train_tolerance, descent.tolerance)}
        }
    });
    view! {
        <Pairs>
            <Pair name=tr(Key::train_target) value=settings.target.clone()/>
            {task.map(|task| view! { <Pair name=tr(Key::train_task) value=tr(words::task(task))/> })}
            <Pair name=tr(Key::train_split) value=split/>
            <Pair name=tr(Key::train_metric) value=ranked/>
            {number(Key::run_features, features)}
            <Pair name=tr(Key::train_families) value=families/>
            {settings.scaling.map(|way| view! { <Pair name=tr(Key::train_scaling) value=tr(words::scaling(way))/> })}
            {settings.target_scaling.map(|way| {
                view! { <Pair name=tr(Key::train_target_scaling) value=tr(words::target_scaling(way))/> }
            })}
            {number(Key::train_seed, settings.seed.map(|seed| seed.to_string()))}
            {number(Key::train_alpha, settings.alpha.map(figure::measured))}
            {descent}
        </Pairs>
    }
    .into_any()
}
