//! From a model to its answers: link, the target's scale, the mean of a blend, calibration, the decision.

use super::features::Features;
use super::graph::{Attribute, Element, Graph, Tensor, Value};
use super::linear;
use super::trees::{self, Precision};
use crate::artefact::{Content, TargetScale};
use crate::certainty::{Calibration, LEAST_PROBABILITY};
use crate::export::ExportError;
use crate::families::trees::TreeLink;
use crate::families::{Member, Model};
use crate::prepare::Preparation;
use crate::settings::Task;

/// The answer of a regression.
pub const VALUE: &str = "value";
/// The class that is answered.
pub const LABEL: &str = "label";
/// The probability of each class.
pub const PROBABILITIES: &str = "probabilities";

/// What comes after the answers of a model, and how much that magnifies their rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// Nothing that would.
    Nothing,
    /// Logarithms of probabilities, which are steep near 0.
    Logarithms,
    /// A rising line through points, which may be steep anywhere.
    Line,
}

impl After {
    /// How exact sums of trees must be.
    fn precision(self, link: TreeLink) -> Precision {
        match (self, link) {
            (Self::Line, _) | (Self::Logarithms, TreeLink::Probabilities) => Precision::Double,
            _ => Precision::Single,
        }
    }
}

/// Adds the model and its outputs.
pub fn add(graph: &mut Graph, features: &mut Features, content: &Content) -> Result<(), ExportError> {
    let after = match &content.calibration {
        Some(Calibration::Isotonic { .. }) => After::Line,
        Some(Calibration::Scale { .. }) => After::Logarithms,
        None => After::Nothing,
    };
    let (model, preparation) = (&content.model, &content.preparation);
    let answer = of_model(graph, features, model, preparation, content.target_scale, after)?;
    let classes = &content.schema.classes;
    match content.schema.task {
        Task::Regression => {
            graph.output(&answer, VALUE, Element::Double, Some(1), "The answer, on the target's own scale.");
        }
        Task::Classification => {
            let probabilities = match &content.calibration {
                Some(calibration) => calibrated(graph, &answer, calibration, classes.len()),
                None => answer,
            };
            let label = label(graph, content, &probabilities);
            graph.output(&label, LABEL, Element::Text, None, "The class that is answered.");
            let doc = "The probability of each class, in the order of the metadata \"classes\".";
            graph.output(&probabilities, PROBABILITIES, Element::Double, Some(classes.len()), doc);
        }
    }
    Ok(())
}

/// The answers of a model: `double [rows, 1]` on the target's own scale, or probabilities `double [rows, classes]`.
fn of_model(
    graph: &mut Graph,
    features: &mut Features,
    model: &Model,
    preparation: &Preparation,
    target_scale: TargetScale,
    after: After,
) -> Result<Value, ExportError> {
    match model {
        Model::Constant { value } => Ok(features.repeated(graph, &[*value])),
        Model::Shares { probabilities } => {
            let total: f64 = probabilities.iter().sum();
            let shares: Vec<f64> = probabilities.iter().map(|p| p / total).collect();
            Ok(features.repeated(graph, &shares))
        }
        Model::Linear { intercept, weights } => {
            let weights = std::slice::from_ref(weights);
            let sum = linear::sums(graph, features, preparation, &[*intercept], weights)?;
            Ok(unscaled(graph, sum, target_scale))
        }
        Model::Logistic { intercepts, weights } => {
            let sums = linear::sums(graph, features, preparation, intercepts, weights)?;
            Ok(if intercepts.len() == 1 { two_classes(graph, &sums) } else { softmax(graph, &sums) })
        }
        Model::Trees(trees) => {
            let sums = trees::sums(graph, features, trees, after.precision(trees.link))?;
            Ok(match trees.link {
                TreeLink::Identity => unscaled(graph, sums, target_scale),
                TreeLink::Sigmoid => two_classes(graph, &sums),
                TreeLink::Softmax => softmax(graph, &sums),
                TreeLink::Probabilities => shares(graph, &sums, trees.base.len()),
            })
        }
        Model::Blend { members } => blend(graph, features, members, after),
    }
}

/// The weighted sum of the members' answers.
fn blend(
    graph: &mut Graph,
    features: &mut Features,
    members: &[Member],
    after: After,
) -> Result<Value, ExportError> {
    let mut sum = None;
    for member in members {
        if matches!(member.model, Model::Blend { .. }) {
            return Err(ExportError::Inconsistent { what: "a blend holds another blend" });
        }
        let (model, preparation) = (&member.model, &member.preparation);
        let answer = of_model(graph, features, model, preparation, member.target_scale, after)?;
        let weight = graph.scalar(member.weight);
        let share = graph.node("Mul", &[&answer, &weight]);
        sum = graph.sum(sum, Some(share));
    }
    sum.ok_or(ExportError::Inconsistent { what: "a blend has no members" })
}

/// Undoes the target's scale.
fn unscaled(graph: &mut Graph, sum: Value, target_scale: TargetScale) -> Value {
    match target_scale {
        TargetScale::None => sum,
        TargetScale::MinMax { min, max } => {
            let (range, min) = (graph.scalar(max - min), graph.scalar(min));
            let stretched = graph.node("Mul", &[&sum, &range]);
            graph.node("Add", &[&stretched, &min])
        }
        TargetScale::Log => {
            let (power, one) = (graph.node("Exp", &[&sum]), graph.scalar(1.0));
            graph.node("Sub", &[&power, &one])
        }
    }
}

/// Two probabilities from the logit of the second class.
fn two_classes(graph: &mut Graph, logit: &Value) -> Value {
    let second = graph.node("Sigmoid", &[logit]);
    with_complement(graph, &second)
}

/// Two probabilities from that of the second class.
fn with_complement(graph: &mut Graph, second: &Value) -> Value {
    let one = graph.scalar(1.0);
    let first = graph.node("Sub", &[&one, second]);
    graph.node_with("Concat", &[&first, second], &[("axis", Attribute::Int(1))])
}

/// Probabilities from a logit for each class.
fn softmax(graph: &mut Graph, logits: &Value) -> Value {
    // Infinite logits become the largest numbers there are, which share the whole as they do in the scorer.
    let (low, high) = (graph.scalar(f64::MIN / 4.0), graph.scalar(f64::MAX / 4.0));
    let held = graph.node("Clip", &[logits, &low, &high]);
    graph.node_with("Softmax", &[&held], &[("axis", Attribute::Int(1))])
}

/// Probabilities from sums that are so already but for rounding.
fn shares(graph: &mut Graph, sums: &Value, classes: usize) -> Value {
    let zero = graph.scalar(0.0);
    let held = graph.node("Max", &[sums, &zero]);
    divided_by_total(graph, &held, classes)
}

fn divided_by_total(graph: &mut Graph, shares: &Value, classes: usize) -> Value {
    let ones = graph.constant(Tensor::doubles(&vec![1.0; classes], &[classes, 1]));
    let total = graph.node("MatMul", &[shares, &ones]);
    graph.node("Div", &[shares, &total])
}

/// Probabilities made as frequent as they say.
fn calibrated(graph: &mut Graph, probabilities: &Value, calibration: &Calibration, classes: usize) -> Value {
    match calibration {
        Calibration::Scale { slope, shifts } => {
            let (low, high) = (graph.scalar(LEAST_PROBABILITY), graph.scalar(1.0));
            let held = graph.node("Clip", &[probabilities, &low, &high]);
            let logarithms = graph.node("Log", &[&held]);
            let slope = graph.scalar(*slope);
            let scaled = graph.node("Mul", &[&logarithms, &slope]);
            let shifts: Vec<f64> = (0..classes).map(|at| shifts.get(at).copied().unwrap_or(0.0)).collect();
            let shifts = graph.row(&shifts);
            let logits = graph.node("Add", &[&scaled, &shifts]);
            softmax(graph, &logits)
        }
        Calibration::Isotonic { from, to } => {
            let second = graph.constant(Tensor::ints(&[1], &[1]));
            let second = graph.node_with("Gather", &[probabilities, &second], &[("axis", Attribute::Int(1))]);
            let risen = on_line(graph, &second, from, to);
            with_complement(graph, &risen)
        }
    }
}

/// The height of the line through points at `x`, `double [rows, 1]`; level beyond its ends.
///
/// The piece is the number of points at or below `x`, and each piece has where it begins, how high, how wide it is and
/// how far it rises.
fn on_line(graph: &mut Graph, x: &Value, from: &[f64], to: &[f64]) -> Value {
    let (Some(first), Some(last)) = (to.first(), to.last()) else { return x.clone() };
    let points = graph.row(from);
    let passed = graph.node("GreaterOrEqual", &[x, &points]);
    let passed = graph.cast(&passed, Element::Int);
    let axis = graph.constant(Tensor::ints(&[1], &[1]));
    let piece = graph.node("ReduceSum", &[&passed, &axis]);
    let between = |ends: &[f64]| -> Vec<f64> {
        ends.iter().zip(ends.iter().skip(1)).map(|(low, high)| high - low).collect()
    };
    let mut of_piece = |before: f64, inner: &[f64], after: f64| {
        let table: Vec<f64> = [&[before], inner, &[after]].concat();
        let table = graph.constant(Tensor::doubles(&table, &[table.len()]));
        graph.node("Gather", &[&table, &piece])
    };
    let without_last = |values: &[f64]| values.split_last().map_or(Vec::new(), |(_, rest)| rest.to_vec());
    let start = of_piece(0.0, &without_last(from), 0.0);
    let low = of_piece(*first, &without_last(to), *last);
    let width = of_piece(1.0, &between(from), 1.0);
    let rise = of_piece(0.0, &between(to), 0.0);
    let way = graph.node("Sub", &[x, &start]);
    let share = graph.node("Div", &[&way, &width]);
    let risen = graph.node("Mul", &[&share, &rise]);
    graph.node("Add", &[&low, &risen])
}

/// The class of least expected cost where costs are named, else the most likely one; the first of equals.
fn label(graph: &mut Graph, content: &Content, probabilities: &Value) -> Value {
    let classes = &content.schema.classes;
    let settings = [("axis", 1), ("keepdims", 0), ("select_last_index", 0)];
    let attributes = settings.map(|(name, value)| (name, Attribute::Int(value)));
    let place = if content.settings.costs.is_empty() {
        graph.node_with("ArgMax", &[probabilities], &attributes)
    } else {
        let matrix = cost_matrix(content);
        let matrix = graph.constant(Tensor::doubles(&matrix, &[classes.len(), classes.len()]));
        let expected = graph.node("MatMul", &[probabilities, &matrix]);
        graph.node_with("ArgMin", &[&expected], &attributes)
    };
    let names = graph.constant(Tensor::texts(classes));
    graph.node("Gather", &[&names, &place])
}

/// What it costs to answer a class (column) when another is so (row): 1 unless it is named, 0 for the right answer.
fn cost_matrix(content: &Content) -> Vec<f64> {
    let classes = &content.schema.classes;
    let cost = |actual: &String, predicted: &String| {
        let named =
            content.settings.costs.iter().rev().find(|c| c.actual == *actual && c.predicted == *predicted);
        named.map_or(if actual == predicted { 0.0 } else { 1.0 }, |c| c.cost)
    };
    classes.iter().flat_map(|a| classes.iter().map(move |p| cost(a, p))).collect()
}
