//! What a model's answers depend on.

use super::ScoreInterval;

wire! {
    /// What a model's answers depend on, measured on its test rows.
    #[derive(Default)]
    pub struct Explanation {
        /// The metric that importance is measured by.
        pub metric: String,
        /// The classes in the order of the dependence's answers; empty for a number.
        #[serde(default)]
        pub classes: Vec<String>,
        /// How much worse the model gets without a column, the most important first.
        #[serde(default)]
        pub importance: Vec<Importance>,
        /// How the mean answer moves with a column, for the most important ones.
        #[serde(default)]
        pub partial_dependence: Vec<PartialDependence>,
    }

    /// How much worse the ranking metric gets when the values of a column are shuffled among the rows.
    pub struct Importance {
        /// The column.
        pub feature: String,
        /// The mean loss of score; at or below zero for a column that tells nothing.
        pub importance: f64,
        /// How far it may be off, with 95 % confidence.
        #[serde(default)]
        pub interval: Option<ScoreInterval>,
    }

    /// The mean answer over rows in which a column is set to each of some values.
    pub struct PartialDependence {
        /// The column.
        pub feature: String,
        /// The values: rising numbers, or levels.
        pub values: Vec<serde_json::Value>,
        /// For each value the mean answer: one number, or the probability of each class.
        pub answers: Vec<Vec<f64>>,
        /// For each value the share of rows that hold it, or are nearest to it.
        #[serde(default)]
        pub shares: Vec<f64>,
    }
}
