//! From the trees of a file to the flat block.

use super::cells::{Input, Source, statistic};
use super::{FlatTrees, Node, Root};
use crate::families::trees::{self, NONE, Tree, Trees};
use crate::scorer::Schema;

/// A filler: a leaf of 0 where no walk leads.
const FILLER: usize = 0;

impl FlatTrees {
    /// Lays out checked trees; sums and leaves become `factor · sum + offset`.
    pub fn compile(trees: &Trees, schema: &Schema, factor: f64, offset: f64) -> Self {
        let words = words_of_a_set(trees, schema);
        let mut sets = Vec::new();
        if !trees.sets.is_empty() {
            sets.resize(words, 0);
            for set in &trees.sets {
                sets.extend(bits(set, words));
            }
        }
        let mut flat = Self {
            inputs: Vec::new(),
            width: 0,
            base: trees.base.iter().map(|b| b * factor + offset).collect(),
            nodes: vec![Node::leaf(0, 0), Node::leaf(0, 1)],
            cover: vec![0.0; 2],
            roots: Vec::new(),
            values: vec![0.0; trees.base.len().max(1)],
            sets,
        };
        let mut cells = CellsInUse::of(trees);
        flat.width = cells.count as usize + 1;
        cells.set_unused(cells.count);
        for (input, places) in trees.inputs.iter().zip(&cells.places) {
            if places.iter().any(|place| *place < cells.count) {
                flat.inputs.push(compiled_input(input, *places, schema));
            }
        }
        let depths: Vec<u32> = trees.trees.iter().map(depth).collect();
        let mut order: Vec<usize> = (0..depths.len()).collect();
        order.sort_by_key(|at| depths[*at]);
        for at in order {
            flat.push(&trees.trees[at], depths[at], words, factor, &cells);
        }
        flat
    }

    /// Adds a tree level by level, so that what most rows visit lies together.
    fn push(&mut self, tree: &Tree, depth: u32, words: usize, factor: f64, cells: &CellsInUse) {
        let start = self.nodes.len() as u32;
        self.roots.push(Root {
            node: start,
            nodes: tree.input.len() as u32 + 1,
            depth,
            values: self.values.len() as u32,
            output: tree.output,
        });
        self.values.extend(tree.values.iter().map(|value| value * factor));
        // The source node at each place; the root's neighbour is a filler, so that siblings begin at even places.
        let mut sources = vec![Some(FILLER), None];
        let mut at = 0;
        while let Some(source) = sources.get(at).copied() {
            let place = start + at as u32;
            let (node, cover) = match source {
                None => (Node::leaf(0, place), 0.0),
                Some(source) if tree.input[source] == NONE => {
                    (Node::leaf(tree.child[source], place), tree.cover[source])
                }
                Some(source) => {
                    let left = start + sources.len() as u32;
                    let child = tree.child[source] as usize;
                    sources.extend([Some(child), Some(child + 1)]);
                    let cell = cells.place(tree.input[source], tree.missing_left[source]);
                    let set = tree.set[source];
                    let (threshold, set) = if set == NONE {
                        (tree.threshold[source], 0)
                    } else {
                        (f32::MAX, (set + 1) * words as u32)
                    };
                    (Node { threshold: threshold.to_bits(), cell, left, set }, tree.cover[source])
                }
            };
            self.nodes.push(node);
            self.cover.push(cover);
            at += 1;
        }
    }
}

/// For each input the cells of the nodes whose missing values go left and right.
struct CellsInUse {
    places: Vec<[u32; 2]>,
    count: u32,
}

impl CellsInUse {
    fn of(trees: &Trees) -> Self {
        let mut cells = Self { places: vec![[NONE; 2]; trees.inputs.len()], count: 0 };
        for tree in &trees.trees {
            for (input, missing_left) in tree.input.iter().zip(&tree.missing_left) {
                let side = usize::from(!missing_left);
                if let Some(place) = cells.places.get_mut(*input as usize).map(|sides| &mut sides[side])
                    && *place == NONE
                {
                    *place = cells.count;
                    cells.count += 1;
                }
            }
        }
        cells
    }

    /// Gives the sides that no node reads a cell of their own.
    fn set_unused(&mut self, cell: u32) {
        self.places.iter_mut().flatten().filter(|place| **place == NONE).for_each(|place| *place = cell);
    }

    fn place(&self, input: u32, missing_left: bool) -> u32 {
        self.places.get(input as usize).map_or(0, |sides| sides[usize::from(!missing_left)])
    }
}

fn compiled_input(input: &trees::Input, cells: [u32; 2], schema: &Schema) -> Input {
    let source = match input {
        trees::Input::Number { .. } => Source::Number,
        trees::Input::Level { .. } => Source::Level { levels: levels(schema, input.feature()) as u32 },
        trees::Input::Statistic { values, missing, unknown, .. } => {
            Source::Statistic(statistic(values, *missing, *unknown))
        }
        trees::Input::DatePart { part, .. } => Source::DatePart(*part),
        trees::Input::Term { term, .. } => Source::Term(*term),
        trees::Input::Words { .. } => Source::Words,
    };
    Input { feature: input.feature(), source, cells }
}

/// Levels of a feature of the schema.
pub fn levels(schema: &Schema, feature: usize) -> usize {
    schema.features.get(feature).and_then(|f| f.levels.as_ref()).map_or(0, Vec::len)
}

/// Words of 32 bits that hold any set: a bit for "missing" and one for each level.
pub fn words_of_a_set(trees: &Trees, schema: &Schema) -> usize {
    let of_levels = trees.inputs.iter().filter(|input| matches!(input, trees::Input::Level { .. }));
    let most = of_levels.map(|input| levels(schema, input.feature())).max().unwrap_or(0);
    (most + 1).div_ceil(32)
}

/// 1 for each level that goes right; 0 for "missing", which is decided by the cell.
fn bits(set: &[u32], words: usize) -> Vec<u32> {
    let mut bits = vec![u32::MAX; words];
    let lefts = set.iter().map(|level| *level as usize + 1);
    for bit in std::iter::once(0).chain(lefts) {
        if let Some(word) = bits.get_mut(bit / 32) {
            *word &= !(1 << (bit % 32));
        }
    }
    bits
}

/// Steps from the root to the deepest leaf.
pub fn depth(tree: &Tree) -> u32 {
    let mut depths = vec![0_u32; tree.input.len()];
    let mut deepest = 0;
    for at in 0..depths.len() {
        let here = depths[at];
        deepest = deepest.max(here);
        if tree.input[at] != NONE {
            let child = tree.child[at] as usize;
            depths[child..child + 2].fill(here + 1);
        }
    }
    deepest
}
