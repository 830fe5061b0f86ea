//! The best cut of a node of a forest's tree on one column: what its rows hold in each bin, channel by channel.
//!
//! A channel is the number, or the membership of a class. The gain is `Σ G²/H` of both sides over the channels: for
//! numbers the fall of the squared error, for classes that of the Gini impurity.

use super::bin::{BinnedColumn, MAX_BINS};
use super::histogram::Packing;
use super::partition::LeftBins;
use crate::random::SplitMix64;

/// A gain below this share of what the node has is rounding.
const LEAST_GAIN: f64 = 1e-9;

/// What the rows say, channel by channel, packed in words.
pub struct Channels {
    packings: Vec<Packing>,
    words: Vec<Vec<i64>>,
}

impl Channels {
    pub fn new(channels: Vec<(Packing, Vec<i64>)>) -> Self {
        let (packings, words) = channels.into_iter().unzip();
        Self { packings, words }
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

/// The sums of one bin, or of a side.
type Cells = Box<[i64; MAX_BINS]>;

/// The sums of a node's rows by bin; used again for one column after another.
pub struct Table {
    channels: Channels,
    min_rows: usize,
    cells: Vec<Cells>,
    /// Rows by bin.
    counts: Box<[u32; MAX_BINS]>,
    /// The words of the node's rows, channel by channel.
    ordered: Vec<Vec<i64>>,
    totals: Vec<i64>,
    rows: usize,
    whole: f64,
    /// Bins that hold rows, in the order in which they are cut.
    held: Vec<u8>,
}

impl Table {
    pub fn new(channels: Channels, min_rows: usize) -> Self {
        let count = channels.words.len();
        Self {
            channels,
            min_rows,
            cells: vec![Box::new([0; MAX_BINS]); count],
            counts: Box::new([0; MAX_BINS]),
            ordered: vec![Vec::new(); count],
            totals: vec![0; count],
            rows: 0,
            whole: 0.0,
            held: Vec::new(),
        }
    }

    /// Takes up the rows of a node; says whether they differ in any channel.
    pub fn enter(&mut self, rows: &[u32]) -> bool {
        self.rows = rows.len();
        let channels = self.channels.words.iter().zip(&mut self.ordered).zip(&mut self.totals);
        for ((words, ordered), total) in channels {
            ordered.clear();
            ordered.extend(rows.iter().map(|row| words.get(*row as usize).copied().unwrap_or(0)));
            *total = ordered.iter().fold(0_i64, |sum, word| sum.wrapping_add(*word));
        }
        let mut differ = false;
        for (packing, ordered) in self.channels.packings.iter().zip(&self.ordered) {
            let mean = |word: i64| packing.gradient(word) / packing.curvature(word).max(1) as f64;
            let first = ordered.first().map_or(0.0, |word| mean(*word));
            differ |= ordered.iter().any(|word| (mean(*word) - first).abs() > first.abs() * 1e-12);
        }
        self.whole = self.score(&self.totals);
        differ
    }

    /// `Σ G²/H` of some sums.
    fn score(&self, sums: &[i64]) -> f64 {
        let channels = self.channels.packings.iter().zip(sums);
        channels
            .map(|(packing, sum)| {
                let gradient = packing.gradient(*sum);
                gradient * gradient / packing.curvature(*sum).max(1) as f64
            })
            .sum()
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
        for (cells, ordered) in self.cells.iter_mut().zip(&self.ordered) {
            for (row, word) in rows.iter().zip(ordered) {
                let bin = column.codes.get(*row as usize).copied().unwrap_or(0);
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

    /// Levels by the mean of the channel that most rows are of, or by chance.
    fn order_levels(&self, order: &mut [u8], chance: &Option<Chance>) {
        if let Some(chance) = chance {
            return SplitMix64::new(chance.at ^ 1).shuffle(order);
        }
        let channels = self.channels.packings.iter().zip(&self.totals).zip(&self.cells);
        let top = channels
            .max_by(|((a, x), _), ((b, y), _)| a.gradient(**x).abs().total_cmp(&b.gradient(**y).abs()));
        let Some(((packing, _), cells)) = top else { return };
        let mean = |bin: u8| {
            let cell = cells[usize::from(bin)];
            packing.gradient(cell) / packing.curvature(cell).max(1) as f64
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
            let gain = self.score(&left) + self.score(&right);
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
