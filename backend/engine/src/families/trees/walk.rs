//! The plain walk down the trees: slow, and what every faster one must agree with to the bit.

use super::encode::Matrix;
use super::{NONE, Tree, Trees};

impl Tree {
    /// The leaf that a row of inputs ends in, counted in leaves; `None` for a tree that is not sound.
    pub fn leaf(&self, sets: &[Vec<u32>], value: impl Fn(u32) -> f32) -> Option<usize> {
        let mut node = 0_usize;
        // A walk is never longer than the tree has nodes.
        for _ in 0..=self.input.len() {
            let input = *self.input.get(node)?;
            let child = *self.child.get(node)? as usize;
            if input == NONE {
                return Some(child);
            }
            let x = value(input);
            let left = if x.is_nan() {
                *self.missing_left.get(node)?
            } else if *self.set.get(node)? == NONE {
                x <= *self.threshold.get(node)?
            } else {
                sets.get(*self.set.get(node)? as usize)?.binary_search(&(x as u32)).is_ok()
            };
            node = child + usize::from(!left);
        }
        None
    }
}

impl Trees {
    /// The sums of the rows, row by row, one for each of `base`: what the link turns into answers.
    pub fn sums_into(&self, matrix: &Matrix, rows: &[u32], out: &mut Vec<f64>) {
        out.clear();
        for row in rows {
            let start = out.len();
            out.extend_from_slice(&self.base);
            let value = |input: u32| {
                let column = matrix.columns.get(input as usize);
                column.and_then(|column| column.get(*row as usize)).copied().unwrap_or(f32::NAN)
            };
            let sums = out.get_mut(start..).unwrap_or_default();
            for tree in &self.trees {
                let Some(leaf) = tree.leaf(&self.sets, value) else { continue };
                if tree.output == NONE {
                    let width = sums.len();
                    let leaf = tree.values.get(leaf * width..(leaf + 1) * width).unwrap_or_default();
                    sums.iter_mut().zip(leaf).for_each(|(sum, value)| *sum += value);
                } else if let (Some(sum), Some(value)) =
                    (sums.get_mut(tree.output as usize), tree.values.get(leaf))
                {
                    *sum += value;
                }
            }
        }
    }
}
