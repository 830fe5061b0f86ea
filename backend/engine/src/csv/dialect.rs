//! How a file is written: encoding, delimiter, quote, decimal sign, header, words for "missing"; each with evidence.

use serde::{Deserialize, Serialize};

use super::decode::{detect_encoding, refuse_other_formats, to_utf8};
use super::record::{Outcome, Records};
use super::{IntakeError, Limits};
use crate::table::{NumberStyle, parse_number};

/// How text is stored in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, a superset of Latin-1.
    #[serde(rename = "windows_1252")]
    Windows1252,
}

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialect {
    /// How text is stored in bytes.
    pub encoding: Encoding,
    /// What stands between two fields.
    pub delimiter: char,
    /// What encloses a field that holds a delimiter, a quote or a line end; doubled inside.
    pub quote: char,
    /// Whether numbers are written `1,5`.
    pub decimal_comma: bool,
    /// Whether the first record names the columns.
    pub header: bool,
    /// Words that mean "no value"; an empty field always does.
    pub missing: Vec<String>,
    /// What each guess rests on, a sentence each.
    pub evidence: Vec<String>,
}

/// What the caller knows better than detection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DialectOverrides {
    /// See [`Dialect::encoding`].
    pub encoding: Option<Encoding>,
    /// See [`Dialect::delimiter`]; an ASCII character.
    pub delimiter: Option<char>,
    /// See [`Dialect::quote`]; an ASCII character.
    pub quote: Option<char>,
    /// See [`Dialect::decimal_comma`].
    pub decimal_comma: Option<bool>,
    /// See [`Dialect::header`].
    pub header: Option<bool>,
    /// See [`Dialect::missing`].
    pub missing: Option<Vec<String>>,
}

/// A dialect that was found before, to read the same file the same way again.
impl From<&Dialect> for DialectOverrides {
    fn from(dialect: &Dialect) -> Self {
        Self {
            encoding: Some(dialect.encoding),
            delimiter: Some(dialect.delimiter),
            quote: Some(dialect.quote),
            decimal_comma: Some(dialect.decimal_comma),
            header: Some(dialect.header),
            missing: Some(dialect.missing.clone()),
        }
    }
}

/// The words that mean "no value" unless the caller says otherwise.
pub const DEFAULT_MISSING: [&str; 4] = ["", "NA", "NaN", "null"];

/// Records of the head that detection looks at.
const RECORDS_LOOKED_AT: usize = 200;
/// Bytes of the head that detection looks at.
const HEAD_BYTES: usize = 256 * 1024;
const DELIMITERS: [(u8, &str); 4] = [(b',', "comma"), (b';', "semicolon"), (b'\t', "tab"), (b'|', "bar")];

impl Dialect {
    /// Finds the dialect of a file from its head. The encoding is judged on all the bytes given.
    ///
    /// # Errors
    /// [`IntakeError::Empty`] and those for data that is no text.
    pub fn detect(head: &[u8]) -> Result<Self, IntakeError> {
        Self::detect_with(head, &DialectOverrides::default())
    }

    /// [`Dialect::detect`], with what the caller already knows.
    ///
    /// # Errors
    /// Those of [`Dialect::detect`], and [`IntakeError::BadDialect`] for settings that cannot work.
    pub fn detect_with(head: &[u8], known: &DialectOverrides) -> Result<Self, IntakeError> {
        refuse_other_formats(head)?;
        let mut evidence = Vec::new();
        let encoding = match known.encoding {
            Some(encoding) => {
                evidence.push("encoding: as given".to_owned());
                encoding
            }
            None => {
                let (encoding, why) = detect_encoding(head)?;
                evidence.push(why);
                encoding
            }
        };
        let text = to_utf8(&head[..head.len().min(HEAD_BYTES)], encoding);
        if text.iter().all(u8::is_ascii_whitespace) {
            return Err(IntakeError::Empty);
        }
        let quote = known.quote.unwrap_or('"');
        let quote_byte = ascii(quote, "quote")?;
        let delimiter = match known.delimiter {
            Some(delimiter) => {
                evidence.push("delimiter: as given".to_owned());
                ascii(delimiter, "delimiter")?
            }
            None => detect_delimiter(&text, quote_byte, &mut evidence),
        };
        if delimiter == quote_byte {
            return Err(IntakeError::BadDialect {
                part: if known.quote.is_some() { "quote" } else { "delimiter" },
                reason: "delimiter and quote are the same character".to_owned(),
            });
        }
        let sample = sample(&text, delimiter, quote_byte);
        let decimal_comma = match known.decimal_comma {
            Some(given) if given && delimiter == b',' => {
                let reason = "a decimal comma needs another delimiter than the comma".to_owned();
                return Err(IntakeError::BadDialect { part: "decimal_comma", reason });
            }
            Some(given) => given,
            None => delimiter != b',' && detect_decimal_comma(&sample, &mut evidence),
        };
        let style = if decimal_comma { NumberStyle::Comma } else { NumberStyle::Point };
        let header = known.header.unwrap_or_else(|| detect_header(&sample, style, &mut evidence));
        let missing = known.missing.clone().unwrap_or_else(|| DEFAULT_MISSING.map(str::to_owned).to_vec());
        Ok(Self {
            encoding,
            delimiter: char::from(delimiter),
            quote,
            decimal_comma,
            header,
            missing,
            evidence,
        })
    }

    /// How numbers are written.
    pub(crate) fn style(&self) -> NumberStyle {
        if self.decimal_comma { NumberStyle::Comma } else { NumberStyle::Point }
    }

    /// A reader of records in this dialect.
    pub(super) fn records<'a>(&self, text: &'a [u8], limits: &Limits) -> Result<Records<'a>, IntakeError> {
        let delimiter = ascii(self.delimiter, "delimiter")?;
        let quote = ascii(self.quote, "quote")?;
        // A header may name one more column than allowed per limit: enough to count far beyond it cheaply.
        let max_fields = limits.max_columns.saturating_mul(50).max(100_000);
        Ok(Records::new(text, delimiter, quote, limits.max_field_bytes, max_fields))
    }
}

fn ascii(symbol: char, what: &'static str) -> Result<u8, IntakeError> {
    match u8::try_from(symbol) {
        Ok(byte) if byte.is_ascii() && !matches!(byte, b'\n' | b'\r' | 0) => Ok(byte),
        _ => Err(IntakeError::BadDialect {
            part: what,
            reason: format!("the {what} must be one ASCII character, not a line end"),
        }),
    }
}

/// The first records, as text.
fn sample(text: &[u8], delimiter: u8, quote: u8) -> Vec<Vec<String>> {
    let mut records = Records::new(text, delimiter, quote, HEAD_BYTES, 10_000);
    let mut sample = Vec::new();
    while sample.len() < RECORDS_LOOKED_AT {
        match records.advance() {
            Outcome::End => break,
            Outcome::Record => {
                let fields = records.fields.iter();
                sample
                    .push(fields.map(|f| String::from_utf8_lossy(&records.value(f)).into_owned()).collect());
            }
            _ => {}
        }
    }
    sample
}

/// The delimiter that splits the head into the most even records of two fields or more.
fn detect_delimiter(text: &[u8], quote: u8, evidence: &mut Vec<String>) -> u8 {
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
    let mut records = Records::new(text, delimiter, quote, HEAD_BYTES, 100_000);
    let mut widths = Vec::new();
    while widths.len() < RECORDS_LOOKED_AT {
        match records.advance() {
            Outcome::End => break,
            Outcome::Record => widths.push(records.fields.len()),
            _ => widths.push(0),
        }
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

fn detect_decimal_comma(sample: &[Vec<String>], evidence: &mut Vec<String>) -> bool {
    let cells = || sample.iter().skip(1).flatten();
    let count = |style, sign| {
        cells().filter(|cell| cell.contains(sign) && parse_number(cell.as_bytes(), style).is_some()).count()
    };
    let (commas, points) = (count(NumberStyle::Comma, ','), count(NumberStyle::Point, '.'));
    if commas > points {
        evidence.push(format!("decimal comma: {commas} numbers like 1,5 and {points} like 1.5 in the head"));
    }
    commas > points
}

/// A first record of words above a column of numbers is a header; one that is like its columns, numbers above
/// numbers, is data; anything else is a header.
fn detect_header(sample: &[Vec<String>], style: NumberStyle, evidence: &mut Vec<String>) -> bool {
    let Some((first, rest)) = sample.split_first() else { return true };
    let number = |cell: &String| parse_number(cell.as_bytes(), style).is_some();
    let mut like_data = 0;
    for (at, name) in first.iter().enumerate() {
        let mut cells = rest.iter().filter_map(|row| row.get(at)).filter(|c| !c.trim().is_empty()).peekable();
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

fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(text: &str) -> Dialect {
        Dialect::detect(text.as_bytes()).unwrap()
    }

    #[test]
    fn each_delimiter_is_found() {
        for delimiter in [',', ';', '\t', '|'] {
            let text = "name,size\n\"a,b;c|d\",1\nx,2\n".replace(',', &delimiter.to_string());
            assert_eq!(detect(&text).delimiter, delimiter);
        }
    }

    #[test]
    fn a_decimal_comma_does_not_pass_for_a_delimiter() {
        let dialect = detect("a;b\n1,5;2,5\n3,0;4,25\n");
        assert_eq!((dialect.delimiter, dialect.decimal_comma, dialect.header), (';', true, true));
    }

    #[test]
    fn a_file_of_numbers_only_has_no_header() {
        assert!(!detect("1,2\n3,4\n").header);
        assert!(detect("a,b\n3,4\n").header);
        assert!(detect("a,b\nx,y\n").header);
    }

    #[test]
    fn a_delimiter_that_cannot_work_is_refused() {
        let known = DialectOverrides { delimiter: Some('"'), ..DialectOverrides::default() };
        assert_eq!(Dialect::detect_with(b"a,b\n", &known).unwrap_err().code(), "bad_dialect");
        let known = DialectOverrides { delimiter: Some('€'), ..DialectOverrides::default() };
        assert_eq!(Dialect::detect_with(b"a,b\n", &known).unwrap_err().code(), "bad_dialect");
    }
}
