//! Usage day by day: days without any are there too, and what the month will come to if it goes on like this.

use contract::{
    Timestamp,
    quotas::{Usage, UsageRow},
};

const DAY: i64 = 86_400_000;
/// The most days that are drawn, the newest ones.
pub const MOST: usize = 732;

/// The usage of every day from the first to the last, oldest first; days without calls count nothing.
pub fn days(usage: &Usage) -> Vec<UsageRow> {
    let bounds = Timestamp::parse(&usage.from).zip(Timestamp::parse(&usage.to));
    let Some((from, to)) = bounds.map(|(from, to)| (from.millis(), to.millis())) else { return Vec::new() };
    let span = i64::try_from(MOST).unwrap_or(i64::MAX) - 1;
    let from = from.max(to.saturating_sub(span * DAY));
    let nothing = |group: String| UsageRow { group, requests: 0, predictions: 0, errors: 0 };
    let mut known = usage.data.iter().peekable();
    let mut all = Vec::new();
    for day in (0..).map(|number| from + number * DAY).take_while(|day| *day <= to) {
        let date = Timestamp::from_millis(day).date();
        // Both are in order, so each row is looked at once.
        while known.peek().is_some_and(|row| row.group < date) {
            known.next();
        }
        match known.peek() {
            Some(row) if row.group == date => all.push((*row).clone()),
            _ => all.push(nothing(date)),
        }
    }
    all
}

/// The sum of a figure over all rows.
pub fn sum(rows: &[UsageRow], figure: fn(&UsageRow) -> u64) -> u64 {
    rows.iter().map(figure).fold(0, u64::saturating_add)
}

/// What a month comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// The use at the month's end.
    pub expected: u64,
    /// When the limit is reached, in Unix milliseconds; none when it isn't within the month, or is already.
    pub full_at: Option<i64>,
}

/// Goes on in a straight line from the month's first to its end; none on the first day, which says too little.
pub fn forecast(used: u64, limit: u64, now: i64, resets_at: i64) -> Option<Forecast> {
    let first = format!("{}-01", Timestamp::from_millis(now).date().get(..7)?);
    let start = Timestamp::parse(&first)?.millis();
    let elapsed = now - start;
    if elapsed < DAY || resets_at <= now {
        return None;
    }
    let pace = used as f64 / elapsed as f64;
    let expected = used.saturating_add((pace * (resets_at - now) as f64).round() as u64);
    let full_at = (used < limit && expected > limit).then(|| now + ((limit - used) as f64 / pace) as i64);
    Some(Forecast { expected, full_at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::quotas::UsageBy;

    fn usage(from: &str, to: &str, rows: &[(&str, u64)]) -> Usage {
        let row = |(day, predictions): &(&str, u64)| UsageRow {
            group: (*day).to_owned(),
            requests: 1,
            predictions: *predictions,
            errors: 0,
        };
        Usage {
            from: from.to_owned(),
            to: to.to_owned(),
            by: UsageBy::Day,
            data: rows.iter().map(row).collect(),
        }
    }

    fn at(text: &str) -> i64 {
        Timestamp::parse(text).unwrap().millis()
    }

    #[test]
    fn days_without_calls_are_there_too() {
        let all = days(&usage("2026-02-27", "2026-03-02", &[("2026-02-28", 5), ("2026-03-02", 7)]));
        let seen: Vec<_> = all.iter().map(|row| (row.group.as_str(), row.predictions)).collect();
        assert_eq!(seen, [("2026-02-27", 0), ("2026-02-28", 5), ("2026-03-01", 0), ("2026-03-02", 7)]);
        assert_eq!(sum(&all, |row| row.predictions), 12);
    }

    #[test]
    fn a_long_time_is_cut_to_its_newest_days() {
        let all = days(&usage("1990-01-01", "2026-11-23", &[("2026-11-23", 1)]));
        assert_eq!(all.len(), MOST);
        assert_eq!(all.last().map(|row| row.predictions), Some(1));
        assert!(days(&usage("2026-02-02", "2026-02-01", &[])).is_empty());
        assert!(days(&usage("soon", "later", &[])).is_empty());
    }

    #[test]
    fn a_month_goes_on_in_a_straight_line() {
        let (now, end) = (at("2026-11-11T00:00:00Z"), at("2026-12-01T00:00:00Z"));
        let forecast = forecast(1000, 10_000, now, end).unwrap();
        assert_eq!(forecast, Forecast { expected: 3000, full_at: None });
    }

    #[test]
    fn the_day_on_which_the_limit_is_reached_is_named() {
        let (now, end) = (at("2026-11-11T00:00:00Z"), at("2026-12-01T00:00:00Z"));
        let soon = forecast(1000, 2000, now, end).unwrap();
        assert_eq!(soon.full_at, Some(at("2026-11-21T00:00:00Z")));
        assert_eq!(forecast(2000, 2000, now, end).unwrap().full_at, None);
        assert_eq!(forecast(0, 0, now, end), Some(Forecast { expected: 0, full_at: None }));
    }

    #[test]
    fn the_first_day_promises_nothing() {
        let end = at("2026-12-01T00:00:00Z");
        assert_eq!(forecast(50, 100, at("2026-11-01T23:59:59Z"), end), None);
        assert_eq!(forecast(50, 100, end, end), None);
    }
}
