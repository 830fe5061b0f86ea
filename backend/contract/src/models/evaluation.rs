//! How good a model is, as the data behind pictures.

use super::ScoreInterval;
use crate::datasets::Histogram;

wire! {
    /// The data behind the pictures of a model, from its test rows.
    #[derive(Default)]
    pub struct Evaluation {
        /// Rows that trained.
        pub train_rows: u64,
        /// Rows that tested.
        pub test_rows: u64,
        /// Pairs of actual and predicted, at most 2,000, for numbers.
        #[serde(default)]
        pub predicted_actual: Vec<PredictedActual>,
        /// Counts by actual class (row) and predicted class (column), for classes.
        #[serde(default)]
        pub confusion: Vec<Vec<u64>>,
        /// The classes in the order of the matrix.
        #[serde(default)]
        pub classes: Vec<String>,
        /// For classes: a curve for each class against the rest, at most 20 classes.
        #[serde(default)]
        pub curves: Vec<ClassCurves>,
        /// For families with weights: what each input adds, the largest first, at most 200.
        #[serde(default)]
        pub coefficients: Vec<Coefficient>,
        /// Rows that tested, evenly drawn, to try the model with: at most 50, fewer where they are large.
        #[serde(default)]
        pub examples: Vec<Example>,
        /// For numbers: how answers miss.
        #[serde(default)]
        pub residuals: Option<Residuals>,
        /// For classes: what is found when rows are taken by falling probability, a curve for each class.
        #[serde(default)]
        pub gains: Vec<GainCurve>,
        /// For classes: how often what was given a probability is so.
        #[serde(default)]
        pub reliability: Option<Reliability>,
        /// How often intervals and sets held the truth, by their level.
        #[serde(default)]
        pub coverage: Vec<Coverage>,
        /// Scores on parts of the test rows, by column.
        #[serde(default)]
        pub segments: Vec<Segments>,
        /// For two classes: what every threshold costs, by the costs of the settings.
        #[serde(default)]
        pub thresholds: Option<Thresholds>,
    }

    /// How answers miss: actual − predicted.
    pub struct Residuals {
        /// How they are spread: the outer bins reach to the least and the greatest.
        pub histogram: Histogram,
        /// By the size of the answer, rising: bands of about as many rows each.
        #[serde(default)]
        pub bands: Vec<ResidualBand>,
    }

    /// How answers of about one size miss.
    pub struct ResidualBand {
        /// The least answer.
        pub from: f64,
        /// The greatest answer.
        pub to: f64,
        /// Rows.
        pub rows: u64,
        /// The residuals that 5, 25, 50, 75 and 95 % do not exceed.
        pub quantiles: [f64; 5],
    }

    /// What is found of a class when rows are taken by falling probability.
    pub struct GainCurve {
        /// The class.
        pub class: String,
        /// Its share of all rows: what drawing rows blindly finds.
        pub share: f64,
        /// The points from no row to all.
        pub points: Vec<GainPoint>,
    }

    /// A point of a gain curve.
    pub struct GainPoint {
        /// The share of rows that are looked at.
        pub rows: f64,
        /// The share of the class's members among them.
        pub found: f64,
        /// How many times more than by drawing blindly.
        pub lift: f64,
    }

    /// How often what was given a probability is so: of the second of two classes, else of the answered class.
    pub struct Reliability {
        /// As the served model says.
        pub after: Vec<ReliabilityPoint>,
        /// The mean distance of said and seen.
        pub error_after: f64,
        /// As the model said at first; empty when it was not calibrated.
        #[serde(default)]
        pub before: Vec<ReliabilityPoint>,
        /// The mean distance of said and seen at first; null when it was not calibrated.
        #[serde(default)]
        pub error_before: Option<f64>,
    }

    /// Rows of about one probability.
    pub struct ReliabilityPoint {
        /// The mean probability that was said.
        pub stated: f64,
        /// The share that was so.
        pub observed: f64,
        /// The lower end of its interval of 95 %.
        pub low: f64,
        /// The upper end.
        pub high: f64,
        /// Rows.
        pub rows: u64,
    }

    /// How often intervals or sets of one level held the truth.
    pub struct Coverage {
        /// What they promise.
        pub level: f64,
        /// The share of test rows whose interval or set held the truth.
        pub share: f64,
        /// The lower end of its interval of 95 %.
        pub low: f64,
        /// The upper end.
        pub high: f64,
        /// Rows.
        pub rows: u64,
        /// The mean width of the intervals, or the mean number of classes of the sets.
        pub mean_size: f64,
    }

    /// Scores on parts of the test rows by the values of a column.
    pub struct Segments {
        /// The column.
        pub feature: String,
        /// The score.
        pub metric: String,
        /// The parts, the worst first.
        pub segments: Vec<Segment>,
    }

    /// The score on a part of the test rows.
    pub struct Segment {
        /// The level, the band as `1 to 5`, or `(missing)`.
        pub label: String,
        /// The least value of a band.
        #[serde(default)]
        pub from: Option<f64>,
        /// Its greatest value.
        #[serde(default)]
        pub to: Option<f64>,
        /// Rows.
        pub rows: u64,
        /// The score of these rows.
        pub score: f64,
        /// How far it may be off, with 95 % confidence.
        pub interval: ScoreInterval,
        /// Whether it is surely worse than that of all rows.
        pub worse: bool,
        /// The mean of what was so: of the target, or the share of the second of two classes.
        #[serde(default)]
        pub actual: Option<f64>,
        /// The mean of what was answered: the number, or the probability of the second of two classes.
        #[serde(default)]
        pub predicted: Option<f64>,
    }

    /// What follows from the probability from which on the second of two classes is answered.
    pub struct Thresholds {
        /// The second class.
        pub class: String,
        /// What each answer costs, by actual class (row) and answered class (column).
        pub costs: [[f64; 2]; 2],
        /// From 0 to 1.
        pub points: Vec<ThresholdPoint>,
        /// The threshold of least cost among the points.
        pub best: f64,
        /// Its cost a row.
        pub best_cost: f64,
        /// The threshold that the model's labels follow.
        pub chosen: f64,
        /// Its cost a row.
        pub chosen_cost: f64,
    }

    /// What follows from one threshold.
    pub struct ThresholdPoint {
        /// The least probability.
        pub threshold: f64,
        /// The mean cost of a row.
        pub cost: f64,
        /// The share of rows that the class is answered for.
        pub answered: f64,
        /// The share of those that are of the class; 1 where none is answered.
        pub precision: f64,
        /// The share of the class that is answered.
        pub recall: f64,
    }

    /// How well a class is told from the others at every threshold.
    pub struct ClassCurves {
        /// The class.
        pub class: String,
        /// Area under the ROC curve.
        pub roc_auc: f64,
        /// Average precision: the area under the precision-recall curve.
        pub average_precision: f64,
        /// The points from the highest threshold to the lowest, at most 200 and 2,000 of all classes together; the first
        /// is where no row is called a member.
        pub points: Vec<CurvePoint>,
    }

    /// What follows from calling every row with at least this probability a member of the class.
    pub struct CurvePoint {
        /// The least probability.
        pub threshold: f64,
        /// The share of other rows that are called members: x of ROC.
        pub false_positive_rate: f64,
        /// The share of members that are called so: y of ROC, and recall, x of precision-recall.
        pub true_positive_rate: f64,
        /// The share of rows called members that are members: y of precision-recall.
        pub precision: f64,
    }

    /// The weight of an input.
    pub struct Coefficient {
        /// The column, with the level for a category: `cut = Ideal`; `(intercept)` for the constant.
        pub feature: String,
        /// The class that it speaks for, with three classes or more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub class: Option<String>,
        /// The weight on the scaled input, so that weights compare: for `standard`, by standard deviation. In the target's
        /// own unit, unless its scaling is a logarithm.
        pub weight: f64,
    }

    /// A row that tested.
    pub struct Example {
        /// The values by column, as predict takes them.
        pub row: serde_json::Map<String, serde_json::Value>,
        /// What was so.
        pub actual: serde_json::Value,
        /// What the model said.
        pub predicted: serde_json::Value,
    }

    /// An answer beside the truth.
    pub struct PredictedActual {
        /// What the model said.
        pub predicted: f64,
        /// What was so.
        pub actual: f64,
    }
}
