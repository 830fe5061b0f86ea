//! Predict: rows in, answers out.

use crate::{ModelId, Multiple, PredictionId};
use std::collections::BTreeMap;

wire! {
    /// Rows to predict; each is an object by column name, in which missing and null are missing values.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct PredictBody {
        /// 1 to 10,000 rows; 1 to 1,000 with `explain`.
        pub rows: Vec<serde_json::Map<String, serde_json::Value>>,
        /// Whether each answer comes with what the columns add to it; a number asks for that many columns, those that
        /// add most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub explain: Option<Explain>,
        /// The level, 0.5 to 0.99, of an interval around each number, or of a set of classes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub interval: Option<f64>,
    }

    /// The same wishes as query parameters: for CSV, where they add columns, and for JSON that does not say. What a JSON
    /// answer warns of stands in the header `Amaas-Warnings` of a CSV answer (RFC 9651, a list of display strings).
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct PredictQuery {
        /// `true`, `false`, or how many columns.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub explain: Option<String>,
        /// The level, 0.5 to 0.99.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub interval: Option<f64>,
        /// Whether a CSV has a column `imputed`: the columns that were missing and were filled in, between bars. JSON
        /// names them in any case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub imputed: Option<bool>,
    }

    /// Whether to explain, or by how many columns.
    #[derive(Copy, Eq)]
    #[serde(untagged)]
    pub enum Explain {
        /// By all columns, or not at all.
        All(bool),
        /// By so many columns, 1 or more.
        Most(u32),
    }

    /// The answers; answer `i` belongs to row `i`.
    pub struct PredictAnswer {
        /// The endpoint that was called.
        pub endpoint: String,
        /// The model that answered.
        pub model_id: ModelId,
        /// The model's version.
        pub model_version: u32,
        /// Names this call, for feedback and support.
        pub prediction_id: PredictionId,
        /// One answer a row.
        pub predictions: Vec<Prediction>,
        /// Things worth knowing, such as columns that the model does not read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub warnings: Vec<String>,
    }

    /// One answer: a number, or a class with its probabilities.
    #[serde(untagged)]
    pub enum Prediction {
        /// A number.
        Value {
            /// In the unit of the target column.
            value: f64,
            /// Where the truth lies as often as the level says; only when asked for.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            interval: Option<AnswerInterval>,
            /// What the answer would be without any column; only with `explain`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            base: Option<f64>,
            /// What columns add to the base, the largest first; only with `explain`.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            contributions: Vec<Contribution>,
            /// Columns that were missing and were filled in.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            imputed: Vec<String>,
        },
        /// A class.
        Label {
            /// The likeliest class, or the one of least expected cost where the model's settings name costs.
            label: String,
            /// The probability of each class; they add up to 1.
            probabilities: BTreeMap<String, f64>,
            /// The classes of which one is so as often as the level says; only when asked for.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            set: Option<AnswerSet>,
            /// The probability of the label without any column; only with `explain`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            base: Option<f64>,
            /// What columns add to the base of the label, the largest first; only with `explain`.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            contributions: Vec<Contribution>,
            /// Columns that were missing and were filled in.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            imputed: Vec<String>,
        },
    }

    /// An interval around a number.
    #[derive(Copy)]
    pub struct AnswerInterval {
        /// How often the truth lies within.
        pub level: f64,
        /// From.
        pub low: f64,
        /// To.
        pub high: f64,
    }

    /// A set of classes.
    pub struct AnswerSet {
        /// How often the truth is among them.
        pub level: f64,
        /// The classes, likeliest first; all of them where nothing can be ruled out.
        pub labels: Vec<String>,
    }

    /// What a column adds to an answer.
    pub struct Contribution {
        /// The column.
        pub feature: String,
        /// What it adds: base and the contributions of all columns add up to the number, or to the label's probability.
        pub value: f64,
    }
}

calls! {
    /// Predicts: JSON (see PredictBody and PredictAnswer), or text/csv in and out, read as the model's data set was.
    Predict: Post "/v1/endpoints/{name}/predict", query PredictQuery, body Multiple => 200 Multiple;
}
