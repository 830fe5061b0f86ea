//! From columns to a matrix of numbers: filling, scaling, one-hot. Fitted on the train part only, replayed by the scorer.
//!
//! A missing number becomes the column's mean or median, a missing category its most frequent level. A level that the
//! train part did not hold sets none of its columns. A date is a number and what repeats in it, a text the weights of its
//! terms, as they are; a missing one has none. Columns of the matrix: numbers first, then levels, then terms.

mod cycle;
mod date;
mod design;
mod plan;
mod text;

pub use cycle::Cycle;
pub use design::{Design, NO_COLUMN};
pub use plan::{Facts, Plan};
use serde::{Deserialize, Serialize};
pub use text::{Document, Vocabulary};

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
    /// The moment as [`Prepared::Number`] has it, and what repeats in it. Models of before this variant have dates as
    /// numbers alone.
    Date {
        /// The moment's column of the matrix.
        column: u32,
        /// What stands for a missing moment in that column.
        fill: f64,
        /// What is taken off.
        offset: f64,
        /// What it is divided by; never 0.
        scale: f64,
        /// The months, days of the week and hours.
        cycles: Vec<Cycle>,
    },
    /// 1 in the column of the level, 0 in the others.
    Category {
        /// The column of each level of the schema; the base level of a full-rank coding has none.
        columns: Vec<Option<u32>>,
        /// The column of a missing value.
        missing: Option<u32>,
    },
    /// The weights of a text's terms, one column each; 0 for a missing text.
    Text {
        /// The column of the first term; the others follow it.
        column: u32,
        /// Terms of the schema's vocabulary.
        terms: u32,
    },
}

impl Preparation {
    /// Columns of the matrix that hold numbers; they come before those of levels.
    pub fn numbers(&self) -> usize {
        let of = |prepared: &Prepared| match prepared {
            Prepared::Number { .. } => 1,
            Prepared::Date { cycles, .. } => 1 + cycles.iter().map(Cycle::width).sum::<usize>(),
            Prepared::Category { .. } | Prepared::Text { .. } => 0,
        };
        self.features.iter().map(of).sum()
    }
}

/// A cell of a feature, as the preparation sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Of a column of numbers or dates; NaN is missing.
    Number(f64),
    /// The place of a level in the schema.
    Level(usize),
    /// A category without a value.
    Missing,
    /// A level that the train part did not hold.
    Unknown,
    /// A text.
    #[cfg_attr(not(test), expect(dead_code, reason = "matrix and scorers are held against it in tests"))]
    Text(&'a Document),
}

impl Prepared {
    /// Writes the values of the feature's columns for a cell into a row of the matrix that is 0 elsewhere: the
    /// definition that the matrix of learning and every scorer keep to. A cell of another kind counts as missing.
    pub fn write(&self, cell: Cell<'_>, row: &mut [f64]) {
        let mut set = |column: u32, value: f64| {
            if let Some(to) = row.get_mut(column as usize) {
                *to = value;
            }
        };
        match self {
            Self::Number { column, fill, offset, scale } | Self::Date { column, fill, offset, scale, .. } => {
                let x = if let Cell::Number(x) = cell { x } else { f64::NAN };
                set(*column, ((if x.is_nan() { *fill } else { x }) - offset) / scale);
                if let Self::Date { cycles, .. } = self {
                    for cycle in cycles {
                        (cycle.column..).zip(cycle.row(x)).for_each(|(column, value)| set(column, *value));
                    }
                }
            }
            Self::Category { .. } => {
                if let Some(column) = self.hot(cell) {
                    set(column, 1.0);
                }
            }
            Self::Text { column, terms } => {
                let Cell::Text(document) = cell else { return };
                let known = document.terms.iter().filter(|(term, _)| term < terms);
                known.for_each(|(term, weight)| set(column + term, f64::from(*weight)));
            }
        }
    }

    /// The column that is 1 for a cell of a category.
    pub fn hot(&self, cell: Cell<'_>) -> Option<u32> {
        let Self::Category { columns, missing } = self else { return None };
        match cell {
            Cell::Level(level) => columns.get(level).copied().flatten(),
            Cell::Unknown => None,
            Cell::Missing | Cell::Number(_) | Cell::Text(_) => *missing,
        }
    }
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
