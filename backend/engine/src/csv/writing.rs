//! How the cells of a column are written, where that is not the plain way: what it takes to read more of them alike.

use serde::{Deserialize, Serialize};

use super::dialect::{DEFAULT_MISSING, Dialect};
use super::kinds::told_number;
use super::readings;
use crate::table::{DateOrder, NumberStyle, grouped_number, number_with_unit, parse_number, plain_number};

/// How the cells of a column are written; the default is the plain way: `1234.5`, ISO dates, the usual words for "no
/// value".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Writing {
    /// Whether numbers are written `1,5`.
    pub decimal_comma: bool,
    /// What may stand between thousands.
    pub thousands: Option<char>,
    /// The sign of money or share that stands beside some of its numbers.
    pub unit: Option<String>,
    /// Whether what looks like a code, such as 007, is a number because somebody said so.
    pub told: bool,
    /// Which of day and month comes first in dates such as 03/04/2024.
    pub date_order: Option<DateOrder>,
    /// Words that mean "no value", where they are not the usual ones; an empty cell always does.
    pub missing: Option<Vec<String>>,
}

impl Writing {
    /// The words for "no value", where they are not the usual ones.
    pub(super) fn missing_of(dialect: &Dialect) -> Option<Vec<String>> {
        let usual = dialect.missing.iter().all(|word| DEFAULT_MISSING.contains(&word.as_str()))
            && DEFAULT_MISSING
                .iter()
                .all(|word| word.is_empty() || dialect.missing.iter().any(|own| own == word));
        (!usual).then(|| dialect.missing.clone())
    }

    /// Whether cells are written the plain way.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a cell means "no value".
    pub fn is_missing(&self, cell: &str) -> bool {
        let cell = cell.trim();
        cell.is_empty()
            || match &self.missing {
                Some(words) => words.iter().any(|word| word == cell),
                None => DEFAULT_MISSING.contains(&cell),
            }
    }

    /// The number of a cell. Of a file with decimal commas a plain number is read too, as programs write it, unless its
    /// point may stand between thousands.
    pub fn number(&self, cell: &str) -> Option<f64> {
        let style = if self.decimal_comma { NumberStyle::Comma } else { NumberStyle::Point };
        let plain = |text: &str| {
            let bytes = text.as_bytes();
            if self.told { told_number(bytes, style) } else { parse_number(bytes, style) }
        };
        let grouped =
            |text: &str| self.thousands.and_then(|mark| grouped_number(text.as_bytes(), style, mark));
        let number = |text: &str| plain(text).or_else(|| grouped(text));
        let with_unit = || {
            let (value, unit) = number_with_unit(cell, number)?;
            (Some(unit) == self.unit.as_deref()).then_some(value)
        };
        let of_programs = || plain_number(cell.trim().as_bytes()).filter(|_| self.thousands != Some('.'));
        if !self.told && self.unit.as_deref() == Some(readings::SHARE) {
            // Where all numbers that were learned from are shares, one without the sign may be meant otherwise.
            return with_unit().or_else(|| number(cell).filter(|value| *value == 0.0));
        }
        number(cell).or_else(with_unit).or_else(of_programs)
    }

    /// Seconds of a date since 1970-01-01 UTC.
    pub fn date(&self, cell: &str) -> Option<f64> {
        readings::date(cell, self.date_order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let comma = Writing { decimal_comma: true, thousands: Some('.'), ..Writing::default() };
        assert_eq!(comma.number("1.234,5"), Some(1234.5));
        assert_eq!(comma.number("1.234"), Some(1234.0));
        assert_eq!((comma.number("1.5"), comma.number("1,5")), (None, Some(1.5)));
        let bare = Writing { decimal_comma: true, ..Writing::default() };
        assert_eq!((bare.number("1.5"), bare.number("1,5")), (Some(1.5), Some(1.5)));
        let money = Writing { thousands: Some(','), unit: Some("$".to_owned()), ..Writing::default() };
        assert_eq!((money.number("$1,234.50"), money.number("-$3")), (Some(1234.5), Some(-3.0)));
        assert_eq!((money.number("€3"), money.number("1,23")), (None, None));
        let plain = Writing::default();
        assert_eq!((plain.number("1,234"), plain.number("$3"), plain.number("007")), (None, None, None));
        assert_eq!(Writing { told: true, ..plain }.number("007"), Some(7.0));
    }

    #[test]
    fn dates_and_words_for_nothing_are_those_of_the_file() {
        let written = Writing { date_order: Some(DateOrder::DayFirst), ..Writing::default() };
        assert_eq!(written.date("03/04/2024"), written.date("2024-04-03"));
        assert_eq!(Writing::default().date("03/04/2024"), None);
        let own = Writing { missing: Some(vec!["-".to_owned()]), ..Writing::default() };
        assert!(own.is_missing(" - ") && own.is_missing("") && !own.is_missing("NA"));
        assert!(Writing::default().is_missing("NA") && !Writing::default().is_missing("-"));
    }
}
