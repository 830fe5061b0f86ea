//! Pearson's correlation of each pair of columns of numbers, over the rows where both have a value.
//!
//! One pass over the table in blocks of rows. Within a block every pair has its own exact means, and blocks are merged
//! by the formula of Chan, Golub and LeVeque, so that neither a large offset nor a drift of the values costs digits. A
//! column whose values are all equal has a spread of exactly 0.

use serde::{Deserialize, Serialize};

use crate::table::{Column, ColumnData, ColumnKind, Table};

/// Columns that are looked at.
const MAX_COLUMNS: usize = 40;
/// Rows of a block: its columns stay in the processor's cache while the pairs are summed.
const BLOCK: usize = 256;
/// Fewer rows than this say nothing: two points always lie on a line.
const MIN_ROWS: usize = 3;

/// How columns of numbers move together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correlations {
    /// The first 40 columns of numbers.
    pub columns: Vec<String>,
    /// A row a column, −1 to 1; `None` where a column does not vary or fewer than three rows have both values.
    pub values: Vec<Vec<Option<f64>>>,
}

impl Correlations {
    /// The correlation of two columns by their names.
    pub fn between(&self, a: &str, b: &str) -> Option<f64> {
        let place = |name: &str| self.columns.iter().position(|column| column == name);
        *self.values.get(place(a)?)?.get(place(b)?)?
    }
}

/// The correlations of a table; `None` when it has fewer than two columns of numbers.
pub fn correlations(table: &Table) -> Option<Correlations> {
    let numbers = |column: &Column| match &column.data {
        ColumnData::Numbers(_) => matches!(column.kind, ColumnKind::Number | ColumnKind::Integer),
        ColumnData::Categories { .. } => false,
    };
    let columns: Vec<&Column> = table.columns.iter().filter(|c| numbers(c)).take(MAX_COLUMNS).collect();
    if columns.len() < 2 {
        return None;
    }
    let values: Vec<&[f64]> = columns
        .iter()
        .map(|column| match &column.data {
            ColumnData::Numbers(values) => values.as_slice(),
            ColumnData::Categories { .. } => &[],
        })
        .collect();
    let pairs = co_moments(&values);
    let n = columns.len();
    let value = |a: usize, b: usize| {
        let found = pairs[place(a.min(b), a.max(b), n)].correlation();
        // A column with itself, without the rounding of the roots.
        found.map(|r| if a == b { 1.0 } else { r })
    };
    Some(Correlations {
        columns: columns.iter().map(|column| column.name.clone()).collect(),
        values: (0..n).map(|a| (0..n).map(|b| value(a, b)).collect()).collect(),
    })
}

/// The place of a pair, `a ≤ b`, among the pairs of `n` columns.
fn place(a: usize, b: usize, n: usize) -> usize {
    a * n - a * (a + 1) / 2 + b
}

/// Rows, means and co-moments of a pair.
#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    rows: f64,
    mean: [f64; 2],
    /// `Σ (x − mean)²` of each.
    spread: [f64; 2],
    /// `Σ (x − mean x)(y − mean y)`.
    together: f64,
}

impl Pair {
    /// Adds the rows of another block.
    fn merge(&mut self, block: &Self) {
        if block.rows == 0.0 {
            return;
        }
        let rows = self.rows + block.rows;
        let apart = [block.mean[0] - self.mean[0], block.mean[1] - self.mean[1]];
        let weight = self.rows * block.rows / rows;
        self.together += block.together + apart[0] * apart[1] * weight;
        for (side, apart) in apart.into_iter().enumerate() {
            self.spread[side] += block.spread[side] + apart * apart * weight;
            self.mean[side] += apart * (block.rows / rows);
        }
        self.rows = rows;
    }

    fn correlation(&self) -> Option<f64> {
        let varies = self.spread[0] > 0.0 && self.spread[1] > 0.0;
        let r = self.together / (self.spread[0].sqrt() * self.spread[1].sqrt());
        (varies && self.rows >= MIN_ROWS as f64 && r.is_finite()).then(|| r.clamp(-1.0, 1.0))
    }
}

/// A column's part of a block.
struct Centred {
    /// The values less their mean; 0 for missing ones.
    values: [f64; BLOCK],
    /// 1 for a value, 0 for a missing one.
    present: [f64; BLOCK],
    mean: f64,
    spread: f64,
    rows: usize,
    missing: bool,
}

fn co_moments(columns: &[&[f64]]) -> Vec<Pair> {
    let n = columns.len();
    let scales: Vec<f64> = columns.iter().map(|values| scale(values)).collect();
    let mut pairs = vec![Pair::default(); n * (n + 1) / 2];
    let mut block: Vec<Centred> = columns.iter().map(|_| Centred::empty()).collect();
    let rows = columns.iter().map(|values| values.len()).min().unwrap_or(0);
    for start in (0..rows).step_by(BLOCK) {
        let end = (start + BLOCK).min(rows);
        for ((centred, values), scale) in block.iter_mut().zip(columns).zip(&scales) {
            centred.fill(&values[start..end], *scale);
        }
        for a in 0..n {
            for b in a..n {
                let raw = (&columns[a][start..end], &columns[b][start..end]);
                let found = pair(&block[a], &block[b], raw, (scales[a], scales[b]));
                pairs[place(a, b, n)].merge(&found);
            }
        }
    }
    pairs
}

/// What a column is divided by, so that squares neither overflow nor vanish.
fn scale(values: &[f64]) -> f64 {
    let largest = values.iter().filter(|v| !v.is_nan()).fold(0.0_f64, |top, v| top.max(v.abs()));
    if largest > 0.0 { largest } else { 1.0 }
}

impl Centred {
    fn empty() -> Self {
        Self { values: [0.0; BLOCK], present: [1.0; BLOCK], mean: 0.0, spread: 0.0, rows: 0, missing: false }
    }

    fn fill(&mut self, values: &[f64], scale: f64) {
        for (to, value) in self.values.iter_mut().zip(values) {
            *to = value / scale;
        }
        self.rows = values.len();
        self.missing = values.iter().any(|v| v.is_nan());
        if !self.missing {
            self.present = [1.0; BLOCK];
            (self.mean, self.spread) = centre(&mut self.values[..values.len()]);
            return;
        }
        // As if alone: the values that are there, side by side, less their mean.
        let (mut there, mut count) = ([0.0; BLOCK], 0);
        for (present, value) in self.present.iter_mut().zip(&self.values[..values.len()]) {
            *present = if value.is_nan() { 0.0 } else { 1.0 };
            if !value.is_nan() {
                there[count] = *value;
                count += 1;
            }
        }
        (self.mean, self.spread) = centre(&mut there[..count]);
        let mut there = there[..count].iter();
        for value in &mut self.values[..values.len()] {
            *value = if value.is_nan() { 0.0 } else { there.next().copied().unwrap_or_default() };
        }
    }
}

/// Takes the mean off, and gives it with the sum of squares that is left. Equal values leave exactly nothing.
fn centre(values: &mut [f64]) -> (f64, f64) {
    let Some(first) = values.first().copied() else { return (0.0, 0.0) };
    let offset = total(values, first) / values.len() as f64;
    values.iter_mut().for_each(|v| *v = (*v - first) - offset);
    (first + offset, product(values, values))
}

/// Two columns over one block; where cells are missing, over the rows that have both.
fn pair(a: &Centred, b: &Centred, raw: (&[f64], &[f64]), scales: (f64, f64)) -> Pair {
    if !a.missing && !b.missing {
        return Pair {
            rows: a.rows as f64,
            mean: [a.mean, b.mean],
            spread: [a.spread, b.spread],
            together: product(&a.values[..a.rows], &b.values[..b.rows]),
        };
    }
    if let Some(found) = pair_with_gaps(a, b) {
        return found;
    }
    let (mut x, mut y, mut rows) = ([0.0; BLOCK], [0.0; BLOCK], 0);
    for (left, right) in raw.0.iter().zip(raw.1) {
        if !left.is_nan() && !right.is_nan() {
            (x[rows], y[rows]) = (left / scales.0, right / scales.1);
            rows += 1;
        }
    }
    let (x, y) = (&mut x[..rows], &mut y[..rows]);
    let ((x_mean, x_spread), (y_mean, y_spread)) = (centre(x), centre(y));
    Pair { rows: rows as f64, mean: [x_mean, y_mean], spread: [x_spread, y_spread], together: product(x, y) }
}

/// Two columns over the rows of one block that have both, from sums of products with what is present. `None` where the
/// means of those rows lie so far from the columns' that digits would be lost.
fn pair_with_gaps(a: &Centred, b: &Centred) -> Option<Pair> {
    /// The share of a sum of squares that must be left when the mean is taken off.
    const ENOUGH: f64 = 1e-3;
    let (x, y) = (&a.values[..a.rows], &b.values[..b.rows]);
    let (here, there) = (&a.present[..a.rows], &b.present[..b.rows]);
    let rows = product(here, there);
    if rows == 0.0 {
        return Some(Pair::default());
    }
    let (sums, squares) = ([product(x, there), product(y, here)], [squares(x, there), squares(y, here)]);
    let spread = [squares[0] - sums[0] * sums[0] / rows, squares[1] - sums[1] * sums[1] / rows];
    let sound = |side: usize| spread[side] >= ENOUGH * squares[side];
    (sound(0) && sound(1)).then(|| Pair {
        rows,
        mean: [a.mean + sums[0] / rows, b.mean + sums[1] / rows],
        spread,
        together: product(x, y) - sums[0] * sums[1] / rows,
    })
}

/// `Σ (vᵢ − first)` in eight sums that are added in a fixed order.
fn total(values: &[f64], first: f64) -> f64 {
    let mut sums = [0.0; 8];
    let (eights, rest) = values.as_chunks::<8>();
    for eight in eights {
        for (sum, value) in sums.iter_mut().zip(eight) {
            *sum += value - first;
        }
    }
    sums.iter().sum::<f64>() + rest.iter().map(|value| value - first).sum::<f64>()
}

/// `Σ vᵢ² pᵢ` in eight sums that are added in a fixed order.
fn squares(values: &[f64], present: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (v_eights, v_rest) = values.as_chunks::<8>();
    let (p_eights, p_rest) = present.as_chunks::<8>();
    for (v, p) in v_eights.iter().zip(p_eights) {
        for (sum, (v, p)) in sums.iter_mut().zip(v.iter().zip(p)) {
            *sum += v * v * p;
        }
    }
    sums.iter().sum::<f64>() + v_rest.iter().zip(p_rest).map(|(v, p)| v * v * p).sum::<f64>()
}

/// `Σ aᵢ bᵢ` in eight sums that are added in a fixed order: as fast as the processor can, and the same on all.
fn product(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a_eights, a_rest) = a.as_chunks::<8>();
    let (b_eights, b_rest) = b.as_chunks::<8>();
    for (x, y) in a_eights.iter().zip(b_eights) {
        for (sum, (x, y)) in sums.iter_mut().zip(x.iter().zip(y)) {
            *sum += x * y;
        }
    }
    sums.iter().sum::<f64>() + crate::math::dot(a_rest, b_rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix64;

    fn table(columns: &[Vec<f64>]) -> Table {
        let column = |(at, values): (usize, &Vec<f64>)| Column {
            name: format!("c{at}"),
            kind: ColumnKind::Number,
            reason: String::new(),
            disagreeing: Vec::new(),
            data: ColumnData::Numbers(values.clone()),
            writing: crate::csv::Writing::default(),
        };
        let rows = columns.first().map_or(0, Vec::len);
        Table { columns: columns.iter().enumerate().map(column).collect(), rows }
    }

    /// The textbook's two passes, over the rows that have both.
    fn plain(x: &[f64], y: &[f64]) -> f64 {
        let both: Vec<(f64, f64)> =
            x.iter().copied().zip(y.iter().copied()).filter(|(a, b)| !a.is_nan() && !b.is_nan()).collect();
        let n = both.len() as f64;
        let (mx, my) = (both.iter().map(|p| p.0).sum::<f64>() / n, both.iter().map(|p| p.1).sum::<f64>() / n);
        let sum = |f: &dyn Fn(&(f64, f64)) -> f64| both.iter().map(f).sum::<f64>();
        sum(&|p| (p.0 - mx) * (p.1 - my))
            / (sum(&|p| (p.0 - mx).powi(2)).sqrt() * sum(&|p| (p.1 - my).powi(2)).sqrt())
    }

    fn noise(seed: u64, rows: usize) -> Vec<f64> {
        let mut random = SplitMix64::new(seed);
        (0..rows).map(|_| random.below(1_000_000) as f64 / 1e6 - 0.5).collect()
    }

    #[test]
    fn they_are_those_of_two_plain_passes() {
        for rows in [3, 7, 255, 256, 257, 5_000] {
            let (a, b) = (noise(1, rows), noise(2, rows));
            let mixed: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 1e6 + 3.0 * a - b).collect();
            let mut holes = b.clone();
            holes.iter_mut().step_by(3).skip(1).for_each(|v| *v = f64::NAN);
            let columns = [a, b, mixed, holes];
            let found = correlations(&table(&columns)).unwrap();
            for (i, x) in columns.iter().enumerate() {
                for (j, y) in columns.iter().enumerate() {
                    let enough = x.iter().zip(y).filter(|(a, b)| !a.is_nan() && !b.is_nan()).count() >= 3;
                    match found.values[i][j] {
                        Some(r) => assert!((r - plain(x, y)).abs() < 1e-9, "{rows} {i} {j}: {r}"),
                        None => assert!(!enough, "{rows} {i} {j}"),
                    }
                    assert_eq!(found.values[i][j], found.values[j][i]);
                }
            }
        }
    }

    #[test]
    fn a_large_offset_a_drift_and_a_huge_scale_cost_no_digits() {
        let rows = 10_000;
        let (a, b) = (noise(5, rows), noise(6, rows));
        let y: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
        let wanted = plain(&a, &y);
        let far: Vec<f64> = a.iter().map(|v| v + 1e9).collect();
        let huge: Vec<f64> = a.iter().map(|v| v * 1e300).collect();
        let tiny: Vec<f64> = a.iter().map(|v| v * 1e-300).collect();
        let found = correlations(&table(&[y, far, huge, tiny])).unwrap();
        for column in 1..4 {
            let r = found.values[0][column].unwrap();
            assert!((r - wanted).abs() < 1e-6, "{column}: {r} {wanted}");
        }
        // Values of which one lies far from all: the rows with both have another mean than the column.
        let mut apart = noise(7, 1_000);
        let mut gaps = apart.clone();
        (apart[0], gaps[0]) = (1e12, f64::NAN);
        let r = correlations(&table(&[apart, gaps])).unwrap().values[0][1].unwrap();
        assert!((r - 1.0).abs() < 1e-6, "{r}");
    }

    #[test]
    fn what_does_not_vary_or_is_missing_has_none() {
        let rows = 1_000;
        let varies = noise(8, rows);
        let constant = vec![0.1; rows];
        let empty = vec![f64::NAN; rows];
        let mut two = empty.clone();
        (two[3], two[900]) = (1.0, 2.0);
        // Constant where the other has values.
        let half: Vec<f64> = (0..rows).map(|i| if i % 2 == 0 { f64::NAN } else { 7.0 + varies[i] }).collect();
        let other: Vec<f64> = (0..rows).map(|i| if i % 2 == 0 { varies[i] } else { 0.3 }).collect();
        let found = correlations(&table(&[varies, constant, empty, two, half, other])).unwrap();
        assert_eq!(found.values[0][0], Some(1.0));
        for silent in 1..4 {
            assert!(found.values[silent].iter().all(Option::is_none), "{silent}: {:?}", found.values[silent]);
        }
        assert_eq!(found.values[4][5], None);
        assert!(found.values[0][4].is_some() && found.values[0][5].is_some());
    }

    #[test]
    fn the_first_forty_columns_of_numbers_are_looked_at() {
        let wide: Vec<Vec<f64>> = (0..50).map(|seed| noise(seed, 10)).collect();
        let mut table = table(&wide);
        table.columns[0].kind = ColumnKind::DateTime;
        table.columns[1].kind = ColumnKind::Id;
        let found = correlations(&table).unwrap();
        assert_eq!((found.columns.len(), found.columns[0].as_str()), (40, "c2"));
        assert_eq!((found.values.len(), found.values[0].len()), (40, 40));
        assert_eq!(correlations(&self::table(&wide[..1])), None);
    }
}
