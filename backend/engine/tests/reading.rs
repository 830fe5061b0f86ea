//! What somebody says about reading a file is what happens: each part of the dialect, each kind of column, heads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use engine::{
    Algorithm, Column, ColumnData, ColumnKind, Continue, DialectOverrides, Encoding, Intake, IntakeOptions,
    Settings,
};

fn read_as(bytes: &[u8], dialect: DialectOverrides) -> Intake {
    engine::read(bytes, &IntakeOptions { dialect: Some(dialect), ..IntakeOptions::default() }).unwrap()
}

fn kinds(told: &[(&str, ColumnKind)]) -> IntakeOptions {
    let kinds = told.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
    IntakeOptions { kinds, ..IntakeOptions::default() }
}

/// The column `x` of a file of this column and a number of the row, when it is said to be of a kind.
fn told(cells: &[&str], kind: ColumnKind) -> Column {
    let rows: String = cells.iter().enumerate().map(|(i, cell)| format!("{cell},{i}.5\n")).collect();
    let intake = engine::read(format!("x,n\n{rows}").as_bytes(), &kinds(&[("x", kind)])).unwrap();
    assert_eq!((intake.table.rows, intake.rejected), (cells.len(), 0));
    let column = intake.table.columns[0].clone();
    assert_eq!(column.kind, kind);
    column
}

fn texts(column: &Column) -> Vec<String> {
    (0..column.len()).map(|row| column.text(row).unwrap_or_else(|| "-".to_owned())).collect()
}

fn odd(column: &Column) -> Vec<(u64, &str)> {
    column.disagreeing.iter().map(|cell| (cell.line, cell.value.as_str())).collect()
}

#[test]
fn each_part_of_the_dialect_is_as_told() {
    let given = DialectOverrides { encoding: Some(Encoding::Windows1252), ..Default::default() };
    let intake = read_as("a,b\né,1\n".as_bytes(), given);
    assert_eq!(intake.table.columns[0].text(0).as_deref(), Some("Ã©"));
    let given = DialectOverrides { delimiter: Some('|'), ..Default::default() };
    assert_eq!(read_as(b"a|b,c\n1|2,3\n", given).table.columns.len(), 2);
    let given = DialectOverrides { quote: Some('\''), ..Default::default() };
    let intake = read_as(b"a,b\n'x,y',1\n\"z,2\n", given);
    assert_eq!(texts(&intake.table.columns[0]), ["x,y", "\"z"]);
    let given = DialectOverrides { decimal_comma: Some(true), delimiter: Some(';'), ..Default::default() };
    assert_eq!(texts(&read_as(b"a;b\n1,5;x\n2;y\n", given).table.columns[0]), ["1.5", "2"]);
    let given = DialectOverrides { header: Some(false), ..Default::default() };
    let intake = read_as(b"a,b\n1,2\n", given);
    assert_eq!((intake.table.rows, intake.table.columns[0].name.as_str()), (2, "column_1"));
    let given = DialectOverrides { missing: Some(vec!["?".to_owned()]), ..Default::default() };
    let column = &read_as(b"a,b\n1,x\n?,y\n3,NA\n", given).table.columns;
    assert_eq!(
        (texts(&column[0]), texts(&column[1])),
        (vec!["1".into(), "-".into(), "3".into()], vec!["x".into(), "y".into(), "NA".into()])
    );
}

#[test]
fn words_become_numbers_and_what_is_none_is_missing_and_told() {
    let column = told(&["007", "1.50", "", "abc", "-3", "NA"], ColumnKind::Number);
    assert_eq!(texts(&column), ["7", "1.5", "-", "-", "-3", "-"]);
    assert_eq!(odd(&column), [(5, "abc")]);
    assert_eq!(
        column.reason,
        "as told; 1 values can't be numbers and count as missing, first \"abc\" on line 5"
    );
    let column = told(&["1", "2.5", "x", "4"], ColumnKind::Integer);
    assert_eq!(
        (texts(&column), odd(&column)),
        (vec!["1".into(), "-".into(), "-".into(), "4".into()], vec![(3, "2.5"), (4, "x")])
    );
    let column = told(&["1", "2.5", "4"], ColumnKind::Integer);
    assert_eq!((texts(&column), odd(&column)), (vec!["1".into(), "-".into(), "4".into()], vec![(3, "2.5")]));
    assert_eq!(told(&["1", "2"], ColumnKind::Number).reason, "as told");
}

#[test]
fn numbers_become_the_words_of_the_file() {
    let column = told(&["1.50", "1.5", "2", ""], ColumnKind::Category);
    assert_eq!(texts(&column), ["1.50", "1.5", "2", "-"]);
    assert!(matches!(&column.data, ColumnData::Categories { levels, .. } if *levels == ["1.5", "1.50", "2"]));
    let column = told(&["2024-01-31", "2024-02-01"], ColumnKind::Text);
    assert_eq!(texts(&column), ["2024-01-31", "2024-02-01"]);
}

#[test]
fn dates_are_read_where_they_are_told_and_nowhere_else() {
    let column = told(&["1970-01-02", "soon", "02.01.1970"], ColumnKind::DateTime);
    assert_eq!(
        (texts(&column), odd(&column)),
        (vec!["86400".into(), "-".into(), "86400".into()], vec![(3, "soon")])
    );
    let column = told(&["1", "2"], ColumnKind::DateTime);
    assert_eq!((texts(&column), odd(&column)), (vec!["-".into(), "-".into()], vec![(2, "1"), (3, "2")]));
    let column = told(&["2024-01-31", "2024-02-01"], ColumnKind::Number);
    assert_eq!(odd(&column), [(2, "2024-01-31"), (3, "2024-02-01")]);
}

#[test]
fn truths_are_two_values_or_spellings_of_yes_and_no() {
    let column = told(&["1", "0", "1", ""], ColumnKind::Boolean);
    assert_eq!(texts(&column), ["1", "0", "1", "-"]);
    let column = told(&["stayed", "left", "stayed"], ColumnKind::Boolean);
    assert_eq!(
        (texts(&column), odd(&column).len()),
        (vec!["stayed".into(), "left".into(), "stayed".into()], 0)
    );
    let column = told(&["Yes", "yes", "no", "yes", "perhaps"], ColumnKind::Boolean);
    assert_eq!(texts(&column), ["yes", "yes", "no", "yes", "-"]);
    assert_eq!(odd(&column), [(6, "perhaps")]);
}

#[test]
fn an_id_keeps_its_cells_and_is_not_learned_from() {
    let column = told(&["5", "3", "5"], ColumnKind::Id);
    assert_eq!(texts(&column), ["5", "3", "5"]);
    let column = told(&["b", "a", ""], ColumnKind::Id);
    assert_eq!(texts(&column), ["b", "a", "-"]);
}

#[test]
fn a_category_holds_the_thousand_commonest_values() {
    let mut cells: Vec<String> = (0..1_200).map(|i| format!("v{i}")).collect();
    cells.extend((100..1_200).map(|i| format!("v{i}")));
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let column = told(&cells, ColumnKind::Category);
    assert!(matches!(&column.data, ColumnData::Categories { levels, .. } if levels.len() == 1_000));
    assert!(column.is_missing(0) && !column.is_missing(100));
    assert_eq!(column.disagreeing.len(), 20);
}

#[test]
fn empty_columns_take_every_kind_and_unknown_names_are_noted() {
    use ColumnKind::{Boolean, Category, DateTime, Id, Integer, Number, Text};
    for kind in [Number, Integer, Boolean, Category, Text, DateTime, Id] {
        let column = told(&["", "NA", ""], kind);
        assert!((0..3).all(|row| column.is_missing(row)), "{kind:?}");
        assert!(column.disagreeing.is_empty());
        // Whatever is in the cells: no kind changes the number of rows, and every cell is of the kind or missing.
        let odd = told(&["1", "x", "2024-01-01", "", "\"\"", "yes", "007"], kind);
        assert_eq!(odd.len(), 7, "{kind:?}");
    }
    let intake = engine::read(b"a,b\n1,2\n", &kinds(&[("c", Number)])).unwrap();
    assert!(intake.notes.iter().any(|note| note.contains("no column is called \"c\"")), "{:?}", intake.notes);
}

#[test]
fn a_model_learns_from_the_column_as_it_was_told() {
    let row = |i: u32| format!("{},{}\n", ["10", "20", "about 30"][(i % 3) as usize], 10 * (i % 3 + 1));
    let csv = format!("size,price\n{}", (0..90).map(row).collect::<String>());
    let learn = |options: &IntakeOptions| {
        let table = engine::read(csv.as_bytes(), options).unwrap().table;
        let settings = Settings {
            target: "price".to_owned(),
            algorithms: Some(vec![Algorithm::Linear]),
            ..Settings::default()
        };
        let checked = settings.check(&table).unwrap();
        engine::train(&table, &checked, &engine::Resources::default(), &mut |_| Continue::Go)
            .unwrap()
            .artefact
            .schema()
            .clone()
    };
    let told = kinds(&[("size", ColumnKind::Number), ("price", ColumnKind::Number)]);
    assert_eq!(learn(&told).features[0].kind, ColumnKind::Number);
    assert_eq!((learn(&told).features[0].min, learn(&told).features[0].max), (Some(10.0), Some(20.0)));
    let price = kinds(&[("price", ColumnKind::Number)]);
    assert_eq!(learn(&price).features[0].kind, ColumnKind::Category);
}

#[test]
fn a_head_is_read_as_far_as_it_is_whole() {
    let head = |bytes: &[u8]| engine::read_head(bytes, &IntakeOptions::default());
    let intake = head(b"a,b\n1,x\n2,y\n3,z").unwrap();
    assert_eq!((intake.table.rows, intake.rejected), (2, 0));
    let intake = head(b"a,b\n1,x\n2,\"begins\nand goes\n").unwrap();
    assert_eq!((intake.table.rows, intake.rejected), (1, 0));
    assert_eq!(head(b"a,b\n1,\"begins\nand goes\n").unwrap_err().code(), "unclosed_quote");
    let letters = "a,b\né,1\nü,2\nö,3\n".as_bytes();
    for end in 12..letters.len() {
        let intake = head(&letters[..end]).unwrap();
        assert_eq!(intake.rejected, 0, "{end}");
        assert_eq!(intake.table.columns[0].text(0).as_deref(), Some("é"), "{end}");
    }
    let wide: Vec<u8> = "\u{feff}a,b\nx,1\ny,2\nz,3\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for end in 24..wide.len() {
        let intake = head(&wide[..end]).unwrap();
        assert!(intake.rejected == 0 && intake.table.rows >= 1, "{end}");
    }
}
