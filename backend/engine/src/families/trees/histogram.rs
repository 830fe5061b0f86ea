//! What the rows of a leaf hold in each bin of each column: sums of gradients and curvatures.
//!
//! Both are rounded to whole numbers once a tree and lie in one word, the gradient above, so that a row costs one
//! addition a column. Sums of whole numbers are exact: they come out the same in any order and on any number of
//! threads, and the histogram of a leaf less that of its one child is that of the other. The number of bits follows
//! from the number of rows, such that no sum overflows: 26 bits a gradient for 300,000 rows of constant curvature,
//! 13 and 12 else. What the leaves answer is summed from the unrounded numbers.

use super::bin::{Binned, Block, BlockRows, MAX_BINS};

/// Cells of a column while rows are added: more than [`MAX_BINS`], so that neighbours do not share a cache set.
const STRIDE: usize = MAX_BINS + 8;

type Cells = [i64; STRIDE];

/// A gradient and a curvature in one word, and sums of them.
#[derive(Debug, Clone, Copy)]
pub struct Packing {
    /// The bits of the curvature.
    bits: u32,
    /// What a gradient was multiplied by.
    pub gradient_scale: f64,
    /// What a curvature was multiplied by; 1 where it is 1 for every row.
    pub curvature_scale: f64,
}

impl Packing {
    /// For `rows` rows whose gradients and curvatures are at most these in magnitude. With `curvature` `None` it is 1
    /// for every row.
    pub fn new(rows: usize, gradient: f64, curvature: Option<f64>) -> Self {
        let row_bits = usize::BITS - rows.max(1).leading_zeros();
        let bits = if curvature.is_some() { 32 } else { row_bits + 1 };
        // One bit is the sign's, one is room for rounding up.
        let gradient_most = 2_f64.powi(62 - bits as i32 - row_bits as i32);
        let curvature_most = 2_f64.powi(31 - row_bits.min(30) as i32);
        let scale = |most: f64, greatest: f64| {
            let scale = most.max(1.0) / greatest;
            if scale.is_finite() && greatest > 0.0 { scale } else { 0.0 }
        };
        Self {
            bits,
            gradient_scale: scale(gradient_most, gradient),
            curvature_scale: curvature.map_or(1.0, |greatest| scale(curvature_most, greatest)),
        }
    }

    /// The word of a row. Curvatures are at least 1 unit, so that a bin with rows is never 0.
    #[inline]
    pub fn pack(&self, gradient: f64, curvature: f64) -> i64 {
        let g = round(gradient * self.gradient_scale);
        let h = round(curvature * self.curvature_scale).max(1);
        (g << self.bits) + h
    }

    /// The word of a row whose curvature is 1.
    #[inline]
    pub fn pack_constant(&self, gradient: f64) -> i64 {
        (round(gradient * self.gradient_scale) << self.bits) + 1
    }

    /// The sum of the gradients.
    #[inline]
    pub fn gradient(&self, sum: i64) -> f64 {
        (sum >> self.bits) as f64
    }

    /// The sum of the curvatures.
    #[inline]
    pub fn curvature(&self, sum: i64) -> i64 {
        sum & ((1 << self.bits) - 1)
    }
}

/// To the nearest whole number, halves away from zero.
#[inline]
fn round(x: f64) -> i64 {
    (x + if x < 0.0 { -0.5 } else { 0.5 }) as i64
}

/// Where the bins of each column lie in a histogram.
pub struct Layout {
    /// For each column its first cell and the number of its cells; nothing for columns that do not vary.
    pub places: Vec<Option<(usize, usize)>>,
    /// Cells of a histogram.
    pub cells: usize,
}

impl Layout {
    pub fn new(data: &Binned) -> Self {
        let mut layout = Self { places: vec![None; data.columns.len()], cells: 0 };
        for at in data.varying() {
            let Some(column) = data.columns.get(at as usize) else { continue };
            if let Some(place) = layout.places.get_mut(at as usize) {
                *place = Some((layout.cells, column.bins));
                layout.cells += column.bins;
            }
        }
        layout
    }

    /// The cells of a column.
    #[inline]
    pub fn of<'a>(&self, histogram: &'a [i64], column: usize) -> &'a [i64] {
        let place = self.places.get(column).copied().flatten();
        place.and_then(|(start, bins)| histogram.get(start..start + bins)).unwrap_or(&[])
    }
}

/// Cells that rows are added to before they are copied to a histogram.
pub struct Scratch {
    four: Box<[Cells; 4]>,
    eight: Box<[Cells; 8]>,
    sixteen: Box<[Cells; 16]>,
}

impl Scratch {
    pub fn new() -> Self {
        Self {
            four: Box::new([[0; STRIDE]; 4]),
            eight: Box::new([[0; STRIDE]; 8]),
            sixteen: Box::new([[0; STRIDE]; 16]),
        }
    }

    /// Adds the rows of one block up, and copies the sums to the histogram.
    pub fn fill(&mut self, block: &Block, rows: &[u32], words: &[i64], layout: &Layout, into: &mut [i64]) {
        match &block.rows {
            BlockRows::Four(bins) => fill(&mut self.four, bins, block, rows, words, layout, into),
            BlockRows::Eight(bins) => fill(&mut self.eight, bins, block, rows, words, layout, into),
            BlockRows::Sixteen(bins) => fill(&mut self.sixteen, bins, block, rows, words, layout, into),
        }
    }
}

fn fill<const W: usize>(
    cells: &mut [Cells; W],
    bins: &[[u8; W]],
    block: &Block,
    rows: &[u32],
    words: &[i64],
    layout: &Layout,
    into: &mut [i64],
) {
    add(cells, bins, rows, words);
    for (cells, column) in cells.iter_mut().zip(&block.columns) {
        let Some((start, bins)) = layout.places.get(*column as usize).copied().flatten() else { continue };
        if let (Some(to), Some(from)) = (into.get_mut(start..start + bins), cells.get_mut(..bins)) {
            to.copy_from_slice(from);
            from.fill(0);
        }
    }
    // The places that no column fills were added to in bin 0.
    for cells in cells.iter_mut().skip(block.columns.len()) {
        cells[0] = 0;
    }
}

fn add<const W: usize>(cells: &mut [Cells; W], bins: &[[u8; W]], rows: &[u32], words: &[i64]) {
    for (row, word) in rows.iter().zip(words) {
        let Some(bins) = bins.get(*row as usize) else { continue };
        for (cells, bin) in cells.iter_mut().zip(bins) {
            let cell = &mut cells[usize::from(*bin)];
            *cell = cell.wrapping_add(*word);
        }
    }
}

/// The histogram of a leaf less that of its one child is that of the other.
pub fn subtract(parent: &mut [i64], child: &[i64]) {
    for (parent, child) in parent.iter_mut().zip(child) {
        *parent = parent.wrapping_sub(*child);
    }
}
