//! Dates and times in the forms that cannot be mistaken: ISO 8601, `2024/01/31`, `31.01.2024`, `31 Jan 2024`.
//!
//! `01/02/2024` is none of them: nothing in it says which is the month. See [`super::DateOrder`].

use super::date_forms::parse_named;

/// Seconds since 1970-01-01 UTC of a date, or of a date and time; a time without a zone is taken as UTC.
pub fn parse_date_time(text: &str) -> Option<f64> {
    let bytes = text.trim().as_bytes();
    if bytes.len() < 8 || bytes.len() > 64 {
        return None;
    }
    if !bytes.is_ascii() {
        return None;
    }
    let letters = |byte: &u8| byte.is_ascii_alphabetic();
    match numeric(bytes) {
        None if bytes.iter().take(5).any(letters) => parse_named(bytes),
        found => found,
    }
}

/// A date of numbers: the year first, or points between the parts.
fn numeric(bytes: &[u8]) -> Option<f64> {
    let ((year, month, day), rest) = if let Some(sign @ (b'-' | b'/')) = bytes.get(4) {
        let (month, rest) = one_or_two(bytes.get(5..)?)?;
        let (day, rest) = one_or_two(rest.strip_prefix(&[*sign])?)?;
        ((digits(bytes, 0, 4)?, month, day), rest)
    } else {
        let (day, rest) = one_or_two(bytes)?;
        let (month, rest) = one_or_two(rest.strip_prefix(b".")?)?;
        let rest = rest.strip_prefix(b".")?;
        ((digits(rest, 0, 4)?, month, day), rest.get(4..)?)
    };
    let midnight = day_of_epoch(year, month, day)? as f64 * 86_400.0;
    match rest {
        [] => Some(midnight),
        [b'T' | b't' | b' ', time @ ..] => Some(midnight + clock(time)?),
        _ => None,
    }
}

/// A number of one or two digits, and what follows it.
#[inline]
fn one_or_two(text: &[u8]) -> Option<(i64, &[u8])> {
    match text {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', rest @ ..] => {
            Some((i64::from(tens - b'0') * 10 + i64::from(ones - b'0'), rest))
        }
        [ones @ b'0'..=b'9', rest @ ..] => Some((i64::from(ones - b'0'), rest)),
        _ => None,
    }
}

/// The day since 1970-01-01; `None` where the calendar has no such day.
pub(super) fn day_of_epoch(year: i64, month: i64, day: i64) -> Option<i64> {
    if year == 0 || !(1..=12).contains(&month) || day == 0 || day > days_of_month(year, month) {
        return None;
    }
    Some(days_since_epoch(year, month, day))
}

/// Seconds of a time of day, of 24 hours or of twelve with AM or PM: `7:05`, `19:05:30.5`, `7:05 pm`.
pub(super) fn clock(text: &[u8]) -> Option<f64> {
    let mut padded = [0; 48];
    let text = match text {
        [b'0'..=b'9', b':', ..] => {
            padded[0] = b'0';
            padded.get_mut(1..=text.len())?.copy_from_slice(text);
            padded.get(..=text.len())?
        }
        _ => text,
    };
    let half = match text {
        [.., half @ (b'a' | b'A' | b'p' | b'P'), b'm' | b'M'] => half.to_ascii_lowercase(),
        _ => return time_of_day(text),
    };
    let time = text.get(..text.len() - 2)?.trim_ascii_end();
    let (hour, seconds) = (digits(time, 0, 2)?, time_of_day(time)?);
    let noon = 12.0 * 3600.0;
    match (hour, half) {
        (12, b'a') => Some(seconds - noon),
        (1..=11, b'p') => Some(seconds + noon),
        (1..=12, _) => Some(seconds),
        _ => None,
    }
}

/// The date, or date and time, of seconds since 1970-01-01 UTC, such that [`parse_date_time`] reads them back; `None`
/// for fractions of a second and for years that have not four digits.
pub fn format_date_time(seconds: f64) -> Option<String> {
    if seconds.fract() != 0.0 || seconds.abs() > 1e12 {
        return None;
    }
    let (days, second) = ((seconds as i64).div_euclid(86_400), (seconds as i64).rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    if !(1..=9999).contains(&year) {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if second == 0 {
        return Some(date);
    }
    let (hour, minute) = (second / 3600, second / 60 % 60);
    Some(format!("{date}T{hour:02}:{minute:02}:{:02}Z", second % 60))
}

/// Seconds of `HH:MM[:SS[.fraction]][Z|±HH:MM|±HHMM]`, less the zone's offset.
fn time_of_day(text: &[u8]) -> Option<f64> {
    if text.get(2) != Some(&b':') {
        return None;
    }
    let (hour, minute) = (digits(text, 0, 2)?, digits(text, 3, 2)?);
    let (mut second, mut at) = (0.0, 5);
    if text.get(5) == Some(&b':') {
        let end = 6 + text[6..].iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let whole = digits(text, 6, 2)?;
        second = whole as f64;
        if end > 8 {
            if text[8] != b'.' || end == 9 || text[9..end].contains(&b'.') {
                return None;
            }
            second += fast_float2::parse::<f64, _>(&text[8..end]).ok()?;
        }
        at = end;
    }
    if hour > 23 || minute > 59 || second >= 61.0 {
        return None;
    }
    let offset = match &text[at..] {
        b"" | b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), zone @ ..] => {
            let minutes = match zone.len() {
                5 if zone[2] == b':' => digits(zone, 0, 2)? * 60 + digits(zone, 3, 2)?,
                4 => digits(zone, 0, 2)? * 60 + digits(zone, 2, 2)?,
                2 => digits(zone, 0, 2)? * 60,
                _ => return None,
            };
            if *sign == b'+' { minutes } else { -minutes }
        }
        _ => return None,
    };
    Some((hour * 3600 + minute * 60 - offset * 60) as f64 + second)
}

fn digits(text: &[u8], at: usize, count: usize) -> Option<i64> {
    let part = text.get(at..at + count)?;
    part.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
}

fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant's `days_from_civil`).
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_since_epoch`] (Howard Hinnant's `civil_from_days`).
pub(crate) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{format_date_time, parse_date_time};

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(format_date_time(951_868_800.0).as_deref(), Some("2000-03-01"));
        assert_eq!(format_date_time(-1.0).as_deref(), Some("1969-12-31T23:59:59Z"));
        for day in (-719_162..2_932_896_i64).step_by(97) {
            for second in [0, 1, 43_199] {
                let seconds = (day * 86_400 + second) as f64;
                let text = format_date_time(seconds).unwrap();
                assert_eq!(parse_date_time(&text), Some(seconds), "{text}");
            }
        }
        for odd in [0.5, 1e15, f64::NAN, f64::INFINITY, -1e11] {
            assert_eq!(format_date_time(odd), None, "{odd}");
        }
    }

    #[test]
    fn the_forms_that_cannot_be_mistaken_are_read() {
        assert_eq!(parse_date_time("1970-01-02"), Some(86_400.0));
        assert_eq!(parse_date_time("2000/03/01"), Some(951_868_800.0));
        assert_eq!(parse_date_time("01.03.2000"), Some(951_868_800.0));
        assert_eq!(parse_date_time("2000-3-1"), Some(951_868_800.0));
        assert_eq!(parse_date_time("1.3.2000"), Some(951_868_800.0));
        assert_eq!(parse_date_time("2000-03-01T00:00:01.5Z"), Some(951_868_801.5));
        assert_eq!(parse_date_time("2000-03-01 02:00+02:00"), Some(951_868_800.0));
    }

    #[test]
    fn what_is_no_date_stays_text() {
        for text in [
            "",
            "2023-02-29",
            "2023-13-01",
            "01/02/2024",
            "2023-01-01x",
            "2023-01-01T25:00",
            "2023-01-01T10:00:",
            "2023-01-01T10:00:0",
            "2023-01-01T10:00:00.",
            "ééééé",
            "2023-01-0é",
            "1.2.3",
            "12345678901",
            "2023-01-01T10:00+1",
        ] {
            assert_eq!(parse_date_time(text), None, "{text}");
        }
    }
}
