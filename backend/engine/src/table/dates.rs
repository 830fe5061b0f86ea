//! Dates and times in the forms that cannot be mistaken: ISO 8601, `2024/01/31`, `31.01.2024`.
//!
//! `01/02/2024` is left as text: nothing in it says which is the month.

/// Seconds since 1970-01-01 UTC of a date, or of a date and time; a time without a zone is taken as UTC.
pub fn parse_date_time(text: &str) -> Option<f64> {
    let text = text.trim();
    let bytes = text.as_bytes();
    if bytes.len() < 10 || !text.is_ascii() {
        return None;
    }
    let separator = if bytes[4] == b'-' || bytes[4] == b'/' { bytes[4] } else { b'.' };
    let (year, month, day) = if separator == b'.' {
        if bytes[2] != b'.' || bytes[5] != b'.' {
            return None;
        }
        (digits(bytes, 6, 4)?, digits(bytes, 3, 2)?, digits(bytes, 0, 2)?)
    } else {
        if bytes[7] != separator {
            return None;
        }
        (digits(bytes, 0, 4)?, digits(bytes, 5, 2)?, digits(bytes, 8, 2)?)
    };
    if year == 0 || !(1..=12).contains(&month) || day == 0 || day > days_of_month(year, month) {
        return None;
    }
    let midnight = days_since_epoch(year, month, day) as f64 * 86_400.0;
    match bytes.get(10) {
        None => Some(midnight),
        Some(b'T' | b't' | b' ') => Some(midnight + time_of_day(&bytes[11..])?),
        Some(_) => None,
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
            "12345678901",
            "2023-01-01T10:00+1",
        ] {
            assert_eq!(parse_date_time(text), None, "{text}");
        }
    }
}
