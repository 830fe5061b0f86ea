//! Dates as people write them: `31/01/2024` or `01/31/2024`, whose order only a whole column tells, and those that name
//! the month.

use serde::{Deserialize, Serialize};

use super::dates::{clock, day_of_epoch};

/// Which of day and month comes first in dates such as 03/04/2024.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 31/01/2024.
    DayFirst,
    /// 01/31/2024.
    MonthFirst,
}

/// Two-digit years from here on are of the last century, as POSIX has it.
const CENTURY_TURNS: i64 = 69;

/// A date whose order is open, and its time of day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SlashedDate {
    first: i64,
    second: i64,
    year: i64,
    /// Seconds since midnight.
    time: f64,
}

impl SlashedDate {
    /// Seconds since 1970-01-01 UTC; `None` where there is no such day.
    pub fn seconds(&self, order: DateOrder) -> Option<f64> {
        let (day, month) = match order {
            DateOrder::DayFirst => (self.first, self.second),
            DateOrder::MonthFirst => (self.second, self.first),
        };
        Some(day_of_epoch(self.year, month, day)? as f64 * 86_400.0 + self.time)
    }
}

/// What the dates of a column prove of their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Slashed {
    /// Whether there is any.
    pub any: bool,
    /// Whether a first number is above 12, so that it is a day.
    first_is_day: bool,
    /// Whether a second number is above 12, so that it is a day.
    second_is_day: bool,
}

impl Slashed {
    /// Looks at another date.
    pub fn see(&mut self, date: &SlashedDate) {
        self.any = true;
        self.first_is_day |= date.first > 12;
        self.second_is_day |= date.second > 12;
    }

    /// Adds what other dates of the column prove.
    pub fn add(&mut self, other: &Self) {
        self.any |= other.any;
        self.first_is_day |= other.first_is_day;
        self.second_is_day |= other.second_is_day;
    }

    /// The order, where the dates prove one and do not contradict each other.
    pub fn order(&self) -> Option<DateOrder> {
        match (self.first_is_day, self.second_is_day) {
            (true, false) => Some(DateOrder::DayFirst),
            (false, true) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }
}

/// A date such as 3/4/2024, 3-4-2024 or 3/4/24, with a time of day or without.
pub(crate) fn parse_slashed(text: &str) -> Option<SlashedDate> {
    let text = text.trim().as_bytes();
    let (first, rest) = number(text, 2)?;
    let separator = *rest.first()?;
    if !matches!(separator, b'/' | b'-') {
        return None;
    }
    let (second, rest) = number(rest.get(1..)?, 2)?;
    if rest.first() != Some(&separator) {
        return None;
    }
    let rest = rest.get(1..)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (year, rest) = number(rest, 4)?;
    let year = match digits {
        4 => year,
        2 if separator == b'/' => year + if year >= CENTURY_TURNS { 1900 } else { 2000 },
        _ => return None,
    };
    let days = 1..=31;
    if year == 0 || !days.contains(&first) || !days.contains(&second) || first.min(second) > 12 {
        return None;
    }
    Some(SlashedDate { first, second, year, time: time_behind(rest)? })
}

/// Seconds of a date that names its month in English: 31 Jan 2024, 31-Jan-24, January 31, 2024.
pub(crate) fn parse_named(text: &[u8]) -> Option<f64> {
    let (day, month, year, rest) = if text.first()?.is_ascii_digit() {
        let (day, rest) = number(text, 2)?;
        let (month, rest) = month(gap(rest)?)?;
        let (year, rest) = year(gap(rest)?)?;
        (day, month, year, rest)
    } else {
        let (month, rest) = month(text)?;
        let (day, rest) = number(gap(rest)?, 2)?;
        let (year, rest) = year(gap(rest)?)?;
        (day, month, year, rest)
    };
    Some(day_of_epoch(year, month, day)? as f64 * 86_400.0 + time_behind(rest)?)
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A month's name, whole or its first three letters.
fn month(text: &[u8]) -> Option<(i64, &[u8])> {
    let letters = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (name, rest) = text.split_at(letters);
    let is = |month: &str| {
        let month = month.as_bytes();
        name.eq_ignore_ascii_case(month) || (name.len() == 3 && name.eq_ignore_ascii_case(&month[..3]))
    };
    let place = MONTHS.iter().position(|month| is(month))?;
    Some((place as i64 + 1, rest))
}

fn year(text: &[u8]) -> Option<(i64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (year, rest) = number(text, 4)?;
    match digits {
        4 if year > 0 => Some((year, rest)),
        2 => Some((year + if year >= CENTURY_TURNS { 1900 } else { 2000 }, rest)),
        _ => None,
    }
}

/// What stands between the parts of a date: a hyphen, or a space with a point or comma before it or without.
fn gap(text: &[u8]) -> Option<&[u8]> {
    [b"-".as_slice(), b", ", b". ", b" "].iter().find_map(|sign| text.strip_prefix(*sign))
}

/// A number of one digit to `most`, and what follows it.
fn number(text: &[u8], most: usize) -> Option<(i64, &[u8])> {
    let digits = text.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at(digits);
    if digits == 0 || rest.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((number.iter().fold(0, |n, byte| n * 10 + i64::from(byte - b'0')), rest))
}

/// Seconds since midnight of what follows a date: nothing, or a space and a time.
fn time_behind(rest: &[u8]) -> Option<f64> {
    match rest {
        [] => Some(0.0),
        [b' ' | b'T', time @ ..] => clock(time),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::parse_date_time;

    #[test]
    fn the_order_of_a_date_is_proven_by_a_number_above_twelve() {
        let mut seen = Slashed::default();
        seen.see(&parse_slashed("03/04/2024").unwrap());
        assert_eq!(seen.order(), None);
        let day = parse_slashed("31/1/2024").unwrap();
        seen.see(&day);
        assert_eq!(seen.order(), Some(DateOrder::DayFirst));
        assert_eq!(day.seconds(DateOrder::DayFirst), parse_date_time("2024-01-31"));
        assert_eq!(day.seconds(DateOrder::MonthFirst), None);
        seen.see(&parse_slashed("1/31/24 11:30 PM").unwrap());
        assert_eq!(seen.order(), None);
    }

    #[test]
    fn a_time_of_day_goes_with_every_form() {
        let at = |text: &str| parse_slashed(text).and_then(|date| date.seconds(DateOrder::MonthFirst));
        assert_eq!(at("1/31/24 11:30 PM"), parse_date_time("2024-01-31 23:30"));
        assert_eq!(at("01-31-2024 12:05:07 am"), parse_date_time("2024-01-31 00:05:07"));
        assert_eq!(at("1/31/70"), parse_date_time("1970-01-31"));
        for text in ["31 Jan 2024", "31-jan-24", "January 31, 2024", "Jan 31 2024", "31. January 2024"] {
            assert_eq!(parse_date_time(text), parse_date_time("2024-01-31"), "{text}");
        }
        assert_eq!(parse_date_time("31 Jan 2024 7:05"), parse_date_time("2024-01-31 07:05"));
    }

    #[test]
    fn what_is_no_date_is_none_in_any_order() {
        for text in [
            "13/13/2024",
            "0/1/2024",
            "1/2",
            "1/2/3",
            "1/2/12345",
            "1/2-2024",
            "1-2-24",
            "120/80/2024",
            "1/2/2024 25:00",
        ] {
            assert_eq!(parse_slashed(text), None, "{text}");
        }
        for text in ["31 Foo 2024", "Ja 3 2024", "31 Feb 2024", "May", "May 2024", "31Jan2024"] {
            assert_eq!(parse_date_time(text), None, "{text}");
        }
    }
}
