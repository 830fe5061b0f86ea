//! The best cut of a node of a forest's tree on one column: what its rows hold in each bin.
//!
//! The gain is `Σ G²/H` of both sides: with the sums `G` of the numbers and `H` of the weights the fall of the squared
//! error, with the weights of each class for `G` that of the Gini impurity.

use super::bin::{BinnedColumn, MAX_BINS};
use super::histogram::Packing;
use super::partition::LeftBins;
use crate::random::SplitMix64;

/// A gain below this share of what the node has is rounding.
const LEAST_GAIN: f64 = 1e-9;

/// What each row of the matrix says, in whole numbers.
pub enum Says<'a> {
    /// A number and its weight, packed.
    Numbers { packing: Packing, words: Vec<i64> },
    /// A class and its weight.
    Classes { codes: &'a [u32], count: usize, weights: Vec<i64> },
}

impl Says<'_> {
    fn words(&self) -> &[i64] {
        match self {
            Self::Numbers { words, .. } => words,
            Self::Classes { weights, .. } => weights,
        }
    }

    /// Sums that a side has.
    fn width(&self) -> usize {
        match self {
            Self::Numbers { .. } => 1,
            Self::Classes { count, .. } => *count,
        }
    }

    /// The sum that a row adds to.
    fn place(&self, row: u32) -> usize {
        match self {
            Self::Numbers { .. } => 0,
            Self::Classes { codes, .. } => codes.get(row as usize).map_or(0, |class| *class as usize),
        }
    }

    /// `Σ G²/H` of the sums of a side.
    fn score(&self, sums: &[i64]) -> f64 {
        match (self, sums) {
            (Self::Numbers { packing, .. }, [sum, ..]) => {
                let gradient = packing.gradient(*sum);
                gradient * gradient / packing.curvature(*sum).max(1) as f64
            }
            _ => {
                let squares: f64 = sums.iter().map(|sum| *sum as f64 * *sum as f64).sum();
                squares / sums.iter().sum::<i64>().max(1) as f64
            }
        }
    }
}

/// A draw that decides a random cut.
pub struct Chance {
    at: u64,
}

impl Chance {
    pub fn new(random: &mut SplitMix64) -> Self {
        Self { at: random.next_u64() }
    }

    /// One of `0..bound`.
    fn of(&self, bound: usize) -> usize {
        SplitMix64::new(self.at).below(bound as u64) as usize
    }
}

/// A cut of a node.
pub struct NodeCut {
    pub gain: f64,
    pub column: u32,
    pub left: LeftBins,
}

/// The sums of a node's rows by bin; used again for one column after another.
pub struct Table<'a> {
    says: Says<'a>,
    min_rows: usize,
    /// For each sum one for each bin.
    cells: Vec<[i64; MAX_BINS]>,
    /// Rows by bin.
    counts: Box<[u32; MAX_BINS]>,
    /// For each row of the node the sum it adds to, and what.
    ordered: Vec<(u32, i64)>,
    totals: Vec<i64>,
    rows: usize,
    whole: f64,
    /// Bins that hold rows, rising.
    held: Vec<u8>,
}

impl<'a> Table<'a> {
    pub fn new(says: Says<'a>, min_rows: usize) -> Self {
        let width = says.width();
        Self {
            says,
            min_rows,
            cells: vec![[0; MAX_BINS]; width],
            counts: Box::new([0; MAX_BINS]),
            ordered: Vec::new(),
            totals: vec![0; width],
            rows: 0,
            whole: 0.0,
            held: Vec::new(),
        }
    }

    /// Takes up the rows of a node; says whether they differ.
    pub fn enter(&mut self, rows: &[u32]) -> bool {
        self.rows = rows.len();
        self.ordered.clear();
        self.totals.fill(0);
        for row in rows {
            let word = self.says.words().get(*row as usize).copied().unwrap_or(0);
            let place = self.says.place(*row);
            if let Some(total) = self.totals.get_mut(place) {
                *total = total.wrapping_add(word);
                self.ordered.push((place as u32, word));
            }
        }
        self.whole = self.says.score(&self.totals);
        let Says::Numbers { packing, .. } = &self.says else {
            return self.totals.iter().filter(|total| **total > 0).count() > 1;
        };
        let mean = |word: i64| packing.gradient(word) / packing.curvature(word).max(1) as f64;
        let first = self.ordered.first().map_or(0.0, |(_, word)| mean(*word));
        self.ordered.iter().any(|(_, word)| (mean(*word) - first).abs() > first.abs() * 1e-12)
    }

    /// The best cut of the node's rows on a column, or one by chance; nothing where no cut gains.
    pub fn best(
        &mut self,
        at: u32,
        column: &BinnedColumn,
        rows: &[u32],
        chance: Option<Chance>,
    ) -> Option<NodeCut> {
        self.fill(column, rows);
        let found = self.search(column, chance);
        for bin in &self.held {
            self.counts[usize::from(*bin)] = 0;
            self.cells.iter_mut().for_each(|cells| cells[usize::from(*bin)] = 0);
        }
        let (gain, left) = found?;
        Some(NodeCut { gain, column: at, left })
    }

    fn fill(&mut self, column: &BinnedColumn, rows: &[u32]) {
        let mut seen = [0_u64; MAX_BINS / 64];
        for row in rows {
            let bin = column.codes.get(*row as usize).copied().unwrap_or(0);
            self.counts[usize::from(bin)] += 1;
            seen[usize::from(bin >> 6)] |= 1 << (bin & 63);
        }
        for (row, (place, word)) in rows.iter().zip(&self.ordered) {
            let bin = column.codes.get(*row as usize).copied().unwrap_or(0);
            if let Some(cells) = self.cells.get_mut(*place as usize) {
                let cell = &mut cells[usize::from(bin)];
                *cell = cell.wrapping_add(*word);
            }
        }
        self.held.clear();
        for (word, bits) in seen.iter().enumerate() {
            let mut bits = *bits;
            while bits != 0 {
                self.held.push((word * 64) as u8 + bits.trailing_zeros() as u8);
                bits &= bits - 1;
            }
        }
    }

    fn search(&mut self, column: &BinnedColumn, chance: Option<Chance>) -> Option<(f64, LeftBins)> {
        if self.held.len() < 2 {
            return None;
        }
        let mut order = self.held.clone();
        if column.levels {
            self.order_levels(&mut order, &chance);
            return self
                .pass(&order, false, &chance)
                .map(|(gain, last)| (gain, self.sides(column, &order, last, false)));
        }
        let has_missing = order.first() == Some(&0);
        if has_missing {
            order.remove(0);
        }
        let right = self.pass(&order, false, &chance);
        let left = if has_missing { self.pass(&order, true, &chance) } else { None };
        let (gain, last, missing_left) = match (right, left) {
            (Some(right), Some(left)) if left.0 > right.0 => (left.0, left.1, true),
            (Some(right), _) => (right.0, right.1, false),
            (None, Some(left)) => (left.0, left.1, true),
            (None, None) => return None,
        };
        Some((gain, self.sides(column, &order, last, missing_left)))
    }

    /// Levels by their mean or by their share of the commonest class; or by chance.
    fn order_levels(&self, order: &mut [u8], chance: &Option<Chance>) {
        if let Some(chance) = chance {
            return SplitMix64::new(chance.at ^ 1).shuffle(order);
        }
        let top = (0..self.totals.len()).max_by_key(|place| self.totals.get(*place)).unwrap_or(0);
        let mean = |bin: u8| {
            let at = usize::from(bin);
            let of_top = self.cells.get(top).map_or(0, |cells| cells[at]);
            match &self.says {
                Says::Numbers { packing, .. } => {
                    packing.gradient(of_top) / packing.curvature(of_top).max(1) as f64
                }
                Says::Classes { .. } => {
                    let all: i64 = self.cells.iter().map(|cells| cells[at]).sum();
                    of_top as f64 / all.max(1) as f64
                }
            }
        };
        order.sort_by(|a, b| mean(*a).total_cmp(&mean(*b)).then(a.cmp(b)));
    }

    /// The best (or the drawn) place to cut the bins in this order: its gain and the last place of the left side.
    fn pass(&self, order: &[u8], missing_left: bool, chance: &Option<Chance>) -> Option<(f64, usize)> {
        let drawn = match chance {
            Some(chance) if order.len() > 1 => Some(chance.of(order.len() - 1)),
            _ => None,
        };
        let mut left: Vec<i64> = self.totals.iter().map(|_| 0).collect();
        let mut right = left.clone();
        let mut count = 0;
        let mut add = |bin: u8, left: &mut [i64]| {
            for (sum, cells) in left.iter_mut().zip(&self.cells) {
                *sum = sum.wrapping_add(cells[usize::from(bin)]);
            }
            count += self.counts[usize::from(bin)] as usize;
            count
        };
        if missing_left {
            add(0, &mut left);
        }
        let mut best: Option<(f64, usize)> = None;
        let least = self.whole + self.whole.abs() * LEAST_GAIN;
        for (place, bin) in order.iter().enumerate() {
            let rows = add(*bin, &mut left);
            if rows < self.min_rows || drawn.is_some_and(|drawn| drawn != place) {
                continue;
            }
            if self.rows - rows < self.min_rows.max(1) {
                break;
            }
            for ((right, total), left) in right.iter_mut().zip(&self.totals).zip(&left) {
                *right = total.wrapping_sub(*left);
            }
            let gain = self.says.score(&left) + self.says.score(&right);
            if gain > least && best.is_none_or(|best| gain - self.whole > best.0) {
                best = Some((gain - self.whole, place));
            }
        }
        best
    }

    /// The bins that go left. Of numbers all up to the cut, also those without rows here; of levels those that are
    /// here, and the missing value by its own place or with most rows.
    fn sides(&self, column: &BinnedColumn, order: &[u8], last: usize, missing_left: bool) -> LeftBins {
        let mut left = [false; MAX_BINS];
        let chosen = order.get(..=last).unwrap_or_default();
        if column.levels {
            chosen.iter().for_each(|bin| left[usize::from(*bin)] = true);
            return left;
        }
        // With every bin on the left, only missing values go right.
        let end = if last + 1 == order.len() {
            MAX_BINS - 1
        } else {
            chosen.last().map_or(0, |bin| usize::from(*bin))
        };
        left[1..=end].fill(true);
        let rows: u32 = chosen.iter().map(|bin| self.counts[usize::from(*bin)]).sum();
        left[0] = if self.counts[0] > 0 { missing_left } else { rows as usize * 2 >= self.rows };
        left
    }
}
