//! A model file of full trees, as large as the bars of speed are set for. It is written field by field, since nothing of
//! the engine makes such a model without learning it.

use engine::{Artefact, ENGINE_VERSION, FORMAT_VERSION, Settings};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Features of the model, numbers all.
pub const FEATURES: usize = 20;

/// A stream of numbers that looks like chance.
pub struct Stream(pub u64);

impl Stream {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A regression of `trees` full trees; the cuts halve rows of numbers between 0 and 1.
pub fn of_trees(trees: usize, depth: usize) -> Artefact {
    let mut stream = Stream(42);
    let trees: Vec<Value> = (0..trees).map(|_| full_tree(depth, &mut stream)).collect();
    let inputs: Vec<Value> = (0..FEATURES).map(|at| json!({ "kind": "number", "feature": at })).collect();
    let model = json!({
        "kind": "trees", "inputs": inputs, "base": [0.5], "link": "identity", "sets": [], "trees": trees,
    });
    sealed(&model)
}

fn full_tree(depth: usize, stream: &mut Stream) -> Value {
    let (inner, nodes) = ((1_usize << depth) - 1, (1_usize << (depth + 1)) - 1);
    let none = u32::MAX;
    // Bounds of each feature at each node, so that every cut parts what reaches it.
    let mut bounds = vec![[(0.0, 1.0); FEATURES]; nodes];
    let (mut input, mut threshold, mut child) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..nodes {
        if at >= inner {
            input.push(none);
            threshold.push(0.0);
            child.push((at - inner) as u32);
            continue;
        }
        let feature = (stream.next() * FEATURES as f64) as usize;
        let (low, high) = bounds[at][feature];
        let cut = low + (high - low) * (0.4 + 0.2 * stream.next());
        for (side, bound) in [(low, cut), (cut, high)].into_iter().enumerate() {
            bounds[2 * at + 1 + side] = bounds[at];
            bounds[2 * at + 1 + side][feature] = bound;
        }
        input.push(feature as u32);
        threshold.push(cut);
        child.push((2 * at + 1) as u32);
    }
    let volume = |at: usize| bounds[at].iter().map(|(low, high)| high - low).product::<f64>() * 1_000_000.0;
    json!({
        "output": 0, "input": input, "threshold": threshold, "set": vec![none; nodes],
        "missing_left": (0..nodes).map(|at| at % 2 == 0).collect::<Vec<_>>(), "child": child,
        "values": (0..nodes - inner).map(|_| stream.next() - 0.5).collect::<Vec<_>>(),
        "cover": (0..nodes).map(volume).collect::<Vec<_>>(),
    })
}

fn sealed(model: &Value) -> Artefact {
    let features: Vec<Value> = (0..FEATURES)
        .map(|at| {
            json!({ "name": format!("x{at}"), "kind": "number", "levels": null, "min": 0.0, "max": 1.0,
                    "example": 0.5 })
        })
        .collect();
    let settings = Settings { target: "y".to_owned(), ..Settings::default() };
    let content = json!({
        "schema": { "features": features, "target": "y", "task": "regression", "classes": [] },
        "algorithm": "boosting",
        "preparation": { "features": [], "width": 0 },
        "target_scale": { "kind": "none" },
        "model": model,
        "settings": settings,
        "scores": {}, "baseline": {},
        "lineage": { "dataset_sha256": "", "engine_version": ENGINE_VERSION, "seed": 42, "train_rows": 1_000_000,
                     "test_rows": 0 },
    });
    let body = rmp_serde::to_vec_named(&content).unwrap();
    let mut bytes = b"AMAASMDL".to_vec();
    bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&body);
    let hash = Sha256::digest(&bytes);
    bytes.extend_from_slice(&hash);
    Artefact::from_bytes(&bytes).unwrap()
}
