//! The nodes of a tree while it grows.

use super::bin::{Binned, MAX_BINS};
use super::partition::LeftBins;
use super::{NONE, Tree};

/// A tree that grows: first one leaf, then cut by cut.
pub struct Shape {
    tree: Tree,
    /// Leaves that have their answers.
    leaves: u32,
}

impl Shape {
    /// One leaf. `output` is the sum that the leaves add to, or [`NONE`].
    pub fn new(output: u32) -> Self {
        let mut shape = Self { tree: Tree { output, ..Tree::default() }, leaves: 0 };
        shape.add();
        shape
    }

    fn add(&mut self) {
        let tree = &mut self.tree;
        tree.input.push(NONE);
        tree.threshold.push(0.0);
        tree.set.push(NONE);
        tree.missing_left.push(false);
        tree.child.push(0);
        tree.cover.push(0.0);
    }

    /// Makes a leaf a cut of a column, with two leaves below it; says which node the left one is. Of numbers the bins
    /// that go left are the first ones; a set of levels is added to `sets`.
    pub fn cut(
        &mut self,
        node: usize,
        column: u32,
        left: &LeftBins,
        data: &Binned,
        sets: &mut Vec<Vec<u32>>,
    ) -> usize {
        let child = self.tree.input.len();
        self.add();
        self.add();
        let binned = data.columns.get(column as usize);
        let (threshold, set) = if binned.is_some_and(|binned| binned.levels) {
            let levels = (1..MAX_BINS as u32).zip(&left[1..]).filter(|(_, is_left)| **is_left);
            sets.push(levels.map(|(bin, _)| bin - 1).collect());
            (0.0, sets.len() as u32 - 1)
        } else {
            let last = left[1..].iter().take_while(|is_left| **is_left).count();
            let cuts = binned.map_or(&[][..], |binned| &binned.cuts);
            // Past the last cut point every value goes left, and only the missing ones right.
            (cuts.get(last.wrapping_sub(1)).copied().unwrap_or(f32::MAX), NONE)
        };
        let tree = &mut self.tree;
        place(&mut tree.input, node, column);
        place(&mut tree.threshold, node, threshold);
        place(&mut tree.set, node, set);
        place(&mut tree.missing_left, node, left[0]);
        place(&mut tree.child, node, child as u32);
        child
    }

    /// Gives a leaf the weight of its rows; its answers are pushed to what is returned.
    pub fn answer(&mut self, node: usize, cover: f64) -> &mut Vec<f64> {
        place(&mut self.tree.child, node, self.leaves);
        place(&mut self.tree.cover, node, cover as f32);
        self.leaves += 1;
        &mut self.tree.values
    }

    /// The tree; the cover of a cut is that of its children.
    pub fn finish(self) -> Tree {
        let mut tree = self.tree;
        for node in (0..tree.input.len()).rev() {
            let child = tree.child.get(node).map_or(0, |child| *child as usize);
            if tree.input.get(node).is_some_and(|input| *input != NONE)
                && let Some([left, right]) = tree.cover.get(child..child + 2)
            {
                let sum = left + right;
                place(&mut tree.cover, node, sum);
            }
        }
        tree
    }
}

fn place<T>(values: &mut [T], at: usize, value: T) {
    if let Some(cell) = values.get_mut(at) {
        *cell = value;
    }
}
