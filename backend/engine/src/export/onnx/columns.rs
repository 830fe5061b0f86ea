//! The columns that the trees of a graph compare: `double [rows, columns]`, made of the inputs of an ensemble.
//!
//! ONNX trees know no splits by sets of levels. A set becomes a column of its own, 0 for the levels that go left, 1 for
//! those that go right and NaN for what is missing, so that `x <= 0.5` is the split.

use std::collections::BTreeMap;

use super::dates;
use super::features::{FIRST_LEVEL, Features};
use super::graph::{Element, Graph, Tensor, Value};
use crate::export::ExportError;
use crate::families::trees::{Input, NONE, Trees};

/// Where the nodes of an ensemble find what they compare.
#[derive(Debug, Default, PartialEq)]
pub struct Columns {
    /// Of the inputs that are compared with thresholds.
    plain: BTreeMap<u32, usize>,
    /// Of the inputs and sets that are asked for; sets of the same levels share one.
    sets: BTreeMap<(u32, u32), usize>,
    /// The input and the set of each column of sets, in their order.
    distinct: Vec<(u32, u32)>,
}

/// A split that no input can make.
const MISFIT: ExportError =
    ExportError::Inconsistent { what: "a tree splits by what its inputs do not hold" };

impl Columns {
    /// The columns that the trees use: numbers first, sets last, each in the order of the inputs.
    pub fn of(trees: &Trees) -> Self {
        let mut columns = Self::default();
        for tree in &trees.trees {
            for (input, set) in tree.input.iter().zip(&tree.set).filter(|(input, _)| **input != NONE) {
                if *set == NONE {
                    columns.plain.insert(*input, 0);
                } else {
                    columns.sets.insert((*input, *set), 0);
                }
            }
        }
        // Numbers and dates are cast together, so they come before levels and statistics.
        let is_cast = |input: &u32| trees.inputs.get(*input as usize).is_some_and(is_number);
        let (first, last): (Vec<u32>, Vec<u32>) = columns.plain.keys().copied().partition(is_cast);
        columns.plain = first.into_iter().chain(last).zip(0..).collect();
        let start = columns.plain.len();
        let mut column_of: BTreeMap<(u32, &[u32]), usize> = BTreeMap::new();
        for ((input, set), place) in &mut columns.sets {
            let levels = trees.sets.get(*set as usize).map_or(&[] as &[u32], Vec::as_slice);
            *place = *column_of.entry((*input, levels)).or_insert_with(|| {
                columns.distinct.push((*input, *set));
                start + columns.distinct.len() - 1
            });
        }
        columns
    }

    /// The column of a split.
    pub fn place(&self, input: u32, set: u32) -> Option<usize> {
        if set == NONE { self.plain.get(&input) } else { self.sets.get(&(input, set)) }.copied()
    }

    /// Computes them; none when there is no split.
    pub fn compute(
        &self,
        graph: &mut Graph,
        features: &mut Features,
        trees: &Trees,
    ) -> Result<Option<Value>, ExportError> {
        let mut order: Vec<(usize, u32)> = self.plain.iter().map(|(input, place)| (*place, *input)).collect();
        order.sort_unstable();
        let (mut cast, mut columns) = (Vec::new(), Vec::new());
        for (_, input) in order {
            let input = trees.inputs.get(input as usize).ok_or(MISFIT)?;
            let column = plain(graph, features, input)?;
            if is_number(input) { cast.push(column) } else { columns.push(column) }
        }
        if let Some(numbers) = graph.concat(&cast) {
            // What is compared is the nearest `f32`. Beyond its range it is infinite, which falls on the same side.
            let rounded = graph.cast(&numbers, Element::Float);
            columns.insert(0, graph.cast(&rounded, Element::Double));
        }
        for of_input in self.distinct.chunk_by(|(a, _), (b, _)| a == b) {
            columns.push(memberships(graph, features, trees, of_input)?);
        }
        Ok(graph.concat(&columns))
    }
}

/// The columns of some sets of one input, `double [rows, sets]`.
fn memberships(
    graph: &mut Graph,
    features: &mut Features,
    trees: &Trees,
    sets: &[(u32, u32)],
) -> Result<Value, ExportError> {
    let input = sets.first().and_then(|(input, _)| trees.inputs.get(*input as usize));
    let Some(Input::Level { feature }) = input else { return Err(MISFIT) };
    let feature = *feature as usize;
    let codes = features.codes(graph, feature).ok_or(MISFIT)?;
    let (levels, width) = (features.levels(feature), sets.len());
    let mut table = vec![f64::NAN; FIRST_LEVEL * width];
    table.resize((FIRST_LEVEL + levels) * width, 1.0);
    for (at, (_, set)) in sets.iter().enumerate() {
        for level in trees.sets.get(*set as usize).ok_or(MISFIT)? {
            let cell = (FIRST_LEVEL + *level as usize) * width + at;
            *table.get_mut(cell).ok_or(MISFIT)? = 0.0;
        }
    }
    let table = graph.constant(Tensor::doubles(&table, &[FIRST_LEVEL + levels, width]));
    // [rows, 1, sets]
    let found = graph.node("Gather", &[&table, &codes]);
    let axis = graph.constant(Tensor::ints(&[1], &[1]));
    Ok(graph.node("Squeeze", &[&found, &axis]))
}

/// Whether the column is computed from a number and rounded, not looked up.
fn is_number(input: &Input) -> bool {
    matches!(input, Input::Number { .. } | Input::DatePart { .. })
}

/// The column of an input, `double [rows, 1]`; of numbers and dates before rounding.
fn plain(graph: &mut Graph, features: &mut Features, input: &Input) -> Result<Value, ExportError> {
    match input {
        Input::Number { feature } => features.number(*feature as usize).cloned().ok_or(MISFIT),
        Input::DatePart { feature, part } => {
            let seconds = features.number(*feature as usize).cloned().ok_or(MISFIT)?;
            Ok(dates::part(graph, &seconds, *part))
        }
        // Refused before.
        Input::Term { .. } | Input::Words { .. } => Err(MISFIT),
        Input::Level { feature } => {
            let levels = features.levels(*feature as usize);
            let places = (0..levels).map(|level| level as f64);
            let table: Vec<f64> = [f64::NAN; FIRST_LEVEL].into_iter().chain(places).collect();
            looked_up(graph, features, *feature, &table)
        }
        Input::Statistic { feature, values, missing, unknown } => {
            let special = [missing, unknown].map(|value| value.map_or(f64::NAN, f64::from));
            let table: Vec<f64> = special.into_iter().chain(values.iter().copied().map(f64::from)).collect();
            looked_up(graph, features, *feature, &table)
        }
    }
}

/// A number for each code of a category.
fn looked_up(
    graph: &mut Graph,
    features: &mut Features,
    feature: u32,
    table: &[f64],
) -> Result<Value, ExportError> {
    let codes = features.codes(graph, feature as usize).ok_or(MISFIT)?;
    if table.len() != FIRST_LEVEL + features.levels(feature as usize) {
        return Err(MISFIT);
    }
    let table = graph.constant(Tensor::doubles(table, &[table.len()]));
    Ok(graph.node("Gather", &[&table, &codes]))
}
