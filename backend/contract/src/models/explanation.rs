//! What a model's answers depend on.

wire! {
    /// What a model's answers depend on, measured on rows that it did not learn from.
    #[derive(Default)]
    pub struct Explanation {
        /// How much worse the model gets without each column; null where that could not be measured.
        #[serde(default)]
        pub importance: Option<Importance>,
        /// How the mean answer moves with a column, for the most important ones.
        #[serde(default)]
        pub partial_dependence: Vec<PartialDependence>,
    }

    /// How much worse a score gets when the values of a column are shuffled among the rows.
    pub struct Importance {
        /// The score that gets worse.
        pub metric: String,
        /// The score of the rows as they are.
        pub score: f64,
        /// Rows that were shuffled.
        pub rows: u64,
        /// Shuffles of each column.
        pub repeats: u64,
        /// The columns, the most important first, at most 200.
        pub features: Vec<FeatureImportance>,
    }

    /// What a column is worth.
    pub struct FeatureImportance {
        /// The column.
        pub feature: String,
        /// How much worse the score gets, in its own unit; about 0 or below for a column that is of no use.
        pub importance: f64,
        /// The lower end of its interval of 95 %.
        pub low: f64,
        /// The upper end.
        pub high: f64,
    }

    /// The answers over rows in which a column is set to each of some values.
    pub struct PartialDependence {
        /// The column.
        pub feature: String,
        /// The values: rising numbers or dates, or levels, the commonest first.
        pub values: Vec<serde_json::Value>,
        /// One for a number or two classes, else one for each of the likeliest classes.
        pub lines: Vec<Dependence>,
        /// Rows that were asked.
        pub rows: u64,
    }

    /// The answers along the values of a column: numbers, or probabilities of a class.
    pub struct Dependence {
        /// The class that it speaks of; null for a number.
        #[serde(default)]
        pub class: Option<String>,
        /// The mean answer at each value.
        pub means: Vec<f64>,
        /// What a tenth of the rows' answers do not exceed.
        pub low: Vec<f64>,
        /// What nine tenths do not exceed.
        pub high: Vec<f64>,
    }
}
