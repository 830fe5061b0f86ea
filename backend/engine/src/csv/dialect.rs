//! How a file is written: encoding, delimiter, quote, decimal sign, header, words for "missing"; each with evidence.

use serde::{Deserialize, Serialize};

use super::decode::{detect_encoding, to_utf8};
use super::detect::{self, HEAD_BYTES};
use super::formats::refuse_other_formats;
use super::record::{Records, Signs};
use super::{IntakeError, Limits, Part};
use crate::table::{DateOrder, NumberStyle, thousands_marks};

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
    /// What stands between thousands, as in `1,234,567`, where the head shows it.
    #[serde(default)]
    pub thousands: Option<char>,
    /// Which of day and month comes first in dates such as 03/04/2024, where the caller said so; else each column tells,
    /// or the other columns do.
    #[serde(default)]
    pub date_order: Option<DateOrder>,
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
    /// See [`Dialect::thousands`].
    pub thousands: Option<char>,
    /// See [`Dialect::date_order`].
    pub date_order: Option<DateOrder>,
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
            thousands: dialect.thousands,
            date_order: dialect.date_order,
            header: Some(dialect.header),
            missing: Some(dialect.missing.clone()),
        }
    }
}

/// The words that mean "no value" unless the caller says otherwise.
pub const DEFAULT_MISSING: [&str; 4] = ["", "NA", "NaN", "null"];

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
            Some(encoding) => (encoding, "encoding: as given".to_owned()),
            None => detect_encoding(head)?,
        };
        evidence.push(encoding.1);
        let encoding = encoding.0;
        let text = to_utf8(&head[..head.len().min(HEAD_BYTES)], encoding);
        if text.iter().all(u8::is_ascii_whitespace) {
            return Err(IntakeError::Empty);
        }
        let named = detect::named_delimiter(&text);
        let text = text.get(named.map_or(0, |(_, end)| end)..).unwrap_or_default();
        let quote = known.quote.unwrap_or('"');
        let quote_byte = ascii(quote, "quote")?;
        let delimiter = match (known.delimiter, named) {
            (Some(delimiter), _) => {
                evidence.push("delimiter: as given".to_owned());
                ascii(delimiter, "delimiter")?
            }
            (None, Some((delimiter, _))) => {
                evidence.push("delimiter: named by the first line".to_owned());
                delimiter
            }
            (None, None) => detect::delimiter(text, quote_byte, &mut evidence),
        };
        if delimiter == quote_byte {
            return Err(IntakeError::BadDialect {
                part: if known.quote.is_some() { "quote" } else { "delimiter" },
                reason: "delimiter and quote are the same character".to_owned(),
            });
        }
        let sample = detect::Sample::of(text, delimiter, quote_byte);
        let decimal_comma = match known.decimal_comma {
            Some(given) => given,
            None => detect::decimal_comma(&sample, delimiter, &mut evidence),
        };
        let style = style(decimal_comma);
        let thousands = match known.thousands {
            Some(mark) => Some(thousands_mark(mark, style)?),
            None => detect::thousands(&sample, style, &mut evidence),
        };
        let missing = known.missing.clone().unwrap_or_else(|| DEFAULT_MISSING.map(str::to_owned).to_vec());
        let header = known
            .header
            .unwrap_or_else(|| detect::header(&sample, (style, thousands), &missing, &mut evidence));
        Ok(Self {
            encoding,
            delimiter: char::from(delimiter),
            quote,
            decimal_comma,
            thousands,
            date_order: known.date_order,
            header,
            missing,
            evidence,
        })
    }

    /// How numbers are written.
    pub(crate) fn style(&self) -> NumberStyle {
        style(self.decimal_comma)
    }

    /// What the parts of a text in this dialect are told by.
    pub(super) fn signs(&self, limits: &Limits, part: Part) -> Result<Signs, IntakeError> {
        Ok(Signs {
            delimiter: ascii(self.delimiter, "delimiter")?,
            quote: ascii(self.quote, "quote")?,
            max_field: limits.max_field_bytes,
            // A header may name one more column than allowed per limit: enough to count far beyond it cheaply.
            max_fields: limits.max_columns.saturating_mul(50).max(100_000),
            width: None,
            part,
        })
    }

    /// A reader of records in this dialect.
    pub(super) fn records<'a>(
        &self,
        text: &'a [u8],
        limits: &Limits,
        part: Part,
    ) -> Result<Records<'a>, IntakeError> {
        let start = detect::named_delimiter(text).map_or(0, |(_, end)| end);
        let records = Records::new(text, self.signs(limits, part)?, (start, text.len()));
        Ok(records.after(u64::from(start > 0)))
    }
}

fn thousands_mark(mark: char, style: NumberStyle) -> Result<char, IntakeError> {
    if thousands_marks(style).contains(&mark) {
        return Ok(mark);
    }
    let reason = "thousands are marked by a comma or point (the one that is not the decimal sign), an apostrophe or a \
                  space"
        .to_owned();
    Err(IntakeError::BadDialect { part: "thousands", reason })
}

fn style(decimal_comma: bool) -> NumberStyle {
    if decimal_comma { NumberStyle::Comma } else { NumberStyle::Point }
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
