//! What repeats in dates: the year by its months, the week by its days, the day by its hours.
//!
//! A linear model sees a moment as one number, which only rises. What repeats gets columns of its own: sines and cosines
//! of one, two and three turns per period, which are smooth where there are many places (January follows December), and
//! for the seven days of a week as free as a column a day.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::DatePart;
use crate::math::{mean, sin_cos};

/// The columns of one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cycle {
    /// The month, the day of the week, or the hour without its minutes.
    pub part: DatePart,
    /// The first of its columns of the matrix; the others follow it.
    pub column: u32,
    /// The values of the columns for each place of the part, from the first: January, Monday, midnight.
    pub values: Vec<Vec<f64>>,
    /// The values of the columns for a missing date: their means over the train part.
    pub missing: Vec<f64>,
}

/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// A period: its part, its first value and places, turns at most, and the days that dates must span to tell it from a
/// trend.
struct Period {
    part: DatePart,
    first: f64,
    places: usize,
    turns: usize,
    span: f64,
}

const PERIODS: [Period; 3] = [
    Period { part: DatePart::Month, first: 1.0, places: 12, turns: 2, span: 360.0 },
    Period { part: DatePart::Weekday, first: 0.0, places: 7, turns: 3, span: 14.0 },
    Period { part: DatePart::Hour, first: 0.0, places: 24, turns: 3, span: 2.0 },
];

/// The cycles that the present moments of the train part show, the columns not yet placed: each period that they
/// span, as long as more places of it occur than its columns and the intercept can tell apart.
pub(super) fn found(moments: &[f64]) -> Vec<Cycle> {
    let (low, high) =
        moments.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), s| (l.min(*s), h.max(*s)));
    let one = |period: &Period| {
        let mut cycle = Cycle {
            part: period.part,
            column: 0,
            values: vec![Vec::new(); period.places],
            missing: Vec::new(),
        };
        let places: Vec<usize> = moments.iter().filter_map(|moment| cycle.place(*moment)).collect();
        let distinct = places.iter().collect::<BTreeSet<_>>().len();
        let turns = period.turns.min(distinct.saturating_sub(1) / 2);
        if turns == 0 || high - low < period.span * DAY {
            return None;
        }
        cycle.values = (0..period.places).map(|place| waves(place, period.places, turns)).collect();
        let column = |at: usize| places.iter().map(|place| cycle.values[*place][at]).collect::<Vec<f64>>();
        cycle.missing = (0..2 * turns).map(|at| mean(&column(at))).collect();
        Some(cycle)
    };
    PERIODS.iter().filter_map(one).collect()
}

/// Sine and cosine of one turn, of two, …
fn waves(place: usize, places: usize, turns: usize) -> Vec<f64> {
    let angle = |turn: usize| std::f64::consts::TAU * ((turn * place) % places) as f64 / places as f64;
    (1..=turns).map(|turn| sin_cos(angle(turn))).flat_map(|(sine, cosine)| [sine, cosine]).collect()
}

impl Cycle {
    /// The place of a moment (seconds since 1970-01-01 UTC) in `values`; `None` of what is missing or no date.
    pub fn place(&self, seconds: f64) -> Option<usize> {
        let first = PERIODS.iter().find(|period| period.part == self.part).map_or(0.0, |period| period.first);
        let value = self.part.of(seconds).floor() - first;
        // NaN fails too.
        if value >= 0.0 && value < self.values.len() as f64 { Some(value as usize) } else { None }
    }

    /// The values of the columns at a moment.
    pub fn row(&self, seconds: f64) -> &[f64] {
        self.place(seconds).and_then(|place| self.values.get(place)).unwrap_or(&self.missing)
    }

    /// The number of its columns.
    pub fn width(&self) -> usize {
        self.missing.len()
    }

    /// What is wrong with it in a matrix of `width` columns.
    pub fn fault(&self, width: u32) -> Option<&'static str> {
        let all = || self.values.iter().chain([&self.missing]);
        let end = u64::from(self.column) + self.width() as u64;
        let known = PERIODS.iter().any(|p| p.part == self.part && p.places == self.values.len());
        if end > u64::from(width) {
            Some("a column beyond the matrix")
        } else if !known || all().any(|row| row.len() != self.width()) {
            Some("a cycle that is none")
        } else if !all().flatten().all(|value| value.is_finite()) {
            Some("a number is not finite")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(count: u32) -> Vec<f64> {
        (0..count).map(|day| f64::from(day) * DAY).collect()
    }

    #[test]
    fn a_month_of_days_has_weeks_and_two_years_have_years() {
        let parts = |count| found(&days(count)).iter().map(|cycle| cycle.part).collect::<Vec<_>>();
        assert_eq!(parts(31), [DatePart::Weekday]);
        assert_eq!(parts(730), [DatePart::Month, DatePart::Weekday]);
        assert!(parts(1).is_empty() && parts(0).is_empty());
        let hours: Vec<f64> = (0..100).map(|hour| f64::from(hour) * 3_600.0 + 60.0).collect();
        assert_eq!(found(&hours)[0].part, DatePart::Hour);
    }

    #[test]
    fn a_moment_finds_its_place_and_a_missing_one_the_mean() {
        let cycles = found(&days(730));
        // 1970-01-01 was a Thursday.
        assert_eq!((cycles[0].place(0.0), cycles[1].place(0.0)), (Some(0), Some(3)));
        assert_eq!(cycles[0].place(31.0 * DAY), Some(1));
        for odd in [f64::NAN, f64::INFINITY, -1e300] {
            assert_eq!(cycles[0].row(odd), cycles[0].missing);
        }
        assert!(cycles[1].missing.iter().all(|mean| mean.abs() < 0.01));
    }

    #[test]
    fn working_days_alone_have_no_more_columns_than_they_can_tell_apart() {
        let working: Vec<f64> = days(200).into_iter().filter(|s| DatePart::Weekday.of(*s) < 5.0).collect();
        assert_eq!(found(&working)[0].width(), 4);
    }
}
