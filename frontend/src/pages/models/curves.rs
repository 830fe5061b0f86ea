//! Curves of a class against the rest, with a threshold that shows in each what follows from it; the class stands in the
//! address.

use super::{costs, gains};
use crate::{
    i18n::{Key, fill, tr},
    model::{
        curve::{self, Called},
        figure::{grouped, measured},
        metric::share,
        path,
        plot::{Frame, Point},
    },
    ui::{Card, Choice, Column, Figure, Figures, Grid, Mark, Plot, Row, Select, Slider, Stack},
};
use contract::models::{ClassCurves, CurvePoint, Evaluation};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
};

/// The curves; nothing where there are none.
pub fn view(evaluation: Evaluation) -> Option<AnyView> {
    if evaluation.curves.iter().all(|curve| curve.points.is_empty()) {
        return None;
    }
    let query = use_query_map();
    let evaluation = StoredValue::new(evaluation);
    let asked = Memo::new(move |_| query.with(|query| query.get("class")));
    let curve = Memo::new(move |_| {
        evaluation.with_value(|evaluation| curve::chosen(&evaluation.curves, asked.get().as_deref()).cloned())
    });
    let names: Vec<String> = evaluation
        .with_value(|evaluation| evaluation.curves.iter().map(|curve| curve.class.clone()).collect());
    let shown = move || curve.get().map(|curve| pictures(evaluation, curve));
    let chosen = Signal::derive(move || curve.get().map(|curve| curve.class).unwrap_or_default());
    let body = view! {
        <Stack>
            <Row>{class_select(names, chosen)}</Row>
            {shown}
        </Stack>
    };
    Some(body.into_any())
}

/// The choice of a class; choosing changes the address without a step in the history.
pub fn class_select(names: Vec<String>, chosen: Signal<String>) -> AnyView {
    let (navigate, location, query) = (use_navigate(), use_location(), use_query_map());
    let choices = Signal::derive(move || {
        names.iter().map(|name| Choice::new(name.clone(), name.clone())).collect::<Vec<_>>()
    });
    let choose = Callback::new(move |class: String| {
        let (here, tab) = untrack(|| (location.pathname.get(), query.with(|query| query.get("tab"))));
        let address = path::with_query(&here, &[("tab", &tab.unwrap_or_default()), ("class", &class)]);
        navigate(&address, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    view! { <Select label=tr(Key::model_class) choices value=chosen on_choose=choose/> }.into_any()
}

fn pictures(evaluation: StoredValue<Evaluation>, curve: ClassCurves) -> AnyView {
    let (gain, costs) = evaluation.with_value(|evaluation| {
        let gain = evaluation.gains.iter().find(|gain| gain.class == curve.class).cloned();
        (gain, evaluation.thresholds.clone().filter(|costs| costs.class == curve.class && costs::told(costs)))
    });
    let threshold = RwSignal::new(costs.as_ref().map_or(0.5, |costs| costs.chosen));
    let (class, points) = (curve.class.clone(), StoredValue::new(curve.points));
    let at = Memo::new(move |_| points.with_value(|points| curve::at(points, threshold.get()).cloned()));
    let roc = Signal::derive(move || at.get().map(|at| (at.false_positive_rate, at.true_positive_rate)));
    let found = Signal::derive(move || at.get().map(|at| (at.true_positive_rate, at.precision)));
    let said = move |pick: fn(&CurvePoint) -> f64| {
        move || at.with(|at| at.as_ref().map_or_else(|| "–".to_owned(), |at| share(pick(at))))
    };
    let named = class.clone();
    let called = Memo::new(move |_| {
        at.with(|at| evaluation.with_value(|evaluation| curve::called(evaluation, &named, at.as_ref()?)))
    });
    let looked = Signal::derive(move || {
        called.get().map(Called::share).zip(at.with(|at| at.as_ref().map(|at| at.true_positive_rate)))
    });
    let label = move || fill(Key::model_threshold, &[("class", &class)]);
    let curves = (
        points
            .with_value(|points| curve_points(points, |at| (at.false_positive_rate, at.true_positive_rate))),
        points.with_value(|points| curve_points(points, |at| (at.true_positive_rate, at.precision))),
    );
    view! {
        <Card title=tr(Key::model_threshold_title)>
            <Slider label range=(0.0, 1.0) step=0.01 value=threshold shown=move || share(threshold.get())
                on_slide=move |value: f64| threshold.set(value)/>
            <Figures>
                <Figure name=tr(Key::model_recall) value=said(|at| at.true_positive_rate)/>
                <Figure name=tr(Key::model_false_alarms) value=said(|at| at.false_positive_rate)/>
                <Figure name=tr(Key::model_precision) value=said(|at| at.precision)/>
            </Figures>
            {move || called.get().map(counts)}
        </Card>
        <Grid wide=true>
            {picture(Key::model_roc, curve.roc_auc, (Key::model_false_alarms, Key::model_recall), curves.0, roc, true)}
            {picture(Key::model_pr, curve.average_precision, (Key::model_recall, Key::model_precision), curves.1, found, false)}
            {gain.and_then(|gain| gains::view(gain, looked))}
            {costs.and_then(|costs| costs::view(costs, threshold.into()))}
        </Grid>
    }
    .into_any()
}

fn curve_points(points: &[CurvePoint], pick: fn(&CurvePoint) -> Point) -> Vec<(f64, Point)> {
    points.iter().map(|point| (point.threshold, pick(point))).collect()
}

/// What the threshold means in rows.
fn counts(called: Called) -> AnyView {
    view! {
        <Figures>
            <Figure name=tr(Key::model_called_found) value=grouped(called.found)/>
            <Figure name=tr(Key::model_called_missed) value=grouped(called.missed)/>
            <Figure name=tr(Key::model_called_wrong) value=grouped(called.wrong)/>
            <Figure name=tr(Key::model_called_spared) value=grouped(called.spared)/>
        </Figures>
    }
    .into_any()
}

fn picture(
    title: Key,
    area: f64,
    axes: (Key, Key),
    points: Vec<(f64, Point)>,
    spot: Signal<Option<Point>>,
    diagonal: bool,
) -> AnyView {
    let line: Vec<Point> = points.iter().map(|point| point.1).collect();
    let marks = Signal::derive(move || {
        let chance = diagonal.then(|| Mark::Guide(vec![(0.0, 0.0), (1.0, 1.0)]));
        chance.into_iter().chain([Mark::Line(line.clone())]).collect::<Vec<_>>()
    });
    let rows = Signal::derive(move || {
        let row = |(threshold, (x, y)): &(f64, Point)| vec![measured(*threshold), measured(*x), measured(*y)];
        points.iter().map(row).collect::<Vec<_>>()
    });
    let label = move || fill(title, &[("area", &measured(area))]);
    let columns = vec![
        Column::numbers(tr(Key::model_threshold_column)),
        Column::numbers(tr(axes.0)),
        Column::numbers(tr(axes.1)),
    ];
    view! {
        <Card title=label>
            <Plot label frame=Frame::UNIT x_name=tr(axes.0) y_name=tr(axes.1) marks spot columns rows/>
        </Card>
    }
    .into_any()
}
