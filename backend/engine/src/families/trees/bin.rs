//! Columns of `f32` become columns of at most 256 bins, which is what trees are grown on.
//!
//! Bin 0 is the missing value. Numbers take the bins from 1 on, in rising order, with cut points that are midpoints in
//! `f32`: whatever comparison `x <= cut` says of a value, its bin says too. The level `n` of a category is the bin
//! `n + 1`.

use super::Input;
use super::encode::Matrix;

/// Bins of a column at most, the missing value's among them.
pub const MAX_BINS: usize = 256;
/// Rows that cut points are looked for in, at most: more change them by less than the noise of the data.
const MAX_SAMPLE: usize = 200_000;

/// One column in bins.
pub struct BinnedColumn {
    /// For numbers: the bin `b` from 1 on holds what is above `cuts[b - 2]` and at or below `cuts[b - 1]`.
    pub cuts: Vec<f32>,
    /// Whether the bins are levels, that have no order.
    pub levels: bool,
    /// The number of bins with that of the missing value.
    pub bins: usize,
    /// The bin of each row, below `bins`.
    pub codes: Vec<u8>,
}

/// Bins of some columns, row by row, so that the histogram of a leaf reads each of its rows once.
pub struct Block {
    /// The columns, as many as the rows are wide or fewer.
    pub columns: Vec<u32>,
    /// The bins of each row.
    pub rows: BlockRows,
}

/// Rows of a fixed width; what no column fills is 0.
pub enum BlockRows {
    /// Four columns.
    Four(Vec<[u8; 4]>),
    /// Eight columns.
    Eight(Vec<[u8; 8]>),
    /// Sixteen columns.
    Sixteen(Vec<[u8; 16]>),
}

/// All columns in bins.
pub struct Binned {
    /// The number of rows.
    pub rows: usize,
    /// One for each input.
    pub columns: Vec<BinnedColumn>,
    /// The columns that vary, in blocks.
    pub blocks: Vec<Block>,
}

impl Binned {
    /// The columns that a cut could be made on, rising.
    pub fn varying(&self) -> Vec<u32> {
        (0..).zip(&self.columns).filter(|(_, column)| column.varies()).map(|(at, _)| at).collect()
    }
}

impl BinnedColumn {
    fn varies(&self) -> bool {
        self.bins > 2 || (self.bins == 2 && self.codes.contains(&0))
    }
}

/// Puts every row into bins whose cut points are found on `fit_rows`. `max_bins` is that of a column of numbers,
/// without the missing value; 255 at most.
pub fn bin(matrix: &Matrix, inputs: &[Input], fit_rows: &[u32], max_bins: usize) -> Binned {
    let max_bins = max_bins.clamp(2, MAX_BINS - 1);
    let columns: Vec<BinnedColumn> = matrix
        .columns
        .iter()
        .zip(inputs)
        .map(|(values, input)| match input {
            Input::Level { .. } => bin_levels(values),
            Input::Number { .. }
            | Input::Statistic { .. }
            | Input::DatePart { .. }
            | Input::Term { .. }
            | Input::Words { .. } => bin_numbers(values, fit_rows, max_bins),
        })
        .collect();
    let mut binned = Binned { rows: matrix.rows, columns, blocks: Vec::new() };
    binned.blocks = blocks(&binned);
    binned
}

/// Levels that no row to learn from holds have their bin too: as in every later walk they are in no set.
fn bin_levels(values: &[f32]) -> BinnedColumn {
    // A level is a whole number from 0; what no bin is left for is missing.
    let code = |value: f32| {
        let level = value as usize;
        if value >= 0.0 && level < MAX_BINS - 1 { level as u8 + 1 } else { 0 }
    };
    let codes: Vec<u8> = values.iter().map(|value| code(*value)).collect();
    let last = codes.iter().copied().max().unwrap_or(0);
    BinnedColumn { cuts: Vec::new(), levels: true, bins: usize::from(last) + 1, codes }
}

fn bin_numbers(values: &[f32], fit_rows: &[u32], max_bins: usize) -> BinnedColumn {
    let stride = fit_rows.len().div_ceil(MAX_SAMPLE).max(1);
    let sample = fit_rows.iter().step_by(stride).filter_map(|row| values.get(*row as usize).copied());
    let mut sorted: Vec<f32> = sample.filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let mut distinct: Vec<(f32, usize)> = Vec::new();
    for value in sorted {
        match distinct.last_mut() {
            Some((last, count)) if *last == value => *count += 1,
            _ => distinct.push((value, 1)),
        }
    }
    let cuts = cuts(&distinct, max_bins);
    let code = |value: f32| {
        if value.is_nan() { 0 } else { cuts.partition_point(|cut| *cut < value) as u8 + 1 }
    };
    let codes = values.iter().map(|value| code(*value)).collect();
    let bins = if distinct.is_empty() { 1 } else { cuts.len() + 2 };
    BinnedColumn { cuts, levels: false, bins, codes }
}

/// The midpoint in `f32` of two neighbours: at or above the lower one, below the upper one.
fn midpoint(low: f32, high: f32) -> f32 {
    let middle = ((f64::from(low) + f64::from(high)) / 2.0) as f32;
    if middle >= low && middle < high { middle } else { low }
}

/// Cut points between distinct values: between all where the bins suffice, else such that the bins hold about as many
/// rows each, and a value that fills a bin alone has its own (LightGBM's greedy search).
fn cuts(distinct: &[(f32, usize)], max_bins: usize) -> Vec<f32> {
    if distinct.len() <= max_bins {
        return distinct.windows(2).map(|pair| midpoint(pair[0].0, pair[1].0)).collect();
    }
    let total: usize = distinct.iter().map(|(_, count)| count).sum();
    let fills = total as f64 / max_bins as f64;
    let is_big = |count: usize| count as f64 >= fills;
    let big: Vec<usize> = distinct.iter().map(|(_, count)| *count).filter(|count| is_big(*count)).collect();
    let mut rest_bins = max_bins.saturating_sub(big.len()).max(1);
    let mut rest_rows = total - big.iter().sum::<usize>();
    let mut aim = rest_rows as f64 / rest_bins as f64;
    let (mut held, mut cuts) = (0_usize, Vec::new());
    for pair in distinct.windows(2) {
        let ((low, count), (high, next)) = (pair[0], pair[1]);
        held += count;
        if !is_big(count) {
            rest_rows -= count;
        }
        let full = is_big(count) || held as f64 >= aim;
        if full || (is_big(next) && held as f64 >= (aim * 0.5).max(1.0)) {
            cuts.push(midpoint(low, high));
            held = 0;
            if cuts.len() + 1 >= max_bins {
                break;
            }
            if !is_big(count) {
                rest_bins = rest_bins.saturating_sub(1).max(1);
                aim = rest_rows as f64 / rest_bins as f64;
            }
        }
    }
    cuts
}

fn blocks(binned: &Binned) -> Vec<Block> {
    let varying = binned.varying();
    let mut rest = varying.as_slice();
    let mut blocks = Vec::new();
    while !rest.is_empty() {
        let width = match rest.len() {
            0..=4 => 4,
            5..=12 => 8,
            _ => 16,
        };
        let (columns, later) = rest.split_at(width.min(rest.len()));
        let rows = match width {
            4 => BlockRows::Four(interleave(binned, columns)),
            8 => BlockRows::Eight(interleave(binned, columns)),
            _ => BlockRows::Sixteen(interleave(binned, columns)),
        };
        blocks.push(Block { columns: columns.to_vec(), rows });
        rest = later;
    }
    blocks
}

fn interleave<const W: usize>(binned: &Binned, columns: &[u32]) -> Vec<[u8; W]> {
    let mut rows = vec![[0; W]; binned.rows];
    for (place, column) in columns.iter().enumerate().take(W) {
        let Some(column) = binned.columns.get(*column as usize) else { continue };
        for (row, code) in rows.iter_mut().zip(&column.codes) {
            row[place] = *code;
        }
    }
    rows
}
