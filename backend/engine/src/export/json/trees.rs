//! Trees node by node, written as they are read, so that an ensemble of millions of nodes needs no copy.

use serde::ser::{Serialize, SerializeSeq, Serializer};

use crate::families::trees::{Input, NONE, Tree, TreeLink, Trees};
use crate::prepare::DatePart;
use crate::scorer::Schema;

/// An ensemble.
#[derive(serde::Serialize)]
pub struct TreesView<'a> {
    /// What turns the sums into answers.
    link: TreeLink,
    /// What each sum begins with.
    base: &'a [f64],
    /// What the nodes compare, by its place; numbers are rounded to `f32` first.
    inputs: &'a [Input],
    trees: Vec<TreeView<'a>>,
}

/// A tree.
#[derive(serde::Serialize)]
struct TreeView<'a> {
    /// The place of the sum that the leaves add to; nothing where a leaf adds to each.
    #[serde(skip_serializing_if = "Option::is_none")]
    adds_to: Option<u32>,
    nodes: NodesView<'a>,
}

struct NodesView<'a> {
    tree: &'a Tree,
    trees: &'a Trees,
    schema: &'a Schema,
}

/// A node: a leaf has `adds`, a split all else.
#[derive(Default, serde::Serialize)]
struct NodeView<'a> {
    node: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<DatePart>,
    /// The level is compared by its number in `inputs`, a text by the weight of its term or its number of words there.
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<u32>,
    /// Left where the value is at most this.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<f32>,
    /// Left where the level is among these.
    #[serde(skip_serializing_if = "Option::is_none")]
    among: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    adds: Option<&'a [f64]>,
}

impl<'a> TreesView<'a> {
    /// Views an ensemble over the columns of a schema.
    pub fn new(trees: &'a Trees, schema: &'a Schema) -> Self {
        let tree = |tree: &'a Tree| TreeView {
            adds_to: (tree.output != NONE).then_some(tree.output),
            nodes: NodesView { tree, trees, schema },
        };
        Self {
            link: trees.link,
            base: &trees.base,
            inputs: &trees.inputs,
            trees: trees.trees.iter().map(tree).collect(),
        }
    }
}

impl Serialize for NodesView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.tree.input.len()))?;
        for node in 0..self.tree.input.len() {
            sequence.serialize_element(&self.node(node))?;
        }
        sequence.end()
    }
}

impl<'a> NodesView<'a> {
    fn node(&self, node: usize) -> NodeView<'a> {
        let tree = self.tree;
        let child = tree.child.get(node).copied().unwrap_or(NONE);
        let at = tree.input.get(node).copied().unwrap_or(NONE);
        let Some(input) = self.trees.inputs.get(at as usize) else {
            let width = if tree.output == NONE { self.trees.base.len() } else { 1 };
            let start = (child as usize).saturating_mul(width);
            let adds = tree.values.get(start..start.saturating_add(width));
            return NodeView { node, adds, ..NodeView::default() };
        };
        let feature = self.schema.features.get(input.feature());
        let set = tree.set.get(node).and_then(|set| self.trees.sets.get(*set as usize));
        let levels = feature.and_then(|f| f.levels.as_deref()).unwrap_or_default();
        let among = set.map(|set| {
            set.iter().filter_map(|level| levels.get(*level as usize)).map(String::as_str).collect()
        });
        let missing_left = tree.missing_left.get(node) == Some(&true);
        NodeView {
            node,
            column: feature.map(|f| f.name.as_str()),
            part: if let Input::DatePart { part, .. } = input { Some(*part) } else { None },
            input: matches!(input, Input::Statistic { .. } | Input::Term { .. } | Input::Words { .. })
                .then_some(at),
            at_most: if among.is_none() { tree.threshold.get(node).copied() } else { None },
            among,
            missing: Some(if missing_left { "left" } else { "right" }),
            left: Some(child),
            right: Some(child.saturating_add(1)),
            adds: None,
        }
    }
}
