//! Learns from a table and predicts.
//!
//! Bytes of a CSV become a [`Table`] ([`read`]), a table and [`Settings`] become a [`Trained`] model ([`train()`]),
//! and its [`Artefact`] becomes a [`Scorer`] that answers rows. Everything is a pure function: no async, no network,
//! no clock, no database, no random source but the seed. The same bytes, settings and seed give the same artefact
//! bytes on every machine: sums run in a fixed order, and `exp`, `ln` and friends come from `libm`, not from the system.
//! No table, settings or artefact makes it panic.

pub mod artefact;
mod certainty;
pub mod csv;
pub mod explain;
pub mod export;
mod families;
mod insight;
mod math;
pub mod metrics;
mod prepare;
pub mod profile;
mod random;
#[cfg(test)]
mod samples;
pub mod scorer;
pub mod settings;
mod split;
pub mod table;
pub mod train;
#[doc(hidden)]
pub mod yardstick;

pub use artefact::{Artefact, ArtefactError, FORMAT_VERSION, Lineage};
pub use certainty::{Calibration, Conformal, Coverage, ErrorGroup};
pub use csv::{
    BadRows, Dialect, DialectOverrides, Encoding, Intake, IntakeError, IntakeOptions, Limits, Preview,
    Reject, RowLines, Writing, column_names, preview, read, read_head,
};
pub use explain::Contributions;
pub use export::{CardFacts, ExportError, model_card, to_json, to_onnx};
pub use insight::{
    Dependence, FeatureImportance, GainPoint, Gains, Importance, PartialDependence, Reliability,
    ReliabilityPoint, ResidualBand, Residuals, Segment, Segments, ThresholdPoint, Thresholds,
};
pub use metrics::{
    CellValue, ClassCurves, Coefficient, Confusion, CurvePoint, Evaluation, Example, Interval, Metric, Pair,
    Resamples, ScoreIntervals,
};
pub use profile::{
    ColumnProfile, Common, Correlations, Histogram, Leak, Profile, Quantile, Suspect, leaks, profile,
};
pub use scorer::{Batch, CellOutcome, Feature, Schema, Scorer, Scores};
pub use settings::{
    Algorithm, BoostingSettings, CheckedSettings, ClassWeights, Cost, ElasticNetSettings, Excluded,
    ForestSettings, GradientDescent, Imputation, Monotone, Scaling, Settings, SettingsFault, Split,
    TargetScaling, Task,
};
pub use table::{Column, ColumnData, ColumnKind, DateOrder, Disagreement, MISSING_CODE, Table};
pub use train::{
    Continue, Ended, Entry, FinishedTrial, LossPoint, Progress, ProgressKind, Resources, RowCounts,
    TrainError, Trained, train,
};

/// The version of this engine, written into every artefact's lineage.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");
