//! Columns that tell the target almost alone: as a rule they are known only afterwards, and no model should learn from
//! them before somebody has looked.

use serde::{Deserialize, Serialize};

use crate::table::{Column, ColumnData, ColumnKind, MISSING_CODE, Table};

/// Rows that are looked at, evenly spread.
const MAX_ROWS: usize = 100_000;
/// Fewer rows with both values than this prove nothing.
const FEWEST_ROWS: usize = 50;
/// Groups of equal size that a column of numbers is cut into.
const GROUPS: usize = 128;
/// Whole numbers of no more values than this are classes.
const MOST_CLASSES: usize = 20;
/// The share of what is unknown of the target that a column must tell.
const SUSPICIOUS: f64 = 0.98;

/// A column that tells the target almost alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leak {
    /// The column.
    pub column: String,
    /// The share of the target's uncertainty that it takes away alone, up to 1: of the variance for numbers, of the
    /// errors of the commonest class for classes.
    pub share: f64,
}

/// The columns that tell `target` almost alone, the strongest first. Each row is judged by the other rows of its level
/// or group, so that a column of names for single rows tells nothing.
pub fn leaks(table: &Table, target: &str) -> Vec<Leak> {
    let Some(answer) = table.column(target) else { return Vec::new() };
    let step = table.rows.div_ceil(MAX_ROWS).max(1);
    let rows: Vec<usize> = (0..table.rows).step_by(step).filter(|row| !answer.is_missing(*row)).collect();
    let others = table.columns.iter().filter(|column| column.name != target);
    let found = others.filter_map(|column| {
        let share = share(column, answer, &rows)?;
        (share >= SUSPICIOUS).then(|| Leak { column: column.name.clone(), share })
    });
    let mut found: Vec<Leak> = found.collect();
    found.sort_by(|a, b| b.share.total_cmp(&a.share));
    found
}

fn share(column: &Column, answer: &Column, rows: &[usize]) -> Option<f64> {
    let rows: Vec<usize> = rows.iter().copied().filter(|row| !column.is_missing(*row)).collect();
    if rows.len() < FEWEST_ROWS {
        return None;
    }
    let groups = groups(column, &rows);
    match classes(answer, &rows) {
        Some(classes) => share_of_errors(&groups, &classes),
        None => share_of_variance(&groups, &numbers(answer, &rows)),
    }
}

/// The level of each row, or the group of its number; equal numbers are in one group.
fn groups(column: &Column, rows: &[usize]) -> Vec<usize> {
    match &column.data {
        ColumnData::Categories { codes, .. } => {
            rows.iter().map(|row| codes.get(*row).map_or(0, |code| *code as usize)).collect()
        }
        ColumnData::Numbers(_) => {
            let values = numbers(column, rows);
            let mut sorted = values.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let edges = (1..GROUPS).filter_map(|n| sorted.get(n * sorted.len() / GROUPS).copied());
            let mut edges: Vec<f64> = edges.collect();
            edges.dedup();
            values.iter().map(|value| edges.partition_point(|edge| edge <= value)).collect()
        }
    }
}

fn numbers(column: &Column, rows: &[usize]) -> Vec<f64> {
    match &column.data {
        ColumnData::Numbers(values) => {
            rows.iter().map(|row| values.get(*row).copied().unwrap_or(f64::NAN)).collect()
        }
        ColumnData::Categories { .. } => vec![f64::NAN; rows.len()],
    }
}

/// The class of each row, where the target is one of few values.
fn classes(answer: &Column, rows: &[usize]) -> Option<Vec<usize>> {
    match &answer.data {
        ColumnData::Categories { codes, .. } => {
            let class = |row: &usize| codes.get(*row).copied().unwrap_or(MISSING_CODE) as usize;
            Some(rows.iter().map(class).collect())
        }
        ColumnData::Numbers(_) if answer.kind == ColumnKind::Integer => {
            let values = numbers(answer, rows);
            let mut distinct = values.clone();
            distinct.sort_unstable_by(f64::total_cmp);
            distinct.dedup();
            let place = |value: &f64| distinct.partition_point(|other| other < value);
            (distinct.len() <= MOST_CLASSES).then(|| values.iter().map(place).collect())
        }
        ColumnData::Numbers(_) => None,
    }
}

/// How many errors of always naming the commonest class go away when each row is named after the others of its group.
fn share_of_errors(groups: &[usize], classes: &[usize]) -> Option<f64> {
    let mut pairs: Vec<(usize, usize)> = groups.iter().copied().zip(classes.iter().copied()).collect();
    pairs.sort_unstable();
    let mut totals: Vec<usize> = classes.to_vec();
    totals.sort_unstable();
    let commonest = totals.chunk_by(|a, b| a == b).map(<[usize]>::len).max()?;
    let errors = classes.len() - commonest;
    let right = |group: &[(usize, usize)]| {
        let sizes: Vec<usize> = group.chunk_by(|a, b| a == b).map(<[(usize, usize)]>::len).collect();
        let most = sizes.iter().copied().max().unwrap_or(0);
        let ties = sizes.iter().filter(|size| **size == most).count();
        // Without the row itself a class that shares the first place loses it.
        if ties == 1 && most > 1 { most } else { 0 }
    };
    let right: usize = pairs.chunk_by(|a, b| a.0 == b.0).map(right).sum();
    (errors > 0).then(|| 1.0 - (classes.len() - right) as f64 / errors as f64)
}

/// How much variance goes away when each row is foretold by the mean of the others of its group.
fn share_of_variance(groups: &[usize], values: &[f64]) -> Option<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let mut pairs: Vec<(usize, f64)> = groups.iter().copied().zip(values.iter().copied()).collect();
    pairs.sort_by_key(|(group, _)| *group);
    let left = |group: &[(usize, f64)]| {
        let count = group.len() as f64;
        let sum: f64 = group.iter().map(|(_, value)| value).sum();
        let error = |value: f64| {
            let foretold = if count > 1.0 { (sum - value) / (count - 1.0) } else { mean };
            (value - foretold) * (value - foretold)
        };
        group.iter().map(|(_, value)| error(*value)).sum::<f64>()
    };
    let left: f64 = pairs.chunk_by(|a, b| a.0 == b.0).map(left).sum();
    (variance > 0.0 && variance.is_finite()).then(|| 1.0 - left / variance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: usize, row: impl Fn(usize) -> String, header: &str) -> Table {
        let text = format!("{header}\n{}", (0..rows).map(row).collect::<String>());
        crate::read(text.as_bytes(), &crate::IntakeOptions::default()).unwrap().table
    }

    #[test]
    fn a_column_that_tells_the_target_alone_is_named_and_no_other() {
        let row = |i: usize| {
            let price = (i * 7_919 % 1_000) as f64 + 0.5;
            let class = ["low", "high"][usize::from(price > 500.0)];
            let noise = i * 104_729 % 977;
            format!("{price},{:.3},{class},{noise},key{i}\n", price * 1.19 + (noise % 7) as f64 * 0.01)
        };
        let table = table(4_000, row, "price,gross,class,noise,key");
        let names = |target| leaks(&table, target).into_iter().map(|leak| leak.column).collect::<Vec<_>>();
        assert_eq!(names("price"), ["gross"]);
        assert_eq!(names("class"), ["price", "gross"]);
        assert!(names("noise").is_empty() && names("nothing").is_empty());
    }

    #[test]
    fn the_best_column_of_an_honest_table_is_no_leak() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/samples/");
        for (file, target) in [("iris.csv", "target"), ("diamonds.csv", "price"), ("penguins.csv", "species")]
        {
            let bytes = std::fs::read(format!("{path}{file}")).unwrap();
            let table = crate::read(&bytes, &crate::IntakeOptions::default()).unwrap().table;
            assert_eq!(leaks(&table, target), [], "{file}");
        }
    }
}
