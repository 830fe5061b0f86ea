//! Columns of real and of realistic files, labelled by hand: what a column means must be found for almost all of them.
//!
//! `labelled/labels.json` holds the kind of every column of the files beside it (excerpts, rows evenly spread over the
//! whole) and of `docs/samples`; a label that may be argued about carries its reason, and a second kind where either
//! would do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;

use engine::{ColumnKind, IntakeOptions};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    file: String,
    columns: BTreeMap<String, Label>,
}

#[derive(Deserialize)]
struct Label {
    kind: Kinds,
    #[serde(default)]
    why: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Kinds {
    One(ColumnKind),
    Either(Vec<ColumnKind>),
}

#[test]
fn the_kinds_of_labelled_columns_are_found() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/labelled/");
    let files: Vec<File> =
        serde_json::from_slice(&std::fs::read(format!("{folder}labels.json")).unwrap()).unwrap();
    let (mut right, mut wrong, mut either) = (0, Vec::new(), 0);
    for File { file, columns } in files {
        let bytes = std::fs::read(format!("{folder}{file}")).unwrap();
        let intake = engine::read(&bytes, &IntakeOptions::default()).unwrap();
        assert_eq!((intake.rejected, intake.table.columns.len()), (0, columns.len()), "{file}");
        for column in &intake.table.columns {
            let label = &columns[&column.name];
            let allowed = match &label.kind {
                Kinds::One(kind) => vec![*kind],
                Kinds::Either(kinds) => {
                    assert!(!label.why.is_empty(), "{file}: {} needs a reason", column.name);
                    either += 1;
                    kinds.clone()
                }
            };
            if allowed.contains(&column.kind) {
                right += 1;
            } else {
                wrong.push(format!(
                    "{file}: {} is {:?}, not {allowed:?}: {}",
                    column.name, column.kind, column.reason
                ));
            }
        }
    }
    let all = right + wrong.len();
    println!(
        "{right} of {all} columns, {:.1} %; {either} of them may be either of two kinds",
        100.0 * right as f64 / all as f64
    );
    println!("{}", wrong.join("\n"));
    assert!(all >= 200 && either * 20 <= all);
    assert!(right * 100 >= all * 98, "{right} of {all}:\n{}", wrong.join("\n"));
}
