//! What is found of a class when rows are looked at by falling probability.

use crate::{
    i18n::{Key, fill, tr},
    model::{
        figure::measured,
        metric::share,
        plot::{Frame, Point},
    },
    ui::{Card, Column, Mark, Muted, Plot},
};
use contract::models::{GainCurve, GainPoint};
use leptos::prelude::*;

/// The picture; none without points.
pub fn view(gain: GainCurve, spot: Signal<Option<Point>>) -> Option<AnyView> {
    let line: Vec<Point> = gain.points.iter().map(|point| (point.rows, point.found)).collect();
    if line.is_empty() {
        return None;
    }
    let marks =
        Signal::derive(move || vec![Mark::Guide(vec![(0.0, 0.0), (1.0, 1.0)]), Mark::Line(line.clone())]);
    let points = gain.points.clone();
    let rows = Signal::derive(move || {
        let row = |point: &GainPoint| vec![share(point.rows), share(point.found), measured(point.lift)];
        points.iter().map(row).collect::<Vec<_>>()
    });
    let columns = vec![
        Column::numbers(tr(Key::model_gain_rows)),
        Column::numbers(tr(Key::model_recall)),
        Column::numbers(tr(Key::model_gain_lift)),
    ];
    let tenth = gain.points.iter().find(|point| point.rows >= 0.1 && point.rows < 0.5).map(|point| {
        let (rows, found, lift) = (share(point.rows), share(point.found), measured(point.lift));
        let values =
            move || fill(Key::model_gain_tenth, &[("rows", &rows), ("found", &found), ("lift", &lift)]);
        view! { <Muted>{values}</Muted> }
    });
    let class = gain.class;
    let title = move || fill(Key::model_gain, &[("class", &class)]);
    let plot = view! {
        <Card title=title.clone()>
            <Plot label=title frame=Frame::UNIT x_name=tr(Key::model_gain_rows) y_name=tr(Key::model_recall) marks
                spot columns rows/>
            {tenth}
        </Card>
    };
    Some(plot.into_any())
}
