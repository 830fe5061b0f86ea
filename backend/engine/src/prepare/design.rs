//! The matrix that families learn from: a dense block of numbers, and for each category the one column that is 1.

use ndarray::{Array2, Axis};

use super::plan::{Facts, Plan};
use super::{Preparation, Prepared};
use crate::math::line;
use crate::table::{ColumnData, MISSING_CODE, Table};

/// No column of a category is 1.
pub const NO_COLUMN: u32 = u32::MAX;

/// A matrix with rows of `width` columns: the numbers are stored, of the others the places of the ones.
pub struct Design {
    /// Columns.
    pub width: usize,
    /// The first columns, a row for each row.
    pub numbers: Array2<f64>,
    /// For each row and category the column that is 1; [`NO_COLUMN`] for none.
    pub ones: Array2<u32>,
}

impl Design {
    /// Prepares the given rows of the table.
    pub fn build(table: &Table, rows: &[usize], plan: &Plan, preparation: &Preparation) -> Self {
        let dense = plan.facts.iter().filter(|f| matches!(f, Facts::Number { .. })).count();
        let mut numbers = Array2::zeros((rows.len(), dense));
        let mut ones = Array2::from_elem((rows.len(), plan.facts.len() - dense), NO_COLUMN);
        let mut category = 0;
        for (facts, prepared) in plan.facts.iter().zip(&preparation.features) {
            match (facts, prepared) {
                (Facts::Number { table_column, .. }, Prepared::Number { column, fill, offset, scale }) => {
                    let data = table.columns.get(*table_column).map(|c| &c.data);
                    let Some(ColumnData::Numbers(values)) = data else { continue };
                    for (to, row) in numbers.column_mut(*column as usize).iter_mut().zip(rows) {
                        let x = values.get(*row).copied().unwrap_or(f64::NAN);
                        *to = ((if x.is_nan() { *fill } else { x }) - offset) / scale;
                    }
                }
                (
                    Facts::Category { table_column, level_of_code, .. },
                    Prepared::Category { columns, missing },
                ) => {
                    let place = |code: u32| {
                        if code == MISSING_CODE {
                            return *missing;
                        }
                        let level = level_of_code.get(code as usize)?;
                        *columns.get(*level as usize)?
                    };
                    let data = table.columns.get(*table_column).map(|c| &c.data);
                    if let Some(ColumnData::Categories { codes, .. }) = data {
                        for (to, row) in ones.column_mut(category).iter_mut().zip(rows) {
                            let code = codes.get(*row).copied().unwrap_or(MISSING_CODE);
                            *to = place(code).unwrap_or(NO_COLUMN);
                        }
                    }
                    category += 1;
                }
                _ => {}
            }
        }
        Self { width: preparation.width as usize, numbers, ones }
    }

    /// Some of the rows, by their places, in that order.
    pub fn take(&self, places: &[usize]) -> Self {
        Self {
            width: self.width,
            numbers: self.numbers.select(Axis(0), places),
            ones: self.ones.select(Axis(0), places),
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.numbers.nrows()
    }

    /// The numbers and the places of the ones of a row.
    #[inline]
    pub fn row(&self, row: usize) -> (&[f64], &[u32]) {
        (line(self.numbers.row(row)), line(self.ones.row(row)))
    }
}
