//! Reads an ONNX file back: as much of Protocol Buffers and of the messages as the tests need.

use std::collections::BTreeMap;

/// A tensor: numbers of any kind as `f64`, or texts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Array {
    pub dims: Vec<usize>,
    pub numbers: Vec<f64>,
    pub texts: Vec<String>,
    /// `TensorProto.DataType`
    pub element: i64,
}

/// What a node is told.
#[derive(Debug, Clone, Default)]
pub struct Told {
    pub int: i64,
    pub text: String,
    pub ints: Vec<i64>,
    pub texts: Vec<String>,
    pub tensor: Array,
}

#[derive(Debug, Default)]
pub struct Node {
    pub operator: String,
    pub domain: String,
    pub name: String,
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
    pub attributes: BTreeMap<String, Told>,
}

/// An input or output: name, element, dimensions (a name or a size).
#[derive(Debug, PartialEq, Eq)]
pub struct Port {
    pub name: String,
    pub element: i64,
    pub dims: Vec<String>,
}

#[derive(Debug, Default)]
pub struct Model {
    pub ir_version: i64,
    pub opsets: BTreeMap<String, i64>,
    pub metadata: BTreeMap<String, String>,
    pub nodes: Vec<Node>,
    pub constants: BTreeMap<String, Array>,
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
}

/// A field's value.
#[derive(Clone, Copy)]
enum Wire<'a> {
    Int(i64),
    Bytes(&'a [u8]),
}

impl<'a> Wire<'a> {
    fn int(self) -> i64 {
        match self {
            Self::Int(value) => value,
            Self::Bytes(_) => panic!("bytes where an integer belongs"),
        }
    }

    fn bytes(self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Int(_) => panic!("an integer where bytes belong"),
        }
    }

    fn text(self) -> String {
        String::from_utf8(self.bytes().to_vec()).unwrap()
    }

    fn ints(self) -> Vec<i64> {
        let mut bytes = self.bytes();
        let mut ints = Vec::new();
        while !bytes.is_empty() {
            ints.push(varint(&mut bytes) as i64);
        }
        ints
    }
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return value;
        }
    }
    panic!("a varint of more than ten bytes")
}

fn fields(mut bytes: &[u8]) -> Vec<(u64, Wire<'_>)> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let value = match key & 7 {
            0 => Wire::Int(varint(&mut bytes) as i64),
            2 => {
                let length = varint(&mut bytes) as usize;
                let (value, rest) = bytes.split_at(length);
                bytes = rest;
                Wire::Bytes(value)
            }
            other => panic!("wire type {other}"),
        };
        fields.push((key >> 3, value));
    }
    fields
}

pub fn model(bytes: &[u8]) -> Model {
    let mut model = Model::default();
    for (field, value) in fields(bytes) {
        match field {
            1 => model.ir_version = value.int(),
            7 => graph(&mut model, value.bytes()),
            8 => {
                let pair = fields(value.bytes());
                model.opsets.insert(pair[0].1.text(), pair[1].1.int());
            }
            14 => {
                let pair = fields(value.bytes());
                model.metadata.insert(pair[0].1.text(), pair[1].1.text());
            }
            2..=6 => {}
            other => panic!("field {other} of a model"),
        }
    }
    model
}

fn graph(model: &mut Model, bytes: &[u8]) {
    for (field, value) in fields(bytes) {
        match field {
            1 => model.nodes.push(node(value.bytes())),
            2 => {}
            5 => {
                let (name, array) = tensor(value.bytes());
                assert!(model.constants.insert(name, array).is_none(), "two constants of one name");
            }
            11 => model.inputs.push(port(value.bytes())),
            12 => model.outputs.push(port(value.bytes())),
            other => panic!("field {other} of a graph"),
        }
    }
}

fn node(bytes: &[u8]) -> Node {
    let mut node = Node::default();
    for (field, value) in fields(bytes) {
        match field {
            1 => node.inputs.push(value.text()),
            2 => node.outputs.push(value.text()),
            3 => node.name = value.text(),
            4 => node.operator = value.text(),
            5 => {
                let (name, told) = attribute(value.bytes());
                node.attributes.insert(name, told);
            }
            7 => node.domain = value.text(),
            other => panic!("field {other} of a node"),
        }
    }
    node
}

fn attribute(bytes: &[u8]) -> (String, Told) {
    let (mut name, mut told, mut kind) = (String::new(), Told::default(), 0);
    let mut held = 0;
    for (field, value) in fields(bytes) {
        match field {
            1 => name = value.text(),
            3 => (told.int, held) = (value.int(), 2),
            4 => (told.text, held) = (value.text(), 3),
            5 => (told.tensor, held) = (tensor(value.bytes()).1, 4),
            8 => (told.ints, held) = (value.ints(), 7),
            9 => {
                told.texts.push(value.text());
                held = 8;
            }
            20 => kind = value.int(),
            other => panic!("field {other} of an attribute"),
        }
    }
    assert_eq!(kind, held, "the type of attribute {name}");
    (name, told)
}

fn tensor(bytes: &[u8]) -> (String, Array) {
    let (mut name, mut array, mut raw) = (String::new(), Array::default(), &[] as &[u8]);
    for (field, value) in fields(bytes) {
        match field {
            1 => array.dims = value.ints().iter().map(|dim| *dim as usize).collect(),
            2 => array.element = value.int(),
            6 => array.texts.push(value.text()),
            8 => name = value.text(),
            9 => raw = value.bytes(),
            other => panic!("field {other} of a tensor"),
        }
    }
    let words = raw.chunks_exact(8).map(|word| <[u8; 8]>::try_from(word).unwrap());
    array.numbers = match array.element {
        11 => words.map(f64::from_le_bytes).collect(),
        7 => words.map(|word| i64::from_le_bytes(word) as f64).collect(),
        _ => Vec::new(),
    };
    let held = if array.element == 8 { array.texts.len() } else { array.numbers.len() };
    assert_eq!(held, array.dims.iter().product::<usize>(), "the size of tensor {name}");
    (name, array)
}

fn port(bytes: &[u8]) -> Port {
    let info = fields(bytes);
    let kind = fields(info[1].1.bytes());
    let tensor = fields(kind[0].1.bytes());
    let dims = fields(tensor[1].1.bytes()).into_iter().map(|(_, dim)| match fields(dim.bytes())[0] {
        (1, size) => size.int().to_string(),
        (_, name) => name.text(),
    });
    Port { name: info[0].1.text(), element: tensor[0].1.int(), dims: dims.collect() }
}
