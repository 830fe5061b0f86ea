//! Every family on every data set of a folder, as ONNX with rows and the answers that the server gives for them:
//! `cargo run --release -p engine --example export_models -- <data> <out> [name …]`.
//!
//! `<data>` holds CSVs and a `manifest.json` with `name`, `task` and `target` of each. For each data set and family a
//! folder `<out>/<name>-<family>` gets `model.onnx`, `model.json`, `model.md` and `case.json`, which
//! `xtask/bench/onnx_check.py` compares in onnxruntime.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::Path;
use std::time::Instant;

use engine::{
    Algorithm, Artefact, Batch, CardFacts, ColumnData, Continue, IntakeOptions, Resources, Scorer, Scores,
    Settings, Table, TargetScaling, Task,
};
use serde_json::{Value, json};

/// Rows of a case taken from the data; as many with holes and unknown levels come on top, at most this many in all.
const ROWS: usize = 4_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, out, wanted @ ..] = arguments.as_slice() else {
        eprintln!("usage: export_models <folder of data> <folder for models> [data set …]");
        std::process::exit(2);
    };
    let manifest = std::fs::read_to_string(Path::new(data).join("manifest.json")).unwrap();
    let manifest: Vec<Value> = serde_json::from_str(&manifest).unwrap();
    for entry in &manifest {
        let name = entry["name"].as_str().unwrap();
        if !wanted.is_empty() && !wanted.iter().any(|w| w == name) {
            continue;
        }
        let bytes = std::fs::read(Path::new(data).join(format!("{name}.csv"))).unwrap();
        let table = engine::read(&bytes, &IntakeOptions::default()).unwrap().table;
        let task = if entry["task"] == "regression" { Task::Regression } else { Task::Classification };
        for algorithm in Algorithm::ALL.into_iter().filter(|a| a.serves(task)) {
            for scaling in [TargetScaling::None, TargetScaling::MinMax, TargetScaling::Log] {
                if scaling != TargetScaling::None && task == Task::Classification {
                    continue;
                }
                let settings = Settings {
                    target: entry["target"].as_str().unwrap().to_owned(),
                    task: Some(task),
                    // An ensemble needs others to be made of.
                    algorithms: (algorithm != Algorithm::Ensemble).then(|| vec![algorithm]),
                    target_scaling: scaling,
                    ..Settings::default()
                };
                let suffix = match scaling {
                    TargetScaling::None => "",
                    TargetScaling::MinMax => "-min_max",
                    TargetScaling::Log => "-log",
                };
                let case = Path::new(out).join(format!("{name}-{}{suffix}", algorithm.as_str()));
                train(&table, &settings, &case);
            }
        }
    }
}

/// Trains and writes one case; says why where it cannot.
fn train(table: &Table, settings: &Settings, case: &Path) {
    let label = case.file_name().unwrap().to_string_lossy();
    let start = Instant::now();
    let checked = match settings.check(table) {
        Ok(checked) => checked,
        Err(faults) => return println!("{label:40} left out: {}", faults[0].message),
    };
    match engine::train(table, &checked, &Resources::default(), &mut |_| Continue::Go) {
        Ok(trained) => {
            let seconds = start.elapsed().as_secs_f64();
            let served = trained.artefact.algorithm().as_str();
            let bytes = write(table, &trained.artefact, case);
            println!("{label:40} {seconds:6.1} s, serves {served}, {bytes} bytes");
        }
        Err(error) => println!("{label:40} left out: {error}"),
    }
}

/// Writes the model and what it answers; gives the bytes of the ONNX file.
fn write(table: &Table, artefact: &Artefact, case: &Path) -> usize {
    std::fs::create_dir_all(case).unwrap();
    let scorer = Scorer::from_artefact(artefact).unwrap();
    let model = engine::to_onnx(artefact).unwrap();
    std::fs::write(case.join("model.onnx"), &model).unwrap();
    std::fs::write(case.join("model.json"), engine::to_json(artefact).unwrap()).unwrap();
    std::fs::write(case.join("model.md"), engine::model_card(artefact, &CardFacts::default()).unwrap())
        .unwrap();
    let (batch, columns) = rows(table, &scorer);
    let mut scores = Scores::default();
    scorer.score_into(&batch, &mut scores);
    let classes = &artefact.schema().classes;
    let answers = if classes.is_empty() {
        json!({ "value": scores.values, "range": range(table, &artefact.schema().target) })
    } else {
        let places = (0..scores.rows()).map(|row| scorer.label(scores.row(row)));
        let labels: Vec<&String> = places.map(|place| &classes[place]).collect();
        let probabilities: Vec<&[f64]> = (0..scores.rows()).map(|row| scores.row(row)).collect();
        json!({ "label": labels, "probabilities": probabilities })
    };
    let text = json!({ "columns": columns, "answers": answers }).to_string();
    std::fs::write(case.join("case.json"), text).unwrap();
    model.len()
}

/// Evenly spaced rows as they are, then with a hole or an unknown level in every third cell, then one that is empty.
fn rows(table: &Table, scorer: &Scorer) -> (Batch, Value) {
    let stride = (table.rows * 2).div_ceil(ROWS).max(1);
    let places: Vec<usize> = (0..table.rows).step_by(stride).collect();
    let features = &scorer.schema().features;
    let mut batch = scorer.new_batch(places.len() * 2 + 1);
    let mut columns = serde_json::Map::new();
    for (at, feature) in features.iter().enumerate() {
        let data = &table.column(&feature.name).unwrap().data;
        let mut cells = Vec::new();
        for row in 0..batch.rows() {
            let Some(place) = places.get(row % places.len()).filter(|_| row < places.len() * 2) else {
                cells.push(Value::Null);
                continue;
            };
            let disturbed = row >= places.len() && (row * 7 + at * 5) % 3 == 0;
            let cell = match data {
                ColumnData::Numbers(values) if disturbed && row % 2 == 1 => json!(values[*place] * 1.7 - 3.0),
                _ if disturbed && row % 2 == 0 => Value::Null,
                _ if disturbed => json!("never heard of"),
                ColumnData::Numbers(values) => json!(values[*place]),
                ColumnData::Categories { .. } => json!(table.column(&feature.name).unwrap().text(*place)),
            };
            let _ = match &cell {
                Value::Number(number) => batch.set_number(row, at, number.as_f64().unwrap()),
                Value::String(text) => batch.set_text(row, at, text),
                _ => batch.set_missing(row, at),
            };
            cells.push(cell);
        }
        columns.insert(feature.name.clone(), Value::Array(cells));
    }
    (batch, Value::Object(columns))
}

/// The difference of the greatest and the least target.
fn range(table: &Table, target: &str) -> f64 {
    let ColumnData::Numbers(values) = &table.column(target).unwrap().data else { return 1.0 };
    let present = values.iter().filter(|v| !v.is_nan());
    let (low, high) = present.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    high - low
}
