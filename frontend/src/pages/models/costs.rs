//! What every threshold costs, by the costs of the settings.

use crate::{
    i18n::{Key, fill, tr},
    model::{
        figure::measured,
        metric::share,
        plot::{Frame, Point},
    },
    ui::{Card, Column, Figure, Figures, Mark, Plot},
};
use contract::models::{ThresholdPoint, Thresholds};
use leptos::prelude::*;

/// Whether somebody said what wrong answers cost: unless told, each costs 1.
pub fn told(thresholds: &Thresholds) -> bool {
    thresholds.costs != [[0.0, 1.0], [1.0, 0.0]] && !thresholds.points.is_empty()
}

/// The point next to a threshold.
fn nearest(points: &[ThresholdPoint], threshold: f64) -> Option<&ThresholdPoint> {
    let far = |point: &ThresholdPoint| (point.threshold - threshold).abs();
    points.iter().min_by(|one, other| far(one).total_cmp(&far(other)))
}

/// The picture.
pub fn view(thresholds: Thresholds, threshold: Signal<f64>) -> Option<AnyView> {
    let line: Vec<Point> = thresholds.points.iter().map(|point| (point.threshold, point.cost)).collect();
    let frame = Frame { x: (0.0, 1.0), ..Frame::around(&line)?.from_zero() };
    let points = StoredValue::new(thresholds.points);
    let at = Memo::new(move |_| points.with_value(|points| nearest(points, threshold.get()).cloned()));
    let spot = Signal::derive(move || at.get().map(|at| (at.threshold, at.cost)));
    let best = (thresholds.best, thresholds.best_cost);
    let marks = Signal::derive(move || {
        vec![Mark::Guide(vec![(best.0, 0.0), (best.0, frame.y.1)]), Mark::Line(line.clone())]
    });
    let rows = Signal::derive(move || {
        let row = |point: &ThresholdPoint| {
            let shares = [point.answered, point.precision, point.recall].map(share);
            [measured(point.threshold), measured(point.cost)].into_iter().chain(shares).collect::<Vec<_>>()
        };
        points.with_value(|points| points.iter().map(row).collect::<Vec<_>>())
    });
    let columns = [
        Key::model_threshold_column,
        Key::model_cost_row,
        Key::model_cost_answered,
        Key::model_precision,
        Key::model_recall,
    ];
    let columns = columns.into_iter().map(|key| Column::numbers(tr(key))).collect();
    let here = move || at.get().map_or_else(|| "–".to_owned(), |at| measured(at.cost));
    let said = |(threshold, cost): (f64, f64)| {
        let (threshold, cost) = (share(threshold), measured(cost));
        move || fill(Key::model_cost_at, &[("cost", &cost), ("threshold", &threshold)])
    };
    let chosen = (thresholds.chosen, thresholds.chosen_cost);
    let plot = view! {
        <Card title=tr(Key::model_cost)>
            <Plot label=tr(Key::model_cost_said) frame x_name=tr(Key::model_threshold_column)
                y_name=tr(Key::model_cost_row) marks spot columns rows/>
            <Figures>
                <Figure name=tr(Key::model_cost_here) value=here/>
                <Figure name=tr(Key::model_cost_chosen) value=said(chosen)/>
                <Figure name=tr(Key::model_cost_best) value=said(best)/>
            </Figures>
        </Card>
    };
    Some(plot.into_any())
}
