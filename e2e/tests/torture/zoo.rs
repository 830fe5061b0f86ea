//! The hard files of the engine's zoo, and hostile ones, sent to the real program: each is refused with its place and
//! reason or read as it is written down, and the program's memory stays bounded.

use super::{assert_laws, assert_no_panic, memory, with_rate};
use contract::datasets::{
    Dataset, DatasetStatus, GetDataset, GetProfile, GetRejects, GetRows, ReadAgain, Reading, RowsQuery,
    UploadDataset, UploadQuery,
};
use contract::{DatasetId, NoQuery};
use e2e::scene::PATIENCE;
use e2e::{Client, Program, Result, Setup, refusal, root, wait_within};
use serde_json::{Value, json};
use std::io::Read;
use torture::Torture;

/// What the program may hold at most, whatever it is sent.
const MOST_MEMORY: u64 = 512 << 20;

/// A file with what must become of it, as the zoo's manifest says.
struct Specimen {
    told: Value,
    bytes: Vec<u8>,
}

fn zoo() -> Vec<Specimen> {
    let folder = root().join("backend/engine/tests/zoo");
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let all: Vec<Value> = serde_json::from_slice(&manifest).unwrap();
    all.into_iter()
        .map(|told| Specimen {
            bytes: std::fs::read(folder.join(told["file"].as_str().unwrap())).unwrap(),
            told,
        })
        .collect()
}

/// What is not as it is written down, a sentence each.
struct Faults<'a> {
    file: &'a str,
    found: Vec<String>,
}

impl Faults<'_> {
    fn same(&mut self, what: &str, found: &Value, wanted: &Value) {
        if found != wanted {
            self.found.push(format!("{}: {what} is {found}, not {wanted}", self.file));
        }
    }

    fn holds(&mut self, what: &str, text: &str, part: &Value) {
        if !text.contains(part.as_str().unwrap_or_default()) {
            self.found.push(format!("{}: {what} is {text:?}, without {part}", self.file));
        }
    }
}

fn settled(person: &Client, id: DatasetId) -> Dataset {
    wait_within(PATIENCE, "the description of a file", || {
        let dataset = person.get::<GetDataset>(&[&id.to_string()], &NoQuery {})?;
        Ok((dataset.status != DatasetStatus::Profiling).then_some(dataset))
    })
    .unwrap()
}

/// Sends a file. One that is empty is refused at once.
fn send(person: &Client, name: &str, size: u64, body: &mut dyn Read) -> Result<Dataset> {
    person.upload::<UploadDataset>(&UploadQuery { name: Some(name.to_owned()) }, "text/csv", size, body)
}

/// Says how a file is to be read, where the zoo says so; a reading that does not fit is refused at once.
fn read_as_told(person: &Client, specimen: &Specimen, sent: DatasetId) -> Result<()> {
    let mut reading = specimen.told["options"].clone();
    if !specimen.told["bad_rows"].is_null() {
        reading["bad_rows"] = specimen.told["bad_rows"].clone();
    }
    if reading.is_null() {
        return Ok(());
    }
    let reading: Reading = serde_json::from_value(reading)?;
    person.call::<ReadAgain>(&[&sent.to_string()], &reading).map(drop)
}

/// What is wrong with what became of a file.
fn faults(person: &Client, specimen: &Specimen) -> Vec<String> {
    let told = &specimen.told;
    let mut faults = Faults { file: told["file"].as_str().unwrap(), found: Vec::new() };
    let sent = send(person, faults.file, specimen.bytes.len() as u64, &mut specimen.bytes.as_slice());
    let sent = match sent {
        Ok(sent) => sent.id,
        Err(error) => {
            let wanted = if specimen.bytes.is_empty() { "empty" } else { "to be taken in" };
            faults.holds("the refusal", &error.to_string(), &json!(wanted));
            return faults.found;
        }
    };
    settled(person, sent);
    let read = read_as_told(person, specimen, sent);
    let dataset = settled(person, sent);
    match refusal(&read).or(dataset.error.as_ref()) {
        Some(problem) => {
            faults.same(
                "the code",
                &json!(problem.errors.first().map(|fault| &fault.code)),
                &told["refused"],
            );
            // As a sentence it begins with a capital.
            let said = problem.detail.to_lowercase();
            let wanted = told["says"].as_str().unwrap_or_default().to_lowercase();
            faults.holds("the sentence", &said, &json!(wanted));
        }
        None => {
            faults.same("the outcome", &Value::Null, &told["refused"]);
            faults_of_columns(person, &dataset, told, &mut faults);
            faults_of_rows(person, &dataset, told, &mut faults);
        }
    }
    faults.found
}

fn faults_of_columns(person: &Client, dataset: &Dataset, told: &Value, faults: &mut Faults<'_>) {
    let id = dataset.id.to_string();
    let profile = person.get::<GetProfile>(&[&id], &NoQuery {}).unwrap();
    let dialect = serde_json::to_value(&dataset.dialect).unwrap();
    for (part, wanted) in told["dialect"].as_object().into_iter().flatten() {
        faults.same(part, &dialect[part], wanted);
    }
    if !told["names"].is_null() {
        let names: Vec<&str> = profile.columns.iter().map(|column| column.name.as_str()).collect();
        faults.same("the names", &json!(names), &told["names"]);
    }
    let kinds: Vec<_> = profile.columns.iter().map(|column| column.kind).collect();
    faults.same("the kinds", &json!(kinds), &told["kinds"]);
    // Never a silent loss: of each column as many cells are missing as are written down.
    let rows: Vec<&Value> = told["table"].as_array().into_iter().flatten().collect();
    for (at, column) in profile.columns.iter().enumerate() {
        let missing = rows.iter().filter(|row| row[at].is_null()).count();
        faults.same(&format!("what is missing in {}", column.name), &json!(column.missing), &json!(missing));
    }
}

fn faults_of_rows(person: &Client, dataset: &Dataset, told: &Value, faults: &mut Faults<'_>) {
    let id = dataset.id.to_string();
    let rows = told["table"].as_array().map_or(0, Vec::len);
    faults.same("the number of rows", &json!(dataset.rows), &json!(rows));
    let rejects: Vec<&Value> = told["rejects"].as_array().into_iter().flatten().collect();
    faults.same("how many are left out", &json!(dataset.rejected_rows), &json!(rejects.len()));
    // Never a shifted column: every row that is shown is as wide as the header.
    let shown = person.get::<GetRows>(&[&id], &RowsQuery { limit: Some(1000) }).unwrap();
    let width = told["kinds"].as_array().map_or(0, Vec::len);
    let is_straight = shown.columns.len() == width && shown.rows.iter().all(|row| row.len() == width);
    faults.same("whether the rows are straight", &json!(is_straight), &json!(true));
    let report = person.text::<GetRejects>(&[&id]).unwrap();
    for reject in rejects {
        let column = reject[1].as_u64().map(|column| column.to_string()).unwrap_or_default();
        faults.holds("the report", &report, &json!(format!("\n{},{column},", reject[0])));
        faults.holds("the report", &report, &reject[2]);
    }
}

/// Files that are made to break a reader, with the code by which each is refused.
fn hostile(size: usize) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let wide = (0..10_000).map(|at| at.to_string()).collect::<Vec<_>>().join(",");
    vec![
        ("one field without end", "field_too_long", vec![b'x'; size]),
        ("delimiters alone", "too_many_columns", vec![b','; size]),
        ("ten thousand columns", "too_many_columns", format!("{wide}\n{wide}\n").into_bytes()),
        (
            "a quote that is never closed",
            "field_too_long",
            [b"a,b\n1,\"".to_vec(), vec![b'q'; size]].concat(),
        ),
        ("zeros", "binary_not_csv", vec![0; size]),
    ]
}

#[test]
fn torture_the_zoo_becomes_what_is_written_down_and_memory_is_bounded() {
    let torture = Torture::begin("T61–T73", "the CSV zoo and hostile files through the API");
    let program =
        Program::start_with(&Setup { environment: with_rate(1_000_000).to_vec(), ..Setup::default() })
            .unwrap();
    let person = Client::sign_up(program.address(), "ada@example.com", "Ice Shelf").unwrap();
    let (rounds, size) = (torture.times(1, 10), usize::try_from(torture.times(20, 150)).unwrap() << 20);
    let (zoo, before) = (zoo(), memory(&program, "VmRSS"));
    let (mut files, mut found) = (0, Vec::new());
    for _ in 0..rounds {
        files += zoo.len() as u64;
        // Four at a time, as a flood of them comes.
        std::thread::scope(|scope| {
            let hands: Vec<_> = zoo
                .chunks(zoo.len().div_ceil(4))
                .map(|part| {
                    scope.spawn(|| part.iter().flat_map(|one| faults(&person, one)).collect::<Vec<_>>())
                })
                .collect();
            hands.into_iter().for_each(|hand| found.extend(hand.join().unwrap()));
        });
        for (name, code, bytes) in hostile(size) {
            files += 1;
            let sent = send(&person, name, bytes.len() as u64, &mut bytes.as_slice()).unwrap();
            let problem = settled(&person, sent.id).error;
            let mut faults = Faults { file: name, found: Vec::new() };
            let codes: Vec<&str> =
                problem.iter().flat_map(|problem| &problem.errors).map(|fault| fault.code.as_str()).collect();
            faults.same("the codes", &json!(codes), &json!([code]));
            found.extend(faults.found);
        }
    }
    println!("{}", found.join("\n"));
    assert_no_panic(&program);
    assert_laws(&program);
    let most = memory(&program, "VmHWM");
    let figure = format!(
        "each refused with its reason or read as written down; memory {} MiB before, {} MiB at most",
        before >> 20,
        most >> 20
    );
    torture.end(files, found.len() as u64 + u64::from(most > MOST_MEMORY), figure);
}
