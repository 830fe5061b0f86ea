//! What a table holds, column by column: enough to look at it, choose a target and see what is wrong.

mod correlations;
mod counts;

pub use correlations::Correlations;
use serde::{Deserialize, Serialize};

use crate::math::{deviation, mean, quantile};
use crate::table::{Column, ColumnData, ColumnKind, Disagreement, Table};

/// Bars of a histogram at most.
const MAX_BARS: usize = 20;
/// Quantiles that are shown.
const QUANTILES: [f64; 7] = [0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0];

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
}

/// Looks at every column.
pub fn profile(table: &Table) -> Profile {
    Profile {
        rows: table.rows,
        columns: table.columns.iter().map(column_profile).collect(),
        correlations: correlations::correlations(table),
    }
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
        disagreeing: column.disagreeing.clone(),
    };
    match &column.data {
        ColumnData::Numbers(values) => describe_numbers(&mut profile, values),
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

fn describe_numbers(profile: &mut ColumnProfile, values: &[f64]) {
    // −0 is counted with 0.
    let mut sorted: Vec<f64> = values.iter().filter(|v| !v.is_nan()).map(|v| v + 0.0).collect();
    profile.missing = values.len() - sorted.len();
    let centre = mean(&sorted);
    profile.mean = Some(centre).filter(|m| m.is_finite() && !sorted.is_empty());
    profile.std = profile.mean.map(|_| deviation(&sorted, centre)).filter(|s| s.is_finite());
    sorted.sort_unstable_by(f64::total_cmp);
    let (Some(min), Some(max)) = (sorted.first().copied(), sorted.last().copied()) else { return };
    profile.min = Some(min);
    profile.max = Some(max);
    let at = |q: f64| Quantile { q, value: quantile(&sorted, q) };
    profile.quantiles = QUANTILES.map(at).to_vec();
    let (distinct, common) = counts::commonest_numbers(&sorted);
    profile.distinct = distinct;
    profile.common = common;
    profile.histogram = histogram(&sorted, profile.kind, distinct);
}

/// Bars of equal width; whole numbers of few values get a bar each.
fn histogram(sorted: &[f64], kind: ColumnKind, distinct: usize) -> Option<Histogram> {
    let (min, max) = (*sorted.first()?, *sorted.last()?);
    let range = max - min;
    if !range.is_finite() {
        return None;
    }
    let whole = kind == ColumnKind::Integer && range < MAX_BARS as f64;
    let (start, width, bars) = if range == 0.0 {
        (min, 0.0, 1)
    } else if whole {
        (min - 0.5, 1.0, range as usize + 1)
    } else {
        let bars = distinct.clamp(1, MAX_BARS);
        (min, range / bars as f64, bars)
    };
    let mut edges: Vec<f64> = (0..=bars).map(|i| start + width * i as f64).collect();
    if !whole {
        edges[bars] = max;
    }
    let mut counts = vec![0; bars];
    for value in sorted {
        let bar = edges[1..bars].partition_point(|edge| edge <= value);
        counts[bar] += 1;
    }
    Some(Histogram { edges, counts })
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
    fn a_column_of_one_or_no_value_is_suspect() {
        assert_eq!(numbers(vec![3.0; 9], ColumnKind::Integer).suspects, [Suspect::Constant]);
        assert_eq!(numbers(vec![f64::NAN; 9], ColumnKind::Number).suspects, [Suspect::Empty]);
    }
}
