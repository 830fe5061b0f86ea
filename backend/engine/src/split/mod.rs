//! Which rows train and which test. The same seed and rows give the same split on every machine.

use crate::random::SplitMix64;
use crate::settings::{CheckedSettings, Split};
use crate::table::{ColumnData, MISSING_CODE, Table};
use crate::train::TrainError;

/// Rows of the table by what they are for, each in rising order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// Rows learned from.
    pub train: Vec<usize>,
    /// Rows scored on.
    pub test: Vec<usize>,
    /// Rows with a target that the split column leaves out.
    pub left_out: usize,
}

/// Splits `rows` (those with a target). `classes` gives the class of each of them, if there are classes.
///
/// Rows named `validation` by a split column are kept out of both parts: no family of this engine tunes on them yet.
pub fn split(
    table: &Table,
    checked: &CheckedSettings,
    rows: &[usize],
    classes: Option<&[u32]>,
) -> Result<Parts, TrainError> {
    let mut parts = match (&checked.settings.split, classes) {
        (Split::Column { .. }, _) => by_column(table, checked, rows),
        (Split::Time { .. } | Split::Group { .. } | Split::Folds { .. }, _) => {
            Parts { train: Vec::new(), test: Vec::new(), left_out: 0 }
        }
        (Split::Stratified { test_fraction }, Some(classes)) => {
            stratified(rows, classes, *test_fraction, checked.settings.seed)
        }
        (Split::Random { test_fraction } | Split::Stratified { test_fraction }, _) => {
            random(rows, *test_fraction, &mut SplitMix64::new(checked.settings.seed))
        }
    };
    parts.train.sort_unstable();
    parts.test.sort_unstable();
    for (part, name) in [(&parts.train, "train"), (&parts.test, "test")] {
        if part.is_empty() {
            return Err(TrainError::EmptyPart { part: name.to_owned() });
        }
    }
    Ok(parts)
}

/// The number of test rows among `count`: rounded up as scikit-learn does, but leaving one row for training.
fn test_count(count: usize, fraction: f64) -> usize {
    ((count as f64 * fraction).ceil() as usize).min(count.saturating_sub(1))
}

fn random(rows: &[usize], fraction: f64, random: &mut SplitMix64) -> Parts {
    let mut shuffled = rows.to_vec();
    random.shuffle(&mut shuffled);
    let train = shuffled.split_off(test_count(rows.len(), fraction));
    Parts { train, test: shuffled, left_out: 0 }
}

fn stratified(rows: &[usize], classes: &[u32], fraction: f64, seed: u64) -> Parts {
    let count = classes.iter().max().map_or(0, |top| *top as usize + 1);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (row, class) in rows.iter().zip(classes) {
        members[*class as usize].push(*row);
    }
    let mut stream = SplitMix64::new(seed);
    let mut parts = Parts { train: Vec::new(), test: Vec::new(), left_out: 0 };
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
    let mut parts = Parts { train: Vec::new(), test: Vec::new(), left_out: 0 };
    let column = checked.split_column.and_then(|at| table.columns.get(at));
    let Some(ColumnData::Categories { codes, levels }) = column.map(|c| &c.data) else { return parts };
    for row in rows {
        let code = codes.get(*row).copied().unwrap_or(MISSING_CODE);
        match levels.get(code as usize).map(String::as_str) {
            Some("train") => parts.train.push(*row),
            Some("test") => parts.test.push(*row),
            _ => parts.left_out += 1,
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_split_takes_the_share_and_depends_on_the_seed_only() {
        let rows: Vec<usize> = (0..101).collect();
        let one = random(&rows, 0.2, &mut SplitMix64::new(1));
        assert_eq!((one.test.len(), one.train.len()), (21, 80));
        assert_eq!(one, random(&rows, 0.2, &mut SplitMix64::new(1)));
        assert_ne!(one, random(&rows, 0.2, &mut SplitMix64::new(2)));
    }

    #[test]
    fn a_stratified_split_takes_the_share_of_every_class() {
        let rows: Vec<usize> = (0..100).collect();
        let classes: Vec<u32> = (0..100).map(|i| u32::from(i % 10 == 0)).collect();
        let parts = stratified(&rows, &classes, 0.2, 42);
        assert_eq!(parts.test.iter().filter(|r| **r % 10 == 0).count(), 2);
        assert_eq!(parts.test.len(), 20);
    }
}
