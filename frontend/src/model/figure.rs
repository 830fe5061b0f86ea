//! Numbers as people read them: grouped by thousands, with units, never longer than they are exact.

use super::moment;
use contract::datasets::ColumnKind;

/// A whole number grouped by thousands: `53,940`.
pub fn grouped(number: u64) -> String {
    group(&number.to_string())
}

fn group(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A measured number with about four significant digits: `3,932.8`, `0.7979`, `1.2e-9`.
pub fn measured(number: f64) -> String {
    if !number.is_finite() {
        return "–".to_owned();
    }
    let size = number.abs();
    if number == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e15).contains(&size) {
        return format!("{number:.2e}");
    }
    let decimals = match size {
        size if size >= 10_000.0 => 0,
        size if size >= 1_000.0 => 1,
        size if size >= 100.0 => 1,
        size if size >= 10.0 => 2,
        size if size >= 1.0 => 3,
        _ => 4,
    };
    let text = format!("{size:.decimals$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let sign = if number < 0.0 { "−" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", group(whole))
}

/// A size in decimal units: `512 B`, `2.6 MB`.
pub fn bytes(size: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if size < 1000 {
        return format!("{size} B");
    }
    let mut value = size as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let decimals = usize::from(value < 99.95);
    format!("{value:.decimals$} {}", UNITS[unit])
}

/// A number with two significant digits, for what is uncertain itself: `14`, `0.012`, `1,200`.
pub fn rough(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return measured(number);
    }
    let step = 10_f64.powf(number.abs().log10().floor() - 1.0);
    measured((number / step).round() * step)
}

/// A number and how far it may be off, both to the second digit of what is uncertain: `812` and `14`, `0.798` and `0.012`.
pub fn as_exact_as(number: f64, off: f64) -> Option<(String, String)> {
    let digits = (off > 0.0 && off.is_finite()).then(|| 1 - off.log10().floor() as i32)?;
    if !(-15..=9).contains(&digits) || number.abs() >= 1e15 {
        return None;
    }
    let (step, decimals) = (10_f64.powi(-digits), usize::try_from(digits).unwrap_or_default());
    let written = |number: f64| {
        let text = format!("{:.decimals$}", ((number / step).round() * step).abs());
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let point = if fraction.is_empty() { "" } else { "." };
        let sign = if number < 0.0 { "−" } else { "" };
        format!("{sign}{}{point}{fraction}", group(whole))
    };
    Some((written(number), written(off)))
}

/// A value of a column: dates as dates, in UTC; all else as [`measured`].
pub fn of_kind(kind: ColumnKind, number: f64) -> String {
    if kind == ColumnKind::DateTime { moment::of_seconds(number) } else { measured(number) }
}

/// How far values of a column lie apart: of dates as a time.
pub fn apart(kind: ColumnKind, number: f64) -> String {
    if kind == ColumnKind::DateTime { duration(number) } else { measured(number) }
}

/// A time in the unit that suits it: `35 µs`, `420 ms`, `2.4 s`, `3 min 05 s`, `12 d 4 h`.
pub fn duration(seconds: f64) -> String {
    let brief = |number: f64| if number >= 9.95 { format!("{number:.0}") } else { format!("{number:.1}") };
    match seconds {
        seconds if !seconds.is_finite() || seconds < 0.0 => "–".to_owned(),
        0.0 => "0 s".to_owned(),
        seconds if seconds < 1e-3 => format!("{} µs", brief(seconds * 1e6)),
        seconds if seconds < 1.0 => format!("{} ms", brief(seconds * 1e3)),
        seconds if seconds < 59.5 => format!("{} s", brief(seconds)),
        seconds => {
            let whole = seconds.round() as u64;
            match whole {
                0..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
                3600..172_800 => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
                _ => format!("{} d {} h", grouped(whole / 86_400), whole % 86_400 / 3600),
            }
        }
    }
}

/// A share in percent: `12.5 %`; below a tenth of a percent but not nothing: `< 0.1 %`.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 || part == 0 {
        return "0 %".to_owned();
    }
    let share = part as f64 / whole as f64 * 100.0;
    if share < 0.1 {
        "< 0.1 %".to_owned()
    } else if share > 99.9 && part < whole {
        "> 99.9 %".to_owned()
    } else if share >= 10.0 {
        format!("{share:.0} %")
    } else {
        format!("{share:.1} %")
    }
}

/// A probability in percent: `87.3 %`, never rounded to nothing or to certainty.
pub fn share(share: f64) -> String {
    match share {
        share if share <= 0.0 => "0 %".to_owned(),
        share if share < 0.001 => "< 0.1 %".to_owned(),
        share if (0.999..1.0).contains(&share) => "> 99.9 %".to_owned(),
        share => format!("{:.1} %", share * 100.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(53_940), "53,940");
        assert_eq!(grouped(1_000_000), "1,000,000");
    }

    #[test]
    fn a_measured_number_keeps_about_four_digits_and_no_idle_zeros() {
        assert_eq!(measured(3_932.799_722), "3,932.8");
        assert_eq!(measured(0.797_939_7), "0.7979");
        assert_eq!(measured(-61.749_4), "−61.75");
        assert_eq!(measured(2.0), "2");
        assert_eq!(measured(0.000_000_001_2), "1.20e-9");
        assert_eq!(measured(f64::NAN), "–");
    }

    #[test]
    fn sizes_climb_through_the_units_without_rounding_past_them() {
        assert_eq!(bytes(512), "512 B");
        assert_eq!(bytes(2_561_000), "2.6 MB");
        assert_eq!(bytes(999_999), "1.0 MB");
        assert_eq!(bytes(268_435_456), "268 MB");
        assert_eq!(bytes(10_000_000_000), "10.0 GB");
    }

    #[test]
    fn what_is_uncertain_has_two_digits() {
        assert_eq!(rough(14.37), "14");
        assert_eq!(rough(0.012_34), "0.012");
        assert_eq!(rough(1_234.5), "1,200");
        assert_eq!(rough(0.0), "0");
    }

    #[test]
    fn a_time_has_the_unit_that_suits_it() {
        assert_eq!(duration(0.000_035), "35 µs");
        assert_eq!(duration(0.42), "420 ms");
        assert_eq!(duration(2.44), "2.4 s");
        assert_eq!(duration(185.0), "3 min 05 s");
        assert_eq!(duration(7260.0), "2 h 01 min");
        assert_eq!(duration(1_051_200.0), "12 d 4 h");
        assert_eq!(duration(f64::NAN), "–");
    }

    #[test]
    fn a_number_has_no_more_digits_than_what_is_known_of_it() {
        let both = |number, off| as_exact_as(number, off).unwrap();
        let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(both(812.34, 14.37), pair("812", "14"));
        assert_eq!(both(0.797_94, 0.012_34), pair("0.798", "0.012"));
        assert_eq!(both(0.797_94, 0.02), pair("0.798", "0.020"));
        assert_eq!(both(123_456.0, 1_234.0), pair("123,500", "1,200"));
        assert_eq!(both(-3.14159, 0.5), pair("−3.14", "0.50"));
        assert_eq!(as_exact_as(1.0, 0.0), None);
    }

    #[test]
    fn dates_are_shown_as_dates() {
        assert_eq!(of_kind(ColumnKind::DateTime, 951_782_400.0), "2000-02-29");
        assert_eq!(of_kind(ColumnKind::DateTime, 951_782_460.0), "2000-02-29 00:01");
        assert_eq!(of_kind(ColumnKind::Number, 951.5), "951.5");
        assert_eq!(apart(ColumnKind::DateTime, 864_000.0), "10 d 0 h");
    }

    #[test]
    fn a_share_is_never_rounded_to_nothing_or_to_all() {
        assert_eq!(percent(0, 10), "0 %");
        assert_eq!(percent(1, 53_940), "< 0.1 %");
        assert_eq!(percent(53_939, 53_940), "> 99.9 %");
        assert_eq!(percent(1, 80), "1.2 %");
        assert_eq!(percent(5, 5), "100 %");
        assert_eq!(percent(1, 0), "0 %");
    }

    #[test]
    fn a_probability_is_certain_only_when_it_is() {
        assert_eq!(share(0.873), "87.3 %");
        assert_eq!(share(0.000_01), "< 0.1 %");
        assert_eq!(share(0.999_9), "> 99.9 %");
        assert_eq!(share(1.0), "100.0 %");
        assert_eq!(share(0.0), "0 %");
    }
}
