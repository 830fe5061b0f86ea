//! A table in memory: named columns of equal length, numbers as `f64` or categories as codes into a dictionary.
//!
//! Invariants: names are unique and not empty; every column has `rows` cells; every code is `MISSING_CODE` or below the
//! number of levels; a number is finite or NaN (missing).

mod date_forms;
mod dates;
mod values;

pub use date_forms::DateOrder;
pub(crate) use date_forms::{Slashed, parse_slashed};
pub(crate) use dates::civil_from_days;
pub use dates::{format_date_time, parse_date_time};
use serde::{Deserialize, Serialize};
pub(crate) use values::{
    NumberStyle, boolean_value, grouped_number, number_with_unit, parse_number, plain_number, thousands_marks,
};

use crate::csv::Writing;

/// The code of a missing cell in a column of categories.
pub const MISSING_CODE: u32 = u32::MAX;

/// What a column means, found on the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Numbers, some with a fraction.
    Number,
    /// Whole numbers.
    Integer,
    /// Two values such as true/false or yes/no, kept as categories with the words of the file.
    Boolean,
    /// A limited set of repeated values.
    Category,
    /// Free text.
    Text,
    /// Dates or times, kept as seconds since 1970-01-01 UTC.
    DateTime,
    /// A name or number of the row itself, of no use for learning.
    Id,
}

impl ColumnKind {
    /// The name used in JSON and in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Category => "category",
            Self::Text => "text",
            Self::DateTime => "date_time",
            Self::Id => "id",
        }
    }
}

/// The cells of a column. Missing cells are equal to missing cells.
#[derive(Debug, Clone)]
pub enum ColumnData {
    /// One number a row; NaN is missing.
    Numbers(Vec<f64>),
    /// One code a row into `levels`; [`MISSING_CODE`] is missing.
    Categories {
        /// The code of each row.
        codes: Vec<u32>,
        /// The text of each code; sorted for categories and booleans, in order of appearance for text.
        levels: Vec<String>,
    },
}

impl PartialEq for ColumnData {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Numbers(a), Self::Numbers(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x == y || (x.is_nan() && y.is_nan()))
            }
            (
                Self::Categories { codes: a, levels: a_levels },
                Self::Categories { codes: b, levels: b_levels },
            ) => a == b && a_levels == b_levels,
            (Self::Numbers(_), Self::Categories { .. }) | (Self::Categories { .. }, Self::Numbers(_)) => {
                false
            }
        }
    }
}

/// A cell that kept a column from being of the kind of almost all its other cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    /// The line of the file, from 1.
    pub line: u64,
    /// The text of the cell, cut at 100 characters.
    pub value: String,
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The name in the header, made unique.
    pub name: String,
    /// What it means.
    pub kind: ColumnKind,
    /// Why it was taken for that, in a sentence.
    pub reason: String,
    /// Up to 20 cells that disagree with almost all the others.
    pub disagreeing: Vec<Disagreement>,
    /// The cells.
    pub data: ColumnData,
    /// How they were written.
    pub writing: Writing,
}

impl Column {
    /// The number of cells.
    pub fn len(&self) -> usize {
        match &self.data {
            ColumnData::Numbers(values) => values.len(),
            ColumnData::Categories { codes, .. } => codes.len(),
        }
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the cell of `row` is missing; a row beyond the end is.
    pub fn is_missing(&self, row: usize) -> bool {
        match &self.data {
            ColumnData::Numbers(values) => values.get(row).is_none_or(|v| v.is_nan()),
            ColumnData::Categories { codes, .. } => codes.get(row).is_none_or(|c| *c == MISSING_CODE),
        }
    }

    /// The cell as text: a level, or the shortest text of a number; `None` is missing.
    pub fn text(&self, row: usize) -> Option<String> {
        match &self.data {
            ColumnData::Numbers(values) => values.get(row).filter(|v| !v.is_nan()).map(|v| v.to_string()),
            ColumnData::Categories { codes, levels } => {
                codes.get(row).and_then(|c| levels.get(*c as usize)).cloned()
            }
        }
    }
}

/// Columns of equal length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The columns in the order of the file.
    pub columns: Vec<Column>,
    /// The number of rows.
    pub rows: usize,
}

impl Table {
    /// The place of the column called `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The column called `name`.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
