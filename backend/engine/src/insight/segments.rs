//! Where a model errs: its score among the rows of each level of a category, and of each band of a number.

use serde::{Deserialize, Serialize};

use super::loss::{Loss, Mean};
use super::{Actual, HeldOut, SHOWN_CHARACTERS, rounded};
use crate::math::quantile;
use crate::metrics::{Interval, Metric};
use crate::scorer::{Feature, Scorer};
use crate::table::{ColumnData, ColumnKind, MISSING_CODE, format_date_time};

/// Features that are looked at: the most important.
const MAX_FEATURES: usize = 20;
/// Levels of a feature that are looked at: the commonest.
const MAX_LEVELS: usize = 20;
/// Bands of a number.
const BANDS: usize = 5;
/// Rows of a segment at least.
const MIN_ROWS: usize = 10;

/// The scores by one feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segments {
    /// The feature.
    pub feature: String,
    /// The score.
    pub metric: Metric,
    /// The worst first.
    pub segments: Vec<Segment>,
}

/// The rows of one level, or of one band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// The level, the band as `1 to 5`, or `(missing)`.
    pub label: String,
    /// The least value of a band of numbers or dates.
    pub from: Option<f64>,
    /// Its greatest value.
    pub to: Option<f64>,
    /// Rows.
    pub rows: u64,
    /// The score of these rows.
    pub score: f64,
    /// Its interval of 95 %, by the spread of the rows.
    pub interval: Interval,
    /// Whether the interval of the score lies wholly on the worse side of the score of all rows.
    pub worse: bool,
    /// The mean of what is actual: of the target, or the share of the second of two classes.
    pub actual: Option<f64>,
    /// The mean of what was answered: the number, or the probability of the second of two classes.
    pub predicted: Option<f64>,
}

/// One way to put rows together, before they are scored.
struct Group {
    label: String,
    bounds: Option<(f64, f64)>,
    /// Places among the held-out rows.
    places: Vec<usize>,
}

/// The segments of the given features, of which the first few that have any are taken.
pub(super) fn segments(scorer: &Scorer, features: &[usize], held: &HeldOut<'_>, loss: Loss) -> Vec<Segments> {
    let width = held.answers.len().checked_div(held.rows.len()).unwrap_or(0);
    if width == 0 {
        return Vec::new();
    }
    let losses: Vec<f64> = held
        .answers
        .chunks_exact(width)
        .enumerate()
        .map(|(at, answer)| loss.of(held.actual, at, answer, scorer))
        .collect();
    let weight = |at: usize| held.weights.map_or(1.0, |w| w.get(at).copied().unwrap_or(0.0));
    let all = Mean::of(losses.iter().enumerate().map(|(at, loss)| (*loss, weight(at))));
    let Some(all) = all else { return Vec::new() };
    let one = |at: &usize| {
        let feature = scorer.schema().features.get(*at)?;
        let groups = groups(feature, held);
        let scored = |group: &Group| {
            let values = group.places.iter().map(|at| (losses[*at], weight(*at)));
            let mean = Mean::of(values)?;
            Some((mean.mean, segment(group, mean, all, loss, held, width)))
        };
        let mut segments: Vec<(f64, Segment)> = groups.iter().filter_map(scored).collect();
        // Stable: equals stay in their order.
        segments.sort_by(|a, b| b.0.total_cmp(&a.0));
        let segments: Vec<Segment> = segments.into_iter().map(|(_, segment)| segment).collect();
        let metric = loss.metric();
        (segments.len() > 1).then(|| Segments { feature: feature.name.clone(), metric, segments })
    };
    features.iter().filter_map(one).take(MAX_FEATURES).collect()
}

fn segment(group: &Group, mean: Mean, all: Mean, loss: Loss, held: &HeldOut<'_>, width: usize) -> Segment {
    let interval = loss.interval(mean);
    let worst_case = if loss == Loss::Wrong { interval.high } else { interval.low };
    let of_all = loss.score(all.mean);
    let weight = |at: usize| held.weights.map_or(1.0, |w| w.get(at).copied().unwrap_or(0.0));
    let average = |of: &dyn Fn(usize) -> Option<f64>| {
        let values = || group.places.iter().filter_map(|at| of(*at).map(|value| (value, weight(*at))));
        Mean::of(values().collect::<Vec<_>>().into_iter()).map(|mean| rounded(mean.mean))
    };
    let (actual, predicted) = match held.actual {
        Actual::Numbers(values) => {
            (average(&|at| values.get(at).copied()), average(&|at| held.answers.get(at).copied()))
        }
        Actual::Classes(values) if width == 2 => (
            average(&|at| values.get(at).map(|class| f64::from(u8::from(*class == 1)))),
            average(&|at| held.answers.get(at * 2 + 1).copied()),
        ),
        Actual::Classes(_) => (None, None),
    };
    Segment {
        label: group.label.clone(),
        from: group.bounds.map(|bounds| bounds.0),
        to: group.bounds.map(|bounds| bounds.1),
        rows: group.places.len() as u64,
        score: rounded(loss.score(mean.mean)),
        interval: Interval { low: rounded(interval.low), high: rounded(interval.high) },
        worse: if loss == Loss::Wrong { worst_case < of_all } else { worst_case > of_all },
        actual,
        predicted,
    }
}

/// The held-out rows by the values of a feature.
fn groups(feature: &Feature, held: &HeldOut<'_>) -> Vec<Group> {
    let mut groups = match held.table.column(&feature.name).map(|column| &column.data) {
        Some(ColumnData::Categories { codes, levels }) => {
            let code = |row: &usize| codes.get(*row).copied().unwrap_or(MISSING_CODE);
            by_level(levels, held.rows.iter().map(code))
        }
        Some(ColumnData::Numbers(values)) => {
            let value = |row: &usize| values.get(*row).copied().unwrap_or(f64::NAN);
            by_band(feature.kind, &held.rows.iter().map(value).collect::<Vec<_>>())
        }
        None => Vec::new(),
    };
    groups.retain(|group| group.places.len() >= MIN_ROWS);
    groups
}

fn by_level(levels: &[String], codes: impl Iterator<Item = u32>) -> Vec<Group> {
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); levels.len() + 1];
    for (at, code) in codes.enumerate() {
        // What is missing is a level of its own, after the others.
        places[(code as usize).min(levels.len())].push(at);
    }
    let mut order: Vec<usize> = (0..levels.len()).collect();
    order.sort_by_key(|level| (std::cmp::Reverse(places[*level].len()), *level));
    order.truncate(MAX_LEVELS);
    order.push(levels.len());
    let group = |level: usize| Group {
        label: levels
            .get(level)
            .map_or("(missing)".to_owned(), |l| l.chars().take(SHOWN_CHARACTERS).collect()),
        bounds: None,
        places: std::mem::take(&mut places[level]),
    };
    order.into_iter().map(group).collect()
}

/// Bands of about as many rows each; equal values stay together.
fn by_band(kind: ColumnKind, values: &[f64]) -> Vec<Group> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut edges: Vec<f64> =
        (1..BANDS).map(|n| quantile(&sorted, n as f64 / BANDS as f64)).filter(|e| e.is_finite()).collect();
    edges.dedup();
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); edges.len() + 2];
    let missing = places.len() - 1;
    for (at, value) in values.iter().enumerate() {
        let band = if value.is_finite() { edges.partition_point(|edge| edge < value) } else { missing };
        places[band].push(at);
    }
    let text = |value: f64| {
        let date = (kind == ColumnKind::DateTime).then(|| format_date_time(value)).flatten();
        date.unwrap_or_else(|| rounded(value).to_string())
    };
    let group = |(band, places): (usize, Vec<usize>)| {
        if band == missing {
            return Group { label: "(missing)".to_owned(), bounds: None, places };
        }
        let least = places.iter().map(|at| values[*at]).fold(f64::INFINITY, f64::min);
        let most = places.iter().map(|at| values[*at]).fold(f64::NEG_INFINITY, f64::max);
        let label = if least == most { text(least) } else { format!("{} to {}", text(least), text(most)) };
        Group { label, bounds: Some((least, most)), places }
    };
    places.into_iter().enumerate().map(group).collect()
}
