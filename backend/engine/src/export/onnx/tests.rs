mod random_models;

use random_models::{Cell, Maker};
use serde_json::{Value, json};

use super::write;
use crate::artefact::Content;
use crate::scorer::{Scorer, Scores};

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

/// Writes random models of every kind for `xtask/bench/onnx_check.py` into `target/onnx_random`.
#[test]
#[ignore = "writes models for a check in onnxruntime"]
fn random_models_are_written_for_onnxruntime() {
    let out = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/onnx_random"));
    for seed in 0..20 {
        for (classes, kind) in [0, 2, 3].into_iter().flat_map(|c| (0..5).map(move |k| (c, k))) {
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
