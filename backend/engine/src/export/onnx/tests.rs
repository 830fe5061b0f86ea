mod reading;
mod running;

use std::collections::{BTreeMap, BTreeSet};

use reading::{Array, Model as File};
use serde_json::{Value, json};

use super::columns::Columns;
use super::trees::Ensemble;
use super::write;
use crate::artefact::{Content, TargetScale};
use crate::certainty::Calibration;
use crate::export::ExportError;
use crate::export::random_models::{Cell, Maker};
use crate::families::trees::{Input, NONE, Tree, TreeLink, Trees};
use crate::families::{Member, Model};
use crate::scorer::{Scorer, Scores};
use crate::settings::{Algorithm, Settings};

/// Classes and kind of every content that the maker knows.
fn kinds() -> impl Iterator<Item = (usize, usize)> {
    [0, 2, 3].into_iter().flat_map(|classes| (0..5).map(move |kind| (classes, kind)))
}

fn exported(content: &Content) -> File {
    reading::model(&write(content, "ff").unwrap())
}

/// Answers of the scorer for cells by column.
fn answers(content: &Content, columns: &[Vec<Cell>]) -> Scores {
    let scorer = Scorer::from_content(content).unwrap();
    let mut batch = scorer.new_batch(columns[0].len());
    for (at, column) in columns.iter().enumerate() {
        for (row, cell) in column.iter().enumerate() {
            let _ = match cell {
                Cell::Number(number) => batch.set_number(row, at, *number),
                Cell::Text(text) => batch.set_text(row, at, text),
                Cell::Missing => batch.set_missing(row, at),
            };
        }
    }
    let mut scores = Scores::default();
    scorer.score_into(&batch, &mut scores);
    scores
}

/// The inputs of a graph for cells by column, as its metadata describes them.
fn inputs(file: &File, columns: &[Vec<Cell>]) -> BTreeMap<String, Array> {
    let described: Vec<BTreeMap<String, String>> = serde_json::from_str(&file.metadata["inputs"]).unwrap();
    let array = |described: &BTreeMap<String, String>, column: &Vec<Cell>| {
        let mut array = Array { dims: vec![column.len(), 1], ..Array::default() };
        for cell in column {
            match (cell, described["element"].as_str()) {
                (Cell::Number(number), "double") => array.numbers.push(*number),
                (Cell::Missing, "double") => array.numbers.push(f64::NAN),
                (Cell::Text(text), "string") => array.texts.push(text.clone()),
                (Cell::Missing, "string") => array.texts.push(described["missing"].clone()),
                other => panic!("{other:?}"),
            }
        }
        array
    };
    let one = |(described, column): (&BTreeMap<String, String>, &Vec<Cell>)| {
        (described["input"].clone(), array(described, column))
    };
    described.iter().zip(columns).map(one).collect()
}

/// Holds the graph against the scorer on random rows.
fn agrees(content: &Content, maker: &mut Maker, what: &str) {
    let columns = maker.rows(&content.schema, 60);
    let file = exported(content);
    let outputs = running::run(&file, inputs(&file, &columns));
    let scores = answers(content, &columns);
    let close = |ours: f64, theirs: f64| {
        ours == theirs || (ours - theirs).abs() <= 2e-6 * ours.abs().max(1.0) || !ours.is_finite()
    };
    if content.schema.classes.is_empty() {
        let value = &outputs["value"];
        assert_eq!(value.dims, [60, 1]);
        for (ours, theirs) in scores.values.iter().zip(&value.numbers) {
            assert!(close(*ours, *theirs), "{what}: {ours} and {theirs}");
        }
        return;
    }
    let probabilities = &outputs["probabilities"];
    assert_eq!(probabilities.dims, [60, content.schema.classes.len()]);
    for (ours, theirs) in scores.values.iter().zip(&probabilities.numbers) {
        assert!(close(*ours, *theirs), "{what}: {ours} and {theirs}");
    }
    let scorer = Scorer::from_content(content).unwrap();
    let labels: Vec<&String> =
        (0..60).map(|row| &content.schema.classes[scorer.label(scores.row(row))]).collect();
    assert_eq!(outputs["label"].texts.iter().collect::<Vec<_>>(), labels, "{what}");
    assert_eq!(outputs["label"].dims, [60]);
}

#[test]
fn a_graph_answers_what_the_scorer_answers() {
    for seed in 0..12 {
        for (classes, kind) in kinds() {
            let mut maker = Maker::new(seed * 1_000 + kind as u64);
            let content = maker.content(classes, kind);
            agrees(&content, &mut maker, &format!("seed {seed}, {classes} classes, kind {kind}"));
        }
    }
}

#[test]
fn a_steep_calibration_does_not_magnify_the_rounding_of_trees() {
    let mut maker = Maker::new(5);
    let mut content = maker.content(2, 2);
    content.calibration = None;
    // The line climbs at every answer of the model, within a few millionths.
    let mut same = Maker::new(5);
    let _ = same.content(2, 2);
    let plain = answers(&content, &same.rows(&content.schema, 60));
    let mut steps: Vec<f64> = (0..60).map(|row| plain.row(row)[1]).collect();
    steps.sort_by(f64::total_cmp);
    steps.dedup_by(|next, kept| *next - *kept < 1e-5);
    let from: Vec<f64> = steps.iter().flat_map(|p| [p - 2e-6, p + 2e-6]).collect();
    let to = (0..from.len()).map(|at| (at + at % 2) as f64 / (from.len() + 1) as f64).collect();
    content.calibration = Some(Calibration::Isotonic { from, to });
    agrees(&content, &mut maker, "a steep line");
}

#[test]
fn a_class_that_a_forest_rules_out_is_ruled_out_in_the_graph() {
    let mut maker = Maker::new(7);
    let mut content = maker.content(3, 3);
    let Model::Trees(trees) = &mut content.model else { panic!("no trees") };
    for (at, tree) in trees.trees.iter_mut().enumerate() {
        // One tree alone knows of the second class, and its first leaf does not.
        for (leaf, shares) in tree.values.chunks_exact_mut(3).enumerate() {
            if at != 1 || leaf == 0 {
                shares[0] += std::mem::take(&mut shares[1]);
            }
        }
    }
    content.calibration = Some(Calibration::Scale { slope: 0.2, shifts: vec![0.0, 0.5, -0.5] });
    let mut same = Maker::new(7);
    let _ = same.content(3, 3);
    let least = answers(&content, &same.rows(&content.schema, 60));
    assert!((0..60).any(|row| least.row(row)[1] < 0.03), "{least:?}");
    agrees(&content, &mut maker, "a class without a leaf");
}

#[test]
fn a_file_says_what_it_is_and_its_outputs_have_shapes() {
    for (classes, kind) in kinds() {
        let content = Maker::new(1).content(classes, kind);
        let file = exported(&content);
        assert_eq!(file.ir_version, 8);
        assert_eq!(file.opsets, BTreeMap::from([(String::new(), 17), ("ai.onnx.ml".to_owned(), 3)]));
        let outputs: Vec<(&str, i64, String)> = file
            .outputs
            .iter()
            .map(|port| (port.name.as_str(), port.element, port.dims.join(" × ")))
            .collect();
        let expected = if classes == 0 {
            vec![("value", 11, "rows × 1".to_owned())]
        } else {
            vec![("label", 8, "rows".to_owned()), ("probabilities", 11, format!("rows × {classes}"))]
        };
        assert_eq!(outputs, expected);
        assert_eq!(file.inputs.len(), content.schema.features.len());
        assert_eq!(file.metadata["target"], "the target");
        assert_eq!(file.metadata["dataset_sha256"], "ab".repeat(32));
        assert_eq!(file.metadata["artefact_sha256"], "ff");
        let settings: Settings = serde_json::from_str(&file.metadata["settings"]).unwrap();
        assert_eq!(settings, content.settings);
        let named: Vec<String> = serde_json::from_str(&file.metadata["classes"]).unwrap();
        assert_eq!(named, content.schema.classes);
    }
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    let content = Maker::new(9).content(3, 4);
    assert_eq!(write(&content, "ff").unwrap(), write(&content, "ff").unwrap());
}

#[test]
fn every_name_is_made_once_and_before_it_is_used() {
    let mut content = Maker::new(2).content(2, 4);
    let odd = ["", "value", "label", "probabilities", "step_0", "a\u{0}b\nc", "\"'`", "步骤"];
    for (feature, name) in content.schema.features.iter_mut().zip(odd) {
        feature.name = name.to_owned();
    }
    let file = exported(&content);
    let names: Vec<&str> = file.inputs.iter().map(|port| port.name.as_str()).collect();
    let expected = ["input", "value_2", "label_2", "probabilities_2", "step_0", "a_b_c", "\"'`", "步骤"];
    assert_eq!(names, expected);
    let mut made: BTreeSet<&str> = names.into_iter().collect();
    made.extend(file.constants.keys().map(String::as_str));
    for node in &file.nodes {
        for input in &node.inputs {
            assert!(made.contains(input.as_str()), "{input} is used by {} before it is made", node.name);
        }
        for output in &node.outputs {
            assert!(!output.is_empty() && made.insert(output), "{output} is made twice");
        }
    }
    assert_eq!(file.nodes.iter().map(|node| &node.name).collect::<BTreeSet<_>>().len(), file.nodes.len());
}

/// One tree: `size <= 2.5` (missing left), then `colour` among blue and red (missing right); and one without a split.
fn two_trees() -> Trees {
    let split = Tree {
        output: 0,
        input: vec![0, 1, NONE, NONE, NONE],
        threshold: vec![2.5, 0.0, 0.0, 0.0, 0.0],
        set: vec![NONE, 0, NONE, NONE, NONE],
        missing_left: vec![true, false, false, false, false],
        child: vec![1, 3, 0, 1, 2],
        values: vec![10.0, 20.0, 30.0],
        cover: vec![1.0; 5],
    };
    let alone = Tree {
        output: 0,
        input: vec![NONE],
        threshold: vec![0.0],
        set: vec![NONE],
        missing_left: vec![false],
        child: vec![0],
        values: vec![0.5],
        cover: vec![1.0],
    };
    Trees {
        inputs: vec![Input::Number { feature: 0 }, Input::Level { feature: 5 }],
        base: vec![1.0],
        link: TreeLink::Identity,
        sets: vec![vec![0, 2]],
        trees: vec![alone, split],
    }
}

#[test]
fn a_trees_arrays_are_those_of_its_nodes() {
    let trees = two_trees();
    let ensemble = Ensemble::of(&trees, &Columns::of(&trees)).unwrap();
    let nodes = &ensemble.nodes;
    assert_eq!((nodes.tree.as_slice(), nodes.node.as_slice()), (&[0; 5][..], &[0, 1, 2, 3, 4][..]));
    assert_eq!(nodes.feature, [0, 1, 0, 0, 0]);
    assert_eq!(nodes.is_leaf, [false, false, true, true, true]);
    assert_eq!(nodes.value, [2.5, 0.5, 0.0, 0.0, 0.0]);
    assert_eq!(
        (nodes.on_true.as_slice(), nodes.on_false.as_slice()),
        (&[1, 3, 0, 0, 0][..], &[2, 4, 0, 0, 0][..])
    );
    assert_eq!(nodes.missing_on_true, [1, 0, 0, 0, 0]);
    // The leaves 10, 20, 30 around their middle; the middle and the tree without a split are in the base.
    assert_eq!(
        (ensemble.leaves.node.as_slice(), ensemble.leaves.weight.as_slice()),
        (&[2, 3, 4][..], &[-10.0, 0.0, 10.0][..])
    );
    assert_eq!(ensemble.base, [21.5]);
}

#[test]
fn the_arrays_of_an_operator_have_one_length_and_stay_within_their_bounds() {
    for (classes, kind) in kinds() {
        let file = exported(&Maker::new(4).content(classes, kind));
        for node in file.nodes.iter().filter(|node| node.operator == "TreeEnsembleRegressor") {
            assert_eq!(node.domain, "ai.onnx.ml");
            let lengths = |start: &str| -> BTreeSet<usize> {
                let named = node.attributes.iter().filter(|(name, _)| name.starts_with(start));
                named.map(|(_, a)| a.ints.len().max(a.texts.len()).max(a.tensor.numbers.len())).collect()
            };
            assert_eq!((lengths("nodes_").len(), lengths("target_").len()), (1, 1));
            let targets = node.attributes["n_targets"].int;
            assert!(node.attributes["target_ids"].ints.iter().all(|target| (0..targets).contains(target)));
        }
    }
}

#[test]
fn a_target_on_another_scale_is_answered_on_its_own() {
    let mut maker = Maker::new(8);
    for scale in [TargetScale::None, TargetScale::MinMax { min: -10.0, max: 90.0 }, TargetScale::Log] {
        let mut content = maker.content(0, 2);
        content.model = Model::Trees(two_trees());
        content.target_scale = scale;
        agrees(&content, &mut maker, &format!("{scale:?}"));
    }
}

#[test]
fn a_model_whose_parts_do_not_fit_is_refused_in_words() {
    let mut content = Maker::new(1).content(0, 2);
    let faults: [fn(&mut Trees); 5] = [
        |t| t.inputs[0] = Input::Number { feature: 5 },
        |t| t.inputs[1] = Input::Level { feature: 0 },
        |t| t.sets[0] = vec![9],
        |t| t.trees[1].values.truncate(2),
        |t| t.trees[1].output = 3,
    ];
    for fault in faults {
        let mut trees = two_trees();
        fault(&mut trees);
        content.model = Model::Trees(trees);
        let error = write(&content, "ff").unwrap_err();
        assert_eq!(error.code(), "export_inconsistent");
    }
    let member = |model| Member {
        weight: 1.0,
        algorithm: Algorithm::Boosting,
        preparation: content.preparation.clone(),
        means: Vec::new(),
        target_scale: TargetScale::None,
        model,
    };
    content.model = Model::Blend {
        members: vec![member(Model::Blend { members: vec![member(Model::Constant { value: 1.0 })] })],
    };
    let error = ExportError::Inconsistent { what: "a blend holds another blend" };
    assert_eq!(write(&content, "ff").unwrap_err(), error);
}

#[test]
fn a_model_without_columns_answers_one_row() {
    let mut content = Maker::new(1).content(0, 0);
    content.schema.features.clear();
    content.preparation.features.clear();
    let file = exported(&content);
    assert_eq!(running::run(&file, BTreeMap::new())["value"].dims, [1, 1]);
}

/// Writes random models of every kind for `xtask/bench/onnx_check.py` into `target/onnx_random`.
#[test]
#[ignore = "writes models for a check in onnxruntime"]
fn random_models_are_written_for_onnxruntime() {
    let out = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/onnx_random"));
    for seed in 0..20 {
        for (classes, kind) in kinds() {
            let mut maker = Maker::new(seed * 100 + kind as u64);
            let content = maker.content(classes, kind);
            let columns = maker.rows(&content.schema, 500);
            let scores = answers(&content, &columns);
            let scorer = Scorer::from_content(&content).unwrap();
            let cells = |column: &Vec<Cell>| -> Value {
                let cell = |cell: &Cell| match cell {
                    Cell::Number(number) => json!(number),
                    Cell::Text(text) => json!(text),
                    Cell::Missing => Value::Null,
                };
                column.iter().map(cell).collect()
            };
            let names = content.schema.features.iter().map(|f| f.name.clone());
            let columns: serde_json::Map<String, Value> = names.zip(columns.iter().map(cells)).collect();
            let rows = (0..scores.rows()).map(|row| scores.row(row));
            let answers = if classes == 0 {
                json!({ "value": scores.values, "range": 1.0 })
            } else {
                let label = |row: &[f64]| content.schema.classes[scorer.label(row)].clone();
                json!({
                    "label": rows.clone().map(label).collect::<Vec<_>>(),
                    "probabilities": rows.collect::<Vec<_>>(),
                })
            };
            let case = out.join(format!("{classes}_classes-kind_{kind}-{seed}"));
            std::fs::create_dir_all(&case).unwrap();
            std::fs::write(case.join("model.onnx"), write(&content, "ff").unwrap()).unwrap();
            let text = json!({ "columns": columns, "answers": answers }).to_string();
            std::fs::write(case.join("case.json"), text).unwrap();
        }
    }
}
