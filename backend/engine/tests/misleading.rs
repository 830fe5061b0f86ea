//! What would mislead in silence is refused or told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fmt::Write as _;

use engine::{
    Algorithm, ColumnKind, Continue, IntakeOptions, Resources, Settings, Split, Table, Task, TrainError,
    Trained,
};

fn read(text: &str) -> Table {
    engine::read(text.as_bytes(), &IntakeOptions::default()).unwrap().table
}

fn learn(table: &Table, settings: &Settings) -> Result<Trained, TrainError> {
    let resources = Resources { threads: 1, elapsed: None };
    engine::train(table, &settings.check(table).unwrap(), &resources, &mut |_| Continue::Go)
}

#[test]
fn a_target_of_numbers_with_a_few_words_is_no_classification_unless_it_is_said_to_be() {
    let mut text = "x,price\n".to_owned();
    for at in 0..200 {
        let price = if at % 50 == 7 { "sold".to_owned() } else { format!("{}.5", at * 3) };
        writeln!(text, "{},{price}", (at * 37) % 101).unwrap();
    }
    let table = read(&text);
    let settings = Settings { target: "price".to_owned(), ..Settings::default() };
    let faults = settings.check(&table).unwrap_err();
    assert_eq!((faults.len(), faults[0].code.as_str()), (1, "mixed_target"));
    for said in ["price", "\"sold\"", "line 9"] {
        assert!(faults[0].message.contains(said), "{said}: {}", faults[0].message);
    }
    assert!(faults[0].fix.contains("\"sold\" as missing"), "{}", faults[0].fix);
    let told = Settings { task: Some(Task::Classification), ..settings };
    assert!(told.check(&table).is_ok());
}

#[test]
fn a_part_that_weighs_nothing_is_refused_and_a_class_that_weighs_nothing_does_no_harm() {
    let mut text = "x,w,part,y\n".to_owned();
    for at in 0..200_usize {
        let part = if at % 4 == 0 { "test" } else { "train" };
        let (x, y) = ((at * 37) % 101, ["a", "b", "c"][(at * 7) % 3]);
        let weight = if part == "test" { 0 } else { 1 };
        writeln!(text, "{x},{weight},{part},{y}").unwrap();
    }
    let settings = Settings {
        target: "y".to_owned(),
        weight_column: Some("w".to_owned()),
        split: Split::Column { column: "part".to_owned() },
        ..Settings::default()
    };
    let error = learn(&read(&text), &settings).unwrap_err();
    assert_eq!(error, TrainError::WeightlessPart { part: "test".to_owned() });
    let mut text = "x,w,y\n".to_owned();
    for at in 0..200_usize {
        let y = ["a", "b", "c"][(at * 7) % 3];
        writeln!(text, "{},{},{y}", (at * 37) % 101, usize::from(y != "c")).unwrap();
    }
    let settings = Settings { split: Split::default(), ..settings };
    let trained = learn(&read(&text), &settings).unwrap();
    for entry in &trained.leaderboard {
        assert!(entry.metrics.contains_key("log_loss"), "{:?}", entry.algorithm);
        assert!(entry.metrics.values().all(|score| score.is_finite()), "{:?}", entry.metrics);
    }
}

#[test]
fn percent_signs_and_plain_numbers_in_one_column_are_told() {
    let table = read("a,b\n12%,1%\n12,2%\n13%,0\n0.5,3%\n");
    assert_eq!(table.columns[0].disagreeing.len(), 2);
    assert!(table.columns[0].reason.contains("without a \"%\""), "{}", table.columns[0].reason);
    assert_eq!(table.columns[1].kind, ColumnKind::Integer);
    let written = &table.columns[1].writing;
    assert_eq!(
        (written.number("5%"), written.number("5"), written.number("0")),
        (Some(5.0), None, Some(0.0))
    );
}

#[test]
fn years_beside_a_word_are_names() {
    let names = |text: &str| -> Vec<String> { read(text).columns.into_iter().map(|c| c.name).collect() };
    assert_eq!(names("name,2019,2020\nx,1.5,3\ny,2,4\n"), ["name", "2019", "2020"]);
    assert_eq!(names("x,2019,2020\ny,2011,2018\n"), ["column_1", "column_2", "column_3"]);
}

#[test]
fn decimal_commas_far_below_the_head_are_found() {
    let mut text = "a;b\n".to_owned();
    (0..3_000).for_each(|at| writeln!(text, "{at};{}", at % 7).unwrap());
    text.push_str("5;1,5\n");
    let intake = engine::read(text.as_bytes(), &IntakeOptions::default()).unwrap();
    assert!(intake.dialect.decimal_comma);
    assert_eq!(
        (intake.table.columns[1].kind, intake.table.columns[1].disagreeing.len()),
        (ColumnKind::Number, 0)
    );
}

#[test]
fn chinese_text_in_an_older_encoding_is_refused_with_its_cure() {
    // "城市,面积\n北京,1\n上海,2\n" in GBK.
    let text = b"\xB3\xC7\xCA\xD0,\xC3\xE6\xBB\xFD\n\xB1\xB1\xBE\xA9,1\n\xC9\xCF\xBA\xA3,2\n";
    let error = engine::read(text, &IntakeOptions::default()).unwrap_err();
    assert_eq!(error.code(), "encoding_not_read");
    assert!(error.to_string().contains("UTF-8"));
    let latin = b"name,city\nJos\xE9,K\xF6ln\nZo\xEB,\xD6rebro\nAndr\xE9,M\xE1laga\nR\xE9mi,N\xEEmes\nA\xF1o,\xC5rhus\n";
    assert!(engine::read(latin, &IntakeOptions::default()).is_ok());
}

#[test]
fn a_family_alone_is_refused_like_all_of_them() {
    let table = read("x,w,y\n1,0,2\n2,0,3\n3,0,4\n4,0,1\n5,0,9\n");
    let settings = Settings {
        target: "y".to_owned(),
        weight_column: Some("w".to_owned()),
        algorithms: Some(vec![Algorithm::Ridge]),
        ..Settings::default()
    };
    assert_eq!(settings.check(&table).unwrap_err()[0].code, "bad_weight");
}

#[test]
fn nine_rows_hold_a_level_of_nine_tenths_and_none_above() {
    let actual: Vec<f64> = (0..9).map(f64::from).collect();
    let learned = engine::Conformal::fit_numbers(&actual, &[0.0; 9]).unwrap();
    assert!((learned.highest_level() - 0.9).abs() < 1e-12);
}

#[test]
fn a_header_is_named_as_reading_the_file_names_it() {
    let header = " a ,a,,b\u{7}\n";
    let read =
        engine::read(format!("{header}1,x,2,y\n3,z,4,w\n").as_bytes(), &IntakeOptions::default()).unwrap();
    let names: Vec<&str> = read.table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["a", "a_2", "column_3", "b"]);
    assert_eq!(engine::column_names(header.trim_end_matches('\n').split(',').map(str::as_bytes)), names);
}
