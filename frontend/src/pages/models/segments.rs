//! Where the model is worse: scores on parts of the test rows, by column, the worst first.

use crate::{
    i18n::{Key, fill, tr},
    model::{
        figure::{grouped, measured},
        metric, path,
    },
    pages::train::words,
    ui::{
        Align, Badge, Card, Cell, Choice, Column, Empty, Muted, Range, Ranges, Row, Select, Sign, Stack,
        Strong, Table, Tone,
    },
};
use contract::{
    models::{Evaluation, Model, Segment, Segments},
    training::Task,
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
};

/// Parts that stand in the summary.
const WORST: usize = 10;

/// Whether there is anything to show.
pub fn has(evaluation: &Evaluation) -> bool {
    evaluation.segments.iter().any(|column| !column.segments.is_empty())
}

/// The view.
pub fn view(model: &Model, evaluation: Evaluation) -> AnyView {
    let columns: Vec<Segments> =
        evaluation.segments.into_iter().filter(|column| !column.segments.is_empty()).collect();
    if columns.is_empty() {
        return view! {
            <Card><Empty sign=Sign::Chart title=tr(Key::model_kept_none) text=tr(Key::model_kept_none_text)/></Card>
        }
        .into_any();
    }
    let query = use_query_map();
    let names: Vec<String> = columns.iter().map(|column| column.feature.clone()).collect();
    let (known, first) = (names.clone(), names.first().cloned().unwrap_or_default());
    let chosen = Memo::new(move |_| {
        let asked = query.with(|query| query.get("column")).filter(|column| known.contains(column));
        asked.unwrap_or_else(|| first.clone())
    });
    let worst = worst(&columns);
    // Of two classes the means speak of the second one, as shares.
    let means = match model.task {
        Task::Regression => Means { of: model.target.clone(), probable: false },
        Task::Classification => {
            Means { of: model.classes.get(1).cloned().unwrap_or_default(), probable: true }
        }
    };
    let columns = StoredValue::new(columns);
    let shown = move || {
        let of =
            |columns: &Vec<Segments>| columns.iter().find(|column| column.feature == chosen.get()).cloned();
        columns.with_value(of).map(|column| one_column(column, &means))
    };
    view! {
        <Stack>
            {worst}
            <Row>{column_select(names, chosen.into())}</Row>
            {shown}
        </Stack>
    }
    .into_any()
}

/// The choice of a column; choosing changes the address without a step in the history.
fn column_select(names: Vec<String>, chosen: Signal<String>) -> AnyView {
    let (navigate, location) = (use_navigate(), use_location());
    let choices = Signal::derive(move || {
        names.iter().map(|name| Choice::new(name.clone(), name.clone())).collect::<Vec<_>>()
    });
    let choose = Callback::new(move |column: String| {
        let here = untrack(|| location.pathname.get());
        let address = path::with_query(&here, &[("tab", "segments"), ("column", &column)]);
        navigate(&address, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    view! { <Select label=tr(Key::model_segment_column) choices value=chosen on_choose=choose/> }.into_any()
}

/// The parts of all columns that are surely worse than the whole.
fn worst(columns: &[Segments]) -> AnyView {
    let parts = columns.iter().flat_map(|column| column.segments.iter().map(move |part| (column, part)));
    let mut parts: Vec<_> = parts.filter(|(_, part)| part.worse).collect();
    if parts.is_empty() {
        return view! {
            <Card title=tr(Key::model_segments_worst)><Muted>{tr(Key::model_segments_none)}</Muted></Card>
        }
        .into_any();
    }
    parts.sort_by(|(column, one), (_, other)| {
        let rising = one.score.total_cmp(&other.score);
        if metric::greater_is_better(&column.metric) { rising } else { rising.reverse() }
    });
    let row = |(column, part): (&Segments, &Segment)| {
        let score = metric::with_interval(&column.metric, part.score, Some(part.interval));
        let (feature, label, rows) = (column.feature.clone(), label(part), grouped(part.rows));
        view! {
            <tr>
                <Cell><Strong>{feature}</Strong></Cell>
                <Cell>{label}</Cell>
                <Cell align=Align::End>{score}</Cell>
                <Cell align=Align::End>{rows}</Cell>
            </tr>
        }
        .into_any()
    };
    let rows = parts.into_iter().take(WORST).map(row).collect_view();
    let heads = vec![
        Column::words(tr(Key::model_segment_column)),
        Column::words(tr(Key::model_segment)),
        Column::numbers(score_head(columns)),
        Column::numbers(tr(Key::chart_count)),
    ];
    view! {
        <Card title=tr(Key::model_segments_worst) flush=true>
            <Table label=tr(Key::model_segments_worst) columns=heads>{rows}</Table>
        </Card>
    }
    .into_any()
}

fn score_head(columns: &[Segments]) -> impl Fn() -> String + Clone + Send + Sync + 'static {
    let metric = columns.first().map(|column| column.metric.clone()).unwrap_or_default();
    move || words::metric(&metric)
}

/// What a part holds: a level, a band of numbers or dates, or the rows where the value is missing.
fn label(part: &Segment) -> String {
    // The bounds of dates are counted in seconds: only the label says them as dates.
    let numbers = part.label.split(' ').next().is_some_and(|first| first.parse::<f64>().is_ok());
    match (part.from, part.to) {
        (Some(from), Some(to)) if numbers => format!("{} – {}", measured(from), measured(to)),
        _ if part.label == "(missing)" => tr(Key::play_missing)().to_owned(),
        _ => part.label.clone(),
    }
}

/// What the means of a part speak of.
#[derive(Clone)]
struct Means {
    of: String,
    probable: bool,
}

impl Means {
    fn heads(&self) -> [Column; 2] {
        let keys = if self.probable {
            [Key::model_segment_share, Key::model_segment_probability]
        } else {
            [Key::model_segment_actual, Key::model_segment_predicted]
        };
        keys.map(|key| {
            let of = self.of.clone();
            Column::numbers(move || fill(key, &[("target", &of)]))
        })
    }

    fn shown(&self, mean: Option<f64>) -> String {
        let shown = if self.probable { metric::share } else { measured };
        mean.map_or_else(|| "–".to_owned(), shown)
    }
}

fn one_column(column: Segments, means: &Means) -> AnyView {
    let Segments { feature, metric: name, segments } = column;
    let range = |part: &Segment| Range {
        name: label(part).into(),
        value: part.score,
        low: part.interval.low,
        high: part.interval.high,
        text: metric::with_interval(&name, part.score, Some(part.interval)).into(),
    };
    let ranges: Vec<Range> = segments.iter().map(range).collect();
    let means = Some(means).filter(|_| segments.iter().any(|part| part.actual.is_some()));
    let head = name.clone();
    let heads = [
        Column::words(tr(Key::model_segment)),
        Column::numbers(move || words::metric(&head)),
        Column::numbers(tr(Key::chart_count)),
    ];
    let heads: Vec<Column> = heads.into_iter().chain(means.into_iter().flat_map(Means::heads)).collect();
    let rows = segments.iter().map(|part| row(part, &name, means)).collect_view();
    let metric_name = name.clone();
    let title = move || {
        fill(Key::model_segments_by, &[("metric", &words::metric(&metric_name)), ("column", &feature)])
    };
    let said = title.clone();
    view! {
        <Card title=title.clone()>
            <Muted>{tr(Key::model_segments_lead)}</Muted>
            <Ranges label=said ranges=Signal::stored(ranges)/>
        </Card>
        <Card flush=true><Table label=title columns=heads>{rows}</Table></Card>
    }
    .into_any()
}

fn row(part: &Segment, name: &str, means: Option<&Means>) -> AnyView {
    let worse = part.worse.then(|| view! { <Badge text=tr(Key::model_segment_worse) tone=Tone::Warn/> });
    let mean = |value: Option<f64>| {
        means.map(|means| {
            let text = means.shown(value);
            view! { <Cell align=Align::End>{text}</Cell> }
        })
    };
    let (actual, predicted) = (mean(part.actual), mean(part.predicted));
    let (label, rows) = (label(part), grouped(part.rows));
    let score = metric::with_interval(name, part.score, Some(part.interval));
    view! {
        <tr>
            <Cell><Row><Strong>{label}</Strong>{worse}</Row></Cell>
            <Cell align=Align::End>{score}</Cell>
            <Cell align=Align::End>{rows}</Cell>
            {actual}
            {predicted}
        </tr>
    }
    .into_any()
}
