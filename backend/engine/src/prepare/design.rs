//! The matrix that families learn from: a dense block of numbers, and for each category the one column that is 1.

use super::plan::{Facts, Plan};
use super::{Preparation, Prepared};
use crate::table::{ColumnData, MISSING_CODE, Table};

/// No column of a category is 1.
pub const NO_COLUMN: u32 = u32::MAX;

/// A matrix of `rows × width`: the first `dense` columns are stored, of the others the places of the ones.
pub struct Design {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub width: usize,
    /// Columns of numbers.
    pub dense: usize,
    /// Categories, each with at most one 1 a row.
    pub hot: usize,
    /// Row by row, `dense` numbers each.
    pub numbers: Vec<f64>,
    /// Row by row, `hot` places each; [`NO_COLUMN`] for none.
    pub ones: Vec<u32>,
}

impl Design {
    /// Prepares the given rows of the table.
    pub fn build(table: &Table, rows: &[usize], plan: &Plan, preparation: &Preparation) -> Self {
        let dense = plan.facts.iter().filter(|f| matches!(f, Facts::Number { .. })).count();
        let hot = plan.facts.len() - dense;
        let mut design = Self {
            rows: rows.len(),
            width: preparation.width as usize,
            dense,
            hot,
            numbers: vec![0.0; rows.len() * dense],
            ones: vec![NO_COLUMN; rows.len() * hot],
        };
        let mut category = 0;
        for (facts, prepared) in plan.facts.iter().zip(&preparation.features) {
            match (facts, prepared) {
                (Facts::Number { table_column, .. }, Prepared::Number { column, fill, offset, scale }) => {
                    if let Some(ColumnData::Numbers(values)) =
                        table.columns.get(*table_column).map(|c| &c.data)
                    {
                        design.put_numbers(rows, values, *column as usize, |x| {
                            ((if x.is_nan() { *fill } else { x }) - offset) / scale
                        });
                    }
                }
                (
                    Facts::Category { table_column, level_of_code, .. },
                    Prepared::Category { columns, missing },
                ) => {
                    let data = table.columns.get(*table_column).map(|c| &c.data);
                    if let Some(ColumnData::Categories { codes, .. }) = data {
                        design.put_ones(rows, codes, category, |code| {
                            if code == MISSING_CODE {
                                return *missing;
                            }
                            let level = level_of_code.get(code as usize)?;
                            *columns.get(*level as usize)?
                        });
                    }
                    category += 1;
                }
                _ => {}
            }
        }
        design
    }

    fn put_numbers(&mut self, rows: &[usize], values: &[f64], column: usize, prepare: impl Fn(f64) -> f64) {
        for (to, row) in self.numbers.chunks_exact_mut(self.dense).zip(rows) {
            to[column] = prepare(values.get(*row).copied().unwrap_or(f64::NAN));
        }
    }

    fn put_ones(
        &mut self,
        rows: &[usize],
        codes: &[u32],
        category: usize,
        place: impl Fn(u32) -> Option<u32>,
    ) {
        for (to, row) in self.ones.chunks_exact_mut(self.hot).zip(rows) {
            let code = codes.get(*row).copied().unwrap_or(MISSING_CODE);
            to[category] = place(code).unwrap_or(NO_COLUMN);
        }
    }

    /// The numbers and the places of the ones of a row.
    #[inline]
    pub fn row(&self, row: usize) -> (&[f64], &[u32]) {
        let numbers = &self.numbers[row * self.dense..(row + 1) * self.dense];
        let ones = &self.ones[row * self.hot..(row + 1) * self.hot];
        (numbers, ones)
    }
}
