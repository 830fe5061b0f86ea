//! The split: its share, its folds, its column.

use std::collections::BTreeSet;

use super::{Faults, Settings, Split, clip, names};
use crate::table::{Column, ColumnData, Table};

const SHARE: &str = "give a number between 0 and 1";

impl Settings {
    /// The column that the split needs.
    pub(super) fn check_split(
        &self,
        table: &Table,
        target: Option<&Column>,
        faults: &mut Faults,
    ) -> Option<usize> {
        match &self.split {
            Split::Random { test_fraction }
            | Split::Stratified { test_fraction }
            | Split::Time { test_fraction, .. }
            | Split::Group { test_fraction, .. } => {
                if !(*test_fraction > 0.0 && *test_fraction < 1.0) {
                    let message = format!("the test fraction is {test_fraction}");
                    faults.add("/split/test_fraction", "out_of_range", message, SHARE);
                }
            }
            Split::Folds { folds } => check_folds(*folds, table, target, faults),
            Split::Column { .. } => {}
        }
        let (column, fix) = match &self.split {
            Split::Random { .. } | Split::Stratified { .. } | Split::Folds { .. } => return None,
            Split::Column { column } => {
                (column, "name a column with the values train, test and optionally validation".to_owned())
            }
            Split::Time { column, .. } => {
                (column, "name a column of dates or numbers that varies".to_owned())
            }
            Split::Group { column, .. } => {
                (column, format!("name a column of at least two groups, one of {}", names(table)))
            }
        };
        let found = table.position(column);
        let message = match found.and_then(|at| table.columns.get(at)) {
            None => format!("the table has no column \"{}\"", clip(column)),
            Some(_) if *column == self.target => "the split column is the target".to_owned(),
            Some(found) => match self.misfit(found) {
                Some(message) => message,
                None => return table.position(column),
            },
        };
        faults.add("/split/column", "bad_split_column", message, fix);
        None
    }

    /// Why the column cannot split.
    fn misfit(&self, column: &Column) -> Option<String> {
        let name = clip(&column.name);
        match &self.split {
            Split::Column { .. } if !has_parts(column) => {
                Some(format!("column \"{name}\" lacks the values train and test"))
            }
            Split::Time { .. } if !matches!(column.data, ColumnData::Numbers(_)) => {
                Some(format!("column \"{name}\" holds neither dates nor numbers ({})", column.reason))
            }
            Split::Time { .. } | Split::Group { .. } if !varies(column) => {
                Some(format!("column \"{name}\" has fewer than two different values"))
            }
            _ => None,
        }
    }
}

fn check_folds(folds: usize, table: &Table, target: Option<&Column>, faults: &mut Faults) {
    let rows = target.map(|target| (0..table.rows).filter(|row| !target.is_missing(*row)).count());
    if !(2..=20).contains(&folds) {
        let message = format!("{folds} folds are out of range");
        faults.add("/split/folds", "out_of_range", message, "give 2 to 20");
    } else if let Some(rows) = rows.filter(|rows| *rows < folds) {
        let message = format!("{folds} folds need as many rows with a target; there are {rows}");
        faults.add("/split/folds", "out_of_range", message, "give fewer folds, or more rows");
    }
}

fn has_parts(column: &Column) -> bool {
    let ColumnData::Categories { levels, .. } = &column.data else { return false };
    ["train", "test"].iter().all(|part| levels.iter().any(|level| level == part))
}

/// Whether two cells differ; missing ones do not count.
fn varies(column: &Column) -> bool {
    match &column.data {
        ColumnData::Numbers(values) => {
            let mut present = values.iter().filter(|v| !v.is_nan());
            present.next().is_some_and(|first| present.any(|v| v != first))
        }
        ColumnData::Categories { codes, .. } => {
            let present = (0..codes.len()).filter(|row| !column.is_missing(*row)).map(|row| codes[row]);
            present.take(1 << 20).collect::<BTreeSet<_>>().len() > 1
        }
    }
}
