//! What is known of a model beside its columns in the database, as one JSON document.

use contract::{
    datasets::Reading,
    models::{Certainty, Evaluation, Explanation, Feature, LeaderboardEntry, ScoreInterval},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Scores, columns, pictures and the families that were tried.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Card {
    /// Scores on the test rows by metric.
    pub metrics: BTreeMap<String, f64>,
    /// How far each score may be off.
    #[serde(default)]
    pub intervals: BTreeMap<String, ScoreInterval>,
    /// The baseline's scores on the same rows.
    pub baseline: BTreeMap<String, f64>,
    /// The columns that the model reads.
    pub features: Vec<Feature>,
    /// The classes in the order of the probabilities.
    pub classes: Vec<String>,
    /// The families that were tried, best first.
    pub leaderboard: Vec<LeaderboardEntry>,
    /// The data behind the pictures.
    pub evaluation: Evaluation,
    /// What the answers depend on.
    #[serde(default)]
    pub explanation: Explanation,
    /// What the answers can come with.
    #[serde(default)]
    pub certainty: Certainty,
    /// Trials that were made to find it, where they were recorded.
    #[serde(default)]
    pub trials: Option<u32>,
    /// How many rows went where.
    #[serde(default)]
    pub rows: Option<engine::RowCounts>,
    /// Columns that were not learned from, and why.
    #[serde(default)]
    pub excluded: Vec<engine::Excluded>,
    /// Things worth knowing, a sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// How the file was read, where somebody said so.
    #[serde(default)]
    pub reading: Reading,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_from_before_curves_and_readings_is_read() {
        let old = serde_json::json!({
            "metrics": {"r2": 0.9}, "baseline": {}, "features": [], "classes": [], "leaderboard": [],
            "evaluation": {"train_rows": 8, "test_rows": 2, "predicted_actual": [], "confusion": [], "classes": []}
        });
        let card: Card = serde_json::from_value(old).unwrap();
        assert!(card.evaluation.curves.is_empty() && card.evaluation.coefficients.is_empty());
        assert!(card.evaluation.examples.is_empty());
        assert!(card.intervals.is_empty() && card.explanation.importance.is_none());
        assert_eq!((card.trials, card.certainty), (None, Certainty::default()));
        assert_eq!(card.reading, Reading::default());
    }
}
