//! Which rows train and which test. The same seed and rows give the same split on every machine.

mod bond;
mod folds;

pub use bond::Bond;
pub use folds::{Fold, folds, hold_out};

use crate::random::SplitMix64;
use crate::settings::{CheckedSettings, Split};
use crate::table::{ColumnData, MISSING_CODE, Table};
use crate::train::TrainError;

/// Rows of the table by what they are for, each in rising order; no row is in two parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// Rows learned from: with [`Split::Folds`] all rows.
    pub train: Vec<usize>,
    /// Rows that choose among models (early stopping, trials, calibration) where a split column names them; empty
    /// otherwise, and then such rows are cut off the train part.
    pub validation: Vec<usize>,
    /// Rows scored on; empty with [`Split::Folds`].
    pub test: Vec<usize>,
    /// With [`Split::Folds`] the rows that test in each fold, while all others are learned from: together all rows of
    /// `train`, each once. Empty otherwise.
    pub folds: Vec<Vec<usize>>,
    /// Rows with a target that are in no part: the split column has another word, or the row has no moment.
    pub left_out: usize,
}

/// Splits `rows` (those with a target). `classes` gives the class of each of them, if there are classes.
///
/// # Errors
/// [`TrainError::EmptyPart`] when nothing is left to learn from or to score on.
pub fn split(
    table: &Table,
    checked: &CheckedSettings,
    rows: &[usize],
    classes: Option<&[u32]>,
) -> Result<Parts, TrainError> {
    let seed = checked.settings.seed;
    let mut parts = match (&checked.settings.split, classes) {
        (Split::Column { .. }, _) => by_column(table, checked, rows),
        (Split::Time { test_fraction, .. }, _) => {
            by_time(rows, &Bond::moments(table, checked.time_column, rows), *test_fraction)
        }
        (Split::Group { test_fraction, .. }, _) => {
            let bond = Bond::groups(table, checked.group_column, rows);
            let cut = hold_out(rows.len(), None, &bond, *test_fraction, seed);
            let pick = |places: &[usize]| pick(rows, places);
            Parts { train: pick(&cut.train), test: pick(&cut.held_out), ..Parts::default() }
        }
        (Split::Folds { folds: count }, _) => {
            let folds = folds(rows.len(), classes, &Bond::None, *count, seed);
            let tested = folds.iter().map(|fold| pick(rows, &fold.held_out)).collect();
            Parts { train: rows.to_vec(), folds: tested, ..Parts::default() }
        }
        (Split::Stratified { test_fraction }, Some(classes)) => {
            stratified(rows, classes, *test_fraction, seed)
        }
        (Split::Random { test_fraction } | Split::Stratified { test_fraction }, _) => {
            random(rows, *test_fraction, &mut SplitMix64::new(seed))
        }
    };
    for part in [&mut parts.train, &mut parts.validation, &mut parts.test].into_iter().chain(&mut parts.folds)
    {
        part.sort_unstable();
    }
    let untested = parts.test.is_empty() && parts.folds.len() < 2;
    for (empty, name) in [(parts.train.is_empty(), "train"), (untested, "test")] {
        if empty {
            return Err(TrainError::EmptyPart { part: name.to_owned() });
        }
    }
    Ok(parts)
}

/// The number of test rows among `count`: rounded up as scikit-learn does, but leaving one row for training.
fn test_count(count: usize, fraction: f64) -> usize {
    ((count as f64 * fraction).ceil() as usize).min(count.saturating_sub(1))
}

fn pick(rows: &[usize], places: &[usize]) -> Vec<usize> {
    places.iter().filter_map(|at| rows.get(*at).copied()).collect()
}

fn random(rows: &[usize], fraction: f64, random: &mut SplitMix64) -> Parts {
    let mut shuffled = rows.to_vec();
    random.shuffle(&mut shuffled);
    let train = shuffled.split_off(test_count(rows.len(), fraction));
    Parts { train, test: shuffled, ..Parts::default() }
}

fn stratified(rows: &[usize], classes: &[u32], fraction: f64, seed: u64) -> Parts {
    let count = classes.iter().max().map_or(0, |top| *top as usize + 1);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (row, class) in rows.iter().zip(classes) {
        members[*class as usize].push(*row);
    }
    let mut stream = SplitMix64::new(seed);
    let mut parts = Parts::default();
    for rows in &mut members {
        stream.shuffle(rows);
        let exact = rows.len() as f64 * fraction;
        let tests = (exact.round() as usize).min(rows.len().saturating_sub(1));
        parts.test.extend_from_slice(&rows[..tests]);
        parts.train.extend_from_slice(&rows[tests..]);
    }
    parts
}

fn by_column(table: &Table, checked: &CheckedSettings, rows: &[usize]) -> Parts {
    let mut parts = Parts::default();
    let column = checked.split_column.and_then(|at| table.columns.get(at));
    let Some(ColumnData::Categories { codes, levels }) = column.map(|c| &c.data) else { return parts };
    for row in rows {
        let code = codes.get(*row).copied().unwrap_or(MISSING_CODE);
        match levels.get(code as usize).map(String::as_str) {
            Some("train") => parts.train.push(*row),
            Some("validation") => parts.validation.push(*row),
            Some("test") => parts.test.push(*row),
            _ => parts.left_out += 1,
        }
    }
    parts
}

/// The latest rows test: the share that is asked for and whatever happened at the same moment as its first row. Rows
/// without a moment are left out.
fn by_time(rows: &[usize], bond: &Bond, fraction: f64) -> Parts {
    let Bond::Moments(moments) = bond else { return Parts::default() };
    let dated = moments.iter().filter(|moment| !moment.is_nan()).count();
    let mut parts = Parts { left_out: rows.len() - dated, ..Parts::default() };
    let cut = folds::latest(moments, fraction);
    parts.train = pick(rows, &cut.train);
    parts.test = pick(rows, &cut.held_out);
    parts
}

#[cfg(test)]
mod tests;
