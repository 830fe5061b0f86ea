//! Parts of a date as numbers.

use super::DatePart;
use crate::table::civil_from_days;

const DAY: i64 = 86_400;

impl DatePart {
    /// The part of a moment given in seconds since 1970-01-01 UTC. NaN (missing) stays NaN, and so do the calendar
    /// parts of moments more than three million years away.
    pub fn of(self, seconds: f64) -> f64 {
        if self == Self::Seconds {
            return seconds;
        }
        if !(seconds.abs() <= 1e14) {
            return f64::NAN;
        }
        let whole = seconds.floor() as i64;
        let (days, second) = (whole.div_euclid(DAY), whole.rem_euclid(DAY));
        let (year, month, day) = civil_from_days(days);
        let part = match self {
            Self::Seconds => whole,
            Self::Year => year,
            Self::Month => month,
            Self::Day => day,
            // 1970-01-01 was a Thursday.
            Self::Weekday => (days + 3).rem_euclid(7),
            Self::Hour => return (second / 60) as f64 / 60.0,
        };
        part as f64
    }
}

#[cfg(test)]
mod tests {
    use super::DatePart::{self, Day, Hour, Month, Seconds, Weekday, Year};
    use crate::table::parse_date_time;

    #[test]
    fn the_parts_of_a_moment_are_those_of_the_calendar() {
        let seconds = parse_date_time("2024-02-29T13:45:59Z").unwrap();
        let parts = [Year, Month, Day, Weekday, Hour].map(|part: DatePart| part.of(seconds));
        assert_eq!(parts, [2024.0, 2.0, 29.0, 3.0, 13.75]);
        assert_eq!(Seconds.of(seconds), seconds);
        let before = parse_date_time("1969-12-31T23:00:00Z").unwrap();
        assert_eq!([Year, Weekday, Hour].map(|part| part.of(before)), [1969.0, 2.0, 23.0]);
    }

    #[test]
    fn what_is_no_moment_has_no_parts() {
        for odd in [f64::NAN, 1e300, -1e300, f64::INFINITY] {
            assert!([Year, Month, Day, Weekday, Hour].iter().all(|part| part.of(odd).is_nan()));
        }
    }
}
