//! The models that were tried: how they did on the rows that chose and on the test rows, what they took, and their loss.

use crate::{
    i18n::{Key, fill, say, tr},
    model::{
        faults::sentence,
        figure::{bytes, duration, grouped, measured},
        metric,
        plot::{self, Frame},
    },
    pages::train::words,
    ui::{
        Align, Badge, Button, Card, Cell, Column, Gap, Mark, Muted, Notice, Plot, Row, Stack, Strong, Table,
        Tone,
    },
};
use contract::models::{Leaderboard, LeaderboardEntry};
use leptos::prelude::*;

/// Models that are shown at first, and curves: a search may try a thousand.
const MODELS: usize = 10;
const CURVES: usize = 1;

/// What a leaderboard knows: an older one has fewer columns.
#[derive(Clone, Copy)]
struct Has {
    validation: bool,
    test: bool,
    time: bool,
    size: bool,
}

impl Has {
    fn of(board: &Leaderboard) -> Self {
        let any = |has: fn(&LeaderboardEntry) -> bool| board.entries.iter().any(has);
        Self {
            validation: any(|entry| !entry.validation.is_empty()),
            test: any(|entry| !entry.metrics.is_empty()),
            time: any(|entry| entry.fit_seconds.is_some()),
            size: any(|entry| entry.size_bytes.is_some()),
        }
    }
}

/// The view.
pub fn view(board: Leaderboard) -> AnyView {
    let (ranked, has) = (board.metric.clone(), Has::of(&board));
    let named = |key: Key| {
        let ranked = ranked.clone();
        move || fill(key, &[("metric", &words::metric(&ranked))])
    };
    let columns = [
        Some(Column::words(tr(Key::model_family))),
        has.validation.then(|| Column::numbers(named(Key::model_board_validation))),
        has.test.then(|| Column::numbers(named(Key::model_board_test))),
        has.time.then(|| Column::numbers(tr(Key::model_board_time))),
        has.size.then(|| Column::numbers(tr(Key::model_size))),
        Some(Column::words(tr(Key::model_parameters))),
        Some(Column::words(tr(Key::model_notes))),
    ];
    let columns: Vec<Column> = columns.into_iter().flatten().collect();
    // The best is tied with itself.
    let tied = board.entries.iter().skip(1).any(|entry| entry.tied);
    let tied = tied.then(|| view! { <Notice flush=true text=tr(Key::model_board_tied_text)/> });
    let (all, entries) = (RwSignal::new(false), StoredValue::new(board.entries));
    let first = move |few: usize| if all.get() { usize::MAX } else { few };
    let curves = move || {
        let curved = |entry: &&LeaderboardEntry| entry.loss_curve.len() > 1;
        entries.with_value(|entries| {
            entries.iter().filter(curved).take(first(CURVES)).map(loss).collect::<Vec<_>>()
        })
    };
    let rows = move || {
        let line = |(place, entry): (usize, &LeaderboardEntry)| row(&ranked, has, place == 0, entry.clone());
        entries.with_value(|entries| {
            entries.iter().take(first(MODELS)).enumerate().map(line).collect::<Vec<_>>()
        })
    };
    let count = entries.with_value(Vec::len);
    let more = move || {
        (count > MODELS && !all.get()).then(|| {
            let text = move || fill(Key::model_board_all, &[("count", &grouped(count as u64))]);
            view! { <Row><Button text on_press=move |()| all.set(true)/></Row> }
        })
    };
    view! {
        <Stack>
            <Card title=tr(Key::run_families) flush=true>
                <Table label=tr(Key::run_families) columns>{rows}</Table>
                {tied}
            </Card>
            {curves}
            {more}
        </Stack>
    }
    .into_any()
}

fn row(ranked: &str, has: Has, first: bool, entry: LeaderboardEntry) -> AnyView {
    let none = || "–".to_owned();
    let validation = entry.validation.get(ranked).map_or_else(none, |score| metric::shown(ranked, *score));
    let interval = entry.intervals.get(ranked).copied();
    let test =
        entry.metrics.get(ranked).map_or_else(none, |score| metric::with_interval(ranked, *score, interval));
    let tied =
        (entry.tied && !first).then(|| view! { <Badge text=tr(Key::model_board_tied) tone=Tone::Accent/> });
    let trial = (entry.trial > 0).then(|| {
        let number = grouped(u64::from(entry.trial));
        view! { <Muted>{move || fill(Key::model_board_trial, &[("number", &number)])}</Muted> }
    });
    let answers = entry.row_microseconds.map(|micros| {
        let time = duration(micros / 1e6);
        view! { <Muted>{move || fill(Key::model_board_row, &[("time", &time)])}</Muted> }
    });
    let number = |has: bool, text: String| has.then(|| view! { <Cell align=Align::End>{text}</Cell> });
    let took = entry.fit_seconds.map_or_else(none, duration);
    let took = has.time.then(|| {
        view! { <Cell align=Align::End><Stack gap=Gap::Tight><span>{took}</span>{answers}</Stack></Cell> }
    });
    let notes = entry.notes.iter().map(|note| sentence(note)).collect::<Vec<_>>().join(" ");
    view! {
        <tr>
            <Cell>
                <Row><Strong>{tr(words::algorithm(entry.algorithm))}</Strong>{trial}{tied}</Row>
            </Cell>
            {number(has.validation, validation)}
            {number(has.test, test)}
            {took}
            {number(has.size, entry.size_bytes.map_or_else(none, bytes))}
            <Cell><Muted>{parameters(&entry.parameters)}</Muted></Cell>
            <Cell><Muted>{notes}</Muted></Cell>
        </tr>
    }
    .into_any()
}

/// `α 1 · iterations 200`.
fn parameters(value: &serde_json::Value) -> String {
    let Some(fields) = value.as_object() else { return String::new() };
    let text = |(name, value): (&String, &serde_json::Value)| {
        let value = match value.as_f64() {
            Some(number) => measured(number),
            None => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        };
        format!("{} {value}", words::parameter(name))
    };
    fields.iter().map(text).collect::<Vec<_>>().join(" · ")
}

/// The loss after each step of an iterative solver.
fn loss(entry: &LeaderboardEntry) -> Option<AnyView> {
    let points: Vec<_> = entry.loss_curve.iter().map(|point| (point.iteration as f64, point.loss)).collect();
    let points = plot::thin(&points);
    let frame = Frame::around(&points)?;
    let family = entry.algorithm;
    let title = move || fill(Key::model_loss_of, &[("family", say(words::algorithm(family)))]);
    let drawn = points.clone();
    let marks = Signal::derive(move || vec![Mark::Line(drawn.clone())]);
    let rows = Signal::derive(move || {
        points.iter().map(|(step, loss)| vec![measured(*step), measured(*loss)]).collect::<Vec<_>>()
    });
    let columns = vec![Column::numbers(tr(Key::model_step)), Column::numbers(tr(Key::model_loss))];
    let plot = view! {
        <Card title=title>
            <Plot label=title frame x_name=tr(Key::model_step) y_name=tr(Key::model_loss) marks columns rows/>
        </Card>
    };
    Some(plot.into_any())
}
