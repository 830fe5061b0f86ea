//! An ONNX graph while it is built: nodes in the order they compute, constants, inputs and outputs by name.
//!
//! Field numbers are those of `onnx.proto3` (<https://github.com/onnx/onnx/blob/v1.17.0/onnx/onnx.proto3>); every
//! message has its list where it is written. Operators are those of opset 17 of `ai.onnx`
//! (<https://onnx.ai/onnx/operators/>) and opset 3 of `ai.onnx.ml`, which IR version 8 goes with.

use std::collections::HashSet;

use super::protobuf::Message;

/// The version of the file format.
const IR_VERSION: i64 = 8;
/// The version of the operators of `ai.onnx`.
const OPSET: i64 = 17;
/// The domain of trees and dictionaries.
pub const ML_DOMAIN: &str = "ai.onnx.ml";
/// The version of its operators.
const ML_OPSET: i64 = 3;
/// The name of the first dimension of every input and output.
const ROWS: &str = "rows";

/// The name of something that the graph computes or holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value(String);

/// What a tensor holds, as `TensorProto.DataType` numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// `f32`.
    Float = 1,
    /// `i64`.
    Int = 7,
    /// Text.
    Text = 8,
    /// `f64`.
    Double = 11,
}

/// A constant tensor.
pub struct Tensor(Message);

impl Tensor {
    // TensorProto: dims = 1, data_type = 2, string_data = 6, name = 8, raw_data = 9 (little endian).
    fn new(element: Element, dims: &[usize]) -> Self {
        let mut message = Message::default();
        let dims: Vec<i64> = dims.iter().map(|d| *d as i64).collect();
        message.ints(1, &dims);
        message.int(2, element as i64);
        Self(message)
    }

    /// `f64`s in row-major order.
    pub fn doubles(values: &[f64], dims: &[usize]) -> Self {
        let mut tensor = Self::new(Element::Double, dims);
        let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        tensor.0.bytes(9, &raw);
        tensor
    }

    /// `i64`s in row-major order.
    pub fn ints(values: &[i64], dims: &[usize]) -> Self {
        let mut tensor = Self::new(Element::Int, dims);
        let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        tensor.0.bytes(9, &raw);
        tensor
    }

    /// Texts.
    pub fn texts(values: &[String]) -> Self {
        let mut tensor = Self::new(Element::Text, &[values.len()]);
        values.iter().for_each(|text| tensor.0.text(6, text));
        tensor
    }
}

/// What a node is told beside its inputs.
pub enum Attribute<'a> {
    /// An integer.
    Int(i64),
    /// Integers.
    Ints(&'a [i64]),
    /// A text.
    Text(&'a str),
    /// Texts.
    Texts(&'a [&'a str]),
    /// A tensor.
    Tensor(Tensor),
}

impl Attribute<'_> {
    // AttributeProto: name = 1, i = 3, s = 4, t = 5, ints = 8, strings = 9, type = 20
    // (INT 2, STRING 3, TENSOR 4, INTS 7, STRINGS 8).
    fn message(&self, name: &str) -> Message {
        let mut message = Message::default();
        message.text(1, name);
        let kind = match self {
            Self::Int(value) => {
                message.int(3, *value);
                2
            }
            Self::Text(text) => {
                message.text(4, text);
                3
            }
            Self::Tensor(tensor) => {
                message.message(5, &tensor.0);
                4
            }
            Self::Ints(values) => {
                message.ints(8, values);
                7
            }
            Self::Texts(texts) => {
                texts.iter().for_each(|text| message.text(9, text));
                8
            }
        };
        message.int(20, kind);
        message
    }
}

/// The graph so far.
#[derive(Default)]
pub struct Graph {
    nodes: Message,
    initialisers: Message,
    inputs: Message,
    outputs: Message,
    taken: HashSet<String>,
    next: usize,
}

impl Graph {
    /// A graph whose outputs will have these names.
    pub fn with_outputs(names: &[&str]) -> Self {
        Self { taken: names.iter().map(|name| (*name).to_owned()).collect(), ..Self::default() }
    }

    /// Adds an input of one column with the wanted name, or one like it when that is taken, empty, or holds characters
    /// that are not printed.
    pub fn input(&mut self, wanted: &str, element: Element, doc: &str) -> Value {
        let mut name: String = wanted.chars().map(|c| if c.is_control() { '_' } else { c }).collect();
        if name.is_empty() {
            name.push_str("input");
        }
        let stem = name.clone();
        let mut count = 1;
        while !self.taken.insert(name.clone()) {
            count += 1;
            name = format!("{stem}_{count}");
        }
        self.inputs.message(11, &value_info(&name, element, Some(1), doc));
        Value(name)
    }

    /// Gives a value out under a name that [`Graph::with_outputs`] was told, with this many columns or as a mere list.
    pub fn output(&mut self, value: &Value, name: &str, element: Element, columns: Option<usize>, doc: &str) {
        self.add("Identity", "", &[value], name, &[]);
        self.outputs.message(12, &value_info(name, element, columns, doc));
    }

    /// Adds a constant.
    pub fn constant(&mut self, tensor: Tensor) -> Value {
        let name = self.fresh();
        let Tensor(mut message) = tensor;
        message.text(8, &name);
        self.initialisers.message(5, &message);
        Value(name)
    }

    /// Adds one `f64`, which goes with a tensor of any shape.
    pub fn scalar(&mut self, value: f64) -> Value {
        self.constant(Tensor::doubles(&[value], &[]))
    }

    /// Adds a row of `f64`s, shape `[1, n]`.
    pub fn row(&mut self, values: &[f64]) -> Value {
        self.constant(Tensor::doubles(values, &[1, values.len()]))
    }

    /// Adds a node of `ai.onnx` with one output.
    pub fn node(&mut self, operator: &str, inputs: &[&Value]) -> Value {
        self.node_with(operator, inputs, &[])
    }

    /// Adds a node of `ai.onnx` with attributes and one output.
    pub fn node_with(
        &mut self,
        operator: &str,
        inputs: &[&Value],
        attributes: &[(&str, Attribute<'_>)],
    ) -> Value {
        let name = self.fresh();
        self.add(operator, "", inputs, &name, attributes);
        Value(name)
    }

    /// Adds a node of `ai.onnx.ml` with one output.
    pub fn ml_node(
        &mut self,
        operator: &str,
        inputs: &[&Value],
        attributes: &[(&str, Attribute<'_>)],
    ) -> Value {
        let name = self.fresh();
        self.add(operator, ML_DOMAIN, inputs, &name, attributes);
        Value(name)
    }

    /// Puts columns side by side; one alone stays as it is.
    pub fn concat(&mut self, columns: &[Value]) -> Option<Value> {
        match columns {
            [] => None,
            [only] => Some(only.clone()),
            all => {
                let inputs: Vec<&Value> = all.iter().collect();
                Some(self.node_with("Concat", &inputs, &[("axis", Attribute::Int(1))]))
            }
        }
    }

    /// Adds two values of which either may be absent.
    pub fn sum(&mut self, a: Option<Value>, b: Option<Value>) -> Option<Value> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.node("Add", &[&a, &b])),
            (a, b) => a.or(b),
        }
    }

    /// Casts to another element.
    pub fn cast(&mut self, value: &Value, to: Element) -> Value {
        self.node_with("Cast", &[value], &[("to", Attribute::Int(to as i64))])
    }

    // NodeProto: input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7.
    fn add(
        &mut self,
        operator: &str,
        domain: &str,
        inputs: &[&Value],
        output: &str,
        attributes: &[(&str, Attribute<'_>)],
    ) {
        let mut node = Message::default();
        inputs.iter().for_each(|input| node.text(1, &input.0));
        node.text(2, output);
        node.text(3, &format!("{operator} of {output}"));
        node.text(4, operator);
        attributes.iter().for_each(|(name, attribute)| node.message(5, &attribute.message(name)));
        node.text(7, domain);
        self.nodes.message(1, &node);
    }

    fn fresh(&mut self) -> String {
        loop {
            let name = format!("step_{}", self.next);
            self.next += 1;
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }

    /// The file.
    ///
    /// `ModelProto`: ir_version = 1, producer_name = 2, producer_version = 3, domain = 4, model_version = 5,
    /// doc_string = 6, graph = 7, opset_import = 8 (`OperatorSetIdProto`: domain = 1, version = 2), metadata_props = 14
    /// (`StringStringEntryProto`: key = 1, value = 2). `GraphProto`: node = 1, name = 2, initializer = 5, input = 11,
    /// output = 12.
    pub fn into_model(self, doc: &str, metadata: &[(&str, String)]) -> Vec<u8> {
        let mut graph = self.nodes.into_bytes();
        let mut name = Message::default();
        name.text(2, "amaas");
        for part in [name, self.initialisers, self.inputs, self.outputs] {
            graph.extend_from_slice(&part.into_bytes());
        }
        let mut model = Message::default();
        model.int(1, IR_VERSION);
        model.text(2, "amaas");
        model.text(3, crate::ENGINE_VERSION);
        model.int(5, 1);
        model.text(6, doc);
        model.bytes(7, &graph);
        for (domain, version) in [("", OPSET), (ML_DOMAIN, ML_OPSET)] {
            let mut opset = Message::default();
            opset.text(1, domain);
            opset.int(2, version);
            model.message(8, &opset);
        }
        for (key, value) in metadata {
            let mut entry = Message::default();
            entry.text(1, key);
            entry.text(2, value);
            model.message(14, &entry);
        }
        model.into_bytes()
    }

    /// Bytes of nodes and constants so far.
    pub fn size(&self) -> usize {
        self.nodes.len() + self.initialisers.len()
    }
}

impl Value {
    /// The name in the file.
    pub fn name(&self) -> &str {
        &self.0
    }
}

// ValueInfoProto: name = 1, type = 2, doc_string = 3. TypeProto: tensor_type = 1. TypeProto.Tensor: elem_type = 1,
// shape = 2. TensorShapeProto: dim = 1. Dimension: dim_value = 1, dim_param = 2.
fn value_info(name: &str, element: Element, columns: Option<usize>, doc: &str) -> Message {
    let mut shape = Message::default();
    let mut rows = Message::default();
    rows.text(2, ROWS);
    shape.message(1, &rows);
    if let Some(columns) = columns {
        let mut dimension = Message::default();
        dimension.int(1, columns as i64);
        shape.message(1, &dimension);
    }
    let mut tensor = Message::default();
    tensor.int(1, element as i64);
    tensor.message(2, &shape);
    let mut kind = Message::default();
    kind.message(1, &tensor);
    let mut info = Message::default();
    info.text(1, name);
    info.message(2, &kind);
    info.text(3, doc);
    info
}
