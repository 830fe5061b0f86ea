//! Why nothing was learned, in words for the person who asked.

use crate::artefact::ArtefactError;

/// Why nothing was learned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    /// Every value of the target is missing.
    #[error("the target \"{column}\" has no values; choose another column, or fill it in")]
    MissingTarget {
        /// The target.
        column: String,
    },
    /// The target has one value only.
    #[error(
        "the target \"{column}\" is always {value}; there is nothing to learn, choose a column that varies"
    )]
    ConstantTarget {
        /// The target.
        column: String,
        /// Its value.
        value: String,
    },
    /// Fewer rows with a target than needed.
    #[error("only {rows} rows have a value for the target, at least {needed} are needed; send more rows")]
    TooFewRows {
        /// Rows with a target.
        rows: usize,
        /// Rows needed.
        needed: usize,
    },
    /// More classes than a model can hold.
    #[error(
        "the target \"{column}\" has {classes} different values, the limit for classes is {limit}; choose a column with fewer, group its values, or predict a number instead"
    )]
    TooManyClasses {
        /// The target.
        column: String,
        /// Its different values.
        classes: usize,
        /// Values allowed.
        limit: usize,
    },
    /// The train or the test part has no row with a target.
    #[error("the {part} part has no row with a value for the target; choose another split")]
    EmptyPart {
        /// `train` or `test`.
        part: String,
    },
    /// Every row of the train or the test part weighs 0.
    #[error(
        "every row of the {part} part has the weight 0, so that nothing is learned or scored there; give some of its rows a weight, or choose another split"
    )]
    WeightlessPart {
        /// `train` or `test`.
        part: String,
    },
    /// No family found a finite model.
    #[error("no model with finite numbers was found; check the columns for values that are far too large")]
    NotFinite,
    /// The caller asked to stop.
    #[error("stopped")]
    Stopped,
    /// The model could not be written.
    #[error("the model could not be written: {0}")]
    Artefact(#[from] ArtefactError),
}

impl TrainError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingTarget { .. } => "missing_target",
            Self::ConstantTarget { .. } => "constant_target",
            Self::TooFewRows { .. } => "too_few_rows",
            Self::TooManyClasses { .. } => "too_many_classes",
            Self::EmptyPart { .. } => "empty_part",
            Self::WeightlessPart { .. } => "weightless_part",
            Self::NotFinite => "not_finite",
            Self::Stopped => "stopped",
            Self::Artefact(error) => error.code(),
        }
    }
}
