//! The leaderboard as it grows: each trial with what it was and its score, and the line of the best one.

use super::live::Live;
use crate::{
    i18n::{Key, fill, say, tr},
    model::{course, figure, metric as scores, plot::Frame, trials::Trial},
    pages::train::words,
    ui::{
        Align, Badge, Button, Card, Cell, Column, Empty, Mark, Muted, Plot, Row, Sign, Stack, Strong, Table,
        Tone,
    },
};
use contract::training::{Algorithm, Run, Task};
use leptos::prelude::*;

/// Trials that are shown at first, and how many more at a time: a search may make a thousand.
const FIRST: usize = 10;
const STEP: usize = 50;

/// The metric that ranks a run's trials: the asked one, else the one of its best, else the usual one.
pub fn metric(value: Memo<Option<Run>>, live: Live) -> String {
    let told = value.with(|run| {
        let run = run.as_ref()?;
        let best = run.best.as_ref().map(|best| best.metric.clone());
        run.settings.metric.clone().or(best)
    });
    let seen = || live.course.with(|course| course.trials.usual_metric().map(str::to_owned));
    told.or_else(seen).unwrap_or_else(|| {
        let task =
            value.with(|run| run.as_ref().and_then(|run| run.settings.task)).unwrap_or(Task::Regression);
        scores::of(task).first().map(|name| (*name).to_owned()).unwrap_or_default()
    })
}

/// The card.
pub fn card(value: Memo<Option<Run>>, live: Live) -> AnyView {
    let name = Memo::new(move |_| metric(value, live));
    let over = Memo::new(move |_| value.with(|run| run.as_ref().is_some_and(|run| run.status.is_final())));
    let shown = RwSignal::new(FIRST);
    let ranked = Memo::new(move |_| live.course.with(|course| course.trials.ranked(&name.get())));
    let fitting =
        Memo::new(move |_| live.course.with(|course| if over.get() { Vec::new() } else { course.fitting() }));
    let none = Memo::new(move |_| ranked.with(Vec::is_empty) && fitting.with(Vec::is_empty));
    let content = move || {
        if none.get() {
            let text = if over.get() { Key::run_families_never } else { Key::run_trials_soon };
            return view! { <Empty sign=Sign::Cube title=tr(Key::run_families_none) text=tr(text) small=true/> }
                .into_any();
        }
        let rows = move || {
            let trials = ranked.with(|ranked| ranked.iter().take(shown.get()).cloned().collect::<Vec<_>>());
            let place = |(place, trial): (usize, Trial)| row(place + 1, trial, &name.get());
            trials.into_iter().enumerate().map(place).collect_view()
        };
        let begun = move || fitting.get().into_iter().map(begun).collect_view();
        view! { <Table label=tr(Key::run_families) columns=columns(name)>{rows}{begun}</Table> }.into_any()
    };
    let more = move || {
        let left = ranked.with(Vec::len).saturating_sub(shown.get());
        (left > 0).then(|| {
            let text = move || fill(Key::run_trials_more, &[("count", &figure::grouped(left as u64))]);
            view! { <Button text on_press=move |()| shown.update(|shown| *shown += STEP)/> }
        })
    };
    view! {
        <Stack>
            <Card title=tr(Key::run_families) flush=true>{content}</Card>
            {more}
            {move || best_line(live, name.get())}
        </Stack>
    }
    .into_any()
}

fn columns(name: Memo<String>) -> Vec<Column> {
    vec![
        Column::numbers(tr(Key::run_rank)),
        Column::words(tr(Key::run_family)),
        Column::numbers(move || fill(Key::run_validation, &[("metric", &words::metric(&name.get()))])),
        Column::words(tr(Key::run_settings)),
        Column::numbers(tr(Key::run_fitting_time)),
    ]
}

fn row(place: usize, trial: Trial, name: &str) -> AnyView {
    let score = trial.scores.get(name).copied();
    let shown = score.map_or_else(|| "–".to_owned(), |score| scores::shown(name, score));
    let best = (place == 1 && score.is_some())
        .then(|| view! { <Badge text=tr(Key::run_family_best) tone=Tone::Good/> });
    let took =
        trial.fit_seconds.map_or_else(|| "–".to_owned(), |seconds| course::lasted((seconds * 1000.0) as i64));
    let own = trial.number > 0 && trial.algorithm != Algorithm::Ensemble;
    let number = own.then(|| {
        let number = figure::grouped(u64::from(trial.number));
        view! { <Muted>{move || fill(Key::run_trial, &[("count", &number)])}</Muted> }
    });
    let family = trial.algorithm;
    let parameters = move || line(&trial);
    view! {
        <tr>
            <Cell align=Align::End>{figure::grouped(place as u64)}</Cell>
            <Cell><Row><Strong>{tr(words::algorithm(family))}</Strong>{number}{best}</Row></Cell>
            <Cell align=Align::End>{shown}</Cell>
            <Cell><Muted>{parameters}</Muted></Cell>
            <Cell align=Align::End>{took}</Cell>
        </tr>
    }
    .into_any()
}

/// A family whose first trial is being fitted.
fn begun(family: Algorithm) -> AnyView {
    view! {
        <tr>
            <Cell align=Align::End>"–"</Cell>
            <Cell>
                <Row>
                    <Strong>{tr(words::algorithm(family))}</Strong>
                    <Badge text=tr(Key::run_family_fitting) tone=Tone::Accent busy=true/>
                </Row>
            </Cell>
            <Cell align=Align::End>"–"</Cell>
            <Cell>""</Cell>
            <Cell align=Align::End>"–"</Cell>
        </tr>
    }
    .into_any()
}

/// What tells a trial from others, in a line; what is switched on is named alone.
fn line(trial: &Trial) -> String {
    let switch = |name: &str| matches!(name, "log_target" | "category_sets");
    let told = trial.parameters.iter().filter(|(name, value)| !switch(name) || **value != 0.0);
    // Over folds these are means of counts, of which the fraction says nothing.
    let counted = |name: &str| matches!(name, "rounds" | "trees");
    let one = |(name, value): (&String, &f64)| {
        let called = words::parameter(name);
        let value = if counted(name) { value.round() } else { *value };
        if switch(name) { called } else { format!("{called} {}", figure::measured(value)) }
    };
    let parts: Vec<_> = told.map(one).collect();
    if parts.is_empty() { say(Key::run_usual).to_owned() } else { parts.join(" · ") }
}

/// How the best score came down (or up), trial by trial; of one trial there is nothing to see.
fn best_line(live: Live, name: String) -> Option<AnyView> {
    let tried: Vec<(u32, Algorithm, (f64, f64))> = live.course.with(|course| {
        let line = course.trials.best_line(&name);
        line.map(|(trial, point)| (trial.number, trial.algorithm, point)).collect()
    });
    if tried.len() < 2 {
        return None;
    }
    let points: Vec<_> = tried.iter().map(|(_, _, point)| *point).collect();
    let frame = Frame::around(&points)?;
    let marks = Signal::derive(move || vec![Mark::Line(points.clone()), Mark::Dots(points.clone())]);
    let shown = name.clone();
    let rows = Signal::derive(move || {
        let row = |(number, family, point): &(u32, Algorithm, (f64, f64))| {
            let called = tr(words::algorithm(*family))().to_owned();
            vec![figure::grouped(u64::from(*number)), called, scores::shown(&shown, point.1)]
        };
        tried.iter().map(row).collect::<Vec<_>>()
    });
    let (axis, head) = (name.clone(), name.clone());
    let columns = vec![
        Column::numbers(tr(Key::run_trials)),
        Column::numbers(tr(Key::run_family)),
        Column::numbers(move || words::metric(&head)),
    ];
    let label = move || fill(Key::run_best, &[("metric", &words::metric(&name))]);
    let title = label.clone();
    Some(
        view! {
            <Card title=title>
                <Plot label frame x_name=tr(Key::run_trials) y_name=move || words::metric(&axis) marks columns rows/>
            </Card>
        }
        .into_any(),
    )
}
