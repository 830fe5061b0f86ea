//! What a model goes by: how much worse it answers when one feature is shuffled among the rows.
//!
//! Source: Breiman, Random forests (2001); Fisher, Rudin, Dominici, All models are wrong, but many are useful (2019).
//! Features that say the same stand in for one another, so that each alone looks less important than both.

use serde::{Deserialize, Serialize};

use super::loss::{Loss, Mean};
use super::{Effort, HeldOut, Predict, rounded, spread};
use crate::metrics::Metric;
use crate::random::SplitMix64;
use crate::scorer::{Schema, Scorer, Scores};

/// Rows that are shuffled at most.
const MAX_ROWS: usize = 2_000;
/// Rows that are shuffled at least, if there are as many.
const MIN_ROWS: usize = 100;
/// Rows that are shuffled when time is short.
const FEWEST_ROWS: usize = 30;
/// Shuffles of a feature at most.
const MAX_REPEATS: usize = 5;
/// Rows × shuffles × features × cost of a row: what all of it may take, a second or two.
const WORK: usize = 60_000_000;
/// Features that are told at most, the most important first.
const MAX_FEATURES: usize = 200;
/// Features whose effect is looked at closely at most.
const MAX_MOVING: usize = 12;

/// What a model goes by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    /// The score that gets worse.
    pub metric: Metric,
    /// The score of the rows as they are.
    pub score: f64,
    /// Held-out rows that were shuffled.
    pub rows: usize,
    /// Shuffles of each feature.
    pub repeats: usize,
    /// At most 200, the most important first.
    pub features: Vec<FeatureImportance>,
}

/// What one feature is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureImportance {
    /// The feature.
    pub feature: String,
    /// How much worse the score gets without it, in units of the score; about 0 or below for one that is of no use.
    pub importance: f64,
    /// The lower end of its interval of 95 %, by the spread of the rows.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The importance of every feature; `None` without rows or when `go_on` says no.
pub(super) fn importance(
    scorer: &Scorer,
    predict: Predict<'_>,
    held: &HeldOut<'_>,
    loss: Loss,
    effort: Effort,
    seed: u64,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<Importance> {
    let schema = scorer.schema();
    let unit = schema.features.len().max(1).saturating_mul(effort.of_row);
    let (work, least) = (effort.of(WORK), effort.of(MIN_ROWS).max(FEWEST_ROWS));
    let repeats = (work / unit.saturating_mul(least)).clamp(1, MAX_REPEATS);
    let most = (work / unit.saturating_mul(repeats)).clamp(least, MAX_ROWS);
    let places = spread(held.rows.len(), most);
    let rows: Vec<usize> = places.iter().map(|at| held.rows[*at]).collect();
    let batch = scorer.batch_of(held.table, &rows);
    let mut scores = Scores::default();
    let mut losses = |batch: &_, scores: &mut Scores| -> Vec<f64> {
        predict(batch, scores);
        let row = |(row, at): (usize, &usize)| loss.of(held.actual, *at, scores.row(row), scorer);
        places.iter().enumerate().map(row).collect()
    };
    let weights: Vec<f64> = places.iter().map(|at| held.weights.map_or(1.0, |w| w[*at])).collect();
    let base = losses(&batch, &mut scores);
    let mean = Mean::of(base.iter().copied().zip(weights.iter().copied()))?.mean;
    let mut shuffled = batch.clone();
    let mut features = Vec::with_capacity(schema.features.len());
    for (at, feature) in schema.features.iter().enumerate() {
        let mut random = SplitMix64::new(seed ^ (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let mut worse = vec![0.0; rows.len()];
        for _ in 0..repeats {
            if !go_on() {
                return None;
            }
            random.shuffle(&mut order);
            shuffled.take_column(at, &batch, order.iter().copied());
            let losses = losses(&shuffled, &mut scores);
            worse.iter_mut().zip(losses.iter().zip(&base)).for_each(|(sum, (l, b))| *sum += l - b);
        }
        shuffled.take_column(at, &batch, 0..rows.len());
        let share = 1.0 / repeats as f64;
        let worse = worse.iter().map(|sum| sum * share).zip(weights.iter().copied());
        if let Some(worse) = Mean::of(worse) {
            features.push(FeatureImportance::of(feature.name.clone(), loss, mean, worse));
        }
    }
    // Stable: equals stay in the order of the schema.
    features.sort_by(|a, b| b.importance.total_cmp(&a.importance));
    features.truncate(MAX_FEATURES);
    let score = rounded(loss.score(mean));
    Some(Importance { metric: loss.metric(), score, rows: rows.len(), repeats, features })
}

impl FeatureImportance {
    /// From the mean loss and how much worse it becomes, in units of the score.
    fn of(feature: String, loss: Loss, mean: f64, worse: Mean) -> Self {
        let told = |apart: f64| {
            let apart = loss.score(mean + apart) - loss.score(mean);
            rounded(if loss == Loss::Wrong { -apart } else { apart })
        };
        let (low, high) = worse.ends();
        Self { feature, importance: told(worse.mean), low: told(low), high: told(high) }
    }
}

/// All features, the most important first; as they stand where none was measured.
pub(super) fn ranked(importance: Option<&Importance>, schema: &Schema) -> Vec<usize> {
    let place = |name: &String| schema.features.iter().position(|feature| feature.name == *name);
    match importance {
        Some(importance) => importance.features.iter().filter_map(|one| place(&one.feature)).collect(),
        None => (0..schema.features.len()).collect(),
    }
}

/// The few features that matter most, without those that are of no use.
pub(super) fn moving(importance: Option<&Importance>, schema: &Schema) -> Vec<usize> {
    let Some(importance) = importance else { return Vec::new() };
    let used = importance.features.iter().filter(|one| one.importance > 0.0).take(MAX_MOVING);
    used.filter_map(|one| schema.features.iter().position(|feature| feature.name == one.feature)).collect()
}
