//! The parts of a date.

use super::DatePart;
use crate::table::civil_from_days;

/// Days further from 1970 than this have no date: years of six digits are a fault of the data.
const MAX_DAYS: f64 = 1e8;

impl DatePart {
    /// Every part, in the order in which features are made of them.
    pub const ALL: [Self; 6] = [Self::Seconds, Self::Year, Self::Month, Self::Day, Self::Weekday, Self::Hour];

    /// The part of a moment in seconds since 1970-01-01 UTC; NaN of what is missing or no date.
    pub fn of(self, seconds: f64) -> f64 {
        if self == Self::Seconds {
            return seconds;
        }
        let days = (seconds / 86_400.0).floor();
        if days.is_nan() || days.abs() > MAX_DAYS {
            return f64::NAN;
        }
        let (year, month, day) = civil_from_days(days as i64);
        match self {
            Self::Seconds => seconds,
            Self::Year => year as f64,
            Self::Month => month as f64,
            Self::Day => day as f64,
            // 1970-01-01 was a Thursday.
            Self::Weekday => (days as i64 + 3).rem_euclid(7) as f64,
            Self::Hour => (seconds - days * 86_400.0) / 3_600.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DatePart;
    use crate::table::parse_date_time;

    #[test]
    fn the_parts_of_a_moment_are_those_of_the_calendar() {
        let parts = |text: &str| DatePart::ALL.map(|part| part.of(parse_date_time(text).unwrap()));
        assert_eq!(parts("2024-02-29T13:30")[1..], [2024.0, 2.0, 29.0, 3.0, 13.5]);
        assert_eq!(parts("1969-12-31")[1..], [1969.0, 12.0, 31.0, 2.0, 0.0]);
        assert!(DatePart::ALL.iter().all(|part| part.of(f64::NAN).is_nan()));
        assert!(DatePart::Year.of(1e300).is_nan());
    }
}
