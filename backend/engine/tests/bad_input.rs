//! Files, settings and targets that cannot work: each has its own named error that says how to mend it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fmt::Write as _;

use engine::{
    Algorithm, ColumnKind, Continue, DialectOverrides, Encoding, Intake, IntakeError, IntakeOptions, Limits,
    Metric, Settings, Split, Table, TargetScaling, Task, TrainError,
};

fn read(bytes: impl AsRef<[u8]>) -> Result<Intake, IntakeError> {
    engine::read(bytes.as_ref(), &IntakeOptions::default())
}

fn code(bytes: impl AsRef<[u8]>) -> &'static str {
    read(bytes).unwrap_err().code()
}

fn settings(target: &str) -> Settings {
    Settings { target: target.to_owned(), ..Settings::default() }
}

fn learn(table: &Table, settings: &Settings) -> TrainError {
    engine::train(table, &settings.check(table).unwrap(), &engine::Resources::default(), &mut |_| {
        Continue::Go
    })
    .unwrap_err()
}

/// A CSV with the columns x (a number), z (a word) and y, which `target` gives.
fn csv(rows: usize, target: impl Fn(usize) -> String) -> Table {
    let mut text = "x,z,y\n".to_owned();
    for row in 0..rows {
        writeln!(text, "{}.5,{},{}", row * 7 % 13, ["a", "b", "c"][row % 3], target(row)).unwrap();
    }
    read(text).unwrap().table
}

#[test]
fn an_empty_file_is_empty() {
    for bytes in ["", "\n\n \r\n", "\u{FEFF}"] {
        assert_eq!(code(bytes), "empty_file");
    }
}

#[test]
fn a_header_alone_is_no_table() {
    for bytes in ["a,b,c", "a,b,c\n", "a,b,c\r\n\r\n"] {
        assert_eq!(code(bytes), "header_only");
    }
}

#[test]
fn a_ragged_row_is_rejected_with_its_line_and_never_shifted() {
    let intake = read("a,b\n1,2\n3\n4,5,6\n\n7,8\n").unwrap();
    assert_eq!((intake.table.rows, intake.rejected), (2, 2));
    assert_eq!(intake.row_lines.iter().collect::<Vec<_>>(), [2, 6]);
    assert_eq!((intake.rejects[0].line, intake.rejects[0].raw.as_str()), (3, "3"));
    assert!(intake.rejects[1].reason.contains("has 3 fields, the header 2"));
    assert_eq!(intake.notes, ["1 blank lines were passed over"]);
    assert_eq!(code("a,b\n1\n2\n"), "all_rows_rejected");
}

#[test]
fn broken_bytes_reject_their_row_and_name_their_column() {
    let mut bytes = "name,n\nKöln,1\n".as_bytes().to_vec();
    bytes.extend_from_slice(b"\xFF\xFE,2\nx\0y,3\nok,4\n");
    let intake = read(&bytes).unwrap();
    assert_eq!((intake.dialect.encoding, intake.table.rows, intake.rejected), (Encoding::Utf8, 2, 2));
    assert_eq!((intake.rejects[0].line, intake.rejects[0].column), (3, Some(1)));
    assert!(intake.rejects[0].reason.contains("not valid UTF-8"));
    assert!(intake.rejects[1].reason.contains("NUL"));
}

#[test]
fn ten_thousand_columns_are_refused_and_two_thousand_read() {
    let wide = |columns: usize| {
        let line = |f: fn(usize) -> String| (0..columns).map(f).collect::<Vec<_>>().join(",");
        format!("{}\n{}\n", line(|i| format!("c{i}")), line(|i| i.to_string()))
    };
    assert_eq!(read(wide(10_000)).unwrap_err(), IntakeError::TooManyColumns { found: 10_000, limit: 2_000 });
    assert_eq!(read(wide(2_000)).unwrap().table.columns.len(), 2_000);
    assert_eq!(code(wide(200_000)), "too_many_columns");
}

#[test]
fn other_formats_are_named() {
    for bytes in
        [b"PK\x03\x04rest".as_slice(), b"\x1F\x8B\x08\x00", b"PAR1....", b"SQLite format 3\x00", b"%PDF-1.7"]
    {
        assert_eq!(code(bytes), "archive_not_csv");
    }
    assert_eq!(code([1_u8, 2, 3, 0, 250, 7, 8, 9, 10, 11, 12, 1, 2, 200]), "binary_not_csv");
    assert_eq!(code("<html><body>Sign in</body></html>"), "not_csv");
    assert_eq!(code("[{\"a\": 1}]"), "not_csv");
}

#[test]
fn a_quote_that_nothing_closes_names_its_line() {
    assert_eq!(read("a,b\n1,2\n3,\"4\nand so on\n").unwrap_err(), IntakeError::UnclosedQuote { line: 3 });
    let intake = read("a,b\n1,2\n3,\"4\n5,6\n").unwrap();
    assert_eq!((intake.table.rows, intake.rejected, intake.rejects[0].line), (2, 1, 3));
    let intake = read("a,b\n\"x\"y,1\n\"p\nq\" r,2\n\"say \"\"hi\"\"\nthere\",3\n").unwrap();
    assert_eq!((intake.rejected, intake.table.rows, intake.row_lines.get(0).unwrap()), (2, 1, 5));
    assert!(intake.rejects[1].reason.contains("lines 3 to 4"));
    assert_eq!(intake.table.columns[0].text(0).unwrap(), "say \"hi\"\nthere");
}

#[test]
fn fields_lines_and_rows_beyond_the_limits_are_refused() {
    let limits = Limits { max_field_bytes: 10, max_line_bytes: 25, max_rows: 2, ..Limits::default() };
    let options = IntakeOptions { limits, ..IntakeOptions::default() };
    let read = |text: &str| engine::read(text.as_bytes(), &options).unwrap_err();
    assert_eq!(read("a,b\n1,12345678901\n"), IntakeError::FieldTooLong { line: 2, column: 2, limit: 10 });
    assert_eq!(read("a,b\n1,\"12345678901234567\"\n").code(), "field_too_long");
    assert_eq!(
        read("a,b,c\n1234567890,1234567890,1234567890\n"),
        IntakeError::LineTooLong { line: 2, limit: 25 }
    );
    assert_eq!(read("a,b\n1,1\n2,2\n3,3\n").code(), "too_many_rows");
}

#[test]
fn rejects_are_counted_beyond_what_is_kept() {
    let text = format!("a,b\n1,2\n{}", "x\n".repeat(5_000));
    let intake = read(text).unwrap();
    assert_eq!((intake.rejected, intake.rejects.len()), (5_000, 1_000));
    let long = format!("a,b\n1,2\n{}\n", "é".repeat(3_000));
    assert_eq!(read(long).unwrap().rejects[0].raw.chars().count(), 500);
}

#[test]
fn repeated_and_empty_names_are_made_unique_with_a_note() {
    let intake = read("a,,a\n1,2,3\n").unwrap();
    let names: Vec<_> = intake.table.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["a", "column_2", "a_2"]);
    assert_eq!(intake.notes.len(), 2);
}

#[test]
fn a_mixed_column_names_the_rows_that_disagree_and_keeps_their_text() {
    let mut text = "id,v\n".to_owned();
    for i in 0..40 {
        let value = if i == 17 { "n/a".to_owned() } else { format!("{i}.25") };
        writeln!(text, "{i},{value}").unwrap();
    }
    let intake = read(&text).unwrap();
    let column = &intake.table.columns[1];
    assert_ne!(column.kind, ColumnKind::Number);
    assert_eq!((column.disagreeing.len(), column.disagreeing[0].line), (1, 19));
    assert_eq!(column.disagreeing[0].value, "n/a");
    assert_eq!((column.text(0).unwrap(), column.text(17).unwrap()), ("0.25".to_owned(), "n/a".to_owned()));
    let known = DialectOverrides { missing: Some(vec!["n/a".to_owned()]), ..DialectOverrides::default() };
    let options = IntakeOptions { dialect: Some(known), ..IntakeOptions::default() };
    assert_eq!(engine::read(text.as_bytes(), &options).unwrap().table.columns[1].kind, ColumnKind::Number);
}

#[test]
fn codes_with_leading_zeros_and_long_numbers_stay_words() {
    let mut text = "zip,card,plain\n".to_owned();
    (0..60).for_each(|i| writeln!(text, "0{:04},4111111111111{i:04},{}", i % 30, i * 3 % 50).unwrap());
    let table = read(text).unwrap().table;
    let kinds: Vec<_> = table.columns.iter().map(|c| c.kind).collect();
    assert_eq!(kinds, [ColumnKind::Category, ColumnKind::Id, ColumnKind::Integer]);
    assert_eq!(table.columns[0].text(1).unwrap(), "00001");
}

#[test]
fn dialects_beyond_comma_and_utf8_are_not_misread() {
    let latin: Vec<u8> = "name;size\nJosé;1,5\nKöln;2,25\n".chars().map(|c| c as u8).collect();
    let utf16: Vec<u8> =
        "\u{FEFF}name;size\r\nJosé;1,5\r\nKöln;2,25\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, encoding) in [(latin, Encoding::Windows1252), (utf16, Encoding::Utf16Le)] {
        let intake = read(bytes).unwrap();
        assert_eq!((intake.dialect.encoding, intake.dialect.decimal_comma), (encoding, true));
        assert_eq!(intake.table.columns[0].text(1).unwrap(), "Köln");
        assert_eq!(intake.table.columns[1].text(0).unwrap(), "1.5");
    }
}

#[test]
fn a_target_that_is_always_the_same_is_refused_by_value() {
    let error = learn(&csv(50, |_| "7".into()), &settings("y"));
    assert_eq!(error, TrainError::ConstantTarget { column: "y".into(), value: "7".into() });
    let error = learn(&csv(50, |_| "yes".into()), &settings("y"));
    assert_eq!(error.code(), "constant_target");
    assert!(error.to_string().contains("always \"yes\""));
}

#[test]
fn a_target_without_values_or_with_too_few_is_refused() {
    assert_eq!(learn(&csv(50, |_| String::new()), &settings("y")).code(), "missing_target");
    let table = csv(50, |row| if row < 3 { row.to_string() } else { "NA".into() });
    assert_eq!(learn(&table, &settings("y")), TrainError::TooFewRows { rows: 3, needed: 5 });
}

#[test]
fn ten_thousand_classes_are_refused_with_column_and_count() {
    let table = csv(20_000, |row| format!("class {}", row % 10_000));
    let error = learn(&table, &settings("y"));
    assert_eq!(error, TrainError::TooManyClasses { column: "y".into(), classes: 10_000, limit: 1_000 });
    assert!(error.to_string().contains("predict a number instead"));
}

#[test]
fn rows_without_a_target_are_left_out_and_counted() {
    let table = csv(100, |row| if row % 10 == 0 { String::new() } else { (row * 3).to_string() });
    let checked = settings("y").check(&table).unwrap();
    let trained =
        engine::train(&table, &checked, &engine::Resources::default(), &mut |_| Continue::Go).unwrap();
    assert_eq!((trained.rows.without_target, trained.rows.train, trained.rows.test), (10, 72, 18));
    assert!(trained.notes[0].contains("10 rows"));
}

#[test]
fn every_fault_of_the_settings_is_named_at_once() {
    let table = csv(50, |row| row.to_string());
    let bad = Settings {
        features: Some(vec!["x".into(), "nope".into(), "x".into(), "y".into()]),
        split: Split::Random { test_fraction: 1.5 },
        algorithms: Some(vec![Algorithm::Linear, Algorithm::Logistic]),
        metric: Some(Metric::Auc),
        ridge_alpha: f64::NAN,
        max_levels: 0,
        ..settings("y")
    };
    let pointers: Vec<_> = bad.check(&table).unwrap_err().into_iter().map(|fault| fault.pointer).collect();
    let wanted = [
        "/split/test_fraction",
        "/features/1",
        "/features/2",
        "/features/3",
        "/algorithms/1",
        "/metric",
        "/ridge_alpha",
        "/max_levels",
    ];
    assert_eq!(pointers, wanted);
    let unknown = settings("nope").check(&table).unwrap_err();
    assert_eq!((unknown[0].pointer.as_str(), unknown[0].code.as_str()), ("/target", "unknown_column"));
    assert!(unknown[0].fix.contains("\"x\""));
}

#[test]
fn settings_that_do_not_fit_the_target_are_refused() {
    let table = csv(50, |row| ["no", "yes"][row % 2].into());
    let words = Settings { task: Some(Task::Regression), ..settings("y") };
    assert_eq!(words.check(&table).unwrap_err()[0].pointer, "/task");
    let scaled = Settings { target_scaling: TargetScaling::MinMax, ..settings("y") };
    assert_eq!(scaled.check(&table).unwrap_err()[0].pointer, "/target_scaling");
    let split = Settings { split: Split::Column { column: "z".into() }, ..settings("y") };
    assert_eq!(split.check(&table).unwrap_err()[0].pointer, "/split/column");
    let numbers = csv(50, |row| format!("-{row}.5"));
    let log = Settings { target_scaling: TargetScaling::Log, ..settings("y") };
    assert_eq!(log.check(&numbers).unwrap_err()[0].pointer, "/target_scaling");
    let strict = serde_json::from_str::<Settings>(r#"{"target":"y","colour":1}"#);
    assert!(strict.unwrap_err().to_string().contains("colour"));
}

#[test]
fn ids_are_left_out_with_a_reason_and_texts_are_learned_from() {
    let mut text = "row_id,remark,x,y\n".to_owned();
    for i in 0..100 {
        writeln!(text, "{i},\"a remark of its own, number {i}\",{},{}", i % 7, i * 2).unwrap();
    }
    let table = read(text).unwrap().table;
    let checked = settings("y").check(&table).unwrap();
    let left_out: Vec<_> = checked.excluded().iter().map(|e| e.column.as_str()).collect();
    assert_eq!(left_out, ["row_id"]);
    let only = Settings { features: Some(vec!["remark".into()]), ..settings("y") };
    assert!(only.check(&table).is_ok());
}
