//! The two ways of reading JSON agree, and those of reading CSV: what the fast one accepts, the exact one accepts with
//! the same cells.

use super::{
    columns::{Columns, Notes},
    exact, scan, table,
    wishes::Told,
};
use engine::{Batch, Continue, IntakeOptions, Resources, Scorer, Settings};
use rand::{RngExt, SeedableRng, rngs::SmallRng};

const MOST: usize = 4;

fn scorer() -> Scorer {
    let mut table = "size,member,since,\"the \"\"city\"\"\",price\n".to_owned();
    for row in 0..20 {
        let city = if row % 3 == 0 { "Oslo" } else { "Rome" };
        table.push_str(&format!("{row}.5,{},2024-01-{:02},{city},{}\n", row % 2 == 0, row % 28 + 1, row * 3));
    }
    let intake = engine::read(table.as_bytes(), &IntakeOptions::default()).unwrap();
    let settings =
        Settings { target: "price".to_owned(), task: Some(engine::Task::Regression), ..Settings::default() };
    let checked = settings.check(&intake.table).unwrap();
    let trained =
        engine::train(&intake.table, &checked, &Resources::default(), &mut |_| Continue::Go).unwrap();
    Scorer::from_artefact(&trained.artefact).unwrap()
}

type Read = (Batch, Vec<String>, Told);

fn fast(scorer: &Scorer, columns: &Columns, body: &[u8]) -> Option<Read> {
    let (mut batch, mut notes) = (scorer.new_batch(0), Notes::default());
    let told = scan::rows(body, columns, &mut batch, &mut notes, MOST).ok()?;
    Some((batch, notes.warnings(columns), told))
}

fn slow(scorer: &Scorer, columns: &Columns, body: &[u8]) -> Option<Read> {
    let (mut batch, mut notes) = (scorer.new_batch(0), Notes::default());
    let told = exact::rows(body, columns, &mut batch, &mut notes, MOST).ok()?;
    Some((batch, notes.warnings(columns), told))
}

fn cell(random: &mut SmallRng) -> &'static str {
    const CELLS: [&str; 22] = [
        "1",
        "-2.5e3",
        "0",
        "null",
        "true",
        "false",
        "\"Oslo\"",
        "\"Rome\"",
        "\"Bern\"",
        "\"2024-01-05\"",
        "\"12\"",
        "\"\"",
        "1e999",
        "[1]",
        "{}",
        "\"\\u0041\"",
        "01",
        "nul",
        "-",
        "\"é\"",
        "1.",
        "2024",
    ];
    CELLS[random.random_range(0..CELLS.len())]
}

fn body(random: &mut SmallRng) -> Vec<u8> {
    const NAMES: [&str; 7] = ["size", "member", "since", "the \\\"city\\\"", "other", "si\\u007ae", "é"];
    let space = |random: &mut SmallRng| ["", "", "", " ", "\n\t"][random.random_range(0..5)];
    let mut rows = Vec::new();
    for _ in 0..random.random_range(0..=MOST + 1) {
        let cells: Vec<String> = (0..random.random_range(0..5))
            .map(|at| {
                let name = if random.random_bool(0.7) { at } else { random.random_range(0..NAMES.len()) };
                format!(
                    "{}\"{}\"{}:{}{}",
                    space(random),
                    NAMES[name],
                    space(random),
                    space(random),
                    cell(random)
                )
            })
            .collect();
        rows.push(format!("{{{}{}}}", cells.join(","), space(random)));
    }
    const WISHES: [&str; 8] = [
        ",\"interval\":0.9",
        ", \"explain\": true ",
        ",\"explain\":2,\"interval\": 0.75",
        ",\"interval\":null,\"explain\":false",
        ",\"interval\":2",
        ",\"explain\":0",
        ",\"explain\":\"true\"",
        ",\"interval\":0.9,\"interval\":0.8",
    ];
    let wish = if random.random_bool(0.3) { WISHES[random.random_range(0..WISHES.len())] } else { "" };
    let mut text =
        format!("{{{}\"rows\":[{}]{}{wish}}}", space(random), rows.join(","), space(random)).into_bytes();
    if random.random_bool(0.2) {
        let at = random.random_range(0..text.len());
        text[at] = b"{}[],:\"0a\\\xff"[random.random_range(0..11)];
    }
    text
}

#[test]
fn what_the_fast_way_accepts_the_exact_way_accepts_with_the_same_cells() {
    let scorer = scorer();
    let columns = Columns::of(scorer.schema());
    let mut random = SmallRng::seed_from_u64(20_261_123);
    let (mut both, mut neither, mut wishes) = (0, 0, 0);
    for _ in 0..30_000 {
        let body = body(&mut random);
        let shown = String::from_utf8_lossy(&body).into_owned();
        let exact = slow(&scorer, &columns, &body);
        match (fast(&scorer, &columns, &body), exact) {
            (Some((fast, fast_warnings, fast_told)), Some((exact, exact_warnings, exact_told))) => {
                assert_eq!(format!("{fast:?}"), format!("{exact:?}"), "{shown}");
                assert_eq!(fast_told, exact_told, "{shown}");
                wishes += usize::from(fast_told != Told::default());
                // Of two cells with one name the fast way reads the first as well, and may warn of it.
                assert!(exact_warnings.iter().all(|one| fast_warnings.contains(one)), "{shown}");
                both += 1;
            }
            (Some(_), None) => panic!("only the fast way accepts {shown}"),
            (None, Some(_)) => {}
            (None, None) => neither += 1,
        }
    }
    assert!(both > 1_000 && neither > 1_000, "the bodies are of all kinds: {both} {neither}");
    assert!(wishes > 100, "some want more than answers: {wishes}");
}

fn csv_body(random: &mut SmallRng) -> Vec<u8> {
    const NAMES: [&str; 6] = ["size", "member", "since", "\"the \"\"city\"\"\"", "other", "size"];
    const CELLS: [&str; 20] = [
        "1",
        "-2.5e3",
        "0",
        "",
        "true",
        "no",
        "Oslo",
        "Bern",
        "2024-01-05",
        " 12",
        "+5",
        "1e999",
        "\"Rome\"",
        "\"a,b\"",
        "01",
        "NA",
        "-",
        "é",
        "1.",
        "123456.75",
    ];
    let width = random.random_range(1..5);
    let begin = random.random_range(0..2);
    let line = |cells: Vec<&str>| cells.join(",");
    let mut lines = vec![line(NAMES[begin..begin + width].to_vec())];
    for _ in 0..random.random_range(0..=MOST + 1) {
        let ragged = usize::from(random.random_bool(0.05));
        lines.push(line((0..width + ragged).map(|_| CELLS[random.random_range(0..CELLS.len())]).collect()));
    }
    let end = ["\n", "\n", "\r\n", "\r"][random.random_range(0..4)];
    let mut text = lines.join(end);
    text.push_str(["", end, "\n\n"][random.random_range(0..3)]);
    let mut text = text.into_bytes();
    if random.random_bool(0.2) {
        let at = random.random_range(0..text.len());
        text[at] = b",\n\r\" 0\xff"[random.random_range(0..7)];
    }
    text
}

#[test]
fn a_csv_is_read_with_the_same_cells_and_faults_with_and_without_the_fast_way() {
    let scorer = scorer();
    let columns = Columns::of(scorer.schema());
    let mut random = SmallRng::seed_from_u64(20_261_124);
    type Way = fn(&[u8], &Columns, &mut Batch, &mut Notes, usize) -> crate::error::Result<()>;
    let read = |way: Way, body: &[u8]| {
        let (mut batch, mut notes) = (scorer.new_batch(0), Notes::default());
        let read = way(body, &columns, &mut batch, &mut notes, MOST);
        read.map(|()| format!("{batch:?} {:?}", notes.warnings(&columns)))
            .map_err(|error| format!("{:?}", error.problem("")))
    };
    let (mut both, mut neither) = (0, 0);
    for _ in 0..20_000 {
        let body = csv_body(&mut random);
        let exact = read(table::exact_rows, &body);
        assert_eq!(read(table::rows, &body), exact, "{}", String::from_utf8_lossy(&body));
        *if exact.is_ok() { &mut both } else { &mut neither } += 1;
    }
    assert!(both > 1_000 && neither > 1_000, "the bodies are of all kinds: {both} {neither}");
}
