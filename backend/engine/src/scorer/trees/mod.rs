//! Trees laid out for walking: one flat block of 16-byte nodes, siblings side by side, no branch that depends on a row.
//!
//! A step goes to `left + (x > threshold)`. What would need a branch is arranged beforehand:
//! - A missing value is −∞ where it goes left and +∞ where it goes right. An input whose missing values go left in one
//!   node and right in another has two cells a row, and a node names the cell it reads.
//! - A set of levels is a row of bits by level, 1 for right; its nodes have a threshold that nothing exceeds, and all
//!   other nodes read zeros.
//! - A leaf is its own left child, and its threshold a NaN, which nothing exceeds; the NaN's payload is the place of its
//!   value. So trees of different depth walk side by side, eight at once, until the deepest has arrived.
//!
//! Trees are sorted by depth, and sums add eight trees at a time in that order, of one row and of many alike.

mod cells;
mod layout;

pub use cells::{Cells, Input};
pub use layout::{levels, words_of_a_set};

use super::Batch;

/// Trees that are walked at once.
pub const LANES: usize = 8;

/// Cells that fit into the processor's nearest cache together with eight trees.
const BLOCK_CELLS: usize = 4_096;

/// A place in a tree.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(16))]
pub struct Node {
    /// The bits of an `f32`: greater values go right. Of a leaf a NaN with the place of its value, counted in leaves.
    threshold: u32,
    /// The cell of the row that is compared.
    cell: u32,
    /// The left child; the right one is next to it. Of a leaf the leaf itself.
    left: u32,
    /// Where the bits of its set begin; of all other nodes 0, where there are zeros.
    set: u32,
}

/// The quiet NaN whose low bits are free.
const LEAF: u32 = 0x7FC0_0000;
/// Leaves of one tree at most.
pub const MAX_LEAVES: usize = 1 << 22;

impl Node {
    fn leaf(place: u32, itself: u32) -> Self {
        Self { threshold: LEAF | place, cell: 0, left: itself, set: 0 }
    }

    /// Whether the walk ends here.
    pub fn is_leaf(&self) -> bool {
        f32::from_bits(self.threshold).is_nan()
    }

    /// The place of a leaf's value, counted in the leaves of its tree.
    pub fn place(&self) -> usize {
        (self.threshold & !LEAF) as usize
    }

    /// The left child.
    pub fn left(&self) -> usize {
        self.left as usize
    }

    /// The cell that is compared.
    pub fn cell(&self) -> usize {
        self.cell as usize
    }

    /// 1 where the row goes right.
    #[inline(always)]
    pub fn side<const SETS: bool>(&self, numbers: &[f32], codes: &[u32], sets: &[u32]) -> u32 {
        let above = u32::from(numbers[self.cell as usize] > f32::from_bits(self.threshold));
        if !SETS {
            return above;
        }
        let code = codes[self.cell as usize];
        above | (sets[(self.set + code / 32) as usize] >> (code % 32)) & 1
    }
}

/// One of the trees.
#[derive(Debug, Clone, Copy)]
pub struct Root {
    /// Its first node; the others follow, level by level.
    pub node: u32,
    /// Nodes.
    pub nodes: u32,
    /// Steps from the root to the deepest leaf.
    pub depth: u32,
    /// Where its values begin.
    pub values: u32,
    /// The sum its leaves add to; [`crate::families::trees::NONE`] where a leaf has a value for each sum.
    pub output: u32,
}

/// A compiled ensemble.
#[derive(Debug)]
pub struct FlatTrees {
    /// What the cells of a row are made of.
    pub inputs: Vec<Input>,
    /// Cells a row.
    pub width: usize,
    /// What the sums begin with.
    pub base: Vec<f64>,
    /// The nodes of all trees.
    pub nodes: Vec<Node>,
    /// The train weight of each node.
    pub cover: Vec<f32>,
    /// The trees, shallow ones first.
    pub roots: Vec<Root>,
    /// What the leaves add.
    pub values: Vec<f64>,
    /// The bits of the sets; empty when there is none.
    pub sets: Vec<u32>,
}

impl FlatTrees {
    /// Adds the sums of each row: `[rows, sums]`. Allocates only when a buffer grows beyond what it ever was.
    pub fn add_to(&self, batch: &Batch, cells: &mut Cells, values: &mut Vec<f64>) {
        let rows = batch.rows();
        let start = values.len();
        for _ in 0..rows {
            values.extend_from_slice(&self.base);
        }
        let sums = self.base.len().max(1);
        let out = values.get_mut(start..).unwrap_or_default();
        let block = (BLOCK_CELLS / self.width.max(1)).clamp(1, 256);
        for (at, out) in out.chunks_mut(block * sums).enumerate() {
            let first = at * block;
            self.read(batch, first..(first + block).min(rows), cells);
            match (self.sets.is_empty(), sums) {
                (true, 1) => self.walk_single::<false>(cells, out),
                (false, 1) => self.walk_single::<true>(cells, out),
                (true, _) => self.walk_many::<false>(cells, out),
                (false, _) => self.walk_many::<true>(cells, out),
            }
        }
    }

    /// One sum a row.
    fn walk_single<const SETS: bool>(&self, cells: &Cells, out: &mut [f64]) {
        for group in self.roots.chunks(LANES) {
            let depth = group.last().map_or(0, |root| root.depth);
            let mut starts = [0; LANES];
            let mut offsets = [0; LANES];
            for (lane, root) in group.iter().enumerate() {
                starts[lane] = root.node;
                offsets[lane] = root.values;
            }
            for (row, sum) in out.iter_mut().enumerate() {
                let ends = self.walk::<SETS>(starts, depth, cells.numbers(row), cells.codes(row));
                let mut taken = [0.0; LANES];
                for lane in 0..LANES {
                    let place = self.nodes[ends[lane] as usize].place();
                    taken[lane] = self.values[offsets[lane] as usize + place];
                }
                // Lanes without a tree stand on a leaf of 0.
                let [a, b, c, d, e, f, g, h] = taken;
                *sum += ((a + b) + (c + d)) + ((e + f) + (g + h));
            }
        }
    }

    /// Several sums a row.
    fn walk_many<const SETS: bool>(&self, cells: &Cells, out: &mut [f64]) {
        let sums = self.base.len().max(1);
        for group in self.roots.chunks(LANES) {
            let depth = group.last().map_or(0, |root| root.depth);
            let mut starts = [0; LANES];
            for (lane, root) in group.iter().enumerate() {
                starts[lane] = root.node;
            }
            for (row, out) in out.chunks_exact_mut(sums).enumerate() {
                let ends = self.walk::<SETS>(starts, depth, cells.numbers(row), cells.codes(row));
                for (root, end) in group.iter().zip(ends) {
                    let place = self.nodes[end as usize].place();
                    match out.get_mut(root.output as usize) {
                        Some(sum) => *sum += self.values[root.values as usize + place],
                        None => {
                            let from = root.values as usize + place * sums;
                            let leaf = self.values.get(from..from + sums).unwrap_or_default();
                            out.iter_mut().zip(leaf).for_each(|(sum, value)| *sum += value);
                        }
                    }
                }
            }
        }
    }

    /// Where eight walks of `depth` steps end.
    #[inline(always)]
    fn walk<const SETS: bool>(
        &self,
        starts: [u32; LANES],
        depth: u32,
        numbers: &[f32],
        codes: &[u32],
    ) -> [u32; LANES] {
        let mut at = starts;
        for _ in 0..depth {
            for lane in &mut at {
                let node = &self.nodes[*lane as usize];
                *lane = node.left + node.side::<SETS>(numbers, codes, &self.sets);
            }
        }
        at
    }
}
