//! Pictures of the test rows: predicted against actual and what is left over, or what was taken for what.

use super::curves;
use super::residuals::{self, named};
use crate::{
    i18n::{Key, tr},
    model::{
        figure::measured,
        plot::{self, Frame, Point},
    },
    ui::{Card, Column, Empty, Grid, Mark, Matrix, Plot, Sign, Stack},
};
use contract::{
    models::{Evaluation, Model},
    training::Task,
};
use leptos::prelude::*;

/// The view.
pub fn view(model: &Model, evaluation: Evaluation) -> AnyView {
    match model.task {
        Task::Regression if !evaluation.predicted_actual.is_empty() => numbers(model, &evaluation),
        Task::Classification if !evaluation.confusion.is_empty() => classes(evaluation),
        Task::Regression | Task::Classification => view! {
            <Card>
                <Empty sign=Sign::Cube title=tr(Key::model_pictures_none) text=tr(Key::model_pictures_none_text)/>
            </Card>
        }
        .into_any(),
    }
}

fn numbers(model: &Model, evaluation: &Evaluation) -> AnyView {
    let pairs: Vec<Point> =
        evaluation.predicted_actual.iter().map(|pair| (pair.actual, pair.predicted)).collect();
    let pairs = plot::thin(&pairs);
    let residuals: Vec<Point> =
        pairs.iter().map(|(actual, predicted)| (*predicted, actual - predicted)).collect();
    let target = model.target.clone();
    let spread = match &evaluation.residuals {
        Some(kept) => residuals::view(kept.clone(), &target),
        None => spread(&residuals, &target).into_any(),
    };
    view! {
        <Grid wide=true>
            {predicted_actual(pairs, &target)}
            {spread}
            {left_over(residuals, &target)}
        </Grid>
    }
    .into_any()
}

fn table_of(points: &[Point]) -> Vec<Vec<String>> {
    points.iter().map(|(x, y)| vec![measured(*x), measured(*y)]).collect()
}

fn predicted_actual(pairs: Vec<Point>, target: &str) -> Option<AnyView> {
    let frame = Frame::around(&pairs)?.square();
    let (low, high) = frame.x;
    let drawn = pairs.clone();
    let marks =
        Signal::derive(move || vec![Mark::Guide(vec![(low, low), (high, high)]), Mark::Dots(drawn.clone())]);
    let rows = Signal::derive(move || table_of(&pairs));
    let (actual, predicted) = (named(Key::model_actual, target), named(Key::model_predicted, target));
    let columns = vec![Column::numbers(actual.clone()), Column::numbers(predicted.clone())];
    let plot = view! {
        <Card title=tr(Key::model_picture_actual)>
            <Plot label=tr(Key::model_picture_actual_said) frame x_name=actual y_name=predicted marks columns rows/>
        </Card>
    };
    Some(plot.into_any())
}

/// Of a model that kept no spread: from the pairs that it kept.
fn spread(residuals: &[Point], target: &str) -> Option<AnyView> {
    let bins = plot::bins(&residuals.iter().map(|point| point.1).collect::<Vec<_>>());
    residuals::spread(bins.clone(), bins, None::<()>, target)
}

fn left_over(residuals: Vec<Point>, target: &str) -> Option<AnyView> {
    let frame = Frame::around(&residuals)?;
    let drawn = residuals.clone();
    let marks = Signal::derive(move || {
        vec![Mark::Guide(vec![(frame.x.0, 0.0), (frame.x.1, 0.0)]), Mark::Dots(drawn.clone())]
    });
    let rows = Signal::derive(move || table_of(&residuals));
    let (predicted, left) = (named(Key::model_predicted, target), named(Key::model_left_over, target));
    let columns = vec![Column::numbers(predicted.clone()), Column::numbers(left.clone())];
    let plot = view! {
        <Card title=tr(Key::model_picture_left)>
            <Plot label=tr(Key::model_picture_left_said) frame x_name=predicted y_name=left marks columns rows/>
        </Card>
    };
    Some(plot.into_any())
}

fn classes(evaluation: Evaluation) -> AnyView {
    let (classes, counts) = (evaluation.classes.clone(), evaluation.confusion.clone());
    view! {
        <Stack>
            <Card title=tr(Key::model_confusion) flush=true>
                <Matrix label=tr(Key::model_confusion_said) rows_name=tr(Key::model_confusion_actual)
                    columns_name=tr(Key::model_confusion_predicted) classes counts/>
            </Card>
            {curves::view(evaluation)}
        </Stack>
    }
    .into_any()
}
