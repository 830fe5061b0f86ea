//! What looking at the likeliest rows first gains.

use serde::{Deserialize, Serialize};

use super::rounded;

/// Classes with a curve at most: those with most members.
const MAX_CLASSES: usize = 20;
/// Steps from no row to all.
const STEPS: usize = 50;

/// The cumulative gain of one class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gains {
    /// The class.
    pub class: String,
    /// Its share of all rows: what drawing rows blindly finds.
    pub share: f64,
    /// From no row to all.
    pub points: Vec<GainPoint>,
}

/// What the likeliest rows hold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GainPoint {
    /// The share of the rows that are looked at, the likeliest first; rows of one probability are drawn blindly.
    pub rows: f64,
    /// The share of the members that are found.
    pub found: f64,
    /// How many times more than by drawing blindly: `found / rows`; at no row that of the likeliest.
    pub lift: f64,
}

/// The gains of row-major probabilities `[rows, classes]`. A class without members or without others has none.
pub(super) fn gains(actual: &[u32], probabilities: &[f64], classes: &[String]) -> Vec<Gains> {
    let k = classes.len();
    if k == 0 || probabilities.len() < actual.len() * k {
        return Vec::new();
    }
    let mut members = vec![0_usize; k];
    for class in actual {
        if let Some(count) = members.get_mut(*class as usize) {
            *count += 1;
        }
    }
    let mut order: Vec<usize> =
        (0..k).filter(|class| members[*class] > 0 && members[*class] < actual.len()).collect();
    order.sort_by_key(|class| (std::cmp::Reverse(members[*class]), *class));
    order.truncate(MAX_CLASSES);
    order.sort_unstable();
    let curve = |class: usize| Gains {
        class: classes[class].clone(),
        share: rounded(members[class] as f64 / actual.len() as f64),
        points: points(actual, probabilities, k, class),
    };
    order.into_iter().map(curve).collect()
}

fn points(actual: &[u32], probabilities: &[f64], k: usize, class: usize) -> Vec<GainPoint> {
    let rows = actual.iter().zip(probabilities.chunks_exact(k));
    let mut ranked: Vec<(f64, bool)> = rows.map(|(a, p)| (p[class], *a as usize == class)).collect();
    ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let members = ranked.iter().filter(|(_, member)| *member).count() as f64;
    let count = ranked.len() as f64;
    // The corners: rows looked at and members found after each run of equal probabilities.
    let (mut seen, mut hits) = (0.0, 0.0);
    let mut corners = vec![(0.0, 0.0)];
    for tie in ranked.chunk_by(|a, b| a.0 == b.0) {
        seen += tie.len() as f64;
        hits += tie.iter().filter(|(_, member)| *member).count() as f64;
        corners.push((seen / count, hits / members));
    }
    let mut at = 1;
    let mut point = |step: usize| {
        let rows = step as f64 / STEPS as f64;
        while at + 1 < corners.len() && corners[at].0 < rows {
            at += 1;
        }
        let ((x0, y0), (x1, y1)) = (corners[at - 1], corners[at]);
        let found = y0 + (y1 - y0) * ((rows - x0) / (x1 - x0)).clamp(0.0, 1.0);
        let lift = if step == 0 { y1 / x1 } else { found / rows };
        GainPoint { rows, found: rounded(found), lift: rounded(lift) }
    };
    (0..=STEPS).map(&mut point).collect()
}
