//! Moments: shown in the reader's own time, exact in UTC on hover, near ones as a distance.

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// How far a moment lies back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ago {
    /// Under a minute, or in the future by a crooked clock.
    Now,
    /// Whole minutes, 1 to 59.
    Minutes(u64),
    /// Whole hours, 1 to 23.
    Hours(u64),
    /// Whole days, 1 to 6.
    Days(u64),
    /// A week and more: better shown as a date.
    Long,
}

/// The distance from `moment` to `now`, both in Unix milliseconds.
pub fn ago(moment: i64, now: i64) -> Ago {
    let distance = now.saturating_sub(moment);
    let whole = |unit: i64| u64::try_from(distance / unit).unwrap_or_default();
    match distance {
        ..MINUTE => Ago::Now,
        MINUTE..HOUR => Ago::Minutes(whole(MINUTE)),
        HOUR..DAY => Ago::Hours(whole(HOUR)),
        DAY..WEEK => Ago::Days(whole(DAY)),
        WEEK.. => Ago::Long,
    }
}

/// `2026-11-23 16:05` in a zone that lies `ahead_minutes` ahead of UTC.
pub fn stamp(moment: i64, ahead_minutes: i32) -> String {
    let local = moment.saturating_add(i64::from(ahead_minutes) * MINUTE);
    let (year, month, day) = civil(local.div_euclid(DAY));
    let rest = local.rem_euclid(DAY);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", rest / HOUR, rest % HOUR / MINUTE)
}

/// A moment of a table in Unix seconds, in UTC: `2026-11-23` at midnight, else `2026-11-23 16:05`.
pub fn of_seconds(seconds: f64) -> String {
    let stamp = stamp((seconds * 1000.0) as i64, 0);
    stamp.strip_suffix(" 00:00").map(str::to_owned).unwrap_or(stamp)
}

/// `16:05:09` in a zone that lies `ahead_minutes` ahead of UTC.
pub fn clock(moment: i64, ahead_minutes: i32) -> String {
    let stamp = stamp(moment, ahead_minutes);
    format!("{}:{:02}", stamp.get(11..).unwrap_or_default(), moment.rem_euclid(MINUTE) / SECOND)
}

/// `2026-11-23 16:05:09 UTC`.
pub fn exact(moment: i64) -> String {
    format!("{}:{:02} UTC", stamp(moment, 0), moment.rem_euclid(MINUTE) / SECOND)
}

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar
/// (the algorithm of <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_795_435_509_000; // 2026-11-23 12:05:09 UTC

    #[test]
    fn a_moment_is_shown_in_the_readers_zone() {
        assert_eq!(exact(NOON), "2026-11-23 12:05:09 UTC");
        assert_eq!(stamp(NOON, 480), "2026-11-23 20:05");
        assert_eq!(stamp(NOON, -765), "2026-11-22 23:20");
        assert_eq!(clock(NOON, 480), "20:05:09");
    }

    #[test]
    fn leap_days_and_the_time_before_1970_are_right() {
        assert_eq!(stamp(951_782_400_000, 0), "2000-02-29 00:00");
        assert_eq!(stamp(-1000, 0), "1969-12-31 23:59");
    }

    #[test]
    fn distances_change_their_unit_at_whole_ones() {
        assert_eq!(ago(NOON, NOON - 5000), Ago::Now);
        assert_eq!(ago(NOON, NOON + 59_999), Ago::Now);
        assert_eq!(ago(NOON, NOON + MINUTE), Ago::Minutes(1));
        assert_eq!(ago(NOON, NOON + 2 * HOUR), Ago::Hours(2));
        assert_eq!(ago(NOON, NOON + 6 * DAY), Ago::Days(6));
        assert_eq!(ago(NOON, NOON + 7 * DAY), Ago::Long);
    }
}
