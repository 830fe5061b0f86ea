//! Hard files, each with what must become of it: `zoo/manifest.json` holds the outcome of every file beside it, and what
//! is too large to keep is made here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;

use engine::{BadRows, DialectOverrides, Intake, IntakeError, IntakeOptions};
use serde::Deserialize;

/// What must become of a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Specimen {
    file: String,
    /// What is hard about it.
    what: String,
    #[serde(default)]
    options: DialectOverrides,
    #[serde(default)]
    bad_rows: BadRows,
    /// Parts of the dialect that must be found.
    #[serde(default)]
    dialect: BTreeMap<String, serde_json::Value>,
    names: Option<Vec<String>>,
    #[serde(default)]
    kinds: Vec<String>,
    /// Every cell, row by row.
    #[serde(default)]
    table: Vec<Vec<Option<String>>>,
    /// The line of each row.
    lines: Option<Vec<u64>>,
    /// Line, column and a part of the reason of every row left out.
    #[serde(default)]
    rejects: Vec<(u64, Option<u32>, String)>,
    /// Line and text of the cells that disagree, by column.
    #[serde(default)]
    disagree: BTreeMap<String, Vec<(u64, String)>>,
    /// A part of the reason for a column's kind.
    #[serde(default)]
    reasons: BTreeMap<String, String>,
    /// The error's code, where the file is refused, and a part of its sentence.
    refused: Option<String>,
    says: Option<String>,
}

fn zoo(file: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/zoo/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn specimens() -> Vec<Specimen> {
    serde_json::from_slice(&zoo("manifest.json")).unwrap()
}

fn read(specimen: &Specimen) -> Result<Intake, IntakeError> {
    let options = IntakeOptions {
        dialect: Some(specimen.options.clone()),
        bad_rows: specimen.bad_rows,
        ..IntakeOptions::default()
    };
    engine::read(&zoo(&specimen.file), &options)
}

/// What is not as it was written down, a sentence each.
struct Faults(Vec<String>);

impl Faults {
    fn same(&mut self, what: &str, found: &impl std::fmt::Debug, wanted: &impl std::fmt::Debug) {
        let (found, wanted) = (format!("{found:?}"), format!("{wanted:?}"));
        if found != wanted {
            self.0.push(format!("{what} is {found}, not {wanted}"));
        }
    }

    fn holds(&mut self, what: &str, text: &str, part: &str) {
        if !text.contains(part) {
            self.0.push(format!("{what} is {text:?}, without {part:?}"));
        }
    }
}

fn faults(specimen: &Specimen) -> Vec<String> {
    let mut faults = Faults(Vec::new());
    match (read(specimen), &specimen.refused) {
        (Err(error), Some(code)) => {
            faults.same("the code", &error.code(), code);
            faults.holds("the sentence", &error.to_string(), specimen.says.as_deref().unwrap());
        }
        (Ok(intake), None) => {
            faults_of_columns(specimen, &intake, &mut faults);
            faults_of_rows(specimen, &intake, &mut faults);
        }
        (result, wanted) => faults.same("the outcome", &result, wanted),
    }
    faults.0.into_iter().map(|fault| format!("{}: {fault}", specimen.file)).collect()
}

fn faults_of_columns(specimen: &Specimen, intake: &Intake, faults: &mut Faults) {
    let columns = &intake.table.columns;
    let dialect = serde_json::to_value(&intake.dialect).unwrap();
    for (part, wanted) in &specimen.dialect {
        faults.same(part, &dialect[part], wanted);
    }
    if let Some(names) = &specimen.names {
        faults.same("the names", &columns.iter().map(|column| &column.name).collect::<Vec<_>>(), names);
    }
    let kinds: Vec<&str> = columns.iter().map(|column| column.kind.as_str()).collect();
    faults.same("the kinds", &kinds, &specimen.kinds);
    for column in columns {
        // Which cells disagree is written down where it is what the file is about.
        if let Some(wanted) = specimen.disagree.get(&column.name) {
            let odd: Vec<_> = column.disagreeing.iter().map(|cell| (cell.line, &cell.value)).collect();
            faults.same("what disagrees", &odd, wanted);
        }
        if let Some(part) = specimen.reasons.get(&column.name) {
            faults.holds("the reason", &column.reason, part);
        }
    }
}

fn faults_of_rows(specimen: &Specimen, intake: &Intake, faults: &mut Faults) {
    let row = |row: usize| intake.table.columns.iter().map(|column| column.text(row)).collect::<Vec<_>>();
    let table: Vec<Vec<Option<String>>> = (0..intake.table.rows).map(row).collect();
    faults.same("the table", &table, &specimen.table);
    if let Some(lines) = &specimen.lines {
        faults.same("the lines", &intake.row_lines.iter().collect::<Vec<_>>(), lines);
    }
    let places: Vec<_> = intake.rejects.iter().map(|reject| (reject.line, reject.column)).collect();
    let wanted: Vec<_> = specimen.rejects.iter().map(|(line, column, _)| (*line, *column)).collect();
    faults.same("what is left out", &places, &wanted);
    faults.same("how many are left out", &intake.rejected, &wanted.len());
    for (reject, (_, _, part)) in intake.rejects.iter().zip(&specimen.rejects) {
        faults.holds("the reason of a row", &reject.reason, part);
        faults.same("whether the row is told", &reject.raw.is_empty(), &false);
    }
}

#[test]
fn every_file_of_the_zoo_becomes_what_is_written_down() {
    let specimens = specimens();
    assert!(specimens.len() >= 40);
    let faults: Vec<String> = specimens.iter().flat_map(faults).collect();
    println!("{} files, {} faults", specimens.len(), faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_of_the_zoo_is_in_the_manifest_and_says_what_is_hard_about_it() {
    let specimens = specimens();
    let known: Vec<&str> = specimens.iter().map(|specimen| specimen.file.as_str()).collect();
    assert!(specimens.iter().all(|specimen| !specimen.what.is_empty()));
    let folder = format!("{}/tests/zoo", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "manifest.json" || known.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn a_found_dialect_reads_every_file_of_the_zoo_the_same_again() {
    for specimen in specimens() {
        let Ok(first) = read(&specimen) else { continue };
        let options = IntakeOptions { dialect: Some((&first.dialect).into()), ..IntakeOptions::default() };
        let again = engine::read(&zoo(&specimen.file), &options).unwrap();
        assert_eq!((&again.table, again.rejected), (&first.table, first.rejected), "{}", specimen.file);
    }
}

#[test]
fn hostile_files_end_in_an_error_that_names_the_place() {
    let code = |bytes: &[u8]| engine::read(bytes, &IntakeOptions::default()).unwrap_err().code();
    assert_eq!(code(&vec![b'x'; 20 << 20]), "field_too_long");
    assert_eq!(code(&vec![b','; 20 << 20]), "too_many_columns");
    let wide = (0..10_000).map(|at| at.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(code(format!("{wide}\n{wide}\n").as_bytes()), "too_many_columns");
    assert_eq!(code(format!("a,b\n1,\"{}", "never closed ".repeat(200_000)).as_bytes()), "field_too_long");
    assert_eq!(code(format!("a,b\n1,{}\n", "x".repeat(3 << 20)).as_bytes()), "field_too_long");
    assert_eq!(code(&vec![0; 5 << 20]), "binary_not_csv");
    let fields = "1234567,".repeat(2_000_000);
    let rejected = engine::read(format!("a,b\n1,2\n{fields}\n").as_bytes(), &IntakeOptions::default());
    assert!(rejected.is_err() || rejected.is_ok_and(|intake| intake.rejected == 1));
}

#[test]
fn a_quote_lost_in_every_row_loses_those_rows_and_no_time() {
    let text = format!("a,b\n{}", "1,\"x\n2,y\n3,z\n".repeat(50_000));
    match engine::read(text.as_bytes(), &IntakeOptions::default()) {
        Ok(intake) => assert_eq!(intake.table.rows as u64 + intake.rejected, 150_000),
        Err(error) => assert!(["unclosed_quote", "field_too_long"].contains(&error.code())),
    }
}
