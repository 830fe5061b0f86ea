use serde_json::Value;

use super::write;
use crate::artefact::Artefact;
use crate::export::random_models::Maker;
use crate::families::Model;
use crate::families::trees::{Input, NONE, Tree, TreeLink, Trees};

fn document(artefact: &Artefact) -> Value {
    serde_json::from_str(&write(artefact).unwrap()).unwrap()
}

#[test]
fn every_kind_of_model_says_what_it_needs_and_where_it_comes_from() {
    for (classes, kind) in [0, 2, 3].into_iter().flat_map(|c| (0..5).map(move |k| (c, k))) {
        let artefact = Artefact::seal(Maker::new(7).content(classes, kind)).unwrap();
        let document = document(&artefact);
        assert_eq!(document["artefact_sha256"], artefact.sha256_hex());
        assert_eq!(document["columns"].as_array().unwrap().len(), 8);
        assert_eq!(document["lineage"]["seed"], 42);
        let wanted = match (kind, classes) {
            (0, 0) => "constant",
            (0, _) => "shares",
            (1, _) => "linear",
            (4, _) => "blend",
            _ => "trees",
        };
        assert_eq!(document["model"]["kind"], wanted);
    }
}

#[test]
fn a_linear_model_is_told_column_by_column() {
    let mut content = Maker::new(1).content(0, 1);
    content.model =
        Model::Linear { intercept: 0.5, weights: (0..content.preparation.width).map(f64::from).collect() };
    let document = document(&Artefact::seal(content).unwrap());
    let terms = &document["model"]["sums"][0]["terms"];
    assert_eq!(terms[1]["column"], "a \"quoted\" näme");
    assert_eq!(terms[1]["weight"], 1.0);
    assert_eq!(terms[5]["levels"][0]["level"], "blue");
    assert_eq!(terms[5]["levels"][0]["adds"], 0.0, "the base level has no column");
    assert_eq!(terms[5]["levels"][1]["adds"], terms[5]["missing_adds"]);
}

#[test]
fn a_tree_is_told_node_by_node() {
    let mut content = Maker::new(1).content(0, 2);
    content.model = Model::Trees(Trees {
        inputs: vec![Input::Number { feature: 0 }, Input::Level { feature: 5 }],
        base: vec![1.0],
        link: TreeLink::Identity,
        sets: vec![vec![0, 2]],
        trees: vec![Tree {
            output: 0,
            input: vec![0, 1, NONE, NONE, NONE],
            threshold: vec![2.5, 0.0, 0.0, 0.0, 0.0],
            set: vec![NONE, 0, NONE, NONE, NONE],
            missing_left: vec![true, false, false, false, false],
            child: vec![1, 3, 0, 1, 2],
            values: vec![10.0, 20.0, 30.0],
            cover: vec![1.0; 5],
        }],
    });
    let document = document(&Artefact::seal(content).unwrap());
    let nodes = &document["model"]["trees"][0]["nodes"];
    let expected = serde_json::json!([
        { "node": 0, "column": "size", "at_most": 2.5, "missing": "left", "left": 1, "right": 2 },
        { "node": 1, "column": "colour", "among": ["blue", "red"], "missing": "right", "left": 3, "right": 4 },
        { "node": 2, "adds": [10.0] },
        { "node": 3, "adds": [20.0] },
        { "node": 4, "adds": [30.0] },
    ]);
    assert_eq!(*nodes, expected);
}
