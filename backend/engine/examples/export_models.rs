//! Every family on every data set of a folder, as ONNX with rows and the answers that the server gives for them:
//! `cargo run --release -p engine --example export_models -- <data> <out> [--short] [name …]`.
//!
//! `<data>` holds CSVs and a `manifest.json` with `name`, `task` and `target` of each; one more data set, with dates,
//! texts, holes and odd levels, is made. For each data set and family a folder `<out>/<name>-<family>` gets
//! `model.onnx`, `model.json`, `model.md` and `case.json`, which `xtask/bench/onnx_check.py` compares in onnxruntime.
//!
//! It is the export that is checked, not what is learned: models are small and learn from few rows. The rows of a case
//! are of the whole file, so that levels come up which the model never saw. `--short` takes smaller models still, and
//! each family on the smallest data set of each task and on the one that is made. Ends with 1 where a family that
//! serves any of the tasks was not written.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use engine::{
    Algorithm, Artefact, Batch, BoostingSettings, CardFacts, ColumnData, ColumnKind, Continue,
    ForestSettings, GradientDescent, IntakeOptions, Resources, Scorer, Scores, Settings, Split, Table,
    TargetScaling, Task,
};
use serde_json::{Value, json};

/// Rows that are learned from at most.
const LEARNED: f64 = 2_000.0;
/// Rows of the data set that is made.
const MADE: usize = 900;

/// How much is done.
struct Extent {
    short: bool,
    /// Rounds of boosting; a forest has half as many trees.
    trees: u32,
    /// Rows of a case taken from the data; as many with holes and unknown levels come on top, at most this many in all.
    rows: usize,
}

/// A data set: its name, what is learned of it, and the file.
struct Set {
    name: String,
    task: Task,
    target: String,
    bytes: Vec<u8>,
}

fn main() {
    let (flags, arguments): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let [data, out, wanted @ ..] = arguments.as_slice() else {
        eprintln!("usage: export_models <folder of data> <folder for models> [--short] [data set …]");
        std::process::exit(2);
    };
    let short = flags.iter().any(|flag| flag == "--short");
    let (trees, rows) = if short { (12, 1_000) } else { (60, 4_000) };
    let extent = Extent { short, trees, rows };
    let mut sets = read_sets(Path::new(data));
    if short {
        smallest(&mut sets);
    }
    sets.extend(made_sets());
    sets.retain(|set| wanted.is_empty() || wanted.contains(&set.name));
    let mut missing = BTreeSet::new();
    let mut written = BTreeSet::new();
    for set in &sets {
        let table = engine::read(&set.bytes, &IntakeOptions::default()).unwrap().table;
        for algorithm in Algorithm::ALL.into_iter().filter(|a| a.serves(set.task)) {
            missing.insert(algorithm);
            for scaling in scalings(set.task, &extent) {
                let suffix = match scaling {
                    TargetScaling::None => "",
                    TargetScaling::MinMax => "-min_max",
                    TargetScaling::Log => "-log",
                };
                let case = Path::new(out).join(format!("{}-{}{suffix}", set.name, algorithm.as_str()));
                let settings = settings(set, &table, algorithm, scaling, &extent);
                written.extend(train(&table, &settings, &case, extent.rows));
            }
        }
    }
    let missing: Vec<&str> = missing.difference(&written).map(|algorithm| algorithm.as_str()).collect();
    if !missing.is_empty() {
        eprintln!("no model was written of {}", missing.join(", "));
        std::process::exit(1);
    }
}

fn read_sets(data: &Path) -> Vec<Set> {
    let manifest = std::fs::read_to_string(data.join("manifest.json")).unwrap();
    let manifest: Vec<Value> = serde_json::from_str(&manifest).unwrap();
    let set = |entry: &Value| {
        let name = entry["name"].as_str().unwrap().to_owned();
        Set {
            task: if entry["task"] == "regression" { Task::Regression } else { Task::Classification },
            target: entry["target"].as_str().unwrap().to_owned(),
            bytes: std::fs::read(data.join(format!("{name}.csv"))).unwrap(),
            name,
        }
    };
    manifest.iter().map(set).collect()
}

/// Leaves the smallest file of each task.
fn smallest(sets: &mut Vec<Set>) {
    sets.sort_by_key(|set| set.bytes.len());
    let (mut numbers, mut classes) = (false, false);
    sets.retain(|set| {
        let seen = if set.task == Task::Regression { &mut numbers } else { &mut classes };
        !std::mem::replace(seen, true)
    });
}

/// The data set that is made, once for each kind of target: dates with and without a time, a text, a category of many
/// and one of odd levels, numbers with holes.
fn made_sets() -> Vec<Set> {
    let mut csv = String::from("when,day,note,code,place,size,weight,kept,price,grade\n");
    // A step of a known generator: the same file each time.
    let mut state = 1_u64;
    let mut below = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let words = ["late", "parcel", "broken", "blue", "\u{95e8}", "very", "small", "caf\u{e9}", "back"];
    for _ in 0..MADE {
        let (month, day, hour, minute) = (1 + below(12), 1 + below(28), below(24), below(60));
        let when =
            format!("20{:02}-{month:02}-{day:02} {hour:02}:{minute:02}:{:02}", 10 + below(15), below(60));
        let date = format!("{day}.{month}.19{:02}", 55 + below(45));
        let note: Vec<&str> = (0..1 + below(6)).map(|_| words[below(9) as usize]).collect();
        let code = below(130);
        let place =
            ["", "\u{5317}\u{4eac}", "S\u{e3}o Paulo", "\"a, \"\"b\"\"\"", "none", " x"][below(6) as usize];
        let size = below(4_000) as f64 / 100.0 - 10.0;
        let weight = if below(7) == 0 { String::new() } else { format!("{}", below(90_000) as f64 * 1e3) };
        let kept =
            if below(9) == 0 { "" } else { ["no", "yes"][usize::from(size + below(20) as f64 > 20.0)] };
        let price =
            100.0 + 3.0 * size.abs() + hour as f64 * 2.0 + (code % 7) as f64 + below(100) as f64 / 10.0;
        let grade =
            ["low", "middle", "high"][(price as usize / 20 + below(2) as usize).saturating_sub(5).min(2)];
        let (when, date) = (if below(11) == 0 { "" } else { &when }, if below(13) == 0 { "" } else { &date });
        let note = note.join(" ");
        csv += &format!("{when},{date},{note},k{code},{place},{size},{weight},{kept},{price},{grade}\n");
    }
    let set = |name: &str, task, target: &str| Set {
        name: name.to_owned(),
        task,
        target: target.to_owned(),
        bytes: csv.clone().into_bytes(),
    };
    vec![
        set("made_number", Task::Regression, "price"),
        set("made_two", Task::Classification, "kept"),
        set("made_three", Task::Classification, "grade"),
    ]
}

fn scalings(task: Task, extent: &Extent) -> Vec<TargetScaling> {
    match task {
        Task::Classification => vec![TargetScaling::None],
        Task::Regression if extent.short => vec![TargetScaling::None, TargetScaling::Log],
        Task::Regression => vec![TargetScaling::None, TargetScaling::MinMax, TargetScaling::Log],
    }
}

fn settings(
    set: &Set,
    table: &Table,
    algorithm: Algorithm,
    target_scaling: TargetScaling,
    extent: &Extent,
) -> Settings {
    let learned = if extent.short { LEARNED / 4.0 } else { LEARNED };
    // An ensemble needs others to be made of.
    let lines = if set.task == Task::Regression { Algorithm::Ridge } else { Algorithm::Logistic };
    let algorithms = match algorithm {
        Algorithm::Ensemble => vec![lines, Algorithm::Forest, Algorithm::Boosting, Algorithm::Ensemble],
        one => vec![one],
    };
    Settings {
        target: set.target.clone(),
        task: Some(set.task),
        split: Split::Random { test_fraction: (1.0 - learned / table.rows as f64).max(0.2) },
        algorithms: Some(algorithms),
        features: without_texts(table, &set.target),
        target_scaling,
        boosting: BoostingSettings { max_rounds: Some(extent.trees), ..BoostingSettings::default() },
        forest: ForestSettings { trees: Some(extent.trees / 2), ..ForestSettings::default() },
        gradient_descent: GradientDescent { max_iterations: 500, ..GradientDescent::default() },
        ..Settings::default()
    }
}

/// The columns to learn from where one is free text, which no graph of ONNX reads; none where all may stay.
fn without_texts(table: &Table, target: &str) -> Option<Vec<String>> {
    let is_text = |kind| kind == ColumnKind::Text;
    let others = table.columns.iter().filter(|column| !is_text(column.kind) && column.name != target);
    let has_text = table.columns.iter().any(|column| is_text(column.kind));
    has_text.then(|| others.map(|column| column.name.clone()).collect())
}

/// Trains and writes one case, and gives the family that is served; says why where it cannot.
fn train(table: &Table, settings: &Settings, case: &Path, most_rows: usize) -> Option<Algorithm> {
    let label = case.file_name().unwrap().to_string_lossy();
    let start = Instant::now();
    let checked = match settings.check(table) {
        Ok(checked) => checked,
        Err(faults) => {
            println!("{label:40} left out: {}", faults[0].message);
            return None;
        }
    };
    match engine::train(table, &checked, &Resources::default(), &mut |_| Continue::Go) {
        Ok(trained) => {
            let seconds = start.elapsed().as_secs_f64();
            let served = trained.artefact.algorithm();
            let bytes = write(table, &trained.artefact, case, most_rows);
            println!("{label:40} {seconds:6.1} s, serves {}, {bytes} bytes", served.as_str());
            Some(served)
        }
        Err(error) => {
            println!("{label:40} left out: {error}");
            None
        }
    }
}

/// Writes the model and what it answers; gives the bytes of the ONNX file.
fn write(table: &Table, artefact: &Artefact, case: &Path, most_rows: usize) -> usize {
    std::fs::create_dir_all(case).unwrap();
    let scorer = Scorer::from_artefact(artefact).unwrap();
    let model = engine::to_onnx(artefact).unwrap();
    std::fs::write(case.join("model.onnx"), &model).unwrap();
    std::fs::write(case.join("model.json"), engine::to_json(artefact).unwrap()).unwrap();
    std::fs::write(case.join("model.md"), engine::model_card(artefact, &CardFacts::default()).unwrap())
        .unwrap();
    let (batch, columns) = rows(table, &scorer, most_rows);
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
fn rows(table: &Table, scorer: &Scorer, most: usize) -> (Batch, Value) {
    let stride = (table.rows * 2).div_ceil(most).max(1);
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
