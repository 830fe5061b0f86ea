//! Computes a graph, node by node and plainly, by what <https://onnx.ai/onnx/operators/> says of each operator.

use std::collections::BTreeMap;

use super::reading::{Array, Model, Node};

/// The outputs of the graph for its inputs.
pub fn run(model: &Model, inputs: BTreeMap<String, Array>) -> BTreeMap<String, Array> {
    let mut values = inputs;
    values.extend(model.constants.clone());
    for node in &model.nodes {
        let inputs: Vec<&Array> = node.inputs.iter().map(|name| &values[name]).collect();
        let output = compute(node, &inputs);
        assert!(values.insert(node.outputs[0].clone(), output).is_none(), "two values of one name");
    }
    model.outputs.iter().map(|output| (output.name.clone(), values[&output.name].clone())).collect()
}

fn compute(node: &Node, inputs: &[&Array]) -> Array {
    let truth = |holds: bool| f64::from(u8::from(holds));
    match node.operator.as_str() {
        "Identity" => inputs[0].clone(),
        "Add" => broadcast(inputs, |v| v[0] + v[1]),
        "Sub" => broadcast(inputs, |v| v[0] - v[1]),
        "Mul" => broadcast(inputs, |v| v[0] * v[1]),
        "Div" => broadcast(inputs, |v| v[0] / v[1]),
        "Max" => broadcast(inputs, |v| v[0].max(v[1])),
        "Clip" => broadcast(inputs, |v| v[0].max(v[1]).min(v[2])),
        "Less" => broadcast(inputs, |v| truth(v[0] < v[1])),
        "LessOrEqual" => broadcast(inputs, |v| truth(v[0] <= v[1])),
        "GreaterOrEqual" => broadcast(inputs, |v| truth(v[0] >= v[1])),
        "Where" => broadcast(inputs, |v| if v[0] != 0.0 { v[1] } else { v[2] }),
        "IsNaN" => broadcast(inputs, |v| truth(v[0].is_nan())),
        "Exp" => broadcast(inputs, |v| v[0].exp()),
        "Log" => broadcast(inputs, |v| v[0].ln()),
        "Abs" => broadcast(inputs, |v| v[0].abs()),
        "Floor" => broadcast(inputs, |v| v[0].floor()),
        "Sigmoid" => broadcast(inputs, |v| 1.0 / (1.0 + (-v[0]).exp())),
        "Cast" if node.attributes["to"].int == 1 => broadcast(inputs, |v| f64::from(v[0] as f32)),
        "Cast" => inputs[0].clone(),
        "Softmax" => {
            let width = inputs[0].dims[1];
            rows(inputs[0], width, |row| {
                let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let powers: Vec<f64> = row.iter().map(|v| (v - top).exp()).collect();
                let total: f64 = powers.iter().sum();
                powers.iter().map(|power| power / total).collect()
            })
        }
        "ArgMax" => places(inputs[0], |a, b| a > b),
        "ArgMin" => places(inputs[0], |a, b| a < b),
        "MatMul" => product(inputs[0], inputs[1]),
        "ReduceSum" => sum_of_axis_1(inputs[0], node.attributes.get("keepdims").is_none_or(|k| k.int == 1)),
        "Shape" => vector(vec![inputs[0].dims[0] as f64]),
        "Expand" => {
            let rows = inputs[1].numbers[0] as usize;
            assert_eq!(inputs[1].numbers[1], 1.0);
            let dims = vec![rows, inputs[0].dims[1]];
            Array { numbers: inputs[0].numbers.repeat(rows), dims, ..Array::default() }
        }
        "Squeeze" => {
            assert_eq!((inputs[0].dims[1], inputs[1].numbers[0]), (1, 1.0));
            Array { dims: vec![inputs[0].dims[0], inputs[0].dims[2]], ..inputs[0].clone() }
        }
        "Concat" => concat(inputs, node.attributes["axis"].int as usize),
        "Gather" => gather(inputs[0], inputs[1], node.attributes.get("axis").map_or(0, |a| a.int)),
        "LabelEncoder" => labels(node, inputs[0]),
        "TreeEnsembleRegressor" => trees(node, inputs[0]),
        other => panic!("operator {other}"),
    }
}

fn vector(numbers: Vec<f64>) -> Array {
    Array { dims: vec![numbers.len()], numbers, ..Array::default() }
}

/// Applies a function to the cells of arrays of at most two dimensions, repeated along those of length 1.
fn broadcast(inputs: &[&Array], of: impl Fn(&[f64]) -> f64) -> Array {
    let rank = inputs.iter().map(|input| input.dims.len()).max().unwrap();
    assert!(rank <= 2);
    let shape = |array: &Array| {
        let mut dims = vec![1; 2 - array.dims.len()];
        dims.extend(&array.dims);
        dims
    };
    let shapes: Vec<Vec<usize>> = inputs.iter().map(|input| shape(input)).collect();
    let full = |axis: usize| shapes.iter().map(|shape| shape[axis]).find(|length| *length != 1).unwrap_or(1);
    let (rows, columns) = (full(0), full(1));
    assert!(shapes.iter().all(|s| (s[0] == 1 || s[0] == rows) && (s[1] == 1 || s[1] == columns)));
    let mut numbers = Vec::new();
    for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
        let cells = inputs.iter().zip(&shapes).map(|(input, shape)| {
            let (row, column) = (if shape[0] == 1 { 0 } else { row }, if shape[1] == 1 { 0 } else { column });
            input.numbers[row * shape[1] + column]
        });
        numbers.push(of(&cells.collect::<Vec<_>>()));
    }
    Array { dims: [rows, columns][2 - rank..].to_vec(), numbers, ..Array::default() }
}

fn rows(array: &Array, width: usize, of: impl Fn(&[f64]) -> Vec<f64>) -> Array {
    Array { numbers: array.numbers.chunks_exact(width).flat_map(of).collect(), ..array.clone() }
}

/// For each row the place of the first cell that is better than all before it.
fn places(array: &Array, better: impl Fn(f64, f64) -> bool) -> Array {
    let place =
        |row: &[f64]| (1..row.len()).fold(0, |best, at| if better(row[at], row[best]) { at } else { best });
    vector(array.numbers.chunks_exact(array.dims[1]).map(|row| place(row) as f64).collect())
}

fn product(a: &Array, b: &Array) -> Array {
    let (inner, columns) = (b.dims[0], b.dims[1]);
    assert_eq!(a.dims[1], inner);
    let of_row = |row: &[f64]| -> Vec<f64> {
        (0..columns)
            .map(|c| row.iter().enumerate().map(|(at, x)| x * b.numbers[at * columns + c]).sum())
            .collect()
    };
    let numbers = a.numbers.chunks_exact(inner).flat_map(of_row).collect();
    Array { dims: vec![a.dims[0], columns], numbers, ..Array::default() }
}

fn sum_of_axis_1(array: &Array, keep: bool) -> Array {
    let (length, inner) = (array.dims[1], array.dims[2..].iter().product::<usize>());
    let of_row =
        |row: &[f64]| -> Vec<f64> { (0..inner).map(|at| row.iter().skip(at).step_by(inner).sum()).collect() };
    let numbers = array.numbers.chunks_exact(length * inner).flat_map(of_row).collect();
    let mut dims = array.dims.clone();
    dims.remove(1);
    if keep {
        dims.insert(1, 1);
    }
    Array { dims, numbers, ..Array::default() }
}

fn concat(inputs: &[&Array], axis: usize) -> Array {
    if axis == 0 {
        return vector(inputs.iter().flat_map(|input| input.numbers.clone()).collect());
    }
    let rows = inputs[0].dims[0];
    let of_row = |row: usize| {
        inputs.iter().flat_map(move |input| {
            assert_eq!((input.dims.len(), input.dims[0]), (2, rows));
            input.numbers[row * input.dims[1]..(row + 1) * input.dims[1]].to_vec()
        })
    };
    let numbers = (0..rows).flat_map(of_row).collect();
    let columns = inputs.iter().map(|input| input.dims[1]).sum();
    Array { dims: vec![rows, columns], numbers, ..Array::default() }
}

fn gather(data: &Array, places: &Array, axis: i64) -> Array {
    if axis == 1 {
        let (width, at) = (data.dims[1], places.numbers[0] as usize);
        assert!(at < width && places.numbers.len() == 1);
        let numbers = data.numbers.iter().skip(at).step_by(width).copied().collect();
        return Array { dims: vec![data.dims[0], 1], numbers, ..Array::default() };
    }
    let dims = [&places.dims, &data.dims[1..]].concat();
    let inner = data.dims[1..].iter().product::<usize>();
    let mut found = Array { dims, ..Array::default() };
    for place in places.numbers.iter().map(|place| *place as usize) {
        assert!(place < data.dims[0]);
        if data.texts.is_empty() {
            found.numbers.extend(&data.numbers[place * inner..(place + 1) * inner]);
        } else {
            found.texts.push(data.texts[place].clone());
        }
    }
    found
}

fn labels(node: &Node, texts: &Array) -> Array {
    let (keys, values) = (&node.attributes["keys_strings"].texts, &node.attributes["values_int64s"].ints);
    assert_eq!(keys.len(), values.len());
    let code = |text: &String| {
        let found = keys.iter().position(|key| key == text).map(|at| values[at]);
        found.unwrap_or(node.attributes["default_int64"].int) as f64
    };
    Array { dims: texts.dims.clone(), numbers: texts.texts.iter().map(code).collect(), ..Array::default() }
}

fn trees(node: &Node, matrix: &Array) -> Array {
    let ints = |name: &str| &node.attributes[name].ints;
    let place: BTreeMap<(i64, i64), usize> =
        ints("nodes_treeids").iter().copied().zip(ints("nodes_nodeids").iter().copied()).zip(0..).collect();
    let mut leaves: BTreeMap<(i64, i64), Vec<(i64, f64)>> = BTreeMap::new();
    let weights = &node.attributes["target_weights_as_tensor"].tensor.numbers;
    for (at, weight) in weights.iter().enumerate() {
        let leaf = (ints("target_treeids")[at], ints("target_nodeids")[at]);
        leaves.entry(leaf).or_default().push((ints("target_ids")[at], *weight));
    }
    let mut roots: Vec<i64> = ints("nodes_treeids").clone();
    roots.dedup();
    let targets = node.attributes["n_targets"].int as usize;
    let of_row = |row: &[f64]| {
        let mut sums = vec![0.0; targets];
        for tree in &roots {
            let mut id = 0;
            loop {
                let at = place[&(*tree, id)];
                if node.attributes["nodes_modes"].texts[at] == "LEAF" {
                    break;
                }
                let x = row[ints("nodes_featureids")[at] as usize];
                let threshold = node.attributes["nodes_values_as_tensor"].tensor.numbers[at];
                let missing = x.is_nan() && ints("nodes_missing_value_tracks_true")[at] == 1;
                let side = if x <= threshold || missing { "nodes_truenodeids" } else { "nodes_falsenodeids" };
                id = ints(side)[at];
            }
            leaves[&(*tree, id)].iter().for_each(|(target, weight)| sums[*target as usize] += weight);
        }
        // The operator gives f32.
        sums.into_iter().map(|sum| f64::from(sum as f32)).collect::<Vec<f64>>()
    };
    let numbers = matrix.numbers.chunks_exact(matrix.dims[1]).flat_map(of_row).collect();
    Array { dims: vec![matrix.dims[0], targets], numbers, ..Array::default() }
}
