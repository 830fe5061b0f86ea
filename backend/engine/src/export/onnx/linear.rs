//! Linear and logistic models: `bias + Σ number · weight + Σ level_weight[code]` in `f64`, with the preparation folded
//! into the weights as the scorer folds it.

use super::features::{FIRST_LEVEL, Features, MISSING};
use super::graph::{Attribute, Graph, Tensor, Value};
use crate::export::ExportError;
use crate::prepare::{Preparation, Prepared};

/// The part of the sums that categories make.
struct Tables {
    /// The codes of each category, `int64 [rows, 1]`.
    codes: Vec<Value>,
    /// Where the lines of each category begin.
    starts: Vec<i64>,
    /// A line for each code of each category, with a weight for each sum.
    lines: Vec<f64>,
}

/// The sums of a model, `double [rows, sums]`; `weights` has for each sum a weight for each column of the matrix.
pub fn sums(
    graph: &mut Graph,
    features: &mut Features,
    preparation: &Preparation,
    intercepts: &[f64],
    weights: &[Vec<f64>],
) -> Result<Value, ExportError> {
    let mut bias = intercepts.to_vec();
    let mut numbers = Numbers::default();
    let mut tables = Tables { codes: Vec::new(), starts: Vec::new(), lines: Vec::new() };
    for (feature, prepared) in preparation.features.iter().enumerate() {
        let at =
            |column: u32| weights.iter().map(move |line| line.get(column as usize).copied().unwrap_or(0.0));
        match prepared {
            Prepared::Number { column, fill, offset, scale } => {
                let Some(value) = features.number(feature) else { continue };
                let folded: Vec<f64> = at(*column).map(|weight| weight / scale).collect();
                bias.iter_mut().zip(&folded).for_each(|(bias, weight)| *bias -= offset * weight);
                numbers.add(value.clone(), *fill, folded);
            }
            Prepared::Category { columns, missing } => {
                let Some(codes) = features.codes(graph, feature) else { continue };
                tables.codes.push(codes);
                tables.starts.push((tables.lines.len() / intercepts.len().max(1)) as i64);
                let mut of_code = vec![None; FIRST_LEVEL];
                of_code[MISSING] = *missing;
                of_code.extend(columns);
                for column in of_code {
                    let none = || vec![0.0; intercepts.len()];
                    tables.lines.extend(column.map_or_else(none, |column| at(column).collect()));
                }
            }
        }
    }
    let sound = bias.iter().chain(&tables.lines).chain(numbers.weights.iter().flatten());
    if !sound.copied().all(f64::is_finite) {
        return Err(ExportError::NotFinite);
    }
    let of_numbers = numbers.product(graph, intercepts.len());
    let of_levels = tables.sum(graph, intercepts.len());
    match graph.sum(of_numbers, of_levels) {
        Some(sum) => {
            let bias = graph.row(&bias);
            Ok(graph.node("Add", &[&sum, &bias]))
        }
        None => Ok(features.repeated(graph, &bias)),
    }
}

/// The part of the sums that numbers make.
#[derive(Default)]
struct Numbers {
    columns: Vec<Value>,
    fills: Vec<f64>,
    /// For each column a weight for each sum.
    weights: Vec<Vec<f64>>,
}

impl Numbers {
    fn add(&mut self, column: Value, fill: f64, weights: Vec<f64>) {
        self.columns.push(column);
        self.fills.push(fill);
        self.weights.push(weights);
    }

    /// `filled [rows, columns] · weights [columns, sums]`.
    fn product(self, graph: &mut Graph, sums: usize) -> Option<Value> {
        let matrix = graph.concat(&self.columns)?;
        let missing = graph.node("IsNaN", &[&matrix]);
        let fills = graph.row(&self.fills);
        let filled = graph.node("Where", &[&missing, &fills, &matrix]);
        let flat: Vec<f64> = self.weights.concat();
        let weights = graph.constant(Tensor::doubles(&flat, &[self.columns.len(), sums]));
        Some(graph.node("MatMul", &[&filled, &weights]))
    }
}

impl Tables {
    /// The lines of all codes of a row, added up.
    fn sum(self, graph: &mut Graph, sums: usize) -> Option<Value> {
        let codes = graph.concat(&self.codes)?;
        let starts = graph.constant(Tensor::ints(&self.starts, &[1, self.starts.len()]));
        let lines = graph.node("Add", &[&codes, &starts]);
        let rows = self.lines.len() / sums.max(1);
        let table = graph.constant(Tensor::doubles(&self.lines, &[rows, sums]));
        // [rows, categories, sums]
        let found = graph.node("Gather", &[&table, &lines]);
        let axis = graph.constant(Tensor::ints(&[1], &[1]));
        Some(graph.node_with("ReduceSum", &[&found, &axis], &[("keepdims", Attribute::Int(0))]))
    }
}
