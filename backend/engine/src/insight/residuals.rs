//! How far predicted numbers are off: all together, and by the size of the prediction.

use serde::{Deserialize, Serialize};

use super::rounded;
use crate::math::quantile;
use crate::profile::Histogram;

/// Bars of the histogram.
const BARS: usize = 30;
/// The share at either end that the outer bars take in, however far it reaches.
const TAIL: f64 = 0.01;
/// Bands of predictions at most.
const BANDS: usize = 10;
/// Rows of a band at least, unless there is only one.
const MIN_BAND_ROWS: usize = 10;

/// Residuals `actual − predicted`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Residuals {
    /// How they are distributed: bars of one width between the first and the last percent; the outer bars reach to the
    /// least and the greatest residual.
    pub histogram: Histogram,
    /// By the size of the prediction, rising: bands of about as many rows each.
    pub bands: Vec<ResidualBand>,
}

/// The residuals of predictions of about one size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResidualBand {
    /// The least prediction.
    pub from: f64,
    /// The greatest prediction.
    pub to: f64,
    /// Rows.
    pub rows: u64,
    /// The residuals that 5, 25, 50, 75 and 95 % do not exceed.
    pub quantiles: [f64; 5],
}

/// The residuals of predicted numbers; `None` without a finite one.
pub(super) fn residuals(actual: &[f64], predicted: &[f64]) -> Option<Residuals> {
    let rows = actual.iter().zip(predicted).map(|(a, p)| (*p, a - p));
    let mut rows: Vec<(f64, f64)> = rows.filter(|(p, r)| p.is_finite() && r.is_finite()).collect();
    let mut sorted: Vec<f64> = rows.iter().map(|row| row.1).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let histogram = histogram(&sorted)?;
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    Some(Residuals { histogram, bands: bands(&rows) })
}

fn histogram(sorted: &[f64]) -> Option<Histogram> {
    let (least, most) = (*sorted.first()?, *sorted.last()?);
    let (mut from, mut to) = (quantile(sorted, TAIL), quantile(sorted, 1.0 - TAIL));
    if from >= to {
        (from, to) = (least, most);
    }
    let width = (to - from) / BARS as f64;
    if width.is_nan() || width <= 0.0 || width.is_infinite() {
        return Some(Histogram { edges: vec![least, most], counts: vec![sorted.len()] });
    }
    let mut edges: Vec<f64> = (0..=BARS).map(|n| from + width * n as f64).collect();
    edges[0] = least;
    edges[BARS] = most;
    let mut counts = vec![0; BARS];
    for value in sorted {
        counts[edges[1..BARS].partition_point(|edge| edge <= value)] += 1;
    }
    Some(Histogram { edges, counts })
}

/// Bands of rows sorted by prediction; equal predictions stay together.
fn bands(rows: &[(f64, f64)]) -> Vec<ResidualBand> {
    let count = (rows.len() / MIN_BAND_ROWS).clamp(1, BANDS);
    let mut bands = Vec::new();
    let mut start = 0;
    for band in 1..=count {
        let end = match rows.get(band * rows.len() / count) {
            Some(next) => rows.partition_point(|row| row.0 < next.0),
            None => rows.len(),
        };
        let Some(inside) = rows.get(start..end).filter(|inside| !inside.is_empty()) else { continue };
        start = end;
        let mut sorted: Vec<f64> = inside.iter().map(|row| row.1).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        bands.push(ResidualBand {
            from: rounded(inside[0].0),
            to: rounded(inside[inside.len() - 1].0),
            rows: inside.len() as u64,
            quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map(|q| rounded(quantile(&sorted, q))),
        });
    }
    bands
}
