//! Predict: rows in, answers out.

use crate::{ModelId, Multiple, PredictionId};
use std::collections::BTreeMap;

wire! {
    /// Rows to predict; each is an object by column name, in which missing and null are missing values.
    #[serde(deny_unknown_fields)]
    pub struct PredictBody {
        /// 1 to 10,000 rows.
        pub rows: Vec<serde_json::Map<String, serde_json::Value>>,
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
        },
        /// A class.
        Label {
            /// The likeliest class.
            label: String,
            /// The probability of each class; they add up to 1.
            probabilities: BTreeMap<String, f64>,
        },
    }
}

calls! {
    /// Predicts: JSON (see PredictBody and PredictAnswer), or text/csv with a header row in and out.
    Predict: Post "/v1/endpoints/{name}/predict", body Multiple => 200 Multiple;
}
