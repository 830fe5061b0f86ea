//! Grows one tree: the leaf whose cut gains most is cut next, until there are enough leaves or none gains.

use std::ops::Range;

use super::Tree;
use super::bin::{Binned, Block};
use super::histogram::{Layout, Packing, Scratch, subtract};
use super::partition::Partition;
use super::shape::Shape;
use super::split::{Cut, LeafSums, Level, SplitRules, answer, best_cut};

/// Threads of a tree at most: more would wait for memory.
const MAX_THREADS: usize = 16;
/// Cells that a thread adds up at least, for it to be worth starting.
const CELLS_OF_A_THREAD: usize = 150_000;

/// How far a tree grows.
#[derive(Debug, Clone)]
pub struct GrowRules {
    /// Leaves at most.
    pub max_leaves: usize,
    /// Cuts from the root to a leaf at most.
    pub max_depth: u32,
    /// Rows of a leaf at least.
    pub min_leaf_rows: usize,
    /// The penalty on the squares of the leaves.
    pub l2: f64,
    /// Rows of a level at least, for it to be told apart from the others.
    pub min_level_rows: usize,
    /// One for each column: whether answers rise (1) or fall (−1) with it.
    pub monotone: Vec<i8>,
}

/// What a tree is grown to answer.
pub struct Slope<'a> {
    /// The sum that the tree adds to.
    pub output: u32,
    /// The gradient of each row of the matrix.
    pub gradient: &'a [f64],
    /// The curvature of each row; nothing where it is 1 for all.
    pub curvature: Option<&'a [f64]>,
    /// How much each row weighs; nothing where all weigh 1.
    pub weights: Option<&'a [f64]>,
    /// Both in one word, for each row.
    pub words: &'a [i64],
    /// How they were packed.
    pub packing: Packing,
}

/// A leaf of a grown tree: the rows that are in it.
pub struct GrownLeaf {
    /// Its node.
    node: usize,
    /// Of those that the tree was grown on.
    pub grown: Range<usize>,
    /// Of the others.
    pub others: Range<usize>,
}

/// A leaf while the tree grows.
struct Leaf {
    rows: GrownLeaf,
    depth: u32,
    sums: LeafSums,
    histogram: Option<Vec<i64>>,
    cut: Option<Cut>,
}

/// What grows trees one after another on the same data.
pub struct Grower<'a> {
    data: &'a Binned,
    rules: GrowRules,
    layout: Layout,
    workers: Vec<Worker>,
    spare: Vec<Vec<i64>>,
    levels: Vec<Level>,
    /// The rows that the tree is grown on, leaf by leaf.
    pub grown: Partition,
    /// Rows that only learn which leaf they are in.
    pub others: Partition,
}

/// What one thread needs to add rows up.
struct Worker {
    scratch: Scratch,
    ordered: Vec<i64>,
}

impl Worker {
    fn new() -> Self {
        Self { scratch: Scratch::new(), ordered: Vec::new() }
    }

    /// The histogram of some rows.
    fn add(&mut self, blocks: &[&Block], rows: &[u32], words: &[i64], layout: &Layout, into: &mut [i64]) {
        self.ordered.clear();
        self.ordered.extend(rows.iter().map(|row| words.get(*row as usize).copied().unwrap_or(0)));
        for block in blocks {
            self.scratch.fill(block, rows, &self.ordered, layout, into);
        }
    }
}

/// The caller's wish to end, asked for between cuts.
pub type Asked<'a, E> = &'a mut dyn FnMut() -> Result<(), E>;

impl<'a> Grower<'a> {
    pub fn new(data: &'a Binned, rules: GrowRules, threads: usize) -> Self {
        let layout = Layout::new(data);
        let workers = (0..threads.clamp(1, MAX_THREADS)).map(|_| Worker::new()).collect();
        let (grown, others) = (Partition::new(), Partition::new());
        Self { data, rules, layout, workers, spare: Vec::new(), levels: Vec::new(), grown, others }
    }

    /// Grows a tree on the rows `grown`; `others` are led to their leaves. Sets of levels are added to `sets`.
    pub fn grow<E>(
        &mut self,
        slope: &Slope<'_>,
        grown: &[u32],
        others: impl Iterator<Item = u32>,
        columns: &[u32],
        sets: &mut Vec<Vec<u32>>,
        asked: Asked<'_, E>,
    ) -> Result<(Tree, Vec<GrownLeaf>), E> {
        let rows = GrownLeaf {
            node: 0,
            grown: self.grown.reset(grown.iter().copied()),
            others: self.others.reset(others),
        };
        let packing = slope.packing;
        let sum = grown.iter().filter_map(|row| slope.words.get(*row as usize));
        let sum = sum.fold(0_i64, |sum, word| sum.wrapping_add(*word));
        let row_curvature = packing.curvature(sum) as f64 / grown.len().max(1) as f64;
        let split = SplitRules {
            packing,
            l2: self.rules.l2 * packing.curvature_scale,
            row_curvature,
            min_level_rows: self.rules.min_level_rows as f64,
        };
        let mut shape = Shape::new(slope.output);
        let bounds = (f64::NEG_INFINITY, f64::INFINITY);
        let mut root = self.leaf(&split, rows, 0, sum, bounds);
        if self.may_split(&root) && self.rules.max_leaves > 1 {
            root.histogram = Some(self.histogram(slope, &root, columns));
            self.search(&split, &mut root, columns);
        }
        let mut leaves = vec![root];
        while leaves.len() < self.rules.max_leaves {
            asked()?;
            let Some(at) = most_gaining(&leaves) else { break };
            let is_last = leaves.len() + 1 >= self.rules.max_leaves;
            let Some(leaf) = leaves.get_mut(at) else { break };
            let Some(parts) = self.cut(&split, leaf, columns) else { continue };
            let (left, right) = self.part(&split, slope, leaf, parts, columns, is_last, &mut shape, sets);
            *leaf = left;
            leaves.push(right);
        }
        for leaf in &mut leaves {
            self.spare.extend(leaf.histogram.take());
        }
        let tree = self.finish(slope, &split, shape, &leaves);
        Ok((tree, leaves.into_iter().map(|leaf| leaf.rows).collect()))
    }

    /// Parts the rows of a leaf by its cut; says where the right sides begin. `None` when a side would have too few
    /// rows, in which case another cut was looked for.
    fn cut(&mut self, split: &SplitRules, leaf: &mut Leaf, columns: &[u32]) -> Option<(Cut, usize, usize)> {
        let cut = leaf.cut.take()?;
        let left = cut.left_bins();
        let codes = self.data.columns.get(cut.column as usize).map_or(&[][..], |column| &column.codes);
        let grown = self.grown.split(&leaf.rows.grown, codes, &left);
        let fewest = (grown - leaf.rows.grown.start).min(leaf.rows.grown.end - grown);
        if fewest < self.rules.min_leaf_rows.max(1) {
            // Curvatures say how many rows a side has only about. Where they promised too many, they must promise more.
            self.grown.unite(&leaf.rows.grown);
            leaf.sums.min_curvature = leaf.sums.min_curvature.saturating_mul(2);
            self.search(split, leaf, columns);
            return None;
        }
        let others = self.others.split(&leaf.rows.others, codes, &left);
        Some((cut, grown, others))
    }

    /// Makes two leaves of one, and looks for their cuts unless the tree is complete with them.
    #[expect(clippy::too_many_arguments, reason = "the state of one growing tree")]
    fn part(
        &mut self,
        split: &SplitRules,
        slope: &Slope<'_>,
        leaf: &mut Leaf,
        (cut, grown, others): (Cut, usize, usize),
        columns: &[u32],
        is_last: bool,
        shape: &mut Shape,
        sets: &mut Vec<Vec<u32>>,
    ) -> (Leaf, Leaf) {
        let node = leaf.rows.node;
        let child = shape.cut(node, cut.column, &cut.left_bins(), self.data, sets);
        let (left_bounds, right_bounds) = self.bounds(split, leaf, &cut);
        let left_rows = GrownLeaf {
            node: child,
            grown: leaf.rows.grown.start..grown,
            others: leaf.rows.others.start..others,
        };
        let right_rows = GrownLeaf {
            node: child + 1,
            grown: grown..leaf.rows.grown.end,
            others: others..leaf.rows.others.end,
        };
        let right_sum = leaf.sums.sum.wrapping_sub(cut.left);
        let mut left = self.leaf(split, left_rows, leaf.depth + 1, cut.left, left_bounds);
        let mut right = self.leaf(split, right_rows, leaf.depth + 1, right_sum, right_bounds);
        let parent = leaf.histogram.take();
        if !is_last && (self.may_split(&left) || self.may_split(&right)) {
            let left_is_smaller = left.sums.rows <= right.sums.rows;
            let (smaller, larger) =
                if left_is_smaller { (&mut left, &mut right) } else { (&mut right, &mut left) };
            let small = self.histogram(slope, smaller, columns);
            if let Some(mut parent) = parent
                && self.may_split(larger)
            {
                subtract(&mut parent, &small);
                larger.histogram = Some(parent);
            }
            smaller.histogram = Some(small);
            for leaf in [&mut left, &mut right] {
                if self.may_split(leaf) {
                    self.search(split, leaf, columns);
                }
            }
        } else {
            self.spare.extend(parent);
        }
        (left, right)
    }

    fn may_split(&self, leaf: &Leaf) -> bool {
        leaf.depth < self.rules.max_depth && leaf.sums.rows >= 2 * self.rules.min_leaf_rows.max(1)
    }

    fn leaf(&self, split: &SplitRules, rows: GrownLeaf, depth: u32, sum: i64, bounds: (f64, f64)) -> Leaf {
        let count = rows.grown.len();
        let curvature = split.packing.curvature(sum) as f64;
        // Exact where every row counts 1; else an estimate, which is checked when the rows are parted.
        let min_curvature = curvature / count.max(1) as f64 * self.rules.min_leaf_rows as f64;
        let sums = LeafSums { sum, rows: count, min_curvature: (min_curvature as i64).max(1), bounds };
        Leaf { rows, depth, sums, histogram: None, cut: None }
    }

    /// What the answers of the two sides of a cut may be, so that no leaf below them breaks the direction.
    fn bounds(&self, split: &SplitRules, leaf: &Leaf, cut: &Cut) -> ((f64, f64), (f64, f64)) {
        let bounds = leaf.sums.bounds;
        let direction = self.rules.monotone.get(cut.column as usize).copied().unwrap_or(0);
        if direction == 0 {
            return (bounds, bounds);
        }
        let left = answer(split, cut.left, bounds);
        let right = answer(split, leaf.sums.sum.wrapping_sub(cut.left), bounds);
        let middle = (left + right) / 2.0;
        let (below, above) = ((bounds.0, middle), (middle, bounds.1));
        if direction > 0 { (below, above) } else { (above, below) }
    }

    fn histogram(&mut self, slope: &Slope<'_>, leaf: &Leaf, columns: &[u32]) -> Vec<i64> {
        let rows = self.grown.of(&leaf.rows.grown);
        let wanted =
            |block: &&Block| block.columns.iter().any(|column| columns.binary_search(column).is_ok());
        let blocks: Vec<&Block> = self.data.blocks.iter().filter(wanted).collect();
        let mut histogram = self.spare.pop().unwrap_or_else(|| vec![0; self.layout.cells]);
        let threads = self.workers.len().min(rows.len() * columns.len() / CELLS_OF_A_THREAD).max(1);
        let Some((first, others)) = self.workers.split_first_mut() else { return histogram };
        let mut parts = rows.chunks(rows.len().div_ceil(threads).max(1));
        let (own, layout, words) = (parts.next().unwrap_or(&[]), &self.layout, slope.words);
        if threads == 1 {
            first.add(&blocks, own, words, layout, &mut histogram);
            return histogram;
        }
        std::thread::scope(|scope| {
            let started: Vec<_> = parts
                .zip(others)
                .map(|(part, worker)| {
                    let mut sums = self.spare.pop().unwrap_or_else(|| vec![0; layout.cells]);
                    let blocks = &blocks;
                    scope.spawn(move || {
                        worker.add(blocks, part, words, layout, &mut sums);
                        sums
                    })
                })
                .collect();
            first.add(&blocks, own, words, layout, &mut histogram);
            // Sums of whole numbers: the order does not matter.
            for sums in started.into_iter().filter_map(|worker| worker.join().ok()) {
                histogram.iter_mut().zip(&sums).for_each(|(sum, part)| *sum = sum.wrapping_add(*part));
                self.spare.push(sums);
            }
        });
        histogram
    }

    /// Looks for the best cut of a leaf; of equal ones the first.
    fn search(&mut self, split: &SplitRules, leaf: &mut Leaf, columns: &[u32]) {
        let Some(histogram) = &leaf.histogram else { return };
        let mut best: Option<Cut> = None;
        for at in columns {
            let Some(column) = self.data.columns.get(*at as usize) else { continue };
            let cells = self.layout.of(histogram, *at as usize);
            let direction = self.rules.monotone.get(*at as usize).copied().unwrap_or(0);
            let cut = best_cut(split, leaf.sums, *at, column, cells, direction, &mut self.levels);
            if let Some(cut) = cut
                && best.as_ref().is_none_or(|best| cut.gain > best.gain)
            {
                best = Some(cut);
            }
        }
        leaf.cut = best;
    }

    /// Gives the leaves their answers, summed from the unrounded slopes.
    fn finish(&self, slope: &Slope<'_>, split: &SplitRules, mut shape: Shape, leaves: &[Leaf]) -> Tree {
        let scale = split.packing.curvature_scale / split.packing.gradient_scale;
        for leaf in leaves {
            let rows = self.grown.of(&leaf.rows.grown);
            let sum = |values: Option<&[f64]>| match values {
                None => rows.len() as f64,
                Some(values) => {
                    rows.iter().map(|row| values.get(*row as usize).copied().unwrap_or(0.0)).sum::<f64>()
                }
            };
            let answer = -sum(Some(slope.gradient)) / (sum(slope.curvature) + self.rules.l2);
            let (low, high) = leaf.sums.bounds;
            let bounded = if scale.is_finite() { answer.max(low * scale).min(high * scale) } else { answer };
            let answers = shape.answer(leaf.rows.node, sum(slope.weights));
            answers.push(if bounded.is_finite() { bounded } else { 0.0 });
        }
        shape.finish()
    }
}

/// The place of the leaf whose cut gains most, the first of equals.
fn most_gaining(leaves: &[Leaf]) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (at, leaf) in leaves.iter().enumerate() {
        if let Some(cut) = &leaf.cut
            && best.is_none_or(|(_, gain)| cut.gain > gain)
        {
            best = Some((at, cut.gain));
        }
    }
    best.map(|(at, _)| at)
}
