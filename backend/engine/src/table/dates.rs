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

#[cfg(test)]
mod tests {
    use super::parse_date_time;

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
