//! A table survives being written as a CSV and read again, in every dialect.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use engine::{ColumnData, ColumnKind, DialectOverrides, Encoding, Intake, IntakeOptions, Table};
use torture::Torture;

/// Numbers by chance, the same on every run (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn of<T: Copy>(&mut self, some: &[T]) -> T {
        some[self.below(some.len())]
    }
}

/// How a file is written.
#[derive(Debug, Clone, Copy)]
struct Writing {
    encoding: Encoding,
    delimiter: char,
    quote: char,
    decimal_comma: bool,
    header: bool,
    line_end: &'static str,
    /// Whether every field is in quotes, or only those that need them.
    quote_all: bool,
}

impl Writing {
    fn by(chance: &mut Chance) -> Self {
        let encodings =
            [Encoding::Utf8, Encoding::Utf8Bom, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252];
        Self {
            encoding: chance.of(&encodings),
            delimiter: chance.of(&[',', ';', '\t', '|']),
            quote: chance.of(&['"', '\'']),
            decimal_comma: chance.below(2) == 0,
            header: chance.below(4) > 0,
            line_end: chance.of(&["\n", "\r\n"]),
            quote_all: chance.below(4) == 0,
        }
    }

    fn options(&self) -> IntakeOptions {
        let dialect = DialectOverrides {
            encoding: Some(self.encoding),
            delimiter: Some(self.delimiter),
            quote: Some(self.quote),
            decimal_comma: Some(self.decimal_comma),
            header: Some(self.header),
            ..DialectOverrides::default()
        };
        IntakeOptions { dialect: Some(dialect), ..IntakeOptions::default() }
    }

    /// A cell; `None` is missing.
    fn field(&self, text: Option<&str>) -> String {
        let Some(text) = text else { return String::new() };
        let special =
            |symbol: char| symbol == self.delimiter || symbol == self.quote || "\r\n".contains(symbol);
        if self.quote_all || text.is_empty() || text.contains(special) {
            let quote = self.quote;
            return format!("{quote}{}{quote}", text.replace(quote, &format!("{quote}{quote}")));
        }
        text.to_owned()
    }

    fn bytes(&self, rows: &[Vec<Option<String>>]) -> Vec<u8> {
        let mut text = String::new();
        for row in rows {
            let mut fields: Vec<String> = row.iter().map(|cell| self.field(cell.as_deref())).collect();
            // A row of nothing but space is a blank line in some dialects.
            if fields.iter().all(|field| field.trim().is_empty()) {
                fields[0] = "NA".to_owned();
            }
            text.push_str(&fields.join(&self.delimiter.to_string()));
            text.push_str(self.line_end);
        }
        match self.encoding {
            Encoding::Utf8 => text.into_bytes(),
            Encoding::Utf8Bom => format!("\u{feff}{text}").into_bytes(),
            Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Encoding::Utf16Be => {
                format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect()
            }
            Encoding::Windows1252 => text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
        }
    }

    fn number(&self, value: f64) -> String {
        let text = value.to_string();
        if self.decimal_comma { text.replace('.', ",") } else { text }
    }
}

/// What words are made of. No digit stands alone: with a comma or a point it would be a number in one dialect and a word in
/// another.
const PIECES: [&str; 19] = [
    "red", "b", " ", "None", ",", ";", "\t", "|", "\"", "'", "\n", "\r\n", "é", "ß", "x y", "NA", "-", "v2",
    "\r",
];

fn word(chance: &mut Chance) -> String {
    (0..1 + chance.below(4)).map(|_| chance.of(&PIECES)).collect()
}

/// A column of one kind, with gaps or without.
fn column(chance: &mut Chance, rows: usize, writing: &Writing) -> Vec<Option<String>> {
    let flavour = chance.below(9);
    let gaps = chance.of(&[0, 0, 10, 60]);
    let few: Vec<String> = (0..1 + chance.below(5)).map(|_| word(chance)).collect();
    let cell = |at: usize, chance: &mut Chance| match flavour {
        0 => (chance.next() % 2_000).to_string(),
        1 => writing.number((chance.next() % 100_000) as f64 / 100.0 - 300.0),
        2 => writing.number(f64::from_bits(chance.next() >> 2)),
        3 => few[chance.below(few.len())].clone(),
        4 => chance.of(&["yes", "no"]).to_owned(),
        5 => {
            format!("20{:02}-{:02}-{:02}", chance.below(90) + 10, 1 + chance.below(12), 1 + chance.below(28))
        }
        6 => format!("{at:05}"),
        7 => chance.of(&["", "x", "12", "2024-02-30"]).to_owned(),
        _ => word(chance),
    };
    (0..rows).map(|at| (chance.below(100) >= gaps).then(|| cell(at, chance))).collect()
}

fn read(bytes: &[u8], writing: &Writing) -> Intake {
    engine::read(bytes, &writing.options()).unwrap_or_else(|error| panic!("{writing:?}: {error}"))
}

/// The cells of a table as they are written.
fn cells(table: &Table, writing: &Writing) -> Vec<Vec<Option<String>>> {
    let cell = |column: &engine::Column, row: usize| match &column.data {
        ColumnData::Numbers(values) if column.kind != ColumnKind::DateTime => {
            Some(values[row]).filter(|value| !value.is_nan()).map(|value| writing.number(value))
        }
        ColumnData::Numbers(values) => Some(values[row]).filter(|value| !value.is_nan()).map(date),
        ColumnData::Categories { .. } => column.text(row),
    };
    let names = table.columns.iter().map(|column| Some(column.name.clone())).collect();
    let rows = (0..table.rows).map(|row| table.columns.iter().map(|column| cell(column, row)).collect());
    let mut all: Vec<Vec<Option<String>>> = if writing.header { vec![names] } else { Vec::new() };
    all.extend(rows);
    all
}

/// The day of seconds since 1970, counted from 2000-01-01 on.
fn date(seconds: f64) -> String {
    let (mut year, mut days) = (2000, (seconds / 86_400.0) as i64 - 10_957);
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    while days >= 365 + i64::from(leap(year)) {
        days -= 365 + i64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + i64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    format!("{year}-{:02}-{:02}", month + 1, days + 1)
}

/// The cells that the `csv` crate finds; nothing where it does not know the dialect.
fn by_the_csv_crate(text: &[u8], writing: &Writing) -> Option<Vec<Vec<String>>> {
    if writing.encoding != Encoding::Utf8 {
        return None;
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(writing.delimiter as u8)
        .quote(writing.quote as u8)
        .has_headers(writing.header)
        .from_reader(text);
    Some(reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect())
}

fn survive(tables: usize, seed: u64) {
    let mut chance = Chance(seed);
    let (mut compared, mut kinds) = (0, std::collections::BTreeSet::new());
    for _ in 0..tables {
        let writing = Writing::by(&mut chance);
        let (rows, columns) = (1 + chance.below(40), 1 + chance.below(6));
        let made: Vec<Vec<Option<String>>> =
            (0..columns).map(|_| column(&mut chance, rows, &writing)).collect();
        let header = (0..columns).map(|at| Some(format!("c{at}"))).collect();
        let mut lines: Vec<Vec<Option<String>>> = if writing.header { vec![header] } else { Vec::new() };
        lines.extend((0..rows).map(|row| made.iter().map(|column| column[row].clone()).collect::<Vec<_>>()));
        let bytes = writing.bytes(&lines);
        let first = read(&bytes, &writing);
        assert_eq!((first.table.rows, first.rejected), (rows, 0), "{writing:?}");
        if let Some(theirs) = by_the_csv_crate(&bytes, &writing) {
            compared += 1;
            assert_eq!(theirs.len(), rows);
            for (row, cells) in theirs.iter().enumerate() {
                for (column, cell) in first.table.columns.iter().zip(cells) {
                    match &column.data {
                        ColumnData::Categories { .. } => {
                            let missing = ["", "NA", "NaN", "null"].contains(&cell.trim());
                            let text = column
                                .text(row)
                                .unwrap_or_else(|| if missing { cell.clone() } else { "lost".into() });
                            assert_eq!(&text, cell);
                        }
                        ColumnData::Numbers(values) if column.kind != ColumnKind::DateTime => {
                            let wanted = cell.trim().replace(',', ".").parse().unwrap_or(f64::NAN);
                            assert!(
                                values[row] == wanted || (values[row].is_nan() && wanted.is_nan()),
                                "{cell}"
                            );
                        }
                        ColumnData::Numbers(_) => {}
                    }
                }
            }
        }
        kinds.extend(first.table.columns.iter().map(|column| column.kind.as_str()));
        let other = Writing { header: writing.header, ..Writing::by(&mut chance) };
        let again = read(&other.bytes(&cells(&first.table, &other)), &other);
        assert_eq!((again.table.rows, again.rejected), (rows, 0), "{other:?}");
        for (before, after) in first.table.columns.iter().zip(&again.table.columns) {
            assert_eq!(
                (&before.name, before.kind, &before.data),
                (&after.name, after.kind, &after.data),
                "{writing:?} then {other:?}"
            );
        }
    }
    assert!(compared * 10 > tables, "{compared} of {tables} were compared with the csv crate");
    assert!(kinds.len() >= 6, "{kinds:?}");
}

#[test]
fn torture_random_tables_survive_being_written_and_read_in_any_dialect() {
    let torture = Torture::begin("T76", "random tables written and read again in any dialect");
    let tables = torture.times(1_000, 10_000);
    survive(usize::try_from(tables).unwrap(), torture.seed());
    torture.end(tables, 0, "no cell lost, none shifted");
}
