//! From columns to a matrix of numbers: filling, scaling, one-hot. Fitted on the train part only, replayed by the scorer.
//!
//! A missing number becomes the column's mean or median, a missing category its most frequent level. A level that the
//! train part did not hold sets none of its columns. Columns of the matrix: numbers first, then levels.

mod date;
mod design;
mod plan;

pub use design::{Design, NO_COLUMN};
pub use plan::{Facts, Plan};
use serde::{Deserialize, Serialize};

/// Columns of a matrix that levels may take together with numbers.
pub const MAX_WIDTH: usize = 4_000;

/// What is done to the features, in the order of the schema.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    /// One for each feature.
    pub features: Vec<Prepared>,
    /// Columns of the matrix.
    pub width: u32,
}

/// What is done to one feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Prepared {
    /// `((x or fill) − offset) / scale` in its column.
    Number {
        /// Its column of the matrix.
        column: u32,
        /// What stands for a missing value.
        fill: f64,
        /// What is taken off.
        offset: f64,
        /// What it is divided by; never 0.
        scale: f64,
    },
    /// 1 in the column of the level, 0 in the others.
    Category {
        /// The column of each level of the schema; the base level of a full-rank coding has none.
        columns: Vec<Option<u32>>,
        /// The column of a missing value.
        missing: Option<u32>,
    },
}

/// A part of a date, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatePart {
    /// Seconds since 1970-01-01 UTC.
    Seconds,
    /// The year.
    Year,
    /// The month, from 1.
    Month,
    /// The day of the month, from 1.
    Day,
    /// The day of the week, Monday 0.
    Weekday,
    /// The hour, with minutes as its fraction.
    Hour,
}

/// Which levels get a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OneHot {
    /// All: for penalised models.
    Full,
    /// All but the most frequent, so that the columns and the intercept are independent.
    DropBase,
}
