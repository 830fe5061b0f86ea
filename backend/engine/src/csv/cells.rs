//! How the text of a cell is taken.

use super::dialect::Dialect;
use crate::table::{NumberStyle, grouped_number, parse_number, plain_number};

/// How the text of a cell is taken.
pub struct CellRules {
    style: NumberStyle,
    /// The mark between thousands, where the head shows one.
    thousands: Option<char>,
    missing: Vec<Vec<u8>>,
    longest_missing: usize,
    /// Whether one of the words for "missing" is itself a number, such as -999.
    pub numeric_missing: bool,
    pub quote: u8,
}

impl CellRules {
    pub fn new(dialect: &Dialect) -> Self {
        let missing: Vec<Vec<u8>> =
            dialect.missing.iter().map(|word| word.trim().as_bytes().to_vec()).collect();
        let longest_missing = missing.iter().map(Vec::len).max().unwrap_or(0);
        let style = dialect.style();
        let numeric_missing = missing.iter().any(|word| parse_number(word, style).is_some());
        let quote = u8::try_from(dialect.quote).unwrap_or(b'"');
        Self { style, thousands: dialect.thousands, missing, longest_missing, numeric_missing, quote }
    }

    /// Whether the text means "no value": nothing, or one of the words.
    #[inline]
    pub fn is_missing(&self, text: &[u8]) -> bool {
        let text = text.trim_ascii();
        text.is_empty()
            || (text.len() <= self.longest_missing && self.missing.iter().any(|word| word == text))
    }

    /// The number that the text is.
    #[inline]
    pub fn number(&self, text: &[u8]) -> Option<f64> {
        let plain = match self.style {
            NumberStyle::Point => plain_number(text),
            NumberStyle::Comma => None,
        };
        plain.or_else(|| self.odd_number(text))
    }

    fn odd_number(&self, text: &[u8]) -> Option<f64> {
        // Words begin with a letter as a rule, and are not looked at twice.
        if text.first().is_none_or(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80) {
            return None;
        }
        let plain = || parse_number(text, self.style);
        let grouped = || grouped_number(text, self.style, self.thousands?);
        plain().or_else(grouped)
    }
}
