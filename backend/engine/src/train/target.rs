//! The target: which rows have one, its numbers or its classes.

use super::TrainError;
use crate::settings::{CheckedSettings, Task};
use crate::table::{Column, ColumnData, Table};

/// Classes at most.
const MAX_CLASSES: usize = 1_000;
/// Rows with a target at least.
const MIN_ROWS: usize = 5;

/// The values of the target, one for each row of the table.
pub enum Values {
    /// Of a regression; NaN for a row without one.
    Numbers(Vec<f64>),
    /// Of a classification.
    Classes {
        /// The class of each row; `names.len()` for one that the train part does not hold, and for none.
        codes: Vec<u32>,
        /// The classes of the train part, sorted.
        names: Vec<String>,
    },
}

/// The target column, split.
pub struct Target {
    /// What it holds.
    pub values: Values,
    /// Rows without a value.
    pub without_target: usize,
}

/// The target column before the split.
pub struct Unsplit {
    name: String,
    /// Rows with a value.
    pub rows: Vec<usize>,
    values: UnsplitValues,
    without_target: usize,
}

enum UnsplitValues {
    Numbers(Vec<f64>),
    Classes { codes: Vec<u32>, names: Vec<String> },
}

impl Target {
    /// Reads the target, refusing one that nothing can be learned of.
    pub fn read(table: &Table, checked: &CheckedSettings) -> Result<Unsplit, TrainError> {
        let name = checked.settings.target.clone();
        let Some(column) = table.columns.get(checked.target) else {
            return Err(TrainError::MissingTarget { column: name });
        };
        let rows: Vec<usize> = (0..table.rows).filter(|row| !column.is_missing(*row)).collect();
        if rows.is_empty() {
            return Err(TrainError::MissingTarget { column: name });
        }
        let values = match (checked.task, &column.data) {
            (Task::Regression, ColumnData::Numbers(values)) => {
                UnsplitValues::Numbers(rows.iter().map(|row| values[*row]).collect())
            }
            (Task::Regression | Task::Classification, _) => classes(column, &rows)?,
        };
        if rows.len() < MIN_ROWS {
            return Err(TrainError::TooFewRows { rows: rows.len(), needed: MIN_ROWS });
        }
        let without_target = table.rows - rows.len();
        let unsplit = Unsplit { name, rows, values, without_target };
        match unsplit.only_value() {
            Some(value) => Err(TrainError::ConstantTarget { column: unsplit.name, value }),
            None => Ok(unsplit),
        }
    }

    /// The classes of the train part; none for a regression.
    pub fn class_names(&self) -> &[String] {
        match &self.values {
            Values::Classes { names, .. } => names,
            Values::Numbers(_) => &[],
        }
    }

    /// Values of an answer: 1, or the number of classes.
    pub fn width(&self) -> usize {
        self.class_names().len().max(1)
    }

    /// The numbers of some rows; none for a classification.
    pub fn numbers(&self, rows: &[usize]) -> Vec<f64> {
        match &self.values {
            Values::Numbers(values) => rows.iter().filter_map(|row| values.get(*row).copied()).collect(),
            Values::Classes { .. } => Vec::new(),
        }
    }

    /// The classes of some rows; none for a regression.
    pub fn codes(&self, rows: &[usize]) -> Vec<u32> {
        match &self.values {
            Values::Classes { codes, .. } => rows.iter().filter_map(|row| codes.get(*row).copied()).collect(),
            Values::Numbers(_) => Vec::new(),
        }
    }
}

impl Unsplit {
    /// The class of each row that has a target.
    pub fn classes(&self) -> Option<&[u32]> {
        match &self.values {
            UnsplitValues::Classes { codes, .. } => Some(codes),
            UnsplitValues::Numbers(_) => None,
        }
    }

    fn only_value(&self) -> Option<String> {
        match &self.values {
            UnsplitValues::Numbers(values) => {
                let first = values.first()?;
                values.iter().all(|v| v == first).then(|| first.to_string())
            }
            UnsplitValues::Classes { names, .. } if names.len() == 1 => Some(format!("\"{}\"", names[0])),
            UnsplitValues::Classes { .. } => None,
        }
    }

    /// The target as the train part knows it; refuses a train part whose target does not vary.
    pub fn learned_from(self, train: &[usize], table_rows: usize) -> Result<Target, TrainError> {
        let column = self.name.clone();
        let constant = |value: String| TrainError::ConstantTarget {
            column: column.clone(),
            value: format!("{value} in the train part"),
        };
        let values = match &self.values {
            UnsplitValues::Numbers(values) => {
                let mut by_row = vec![f64::NAN; table_rows];
                self.rows.iter().zip(values).for_each(|(row, value)| by_row[*row] = *value);
                if let Some(first) = train.first().map(|row| by_row[*row])
                    && train.iter().all(|row| by_row[*row] == first)
                {
                    return Err(constant(first.to_string()));
                }
                Values::Numbers(by_row)
            }
            UnsplitValues::Classes { codes, names } => {
                let mut by_row = vec![names.len() as u32; table_rows];
                self.rows.iter().zip(codes).for_each(|(row, code)| by_row[*row] = *code);
                let mut held = vec![false; names.len() + 1];
                train.iter().for_each(|row| held[by_row[*row] as usize] = true);
                held[names.len()] = false;
                let kept: Vec<String> =
                    names.iter().zip(&held).filter(|(_, h)| **h).map(|(n, _)| n.clone()).collect();
                if let [only] = kept.as_slice() {
                    return Err(constant(format!("\"{only}\"")));
                }
                let mut next = 0;
                let new_code: Vec<u32> = held
                    .iter()
                    .map(|held| {
                        let code = if *held { next } else { kept.len() as u32 };
                        next += u32::from(*held);
                        code
                    })
                    .collect();
                by_row.iter_mut().for_each(|code| *code = new_code[*code as usize]);
                Values::Classes { codes: by_row, names: kept }
            }
        };
        Ok(Target { values, without_target: self.without_target })
    }
}

/// The classes of the rows that have one: words as they are sorted, numbers by size.
fn classes(column: &Column, rows: &[usize]) -> Result<UnsplitValues, TrainError> {
    let too_many = |classes: usize| {
        let column = column.name.clone();
        Err(TrainError::TooManyClasses { column, classes, limit: MAX_CLASSES })
    };
    match &column.data {
        ColumnData::Numbers(values) => {
            let mut distinct: Vec<f64> = rows.iter().map(|row| values[*row] + 0.0).collect();
            distinct.sort_unstable_by(f64::total_cmp);
            distinct.dedup();
            if distinct.len() > MAX_CLASSES {
                return too_many(distinct.len());
            }
            let code = |row: &usize| distinct.partition_point(|v| *v < values[*row]) as u32;
            let codes = rows.iter().map(code).collect();
            Ok(UnsplitValues::Classes { codes, names: distinct.iter().map(f64::to_string).collect() })
        }
        ColumnData::Categories { codes, levels } => {
            if levels.len() > MAX_CLASSES {
                return too_many(levels.len());
            }
            let mut order: Vec<usize> = (0..levels.len()).collect();
            order.sort_by(|a, b| levels[*a].cmp(&levels[*b]));
            let mut place = vec![0_u32; levels.len()];
            order.iter().enumerate().for_each(|(new, old)| place[*old] = new as u32);
            let codes = rows.iter().map(|row| place[codes[*row] as usize]).collect();
            let names = order.into_iter().map(|old| levels[old].clone()).collect();
            Ok(UnsplitValues::Classes { codes, names })
        }
    }
}
