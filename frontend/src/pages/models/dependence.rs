//! How the mean answer moves with a column: numbers as a line, levels as dots on one scale; most rows lie in the faint part.

use super::curves::class_select;
use crate::{
    i18n::{Key, fill, tr},
    model::{
        figure::{grouped, measured},
        metric::share,
        plot::{Frame, Point},
    },
    ui::{Card, Column, Grid, Legend, Mark, Muted, Plot, Range, Ranges, Row, Stack, Stroke, Strong},
};
use contract::{
    models::{Dependence, Model, PartialDependence},
    training::Task,
};
use leptos::{prelude::*, text_prop::TextProp};
use leptos_router::hooks::use_query_map;
use serde_json::Value;

/// What is drawn: the name of the answer, and whether it is a probability.
#[derive(Clone)]
struct Answer {
    name: TextProp,
    probable: bool,
}

impl Answer {
    fn shown(&self, value: f64) -> String {
        if self.probable { share(value) } else { measured(value) }
    }
}

/// The view; nothing without a column.
pub fn view(model: &Model, parts: Vec<PartialDependence>) -> Option<AnyView> {
    if parts.is_empty() {
        return None;
    }
    let mut classes: Vec<String> = Vec::new();
    for class in parts.iter().flat_map(|part| &part.lines).filter_map(|line| line.class.clone()) {
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    let query = use_query_map();
    let (known, first) = (classes.clone(), classes.first().cloned().unwrap_or_default());
    let chosen = Memo::new(move |_| {
        let asked = query.with(|query| query.get("class")).filter(|class| known.contains(class));
        asked.unwrap_or_else(|| first.clone())
    });
    let select = (classes.len() > 1).then(|| view! { <Row>{class_select(classes, chosen.into())}</Row> });
    let (target, probable) = (model.target.clone(), model.task == Task::Classification);
    let parts = StoredValue::new(parts);
    let pictures = move || {
        let (class, target) = (chosen.get(), target.clone());
        let name: TextProp = if probable {
            (move || fill(Key::model_dependence_probability, &[("class", &class)])).into()
        } else {
            (move || fill(Key::model_dependence_mean, &[("target", &target)])).into()
        };
        let (answer, class) = (Answer { name, probable }, chosen.get());
        let picture = |part: &PartialDependence| picture(part, &class, answer.clone());
        parts.with_value(|parts| parts.iter().map(picture).collect_view())
    };
    let body = view! {
        <Stack>
            <Strong>{tr(Key::model_dependence)}</Strong>
            <Muted>{tr(Key::model_dependence_lead)}</Muted>
            {select}
            <Grid wide=true>{pictures}</Grid>
        </Stack>
    };
    Some(body.into_any())
}

fn picture(part: &PartialDependence, class: &str, answer: Answer) -> Option<AnyView> {
    let of_class = |line: &&Dependence| line.class.as_deref() == Some(class);
    let line = part.lines.iter().find(of_class).or(part.lines.first())?;
    let numbers: Option<Vec<f64>> = part.values.iter().map(Value::as_f64).collect();
    let drawn = match numbers {
        Some(numbers) if numbers.len() > 1 => along(&part.feature, &numbers, line, answer),
        _ => levels(part, line, &answer),
    };
    let rows = grouped(part.rows);
    let asked = move || fill(Key::model_dependence_rows, &[("rows", &rows)]);
    let title = part.feature.clone();
    let card = view! { <Card title=title>{drawn}<Muted>{asked}</Muted></Card> };
    Some(card.into_any())
}

/// Mean, low and high at each value.
fn heights(line: &Dependence) -> impl Iterator<Item = (f64, f64, f64)> {
    let ends = line.low.iter().zip(&line.high);
    line.means.iter().zip(ends).map(|(mean, (low, high))| (*mean, *low, *high))
}

/// A column of numbers.
fn along(feature: &str, numbers: &[f64], line: &Dependence, answer: Answer) -> Option<AnyView> {
    let points: Vec<_> = numbers.iter().copied().zip(heights(line)).collect();
    let means: Vec<Point> = points.iter().map(|(x, (mean, ..))| (*x, *mean)).collect();
    let band: Vec<_> = points.iter().map(|(x, (_, low, high))| (*x, *low, *high)).collect();
    let corners = band.iter().flat_map(|(x, low, high)| [(*x, *low), (*x, *high)]);
    let frame = Frame::around(&corners.chain(means.iter().copied()).collect::<Vec<_>>())?;
    let marks = Signal::derive(move || vec![Mark::Band(band.clone()), Mark::Line(means.clone())]);
    let said = answer.clone();
    let rows = Signal::derive(move || {
        let row = |(x, (mean, low, high)): &(f64, (f64, f64, f64))| {
            vec![measured(*x), said.shown(*mean), said.shown(*low), said.shown(*high)]
        };
        points.iter().map(row).collect::<Vec<_>>()
    });
    let x_name = feature.to_owned();
    let columns = vec![
        Column::numbers(x_name.clone()),
        Column::numbers(tr(Key::model_dependence_column)),
        Column::numbers(tr(Key::model_dependence_low)),
        Column::numbers(tr(Key::model_dependence_high)),
    ];
    let named = x_name.clone();
    let label = move || fill(Key::model_dependence_said, &[("column", &named)]);
    let entries = vec![
        (Stroke::Line, tr(Key::model_dependence_column).into()),
        (Stroke::Band, tr(Key::model_dependence_most).into()),
    ];
    let plot = view! {
        <Plot label frame x_name y_name=answer.name marks columns rows/>
        <Legend entries/>
    };
    Some(plot.into_any())
}

/// A column of levels or dates.
fn levels(part: &PartialDependence, line: &Dependence, answer: &Answer) -> Option<AnyView> {
    let range = |(value, (mean, low, high)): (&Value, (f64, f64, f64))| Range {
        name: match value {
            Value::Null => tr(Key::play_missing).into(),
            Value::String(text) => text.clone().into(),
            other => other.to_string().into(),
        },
        value: mean,
        low,
        high,
        text: answer.shown(mean).into(),
    };
    let ranges: Vec<Range> = part.values.iter().zip(heights(line)).map(range).collect();
    let named = part.feature.clone();
    let label = move || fill(Key::model_dependence_said, &[("column", &named)]);
    let name = answer.name.clone();
    let list = view! {
        <Muted>{move || name.get()}</Muted>
        <Ranges label ranges=Signal::stored(ranges)/>
    };
    Some(list.into_any())
}
