//! What a table holds, column by column: enough to look at it, choose a target and see what is wrong.

mod correlations;
mod counts;
mod duplicates;
mod leaks;
mod numbers;
mod spectrum;

pub use correlations::Correlations;
pub use leaks::{Leak, leaks};
use serde::{Deserialize, Serialize};

use crate::table::{Column, ColumnData, ColumnKind, Disagreement, Table};

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Rows.
    pub rows: usize,
    /// One for each column.
    pub columns: Vec<ColumnProfile>,
    /// How the columns of numbers move together; `None` when there are fewer than two.
    #[serde(default)]
    pub correlations: Option<Correlations>,
}

/// What a column holds. What needs numbers is absent for words and for columns without a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// What it means.
    pub kind: ColumnKind,
    /// Why it was taken for that.
    pub reason: String,
    /// Cells without a value.
    pub missing: usize,
    /// Different values.
    pub distinct: usize,
    /// The least value; of dates, seconds since 1970.
    pub min: Option<f64>,
    /// The greatest value.
    pub max: Option<f64>,
    /// The mean.
    pub mean: Option<f64>,
    /// The population standard deviation.
    pub std: Option<f64>,
    /// At 0, 0.05, 0.25, 0.5, 0.75, 0.95 and 1.
    pub quantiles: Vec<Quantile>,
    /// Of numbers.
    pub histogram: Option<Histogram>,
    /// The ten commonest values.
    pub common: Vec<Common>,
    /// What makes the column of little use.
    pub suspects: Vec<Suspect>,
    /// The column before it that says the same, of a [`Suspect::NearDuplicate`].
    #[serde(default)]
    pub duplicate_of: Option<String>,
    /// Cells that disagree with almost all the others.
    pub disagreeing: Vec<Disagreement>,
}

/// The value that a share of the cells does not exceed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quantile {
    /// The share, 0 to 1.
    pub q: f64,
    /// The value, linear between neighbours.
    pub value: f64,
}

/// How many cells lie between edges; the last bar includes its upper edge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// One more than counts, rising.
    pub edges: Vec<f64>,
    /// Cells in each bar.
    pub counts: Vec<usize>,
}

/// A value and how often it comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Common {
    /// The value as text.
    pub value: String,
    /// Cells with it.
    pub count: usize,
}

/// What makes a column of little use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suspect {
    /// One value only.
    Constant,
    /// No value at all.
    Empty,
    /// It names the row.
    IdLike,
    /// More than half of the cells have no value.
    MostlyMissing,
    /// A column before it says the same, in the same words or others.
    NearDuplicate,
}

/// Looks at every column.
pub fn profile(table: &Table) -> Profile {
    let correlations = correlations::correlations(table);
    let mut columns: Vec<ColumnProfile> = table.columns.iter().map(column_profile).collect();
    let twins = duplicates::twins(table, correlations.as_ref());
    for (column, twin) in columns.iter_mut().zip(twins) {
        if let Some(twin) = twin.and_then(|at| table.columns.get(at)) {
            column.suspects.push(Suspect::NearDuplicate);
            column.duplicate_of = Some(twin.name.clone());
        }
    }
    Profile { rows: table.rows, columns, correlations }
}

fn column_profile(column: &Column) -> ColumnProfile {
    let mut profile = ColumnProfile {
        name: column.name.clone(),
        kind: column.kind,
        reason: column.reason.clone(),
        missing: 0,
        distinct: 0,
        min: None,
        max: None,
        mean: None,
        std: None,
        quantiles: Vec::new(),
        histogram: None,
        common: Vec::new(),
        suspects: Vec::new(),
        duplicate_of: None,
        disagreeing: column.disagreeing.clone(),
    };
    match &column.data {
        ColumnData::Numbers(values) => numbers::describe(&mut profile, values),
        ColumnData::Categories { codes, levels } => {
            let counts = counts::of_codes(codes, levels.len());
            profile.missing = codes.len() - counts.iter().sum::<usize>();
            profile.distinct = counts.iter().filter(|c| **c > 0).count();
            profile.common = counts::commonest_levels(&counts, levels);
        }
    }
    profile.suspects = suspects(&profile, column.len());
    profile
}

fn suspects(profile: &ColumnProfile, rows: usize) -> Vec<Suspect> {
    let mut found = Vec::new();
    match profile.distinct {
        0 => found.push(Suspect::Empty),
        1 => found.push(Suspect::Constant),
        _ => {}
    }
    if profile.kind == ColumnKind::Id {
        found.push(Suspect::IdLike);
    }
    if profile.distinct > 0 && profile.missing * 2 > rows {
        found.push(Suspect::MostlyMissing);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(values: Vec<f64>, kind: ColumnKind) -> ColumnProfile {
        let column = Column {
            name: "x".to_owned(),
            kind,
            reason: String::new(),
            disagreeing: Vec::new(),
            data: ColumnData::Numbers(values),
            writing: crate::csv::Writing::default(),
        };
        column_profile(&column)
    }

    #[test]
    fn numbers_are_described() {
        let profile = numbers(vec![1.0, 2.0, f64::NAN, 2.0, 5.0], ColumnKind::Integer);
        assert_eq!((profile.missing, profile.distinct), (1, 3));
        assert_eq!((profile.min, profile.max, profile.mean), (Some(1.0), Some(5.0), Some(2.5)));
        assert_eq!(profile.common[0], Common { value: "2".to_owned(), count: 2 });
        assert_eq!(profile.histogram.unwrap().counts, [1, 2, 0, 0, 1]);
    }

    #[test]
    fn every_cell_is_in_a_bar() {
        let profile = numbers((0..997).map(|i| f64::from(i).sqrt()).collect(), ColumnKind::Number);
        let histogram = profile.histogram.unwrap();
        assert_eq!(histogram.counts.iter().sum::<usize>(), 997);
        assert_eq!(histogram.edges.len(), histogram.counts.len() + 1);
    }

    #[test]
    fn large_columns_are_described_as_small_ones_are() {
        let values: Vec<f64> = (0..20_000_u32).map(|i| f64::from(i * 7_919 % 10_007) / 4.0).collect();
        let profile = numbers(values.clone(), ColumnKind::Number);
        let mut sorted = values;
        sorted.sort_unstable_by(f64::total_cmp);
        for at in &profile.quantiles {
            assert_eq!(at.value, crate::math::quantile(&sorted, at.q), "{}", at.q);
        }
        let mean = crate::math::mean(&sorted);
        assert!((profile.mean.unwrap() - mean).abs() < 1e-9);
        assert!((profile.std.unwrap() - crate::math::deviation(&sorted, mean)).abs() < 1e-9);
        assert_eq!(profile.distinct, 10_007);
        assert_eq!(profile.histogram.unwrap().counts.iter().sum::<usize>(), 20_000);
    }

    #[test]
    fn a_column_that_says_the_same_as_one_before_it_is_suspect() {
        let row = |i: u32| {
            let (x, level) = (f64::from(i * 7_919 % 1_000), i * 31 % 5);
            format!(
                "{x},{:.2},L{level},{},{}\n",
                x * 1.8 + 32.0,
                ["a", "b", "c", "d", "e"][level as usize],
                i % 7
            )
        };
        let text = format!("celsius,fahrenheit,code,name,other\n{}", (0..500).map(row).collect::<String>());
        let table = crate::read(text.as_bytes(), &crate::IntakeOptions::default()).unwrap().table;
        let found = profile(&table).columns;
        let twins: Vec<Option<&str>> = found.iter().map(|column| column.duplicate_of.as_deref()).collect();
        assert_eq!(twins, [None, Some("celsius"), None, Some("code"), None]);
        assert!(found[1].suspects.contains(&Suspect::NearDuplicate) && found[4].suspects.is_empty());
    }

    #[test]
    fn a_column_of_one_or_no_value_is_suspect() {
        assert_eq!(numbers(vec![3.0; 9], ColumnKind::Integer).suspects, [Suspect::Constant]);
        assert_eq!(numbers(vec![f64::NAN; 9], ColumnKind::Number).suspects, [Suspect::Empty]);
    }
}
