//! How answers miss: all together, and by the size of the answer.

use crate::{
    i18n::{Key, fill, tr},
    model::{
        figure::{grouped, measured},
        plot::Frame,
    },
    ui::{Card, Column, Legend, Mark, Muted, Plot, Stroke},
};
use contract::{
    datasets::Histogram,
    models::{ResidualBand, Residuals},
};
use leptos::prelude::*;

/// Both pictures, each where there is something to draw.
pub fn view(residuals: Residuals, target: &str) -> AnyView {
    view! { {histogram(&residuals.histogram, target)} {bands(residuals.bands, target)} }.into_any()
}

/// A message that names the target.
pub fn named(key: Key, target: &str) -> impl Fn() -> String + Clone + Send + Sync + 'static {
    let target = target.to_owned();
    move || fill(key, &[("target", &target)])
}

/// From, to, and how many.
pub type Bin = (f64, f64, u64);

fn bins(histogram: &Histogram) -> Vec<Bin> {
    let bounds = histogram.edges.iter().zip(histogram.edges.iter().skip(1));
    bounds.zip(&histogram.counts).map(|((from, to), count)| (*from, *to, *count)).collect()
}

/// The bins as they are drawn: the outer ones reach far, and would leave no room for the others.
fn clipped(bins: &[Bin]) -> Vec<Bin> {
    let mut drawn = bins.to_vec();
    let inner = bins.get(1).filter(|_| bins.len() > 3).map(|bin| bin.1 - bin.0);
    if let Some(width) = inner {
        if let Some(first) = drawn.first_mut() {
            first.0 = first.0.max(first.1 - width);
        }
        if let Some(last) = drawn.last_mut() {
            last.1 = last.1.min(last.0 + width);
        }
    }
    drawn
}

fn histogram(histogram: &Histogram, target: &str) -> Option<AnyView> {
    let bins = bins(histogram);
    let drawn = clipped(&bins);
    if bins.iter().all(|bin| bin.2 == 0) || drawn.first()?.0 >= drawn.last()?.1 {
        return None;
    }
    let outer = [measured(bins.first()?.0), measured(bins.last()?.1)];
    let reach = (drawn != bins).then(|| {
        let text = move || fill(Key::model_spread_reach, &[("least", &outer[0]), ("greatest", &outer[1])]);
        view! { <Muted>{text}</Muted> }
    });
    spread(bins, drawn, reach, target)
}

/// How what is left over is spread: `bins` in the table, `drawn` in the picture, and what the picture cuts off.
pub fn spread(
    bins: Vec<Bin>,
    drawn: Vec<Bin>,
    cut: Option<impl IntoView + 'static>,
    target: &str,
) -> Option<AnyView> {
    let highest = bins.iter().map(|bin| bin.2).max()? as f64;
    let (first, last) = (drawn.first()?.0, drawn.last()?.1);
    let frame = Frame { x: (first, last), y: (0.0, highest * 1.05) };
    let marks = Signal::derive(move || {
        let zero = (first < 0.0 && last > 0.0).then(|| Mark::Guide(vec![(0.0, 0.0), (0.0, highest)]));
        std::iter::once(Mark::Bars(drawn.clone())).chain(zero).collect::<Vec<_>>()
    });
    let rows = Signal::derive(move || {
        let range = |(from, to, count): &Bin| {
            vec![format!("{} – {}", measured(*from), measured(*to)), grouped(*count)]
        };
        bins.iter().map(range).collect::<Vec<_>>()
    });
    let left = named(Key::model_left_over, target);
    let columns = vec![Column::numbers(left.clone()), Column::numbers(tr(Key::chart_count))];
    let plot = view! {
        <Card title=tr(Key::model_picture_spread)>
            <Plot label=tr(Key::model_picture_spread_said) frame x_name=left y_name=tr(Key::chart_count) marks
                columns rows/>
            {cut}
        </Card>
    };
    Some(plot.into_any())
}

fn bands(bands: Vec<ResidualBand>, target: &str) -> Option<AnyView> {
    let corners = |band: &ResidualBand| {
        let [lowest, .., highest] = band.quantiles;
        [(band.from, lowest), (band.to, highest), (band.from, 0.0)]
    };
    let frame = Frame::around(&bands.iter().flat_map(corners).collect::<Vec<_>>())?;
    let boxes: Vec<_> = bands.iter().map(|band| (band.from, band.to, band.quantiles)).collect();
    let marks = Signal::derive(move || {
        vec![Mark::Guide(vec![(frame.x.0, 0.0), (frame.x.1, 0.0)]), Mark::Boxes(boxes.clone())]
    });
    let rows = Signal::derive(move || {
        let row = |band: &ResidualBand| {
            let range = format!("{} – {}", measured(band.from), measured(band.to));
            [range, grouped(band.rows)].into_iter().chain(band.quantiles.map(measured)).collect::<Vec<_>>()
        };
        bands.iter().map(row).collect::<Vec<_>>()
    });
    let (predicted, left) = (named(Key::model_predicted, target), named(Key::model_left_over, target));
    let share = |percent: &'static str| move || fill(Key::model_bands_share, &[("share", percent)]);
    let shares = ["5", "25", "50", "75", "95"].map(|percent| Column::numbers(share(percent)));
    let heads = [Column::numbers(predicted.clone()), Column::numbers(tr(Key::chart_count))];
    let columns: Vec<Column> = heads.into_iter().chain(shares).collect();
    let entries = vec![
        (Stroke::Band, tr(Key::model_bands_half).into()),
        (Stroke::Line, tr(Key::model_bands_middle).into()),
    ];
    let plot = view! {
        <Card title=tr(Key::model_bands)>
            <Plot label=tr(Key::model_bands_said) frame x_name=predicted y_name=left marks columns rows/>
            <Legend entries/>
        </Card>
    };
    Some(plot.into_any())
}
