//! Trees as one `TreeEnsembleRegressor` (<https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html>,
//! version 3) with a target for each sum; links come after it.
//!
//! Thresholds and leaves are `f64` (the attributes `…_as_tensor`), comparisons `x <= threshold`. The operator gives `f32`,
//! so two things are done before: leaves are centred tree by tree, with the centres in the base that is added afterwards
//! in `f64`; and where [`Precision::Double`] is asked for, each leaf is cut into a multiple of a quantum, whose sums `f32`
//! holds exactly, and a rest, summed as targets of their own.

use super::columns::Columns;
use super::features::Features;
use super::graph::{Attribute, Element, Graph, Tensor, Value};
use crate::export::ExportError;
use crate::families::trees::{NONE, Tree, Trees};
use crate::math::power_of_two_above;

/// How exact the sums are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// As `f32` rounds them.
    Single,
    /// Almost as `f64` would, for twice the targets: for what comes after and is steep.
    Double,
}

/// The attributes of the operator, node by node and leaf by leaf.
#[derive(Debug, Default, PartialEq)]
pub struct Ensemble {
    pub nodes: Nodes,
    pub leaves: Leaves,
    /// What is added to each sum afterwards.
    pub base: Vec<f64>,
}

/// `nodes_…`
#[derive(Debug, Default, PartialEq)]
pub struct Nodes {
    pub tree: Vec<i64>,
    pub node: Vec<i64>,
    pub feature: Vec<i64>,
    pub is_leaf: Vec<bool>,
    pub value: Vec<f64>,
    pub on_true: Vec<i64>,
    pub on_false: Vec<i64>,
    pub missing_on_true: Vec<i64>,
}

/// `target_…`
#[derive(Debug, Default, PartialEq)]
pub struct Leaves {
    pub tree: Vec<i64>,
    pub node: Vec<i64>,
    pub target: Vec<i64>,
    pub weight: Vec<f64>,
}

/// The threshold between 0 (left) and 1 (right) of a set's column.
const MEMBER: f64 = 0.5;

const MISSHAPEN: ExportError = ExportError::Inconsistent { what: "a tree's columns do not fit one another" };

/// The sums of an ensemble, `double [rows, sums]`.
pub fn sums(
    graph: &mut Graph,
    features: &mut Features,
    trees: &Trees,
    precision: Precision,
) -> Result<Value, ExportError> {
    let columns = Columns::of(trees);
    let mut ensemble = Ensemble::of(trees, &columns)?;
    let Some(matrix) = columns.compute(graph, features, trees)? else {
        return Ok(features.repeated(graph, &ensemble.base));
    };
    let sums = trees.base.len();
    let targets = match precision {
        Precision::Single => sums,
        Precision::Double => {
            ensemble.leaves.cut(sums, trees.trees.len());
            sums * 2
        }
    };
    let base = graph.row(&ensemble.base);
    let rounded = ensemble.operator(graph, &matrix, targets);
    let mut sum = graph.cast(&rounded, Element::Double);
    if precision == Precision::Double {
        let fold: Vec<f64> = (0..targets * sums).map(|at| f64::from(at / sums % sums == at % sums)).collect();
        let fold = graph.constant(Tensor::doubles(&fold, &[targets, sums]));
        sum = graph.node("MatMul", &[&sum, &fold]);
    }
    Ok(graph.node("Add", &[&sum, &base]))
}

impl Ensemble {
    /// Lays out the trees; a tree without a split only adds to the base.
    pub fn of(trees: &Trees, columns: &Columns) -> Result<Self, ExportError> {
        let mut ensemble = Self { base: trees.base.clone(), ..Self::default() };
        for tree in &trees.trees {
            ensemble.add(tree, columns)?;
        }
        Ok(ensemble)
    }

    fn add(&mut self, tree: &Tree, columns: &Columns) -> Result<(), ExportError> {
        let outputs = self.outputs(tree)?;
        let centres = centres(tree, outputs.len());
        for (output, centre) in outputs.iter().zip(&centres) {
            *self.base.get_mut(*output).ok_or(MISSHAPEN)? += centre;
        }
        if tree.input.len() <= 1 {
            return Ok(());
        }
        let id = self.nodes.tree.last().map_or(0, |last| last + 1);
        for (node, input) in tree.input.iter().enumerate() {
            let child = *tree.child.get(node).ok_or(MISSHAPEN)?;
            if *input == NONE {
                self.nodes.push(id, node, None);
                let values = tree.values.iter().skip(child as usize * outputs.len());
                let values = values.zip(&centres).map(|(value, centre)| value - centre);
                for (output, value) in outputs.iter().zip(values) {
                    self.leaves.push(id, node, *output, value);
                }
                continue;
            }
            let set = *tree.set.get(node).ok_or(MISSHAPEN)?;
            let threshold = *tree.threshold.get(node).ok_or(MISSHAPEN)?;
            self.nodes.push(
                id,
                node,
                Some(Branch {
                    feature: columns.place(*input, set).ok_or(MISSHAPEN)?,
                    threshold: if set == NONE { f64::from(threshold) } else { MEMBER },
                    child,
                    missing_left: *tree.missing_left.get(node).ok_or(MISSHAPEN)?,
                }),
            );
        }
        Ok(())
    }

    /// The sums that a leaf of the tree adds to.
    fn outputs(&self, tree: &Tree) -> Result<Vec<usize>, ExportError> {
        let leaves = tree.input.iter().filter(|input| **input == NONE).count();
        let outputs: Vec<usize> =
            if tree.output == NONE { (0..self.base.len()).collect() } else { vec![tree.output as usize] };
        if tree.values.len() == leaves * outputs.len() { Ok(outputs) } else { Err(MISSHAPEN) }
    }

    fn operator(self, graph: &mut Graph, matrix: &Value, targets: usize) -> Value {
        let Nodes { tree, node, feature, is_leaf, value, on_true, on_false, missing_on_true } = self.nodes;
        let modes: Vec<&str> =
            is_leaf.iter().map(|is_leaf| if *is_leaf { "LEAF" } else { "BRANCH_LEQ" }).collect();
        let vector = |values: &[f64]| Attribute::Tensor(Tensor::doubles(values, &[values.len()]));
        graph.ml_node(
            "TreeEnsembleRegressor",
            &[matrix],
            &[
                ("n_targets", Attribute::Int(targets as i64)),
                ("aggregate_function", Attribute::Text("SUM")),
                ("post_transform", Attribute::Text("NONE")),
                ("nodes_treeids", Attribute::Ints(&tree)),
                ("nodes_nodeids", Attribute::Ints(&node)),
                ("nodes_featureids", Attribute::Ints(&feature)),
                ("nodes_modes", Attribute::Texts(&modes)),
                ("nodes_values_as_tensor", vector(&value)),
                ("nodes_truenodeids", Attribute::Ints(&on_true)),
                ("nodes_falsenodeids", Attribute::Ints(&on_false)),
                ("nodes_missing_value_tracks_true", Attribute::Ints(&missing_on_true)),
                ("target_treeids", Attribute::Ints(&self.leaves.tree)),
                ("target_nodeids", Attribute::Ints(&self.leaves.node)),
                ("target_ids", Attribute::Ints(&self.leaves.target)),
                ("target_weights_as_tensor", vector(&self.leaves.weight)),
            ],
        )
    }
}

/// A node that splits.
struct Branch {
    feature: usize,
    threshold: f64,
    child: u32,
    missing_left: bool,
}

impl Nodes {
    fn push(&mut self, tree: i64, node: usize, branch: Option<Branch>) {
        self.tree.push(tree);
        self.node.push(node as i64);
        self.is_leaf.push(branch.is_none());
        let branch = branch.unwrap_or(Branch { feature: 0, threshold: 0.0, child: 0, missing_left: false });
        let is_leaf = self.is_leaf.last() == Some(&true);
        self.feature.push(branch.feature as i64);
        self.value.push(branch.threshold);
        self.on_true.push(i64::from(branch.child));
        self.on_false.push(if is_leaf { 0 } else { i64::from(branch.child) + 1 });
        self.missing_on_true.push(i64::from(branch.missing_left));
    }
}

impl Leaves {
    fn push(&mut self, tree: i64, node: usize, target: usize, weight: f64) {
        self.tree.push(tree);
        self.node.push(node as i64);
        self.target.push(target as i64);
        self.weight.push(weight);
    }

    /// Cuts every leaf into a multiple of a quantum and the rest, which goes to a target of its own, `sums` further on.
    ///
    /// The quantum is a power of two such that no sum of multiples needs more than the 24 bits of an `f32`.
    fn cut(&mut self, sums: usize, trees: usize) {
        let greatest = self.weight.iter().fold(0.0_f64, |top, weight| top.max(weight.abs()));
        // Below this times 2²⁴ quanta lies every sum.
        let quantum = power_of_two_above(greatest * trees.max(1) as f64) / f64::from(1_u32 << 24);
        if quantum < f64::MIN_POSITIVE || !quantum.is_finite() {
            return;
        }
        let whole = std::mem::take(self);
        let leaves = whole.tree.iter().zip(&whole.node).zip(whole.target.iter().zip(&whole.weight));
        for ((tree, node), (target, weight)) in leaves {
            let multiple = (weight / quantum).round() * quantum;
            self.push(*tree, *node as usize, *target as usize, multiple);
            self.push(*tree, *node as usize, *target as usize + sums, weight - multiple);
        }
    }
}

/// The middle between the least and the greatest leaf, for each sum that the leaves of a tree add to.
fn centres(tree: &Tree, width: usize) -> Vec<f64> {
    let middle = |output: usize| {
        let values = tree.values.iter().skip(output).step_by(width.max(1));
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        if low.is_finite() && high.is_finite() { low + (high - low) / 2.0 } else { 0.0 }
    };
    (0..width).map(middle).collect()
}
