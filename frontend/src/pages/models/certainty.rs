//! How far one may trust a single answer: whether probabilities mean what they say, whether intervals hold the truth.

use crate::{
    i18n::{Key, fill, tr},
    model::{
        figure::{grouped, measured},
        metric::share,
        plot::{Frame, Point},
    },
    ui::{Card, Column, Empty, Figure, Figures, Grid, Legend, Mark, Muted, Plot, Sign, Stroke},
};
use contract::{
    models::{Coverage, Evaluation, Model, Reliability, ReliabilityPoint},
    training::Task,
};
use leptos::prelude::*;

/// Whether there is anything to show.
pub fn has(evaluation: &Evaluation) -> bool {
    !evaluation.coverage.is_empty()
        || evaluation.reliability.as_ref().is_some_and(|reliability| !reliability.after.is_empty())
}

/// The view.
pub fn view(model: &Model, evaluation: Evaluation) -> AnyView {
    if !has(&evaluation) {
        return view! {
            <Card><Empty sign=Sign::Chart title=tr(Key::model_kept_none) text=tr(Key::model_kept_none_text)/></Card>
        }
        .into_any();
    }
    let coverage = coverage(model.task, evaluation.coverage);
    view! {
        <Grid wide=true>
            {evaluation.reliability.and_then(reliability)}
            {coverage}
        </Grid>
    }
    .into_any()
}

fn line(points: &[ReliabilityPoint]) -> Vec<Point> {
    points.iter().map(|point| (point.stated, point.observed)).collect()
}

fn reliability(reliability: Reliability) -> Option<AnyView> {
    let Reliability { after, error_after, before, error_before } = reliability;
    if after.is_empty() {
        return None;
    }
    let calibrated = error_before.map(|error| {
        let entries = vec![
            (Stroke::Line, tr(Key::model_reliability_after).into()),
            (Stroke::Faint, tr(Key::model_reliability_before).into()),
        ];
        let before = view! { <Figure name=tr(Key::model_reliability_error_before) value=share(error)/> };
        (before, view! { <Legend entries/> })
    });
    let (before_figure, legend) = calibrated.unzip();
    let (said, at_first) = (line(&after), line(&before));
    let ends: Vec<_> = after.iter().map(|point| (point.stated, point.low, point.high)).collect();
    let marks = Signal::derive(move || {
        vec![
            Mark::Guide(vec![(0.0, 0.0), (1.0, 1.0)]),
            Mark::Faint(at_first.clone()),
            Mark::Whiskers(ends.clone()),
            Mark::Line(said.clone()),
            Mark::Dots(said.clone()),
        ]
    });
    let rows = Signal::derive(move || {
        let row = |point: &ReliabilityPoint| {
            let between = format!("{} – {}", share(point.low), share(point.high));
            vec![share(point.stated), share(point.observed), between, grouped(point.rows)]
        };
        after.iter().map(row).collect::<Vec<_>>()
    });
    let columns = [
        Key::model_reliability_stated,
        Key::model_reliability_observed,
        Key::model_interval,
        Key::chart_count,
    ];
    let columns = columns.into_iter().map(|key| Column::numbers(tr(key))).collect();
    let plot = view! {
        <Card title=tr(Key::model_reliability)>
            <Muted>{tr(Key::model_reliability_lead)}</Muted>
            <Plot label=tr(Key::model_reliability_lead) frame=Frame::UNIT x_name=tr(Key::model_reliability_stated)
                y_name=tr(Key::model_reliability_observed) marks columns rows/>
            {legend}
            <Figures>
                <Figure name=tr(Key::model_reliability_error) value=share(error_after)/>
                {before_figure}
            </Figures>
        </Card>
    };
    Some(plot.into_any())
}

fn coverage(task: Task, coverage: Vec<Coverage>) -> Option<AnyView> {
    let held: Vec<Point> = coverage.iter().map(|level| (level.level, level.share)).collect();
    let ends: Vec<_> = coverage.iter().map(|level| (level.level, level.low, level.high)).collect();
    let corners = ends.iter().flat_map(|(level, low, high)| [(*level, *low), (*level, *high)]);
    let frame = Frame::around(&corners.collect::<Vec<_>>())?;
    let diagonal = (frame.x.0.max(frame.y.0), frame.x.1.min(frame.y.1));
    let marks = Signal::derive(move || {
        let (low, high) = diagonal;
        let promised = (low < high).then(|| Mark::Guide(vec![(low, low), (high, high)]));
        let held = [Mark::Whiskers(ends.clone()), Mark::Line(held.clone()), Mark::Dots(held.clone())];
        promised.into_iter().chain(held).collect::<Vec<_>>()
    });
    let (lead, size) = match task {
        Task::Regression => (Key::model_coverage_numbers, Key::model_coverage_width),
        Task::Classification => (Key::model_coverage_classes, Key::model_coverage_size),
    };
    let at =
        coverage.iter().min_by(|one, other| (one.level - 0.9).abs().total_cmp(&(other.level - 0.9).abs()));
    let sentence = at.map(|at| {
        let (level, held, width) = (share(at.level), share(at.share), measured(at.mean_size));
        let values = move || fill(lead, &[("level", &level), ("share", &held), ("size", &width)]);
        view! { <Muted>{values}</Muted> }
    });
    let rows = Signal::derive(move || {
        let row = |level: &Coverage| {
            let between = format!("{} – {}", share(level.low), share(level.high));
            let (promised, held) = (share(level.level), share(level.share));
            vec![promised, held, between, measured(level.mean_size), grouped(level.rows)]
        };
        coverage.iter().map(row).collect::<Vec<_>>()
    });
    let columns =
        [Key::model_coverage_level, Key::model_coverage_held, Key::model_interval, size, Key::chart_count];
    let columns = columns.into_iter().map(|key| Column::numbers(tr(key))).collect();
    let plot = view! {
        <Card title=tr(Key::model_coverage)>
            {sentence}
            <Plot label=tr(Key::model_coverage_said) frame x_name=tr(Key::model_coverage_level)
                y_name=tr(Key::model_coverage_held) marks columns rows/>
        </Card>
    };
    Some(plot.into_any())
}
