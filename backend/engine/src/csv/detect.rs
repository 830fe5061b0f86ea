//! Guesses about a dialect, each from the head of the file and with what it rests on.

use super::Part;
use super::record::{Field, Outcome, Records, Signs, line_end};
use crate::table::{NumberStyle, grouped_number, parse_number, thousands_marks};

/// Bytes of the head that detection looks at.
pub const HEAD_BYTES: usize = 256 * 1024;
/// Records of the head that detection looks at.
const RECORDS_LOOKED_AT: usize = 200;
const DELIMITERS: [(u8, &str); 4] = [(b',', "comma"), (b';', "semicolon"), (b'\t', "tab"), (b'|', "bar")];

/// The first records, as text.
pub struct Sample {
    rows: Vec<Vec<String>>,
}

impl Sample {
    /// The first records of a head.
    pub fn of(text: &[u8], delimiter: u8, quote: u8) -> Self {
        let mut rows = Vec::new();
        let mut head = Head::of(text, delimiter, quote);
        while let Some(fields) = head.next() {
            let cell = |field: &Field| String::from_utf8_lossy(&field.value(text, quote)).into_owned();
            if let Some(fields) = fields {
                rows.push(fields.iter().map(cell).collect());
            }
        }
        Self { rows }
    }

    /// The cells below the first record.
    fn cells(&self) -> impl Iterator<Item = &String> {
        self.rows.iter().skip(1).flatten()
    }
}

/// The first records of a head; `None` for those that are malformed.
struct Head<'a> {
    records: Records<'a>,
    fields: Vec<Field>,
    left: usize,
}

impl<'a> Head<'a> {
    fn of(text: &'a [u8], delimiter: u8, quote: u8) -> Self {
        let signs = Signs {
            delimiter,
            quote,
            max_field: HEAD_BYTES,
            max_fields: 100_000,
            width: None,
            part: Part::Head,
        };
        let records = Records::new(text, signs, (0, text.len()));
        Self { records, fields: Vec::new(), left: RECORDS_LOOKED_AT }
    }

    fn next(&mut self) -> Option<Option<&[Field]>> {
        self.left = self.left.checked_sub(1)?;
        self.fields.clear();
        match self.records.advance(&mut self.fields) {
            Outcome::End => None,
            Outcome::Record => Some(Some(&self.fields)),
            _ => Some(None),
        }
    }
}

/// The delimiter that a first line such as `sep=;` names, as Excel has it, and where that line ends.
pub fn named_delimiter(text: &[u8]) -> Option<(u8, usize)> {
    let line = text.get(..line_end(text, 0).min(8))?;
    match line.trim_ascii_end() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] if delimiter.is_ascii_punctuation() => {
            Some((*delimiter, line.len()))
        }
        // The end of the line is the tab itself.
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'='] if line.get(4) == Some(&b'\t') => {
            Some((b'\t', line.len()))
        }
        _ => None,
    }
}

/// The delimiter that splits the head into the most even records of two fields or more.
pub fn delimiter(text: &[u8], quote: u8, evidence: &mut Vec<String>) -> u8 {
    let mut best: Option<(f64, usize, u8, &str)> = None;
    for (delimiter, name) in DELIMITERS {
        let Some((score, columns)) = evenness(text, delimiter, quote) else { continue };
        if best.is_none_or(|(s, c, _, _)| score > s || (score == s && columns > c)) {
            best = Some((score, columns, delimiter, name));
        }
    }
    match best {
        Some((_, columns, delimiter, name)) => {
            evidence.push(format!("delimiter: {name}, which gives {columns} columns most evenly"));
            delimiter
        }
        None => {
            evidence.push("delimiter: none found; the file is read as one column".to_owned());
            b','
        }
    }
}

/// The share of records with the commonest number of fields (halved when the first record differs) and that number,
/// if it is two or more.
fn evenness(text: &[u8], delimiter: u8, quote: u8) -> Option<(f64, usize)> {
    let mut widths = Vec::new();
    let mut head = Head::of(text, delimiter, quote);
    while let Some(fields) = head.next() {
        widths.push(fields.map_or(0, <[Field]>::len));
    }
    // The last record of a head may be cut in the middle.
    if widths.len() > 2 && widths.len() < RECORDS_LOOKED_AT && text.last() != Some(&b'\n') {
        widths.pop();
    }
    let first = *widths.first()?;
    let mut sorted = widths.clone();
    sorted.sort_unstable();
    let runs = sorted.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0]));
    let (count, columns) = runs.filter(|(_, width)| *width > 1).max()?;
    let share = count as f64 / widths.len() as f64;
    Some((if first == columns { share } else { share / 2.0 }, columns))
}

/// Whether numbers are written `1,5`. One such as `1,234` may be either: it has a decimal comma where the delimiter is a
/// semicolon, which is chosen because of it, and nothing speaks against it.
pub fn decimal_comma(sample: &Sample, delimiter: u8, evidence: &mut Vec<String>) -> bool {
    let is = |cell: &str, style| {
        let grouped = |mark| grouped_number(cell.as_bytes(), style, mark).is_some();
        parse_number(cell.as_bytes(), style).is_some() || thousands_marks(style).into_iter().any(grouped)
    };
    let (mut commas, mut points, mut either) = (0, 0, 0);
    for cell in sample.cells().filter(|cell| cell.contains([',', '.'])) {
        match (is(cell, NumberStyle::Comma), is(cell, NumberStyle::Point)) {
            (true, false) => commas += 1,
            (false, true) => points += 1,
            (true, true) => either += usize::from(cell.contains(',')),
            (false, false) => {}
        }
    }
    let found = commas > points || (commas + points == 0 && either > 0 && delimiter == b';');
    if found {
        evidence.push(format!(
            "decimal comma: {} numbers like 1,5 and {points} like 1.5 in the head",
            commas + either
        ));
    }
    found
}

/// The mark between thousands that the most cells show.
pub fn thousands(sample: &Sample, style: NumberStyle, evidence: &mut Vec<String>) -> Option<char> {
    let count = |mark: char| {
        sample.cells().filter(|cell| grouped_number(cell.as_bytes(), style, mark).is_some()).count()
    };
    let counted = thousands_marks(style).map(|mark| (count(mark), mark));
    // Of equals the first, which is the sign that is not the decimal one.
    let (found, mark) = counted.into_iter().rev().max_by_key(|(count, _)| *count)?;
    if found == 0 {
        return None;
    }
    evidence.push(format!("thousands: {found} numbers like 1{mark}234 in the head"));
    Some(mark)
}

/// A first record of words above a column of numbers is a header; one that is like its columns, numbers above
/// numbers, is data; anything else is a header.
pub fn header(
    sample: &Sample,
    (style, mark): (NumberStyle, Option<char>),
    missing: &[String],
    evidence: &mut Vec<String>,
) -> bool {
    let Some((first, rest)) = sample.rows.split_first() else { return true };
    let grouped =
        |cell: &String| mark.and_then(|mark| grouped_number(cell.as_bytes(), style, mark)).is_some();
    let number = |cell: &String| parse_number(cell.as_bytes(), style).is_some() || grouped(cell);
    let numbers: Vec<usize> = (0..first.len()).filter(|at| first.get(*at).is_some_and(number)).collect();
    // Two years may be data; beside words and above cells of which none is a year they are names.
    let is_year = |cell: &String| are_years(std::iter::once(cell), 1);
    let year_below = || rest.iter().any(|row| numbers.iter().any(|at| row.get(*at).is_some_and(is_year)));
    let least =
        if numbers.len() == 2 && first.len() > 2 && !rest.is_empty() && !year_below() { 2 } else { 3 };
    if are_years(first.iter().filter(|name| number(name)), least) {
        evidence.push("header: years in a row above numbers".to_owned());
        return true;
    }
    let mut like_data = 0;
    for (at, name) in first.iter().enumerate() {
        let says =
            |cell: &&String| !cell.trim().is_empty() && !missing.iter().any(|word| word == cell.trim());
        let mut cells = rest.iter().filter_map(|row| row.get(at)).filter(says).peekable();
        let numeric = cells.peek().is_some() && cells.all(number);
        match (numeric, number(name)) {
            (true, false) if !name.trim().is_empty() => {
                evidence.push(format!("header: \"{}\" stands above numbers", clip(name)));
                return true;
            }
            (true, true) => like_data += 1,
            _ => {}
        }
    }
    let all_numbers = !first.is_empty() && first.iter().all(number);
    let header = like_data == 0 && !(all_numbers && rest.is_empty());
    evidence.push(if header {
        "header: the first record names the columns".to_owned()
    } else {
        format!("header: none; the first record has numbers in {like_data} columns of numbers")
    });
    header
}

/// Whether there are `least` numbers or more, and they are years at equal distances.
fn are_years<'a>(names: impl Iterator<Item = &'a String>, least: usize) -> bool {
    let years: Option<Vec<i32>> =
        names.map(|name| name.trim().parse().ok().filter(|year| (1800..=2200).contains(year))).collect();
    let Some(years) = years.filter(|years| years.len() >= least) else { return false };
    let step = years.get(1).map_or(1, |second| second - years[0]);
    step != 0 && years.windows(2).all(|pair| pair[1] - pair[0] == step)
}

fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}
