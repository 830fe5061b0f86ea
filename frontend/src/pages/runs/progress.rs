//! How far a run is: progress, time passed and left, trials, try and best score.

use super::{live::Live, standing};
use crate::{
    i18n::{Key, fill, tr},
    model::{course, figure, metric},
    pages::train::words,
    ui::{Figure, Figures, Progress, Stack},
};
use contract::training::Run;
use leptos::prelude::*;
use std::time::Duration;

/// The figures.
pub fn view(value: Memo<Option<Run>>, live: Live) -> AnyView {
    let ended = Memo::new(move |_| value.with(|run| run.as_ref().is_some_and(|run| run.status.is_final())));
    let now = clock(ended);
    let progress = Signal::derive(move || {
        let told = value.with(|run| run.as_ref().map_or(0.0, |run| run.progress));
        let live = live.course.with(|course| course.status.map_or(told, |_| course.progress));
        if ended.get() { told } else { live }
    });
    let percent = move || figure::percent((progress.get().clamp(0.0, 1.0) * 1000.0) as u64, 1000);
    let lasted = move || {
        let times = value.with(|run| run.as_ref().map(|run| (run.started_at, run.finished_at)));
        let Some((Some(started), finished)) = times else { return none() };
        let until = finished.map_or_else(|| now.get(), contract::Timestamp::millis);
        course::lasted(until - started.millis())
    };
    let left = move || if ended.get() { none() } else { time_left(value, live, now.get()) };
    let attempt =
        move || value.with(|run| run.as_ref().map_or_else(String::new, |run| whole(run.attempt.into())));
    let best = move || {
        let name = standing::metric(value, live);
        let seen = live.course.with(|course| course.trials.best_line(&name).last().map(|(_, point)| point.1));
        let told = || value.with(|run| run.as_ref()?.best.as_ref().map(|best| best.score));
        seen.or_else(told).map_or_else(none, |score| metric::shown(&name, score))
    };
    let best_name =
        move || fill(Key::run_best, &[("metric", &words::metric(&standing::metric(value, live)))]);
    view! {
        <Stack>
            <Progress label=tr(Key::run_progress) value=progress text=percent/>
            <Figures>
                <Figure name=tr(Key::run_lasted) value=lasted/>
                <Figure name=tr(Key::run_left) value=left/>
                <Figure name=tr(Key::run_trials_done) value=move || trials(value, live)/>
                <Figure name=best_name value=best/>
                <Figure name=tr(Key::run_attempt) value=attempt/>
            </Figures>
        </Stack>
    }
    .into_any()
}

fn none() -> String {
    "–".to_owned()
}

fn whole(number: u64) -> String {
    figure::grouped(number)
}

/// The moment, in milliseconds; it stands still once the run has ended.
fn clock(ended: Memo<bool>) -> RwSignal<i64> {
    let now = RwSignal::new(js_sys::Date::now() as i64);
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
    now
}

/// The time left, by the last trial or by what the run said when it was read.
fn time_left(value: Memo<Option<Run>>, live: Live, now: i64) -> String {
    let seen = live.course.with(|course| course.trials.seconds_left(now));
    let told = || value.with(|run| run.as_ref().and_then(|run| run.eta_seconds));
    match seen.or_else(told) {
        Some(seconds) if seconds >= 1.0 => {
            fill(Key::run_about, &[("time", &course::lasted((seconds * 1000.0) as i64))])
        }
        Some(_) => tr(Key::run_any_moment)().to_owned(),
        None => none(),
    }
}

/// Trials that are scored, of those that were asked for.
fn trials(value: Memo<Option<Run>>, live: Live) -> String {
    let told = value.with(|run| run.as_ref().map_or(0, |run| u64::from(run.trials_done)));
    let (seen, asked) = live.course.with(|course| (u64::from(course.trials.searched()), course.trials.asked));
    let asked = asked.or_else(|| value.with(|run| run.as_ref().and_then(|run| run.settings.trials)));
    let done = whole(told.max(seen));
    match asked {
        Some(asked) => fill(Key::run_trials_of, &[("done", &done), ("all", &whole(asked.into()))]),
        None => done,
    }
}
