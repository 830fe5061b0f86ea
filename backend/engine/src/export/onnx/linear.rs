//! Linear and logistic models: `bias + Σ number · weight + Σ level_weight[code]` in `f64`, with the preparation folded
//! into the weights as the scorer folds it.

use super::dates;
use super::features::{FIRST_LEVEL, Features, MISSING};
use super::graph::{Attribute, Element, Graph, Tensor, Value};
use crate::export::ExportError;
use crate::prepare::{Cycle, DatePart, Preparation, Prepared};

/// The part of the sums that categories make, and what repeats in dates.
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
            Prepared::Number { column, fill, offset, scale }
            | Prepared::Date { column, fill, offset, scale, .. } => {
                let Some(value) = features.number(feature).cloned() else { continue };
                let folded: Vec<f64> = at(*column).map(|weight| weight / scale).collect();
                bias.iter_mut().zip(&folded).for_each(|(bias, weight)| *bias -= offset * weight);
                if let Prepared::Date { cycles, .. } = prepared {
                    cycles.iter().for_each(|cycle| tables.add_cycle(graph, &value, cycle, weights));
                }
                numbers.add(value, *fill, folded);
            }
            // Refused before.
            Prepared::Text { .. } => {}
            Prepared::Category { columns, missing } => {
                let Some(codes) = features.codes(graph, feature) else { continue };
                tables.begin(codes, intercepts.len());
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
    /// Begins the lines of a category.
    fn begin(&mut self, codes: Value, sums: usize) {
        self.codes.push(codes);
        self.starts.push((self.lines.len() / sums.max(1)) as i64);
    }

    /// Adds what repeats in dates: a line for each place of the period, then one for a missing date.
    fn add_cycle(&mut self, graph: &mut Graph, seconds: &Value, cycle: &Cycle, weights: &[Vec<f64>]) {
        let part = dates::part(graph, seconds, cycle.part);
        let whole = graph.node("Floor", &[&part]);
        // Months count from 1, days of the week and hours from 0.
        let first = graph.scalar(if cycle.part == DatePart::Month { 1.0 } else { 0.0 });
        let place = graph.node("Sub", &[&whole, &first]);
        let places = graph.scalar(cycle.values.len() as f64);
        let known = graph.node("Less", &[&place, &places]);
        let held = graph.node("Where", &[&known, &place, &places]);
        let codes = graph.cast(&held, Element::Int);
        self.begin(codes, weights.len());
        for values in cycle.values.iter().chain([&cycle.missing]) {
            let adds = |line: &Vec<f64>| {
                let weights = line.iter().skip(cycle.column as usize);
                weights.zip(values).map(|(weight, value)| weight * value).sum::<f64>()
            };
            self.lines.extend(weights.iter().map(adds));
        }
    }

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
