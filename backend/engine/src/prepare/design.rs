//! The matrix that families learn from: a dense block of numbers, for each category the one column that is 1, and of texts
//! the terms that a row holds.

use ndarray::{Array2, Axis};

use super::plan::{Facts, Plan};
use super::{Cell, Document, Preparation, Prepared};
use crate::math::{line, line_mut};
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
    /// For each row the columns of its terms, rising, with their weights; empty where there is no text. The columns come
    /// after all others.
    pub terms: Vec<Vec<(u32, f32)>>,
}

impl Design {
    /// A matrix without texts.
    #[cfg(test)]
    pub fn plain(width: usize, numbers: Array2<f64>, ones: Array2<u32>) -> Self {
        Self { width, numbers, ones, terms: Vec::new() }
    }

    /// Prepares the given rows of the table.
    pub fn build(table: &Table, rows: &[usize], plan: &Plan, preparation: &Preparation) -> Self {
        let categories = plan.facts.iter().filter(|f| matches!(f, Facts::Category { .. })).count();
        let mut numbers = Array2::zeros((rows.len(), preparation.numbers()));
        let mut ones = Array2::from_elem((rows.len(), categories), NO_COLUMN);
        let has_text = plan.facts.iter().any(|f| matches!(f, Facts::Text { .. }));
        let mut terms = vec![Vec::new(); if has_text { rows.len() } else { 0 }];
        let mut category = 0;
        for (facts, prepared) in plan.facts.iter().zip(&preparation.features) {
            match (facts, prepared) {
                (Facts::Number { table_column, .. }, Prepared::Number { .. } | Prepared::Date { .. }) => {
                    let data = table.columns.get(*table_column).map(|c| &c.data);
                    let Some(ColumnData::Numbers(values)) = data else { continue };
                    for (mut to, row) in numbers.rows_mut().into_iter().zip(rows) {
                        let x = values.get(*row).copied().unwrap_or(f64::NAN);
                        prepared.write(Cell::Number(x), line_mut(to.view_mut()));
                    }
                }
                (Facts::Category { table_column, level_of_code, .. }, Prepared::Category { .. }) => {
                    let cell = |code: u32| match level_of_code.get(code as usize) {
                        _ if code == MISSING_CODE => Cell::Missing,
                        Some(level) if *level != MISSING_CODE => Cell::Level(*level as usize),
                        _ => Cell::Unknown,
                    };
                    let data = table.columns.get(*table_column).map(|c| &c.data);
                    if let Some(ColumnData::Categories { codes, .. }) = data {
                        for (to, row) in ones.column_mut(category).iter_mut().zip(rows) {
                            let code = codes.get(*row).copied().unwrap_or(MISSING_CODE);
                            *to = prepared.hot(cell(code)).unwrap_or(NO_COLUMN);
                        }
                    }
                    category += 1;
                }
                (Facts::Text { table_column, documents, .. }, Prepared::Text { column, .. }) => {
                    let data = table.columns.get(*table_column).map(|c| &c.data);
                    let Some(ColumnData::Categories { codes, .. }) = data else { continue };
                    for (to, row) in terms.iter_mut().zip(rows) {
                        let code = codes.get(*row).copied().unwrap_or(MISSING_CODE);
                        let document = documents.get(code as usize);
                        let held = document.into_iter().flat_map(|document: &Document| &document.terms);
                        to.extend(held.map(|(term, weight)| (column + term, *weight)));
                    }
                }
                _ => {}
            }
        }
        Self { width: preparation.width as usize, numbers, ones, terms }
    }

    /// Some of the rows, by their places, in that order.
    pub fn take(&self, places: &[usize]) -> Self {
        Self {
            width: self.width,
            numbers: self.numbers.select(Axis(0), places),
            ones: self.ones.select(Axis(0), places),
            terms: if self.terms.is_empty() {
                Vec::new()
            } else {
                places.iter().map(|place| self.terms(*place).to_vec()).collect()
            },
        }
    }

    /// The mean of each column.
    pub fn means(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.width];
        for row in 0..self.rows() {
            let (numbers, ones) = self.row(row);
            sums.iter_mut().zip(numbers).for_each(|(sum, value)| *sum += value);
            for (column, weight) in self.terms(row) {
                if let Some(sum) = sums.get_mut(*column as usize) {
                    *sum += f64::from(*weight);
                }
            }
            for one in ones.iter().filter(|one| **one != NO_COLUMN) {
                if let Some(sum) = sums.get_mut(*one as usize) {
                    *sum += 1.0;
                }
            }
        }
        let rows = self.rows().max(1) as f64;
        sums.iter().map(|sum| sum / rows).collect()
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

    /// The columns of a row's terms, with their weights.
    #[inline]
    pub fn terms(&self, row: usize) -> &[(u32, f32)] {
        self.terms.get(row).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::csv::IntakeOptions;
    use crate::prepare::OneHot;
    use crate::settings::{Imputation, Scaling};

    #[test]
    fn the_matrix_is_what_the_preparation_writes_cell_by_cell() {
        let mut text = "when,size,colour,note\n".to_owned();
        for row in 0..500_usize {
            let when = if row % 50 == 7 {
                String::new()
            } else {
                format!("20{:02}-{:02}-{:02}T{:02}:30", row % 3 + 20, row % 12 + 1, row % 28 + 1, row % 24)
            };
            let colour = ["red", "blue", "green", ""][row % 4];
            let note = if row % 9 == 4 { String::new() } else { format!("late {} again no{row}", row % 60) };
            writeln!(text, "{when},{}.5,{colour},{note}", row % 17).unwrap();
        }
        let table = crate::read(text.as_bytes(), &IntakeOptions::default()).unwrap().table;
        let (rows, train): (Vec<usize>, Vec<usize>) = ((0..500).collect(), (0..400).collect());
        let plan = Plan::fit(&table, &[0, 1, 2, 3], &train, Imputation::Mean, 100);
        let preparation = plan.preparation(Scaling::Standard, OneHot::DropBase, 100);
        let Prepared::Date { cycles, .. } = &preparation.features[0] else { panic!("a date") };
        assert_eq!(cycles.len(), 3);
        assert!(plan.schema[3].text.as_ref().is_some_and(|text| text.terms() > 60));
        let design = Design::build(&table, &rows, &plan, &preparation);
        let means = design.means();
        let mut sums = vec![0.0; design.width];
        for row in rows {
            let mut dense = vec![0.0; design.width];
            let (numbers, ones) = design.row(row);
            dense[..numbers.len()].copy_from_slice(numbers);
            ones.iter().filter(|one| **one != NO_COLUMN).for_each(|one| dense[*one as usize] = 1.0);
            design
                .terms(row)
                .iter()
                .for_each(|(column, weight)| dense[*column as usize] = f64::from(*weight));
            let mut written = vec![0.0; design.width];
            for (at, prepared) in preparation.features.iter().enumerate() {
                let mut document = Document::default();
                let cell = match &table.columns[at].data {
                    ColumnData::Categories { .. } if at == 3 => {
                        let vocabulary = plan.schema[at].text.as_ref().unwrap();
                        table.columns[at].text(row).map_or(Cell::Missing, |text| {
                            vocabulary.read(&text, &mut document);
                            Cell::Text(&document)
                        })
                    }
                    ColumnData::Numbers(values) => Cell::Number(values[row]),
                    ColumnData::Categories { .. } => {
                        let levels = plan.schema[at].levels.as_ref().unwrap();
                        let level = table.columns[at].text(row);
                        level.map_or(Cell::Missing, |text| {
                            levels.iter().position(|level| *level == text).map_or(Cell::Unknown, Cell::Level)
                        })
                    }
                };
                prepared.write(cell, &mut written);
            }
            assert_eq!(dense, written);
            sums.iter_mut().zip(&dense).for_each(|(sum, value)| *sum += value);
        }
        assert!(means.iter().zip(&sums).all(|(mean, sum)| (mean - sum / 500.0).abs() < 1e-9));
    }
}
