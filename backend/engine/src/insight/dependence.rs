//! How the answer moves with one feature while the others stay as they are: partial dependence.
//!
//! Source: Friedman, Greedy function approximation (2001); the band is that of the single rows' lines (Goldstein et al.,
//! Peeking inside the black box, 2015). Values that never occur together are put together all the same: with features
//! that move together a line can show what no row would. Free text has no values to walk along, and so no line.

use serde::{Deserialize, Serialize};

use super::{Effort, HeldOut, Predict, SHOWN_CHARACTERS, is_binary, rounded, spread};
use crate::math::{mean, quantile};
use crate::metrics::CellValue;
use crate::scorer::{Batch, CellOutcome, Feature, Schema, Scorer, Scores};
use crate::table::{ColumnKind, format_date_time};

/// Points of a line at most.
const MAX_POINTS: usize = 20;
/// Rows that are asked at most.
const MAX_ROWS: usize = 500;
/// Rows that are asked at least, if there are as many.
const MIN_ROWS: usize = 30;
/// Rows × points × features × cost of a row: what all of it may take, about a second.
const WORK: usize = 40_000_000;
/// Classes with a line at most, with three or more: the likeliest.
const MAX_CLASSES: usize = 6;

/// The lines of one feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartialDependence {
    /// The feature.
    pub feature: String,
    /// Its values: of numbers and dates rising, at quantiles of the held-out rows; of categories the commonest first.
    pub values: Vec<CellValue>,
    /// One for a number or two classes, else one for each of the likeliest classes.
    pub lines: Vec<Dependence>,
    /// Held-out rows that were asked.
    pub rows: usize,
}

/// The answers along the values of a feature: numbers, or probabilities of a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dependence {
    /// The class that it speaks of; none for a number.
    pub class: Option<String>,
    /// The mean answer at each value.
    pub means: Vec<f64>,
    /// What a tenth of the rows' answers do not exceed.
    pub low: Vec<f64>,
    /// What nine tenths do not exceed.
    pub high: Vec<f64>,
}

/// The lines of the given features; those that `go_on` leaves time for.
pub(super) fn partial_dependence(
    scorer: &Scorer,
    predict: Predict<'_>,
    held: &HeldOut<'_>,
    features: &[usize],
    effort: Effort,
    go_on: &mut dyn FnMut() -> bool,
) -> Vec<PartialDependence> {
    let unit = features.len().max(1).saturating_mul(MAX_POINTS).saturating_mul(effort.of_row);
    let most = (effort.of(WORK) / unit).clamp(MIN_ROWS, MAX_ROWS);
    let rows: Vec<usize> = spread(held.rows.len(), most).into_iter().map(|at| held.rows[at]).collect();
    let everything = scorer.batch_of(held.table, held.rows);
    let batch = scorer.batch_of(held.table, &rows);
    let mut scores = Scores::default();
    predict(&batch, &mut scores);
    let outputs = outputs(scorer.schema(), &scores);
    let mut moved = batch.clone();
    let mut found = Vec::new();
    for at in features {
        let Some(feature) = scorer.schema().features.get(*at) else { continue };
        let grid = grid(feature, *at, &everything);
        if rows.is_empty() || grid.len() < 2 {
            continue;
        }
        let mut lines: Vec<Dependence> =
            outputs.iter().map(|output| Dependence::new(scorer.schema(), *output)).collect();
        for value in &grid {
            if !go_on() {
                return found;
            }
            set_all(&mut moved, *at, value);
            predict(&moved, &mut scores);
            lines.iter_mut().zip(&outputs).for_each(|(line, output)| line.push(&scores, *output));
        }
        moved.take_column(*at, &batch, 0..rows.len());
        let values = grid.into_iter().map(|value| shown(feature, value)).collect();
        found.push(PartialDependence { feature: feature.name.clone(), values, lines, rows: rows.len() });
    }
    found
}

/// Which values of an answer have a line.
fn outputs(schema: &Schema, scores: &Scores) -> Vec<usize> {
    if schema.classes.is_empty() {
        return vec![0];
    }
    if is_binary(schema.task, &schema.classes) {
        return vec![1];
    }
    let of_class =
        |class: usize| -> f64 { (0..scores.rows()).filter_map(|row| scores.row(row).get(class)).sum() };
    let mut classes: Vec<(f64, usize)> = (0..scores.width).map(|class| (of_class(class), class)).collect();
    classes.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    classes.truncate(MAX_CLASSES);
    let mut classes: Vec<usize> = classes.into_iter().map(|(_, class)| class).collect();
    classes.sort_unstable();
    classes
}

/// The values that are asked: numbers at quantiles of the rows, the commonest levels.
fn grid(feature: &Feature, at: usize, batch: &Batch) -> Vec<CellValue> {
    match &feature.levels {
        None => {
            let mut sorted: Vec<f64> = batch.numbers(at).iter().copied().filter(|x| x.is_finite()).collect();
            sorted.sort_unstable_by(f64::total_cmp);
            if sorted.is_empty() {
                return Vec::new();
            }
            // The outermost percent is left out: a line that runs to a lone value far away shows nothing.
            let place = |n: usize| 0.01 + 0.98 * n as f64 / (MAX_POINTS - 1) as f64;
            let nearest = |q: f64| sorted[(q * (sorted.len() - 1) as f64).round() as usize];
            let mut distinct = sorted.clone();
            distinct.dedup();
            if distinct.len() > MAX_POINTS {
                distinct = (0..MAX_POINTS).map(|n| nearest(place(n))).collect();
                distinct.dedup();
            }
            distinct.into_iter().map(CellValue::Number).collect()
        }
        Some(levels) => {
            let mut counts = vec![0_usize; levels.len()];
            for level in (0..batch.rows()).filter_map(|row| batch.level(at, row)) {
                if let Some(count) = counts.get_mut(level) {
                    *count += 1;
                }
            }
            let mut order: Vec<usize> = (0..levels.len()).filter(|level| counts[*level] > 0).collect();
            order.sort_by_key(|level| (std::cmp::Reverse(counts[*level]), *level));
            order.truncate(MAX_POINTS);
            order.into_iter().map(|level| CellValue::Text(levels[level].clone())).collect()
        }
    }
}

fn set_all(batch: &mut Batch, feature: usize, value: &CellValue) {
    for row in 0..batch.rows() {
        // The value comes from this very column, so it can be set.
        let _: CellOutcome = match value {
            CellValue::Number(number) => batch.set_number(row, feature, *number),
            CellValue::Text(text) => batch.set_text(row, feature, text),
            CellValue::Missing => batch.set_missing(row, feature),
        };
    }
}

/// A value as it is shown: dates as text, long levels cut.
fn shown(feature: &Feature, value: CellValue) -> CellValue {
    match value {
        CellValue::Number(seconds) if feature.kind == ColumnKind::DateTime => {
            format_date_time(seconds).map_or(CellValue::Number(seconds), CellValue::Text)
        }
        CellValue::Text(text) => CellValue::Text(text.chars().take(SHOWN_CHARACTERS).collect()),
        other => other,
    }
}

impl Dependence {
    fn new(schema: &Schema, output: usize) -> Self {
        let class = schema.classes.get(output).cloned();
        Self { class, means: Vec::new(), low: Vec::new(), high: Vec::new() }
    }

    /// Adds what the rows answer at the next value.
    fn push(&mut self, scores: &Scores, output: usize) {
        let answers = (0..scores.rows()).filter_map(|row| scores.row(row).get(output).copied());
        let mut answers: Vec<f64> = answers.filter(|answer| answer.is_finite()).collect();
        answers.sort_unstable_by(f64::total_cmp);
        self.means.push(rounded(mean(&answers)));
        self.low.push(rounded(quantile(&answers, 0.1)));
        self.high.push(rounded(quantile(&answers, 0.9)));
    }
}
