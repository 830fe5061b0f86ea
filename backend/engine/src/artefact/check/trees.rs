//! Trees, checked: every node has one parent before it, every index leads somewhere, every sum stays finite.

use super::must;
use crate::artefact::{ArtefactError, invalid};
use crate::families::trees::{Input, NONE, Tree, TreeLink, Trees};
use crate::scorer::Schema;
use crate::scorer::trees::{MAX_LEAVES, levels, words_of_a_set};

/// Cuts between a root and a leaf at most: explanations keep a path in memory.
const MAX_DEPTH: u16 = 512;
/// Nodes of all trees at most, and as many values.
const MAX_NODES: usize = 1 << 28;
/// Words of 32 bits that the sets may take when they are laid out.
const MAX_SET_WORDS: usize = 1 << 24;

/// Checks an ensemble against the features and classes it is for.
pub fn check(trees: &Trees, schema: &Schema) -> Result<(), ArtefactError> {
    let (classes, sums) = (schema.classes.len(), trees.base.len());
    let fits = match trees.link {
        TreeLink::Identity => classes == 0 && sums == 1,
        TreeLink::Sigmoid => classes == 2 && sums == 1,
        TreeLink::Softmax | TreeLink::Probabilities => classes >= 2 && sums == classes,
    };
    must(fits, "trees, task and classes do not fit one another")?;
    trees.inputs.iter().try_for_each(|input| check_input(input, schema))?;
    must(
        (trees.sets.len() + 1).saturating_mul(words_of_a_set(trees, schema)) <= MAX_SET_WORDS,
        "the sets of levels are too many",
    )?;
    let rising = |set: &Vec<u32>| set.windows(2).all(|pair| pair[0] < pair[1]);
    must(trees.sets.iter().all(rising), "the levels of a set do not rise")?;
    let nodes = |count: usize, tree: &Tree| count.saturating_add(tree.input.len().max(tree.values.len()));
    must(trees.trees.iter().fold(0, nodes) <= MAX_NODES, "the trees are too large")?;
    let mut greatest: Vec<f64> = trees.base.iter().map(|base| base.abs()).collect();
    for tree in &trees.trees {
        check_tree(tree, trees, schema)?;
        add_greatest(tree, &mut greatest);
    }
    // Twice the bound, so that no order of adding leaves the range of numbers.
    must(greatest.iter().all(|sum| (sum * 2.0).is_finite()), "sums that are not finite")?;
    let values = trees.trees.iter().flat_map(|tree| &tree.values);
    let not_negative = values.chain(&trees.base).all(|value| *value >= 0.0);
    must(trees.link != TreeLink::Probabilities || not_negative, "a probability below 0")
}

fn check_input(input: &Input, schema: &Schema) -> Result<(), ArtefactError> {
    let feature = schema.features.get(input.feature());
    let feature = feature.ok_or_else(|| invalid("an input of no feature"))?;
    let fits = match input {
        Input::Number { .. } | Input::DatePart { .. } => feature.is_number(),
        Input::Level { .. } => feature.levels.is_some(),
        Input::Term { term, .. } => feature.text.as_ref().is_some_and(|text| (*term as usize) < text.terms()),
        Input::Words { .. } => feature.is_text(),
        Input::Statistic { values, missing, unknown, .. } => {
            feature.levels.as_ref().is_some_and(|levels| levels.len() == values.len())
                && values.iter().chain(missing).chain(unknown).all(|value| value.is_finite())
        }
    };
    must(fits, "an input of another kind than its feature")
}

fn check_tree(tree: &Tree, trees: &Trees, schema: &Schema) -> Result<(), ArtefactError> {
    let nodes = tree.input.len();
    let lengths = [tree.threshold.len(), tree.set.len(), tree.missing_left.len(), tree.child.len()];
    let one_length = lengths.iter().chain([&tree.cover.len()]).all(|length| *length == nodes);
    must(nodes > 0 && one_length, "the columns of a tree differ in length")?;
    let finite = |values: &[f32]| values.iter().all(|value| value.is_finite());
    must(finite(&tree.threshold) && finite(&tree.cover), "a number is not finite")?;
    must(tree.cover.iter().all(|cover| *cover >= 0.0), "a weight below 0")?;
    let leaves = tree.input.iter().filter(|input| **input == NONE).count();
    let values = match tree.output {
        NONE => leaves.saturating_mul(trees.base.len()),
        output if (output as usize) < trees.base.len() => leaves,
        _ => return Err(invalid("a tree adds to no sum")),
    };
    must(leaves <= MAX_LEAVES && tree.values.len() == values, "leaves and values differ")?;
    // Steps from the root; 0 is a node that no parent has named, which only the root may be when its turn comes.
    let mut depths = vec![0_u16; nodes];
    for at in 0..nodes {
        let (input, child) = (tree.input[at], tree.child[at] as usize);
        must(at == 0 || depths[at] > 0, "a node without a parent")?;
        if input == NONE {
            must(child < leaves, "a leaf without a value")?;
            continue;
        }
        let input = trees.inputs.get(input as usize).ok_or_else(|| invalid("a node without an input"))?;
        check_set(tree.set[at], input, trees, schema)?;
        let below = depths[at] + 1;
        must(below <= MAX_DEPTH, "a tree is too deep")?;
        let children = child.checked_add(2).and_then(|end| depths.get_mut(child..end));
        let children = children.filter(|_| child > at).ok_or_else(|| invalid("a child out of place"))?;
        must(children == [0, 0], "a node with two parents")?;
        children.fill(below);
    }
    Ok(())
}

fn check_set(set: u32, input: &Input, trees: &Trees, schema: &Schema) -> Result<(), ArtefactError> {
    if set == NONE {
        return Ok(());
    }
    let set = trees.sets.get(set as usize).ok_or_else(|| invalid("a node without its set"))?;
    let known = levels(schema, input.feature());
    let of_levels = matches!(input, Input::Level { .. });
    must(of_levels && set.last().is_none_or(|last| (*last as usize) < known), "a set of no levels")
}

/// Adds the greatest leaf of the tree to the bound of its sum.
fn add_greatest(tree: &Tree, bounds: &mut [f64]) {
    let greatest =
        |values: &mut dyn Iterator<Item = &f64>| values.fold(0.0, |most: f64, v| most.max(v.abs()));
    match bounds.get_mut(tree.output as usize) {
        Some(bound) => *bound += greatest(&mut tree.values.iter()),
        None => {
            let sums = bounds.len();
            for (sum, bound) in bounds.iter_mut().enumerate() {
                *bound += greatest(&mut tree.values.iter().skip(sum).step_by(sums));
            }
        }
    }
}
