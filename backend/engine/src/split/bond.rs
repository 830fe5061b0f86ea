//! What ties rows together, so that no model is judged by what it has all but seen.

use crate::settings::CheckedSettings;
use crate::table::{ColumnData, MISSING_CODE, Table};

/// What a cut through some rows must respect.
#[derive(Debug, Clone, PartialEq)]
pub enum Bond {
    /// Nothing: rows are drawn one by one.
    None,
    /// Rows of one number stay on one side. One for each row.
    Groups(Vec<u32>),
    /// Nothing is judged by what comes after it: held-out rows are never earlier than those learned from, and rows of
    /// one moment stay together. One for each row; NaN where it is not known.
    Moments(Vec<f64>),
}

impl Bond {
    /// What the split of the settings asks to respect among `rows` of the table, also within the train part.
    pub fn of(table: &Table, checked: &CheckedSettings, rows: &[usize]) -> Self {
        match (checked.group_column, checked.time_column) {
            (Some(at), _) => Self::groups(table, Some(at), rows),
            (None, Some(at)) => Self::moments(table, Some(at), rows),
            (None, None) => Self::None,
        }
    }

    /// The bond of some of the rows, by their places.
    pub fn of_places(&self, places: &[usize]) -> Self {
        match self {
            Self::None => Self::None,
            Self::Groups(groups) => {
                Self::Groups(places.iter().filter_map(|at| groups.get(*at).copied()).collect())
            }
            Self::Moments(moments) => {
                Self::Moments(places.iter().filter_map(|at| moments.get(*at).copied()).collect())
            }
        }
    }

    /// The groups that a column names, numbered from 0 in the order of their first row. A row without a group is a
    /// group of its own: nothing says that it belongs to another.
    pub(super) fn groups(table: &Table, column: Option<usize>, rows: &[usize]) -> Self {
        let Some(column) = column.and_then(|at| table.columns.get(at)) else { return Self::None };
        let key = |row: usize| match &column.data {
            ColumnData::Numbers(values) => {
                // −0 and 0 are one group.
                values.get(row).filter(|v| !v.is_nan()).map(|v| (v + 0.0).to_bits())
            }
            ColumnData::Categories { codes, .. } => {
                codes.get(row).filter(|code| **code != MISSING_CODE).map(|code| u64::from(*code))
            }
        };
        let mut known = std::collections::BTreeMap::new();
        let mut next = 0_u32;
        let mut fresh = || {
            next += 1;
            next - 1
        };
        let group = |row: &usize| match key(*row) {
            Some(key) => *known.entry(key).or_insert_with(&mut fresh),
            None => fresh(),
        };
        Self::Groups(rows.iter().map(group).collect())
    }

    /// The moments of a column of dates or numbers.
    pub(super) fn moments(table: &Table, column: Option<usize>, rows: &[usize]) -> Self {
        let column = column.and_then(|at| table.columns.get(at));
        let Some(ColumnData::Numbers(values)) = column.map(|c| &c.data) else { return Self::None };
        Self::Moments(rows.iter().map(|row| values.get(*row).copied().unwrap_or(f64::NAN)).collect())
    }
}
