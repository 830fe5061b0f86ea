//! The inputs of a graph: one for each column that the model needs, in the order of its schema.
//!
//! Numbers and dates are `double [rows, 1]` with NaN where they are missing, categories `string [rows, 1]` that a
//! `LabelEncoder` (<https://onnx.ai/onnx/operators/onnx_aionnxml_LabelEncoder.html>) turns into the codes of a batch:
//! missing, unknown, then the levels.

use serde::Serialize;

use super::graph::{Attribute, Element, Graph, Tensor, Value};
use crate::scorer::{Feature, Schema};
use crate::table::ColumnKind;

/// The code of a missing category.
pub const MISSING: usize = 0;
/// The code of a level that the train part did not hold.
pub const UNKNOWN: usize = 1;
/// The code of the first level of the schema.
pub const FIRST_LEVEL: usize = 2;

/// An input as the file's metadata describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Described {
    /// Its name in the graph.
    pub input: String,
    /// The column of the data.
    pub column: String,
    /// What the column means.
    pub kind: &'static str,
    /// What the tensor holds: `double` or `string`.
    pub element: &'static str,
    /// How a missing value is given: `NaN`, or this text.
    pub missing: String,
}

/// One column.
struct Column {
    value: Value,
    /// Of a category, its levels and the text that stands for a missing one.
    levels: Option<(Vec<String>, String)>,
    /// Of a category, its codes, once they are asked for.
    codes: Option<Value>,
}

/// The columns of a graph.
pub struct Features {
    columns: Vec<Column>,
    rows: Option<Value>,
    described: Vec<Described>,
}

impl Features {
    /// Declares an input for each feature.
    pub fn declare(graph: &mut Graph, schema: &Schema) -> Self {
        let mut features = Self { columns: Vec::new(), rows: None, described: Vec::new() };
        for feature in &schema.features {
            let missing = feature.levels.as_deref().map(missing_text);
            let element = if missing.is_some() { Element::Text } else { Element::Double };
            let value = graph.input(&feature.name, element, &doc(feature, missing.as_deref()));
            features.described.push(Described {
                input: value.name().to_owned(),
                column: feature.name.clone(),
                kind: feature.kind.as_str(),
                element: if missing.is_some() { "string" } else { "double" },
                missing: missing.clone().unwrap_or_else(|| "NaN".to_owned()),
            });
            let levels = feature.levels.clone().zip(missing);
            features.columns.push(Column { value, levels, codes: None });
        }
        features
    }

    /// What the inputs are.
    pub fn described(&self) -> &[Described] {
        &self.described
    }

    /// A column of numbers, `double [rows, 1]`; none where the feature is a category.
    pub fn number(&self, feature: usize) -> Option<&Value> {
        self.columns.get(feature).filter(|column| column.levels.is_none()).map(|column| &column.value)
    }

    /// The levels of a category; 0 of a number.
    pub fn levels(&self, feature: usize) -> usize {
        let levels = self.columns.get(feature).and_then(|column| column.levels.as_ref());
        levels.map_or(0, |(levels, _)| levels.len())
    }

    /// The codes of a category, `int64 [rows, 1]`; none where the feature holds numbers.
    pub fn codes(&mut self, graph: &mut Graph, feature: usize) -> Option<Value> {
        let column = self.columns.get_mut(feature)?;
        let (levels, missing) = column.levels.as_ref()?;
        if column.codes.is_none() {
            let mut keys = vec![missing.as_str()];
            keys.extend(levels.iter().map(String::as_str));
            let codes = std::iter::once(MISSING).chain(FIRST_LEVEL..).take(keys.len());
            let codes: Vec<i64> = codes.map(|code| code as i64).collect();
            column.codes = Some(graph.ml_node(
                "LabelEncoder",
                &[&column.value],
                &[
                    ("keys_strings", Attribute::Texts(&keys)),
                    ("values_int64s", Attribute::Ints(&codes)),
                    ("default_int64", Attribute::Int(UNKNOWN as i64)),
                ],
            ));
        }
        column.codes.clone()
    }

    /// The same values in every row, `double [rows, n]`; a model without columns answers one row.
    pub fn repeated(&mut self, graph: &mut Graph, values: &[f64]) -> Value {
        let row = graph.row(values);
        let Some(first) = self.columns.first() else { return row };
        if self.rows.is_none() {
            let ends = [("start", Attribute::Int(0)), ("end", Attribute::Int(1))];
            self.rows = Some(graph.node_with("Shape", &[&first.value], &ends));
        }
        let Some(rows) = self.rows.clone() else { return row };
        let one = graph.constant(Tensor::ints(&[1], &[1]));
        let shape = graph.node_with("Concat", &[&rows, &one], &[("axis", Attribute::Int(0))]);
        graph.node("Expand", &[&row, &shape])
    }
}

/// The text that stands for a missing category: nothing, unless nothing is a level.
fn missing_text(levels: &[String]) -> String {
    let mut text = String::new();
    while levels.contains(&text) {
        text.push_str(if text.is_empty() { "(missing)" } else { "'" });
    }
    text
}

fn doc(feature: &Feature, missing: Option<&str>) -> String {
    match (feature.kind, missing) {
        (ColumnKind::DateTime, _) => "Seconds since 1970-01-01 UTC; NaN where it is missing.".to_owned(),
        (_, None) => "A number; NaN where it is missing.".to_owned(),
        (_, Some("")) => "A level as the data spells it; an empty text where it is missing.".to_owned(),
        (_, Some(text)) => format!("A level as the data spells it; {text:?} where it is missing."),
    }
}
