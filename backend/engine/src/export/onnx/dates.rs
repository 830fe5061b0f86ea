//! The parts of a date, in `f64`: from the days on every number is whole and far below 2⁵³, so that `Floor` of a quotient
//! is the exact floor, and a missing value (NaN) stays one without a branch.
//!
//! The calendar is Howard Hinnant's `civil_from_days` (<https://howardhinnant.github.io/date_algorithms.html>), which
//! the engine computes with integers.

use super::graph::{Graph, Value};
use crate::prepare::DatePart;

/// Days further from 1970 than this have no date, as in [`DatePart::of`].
const MAX_DAYS: f64 = 1e8;

/// Nodes with one constant operand, for the length of a computation.
struct Arithmetic<'a> {
    graph: &'a mut Graph,
}

impl Arithmetic<'_> {
    fn with(&mut self, operator: &str, a: &Value, b: f64) -> Value {
        let b = self.graph.scalar(b);
        self.graph.node(operator, &[a, &b])
    }

    fn plus(&mut self, a: &Value, b: f64) -> Value {
        self.with("Add", a, b)
    }

    fn times(&mut self, a: &Value, b: f64) -> Value {
        self.with("Mul", a, b)
    }

    fn minus(&mut self, a: &Value, b: &Value) -> Value {
        self.graph.node("Sub", &[a, b])
    }

    /// `⌊a / b⌋`
    fn floor_div(&mut self, a: &Value, b: f64) -> Value {
        let quotient = self.with("Div", a, b);
        self.graph.node("Floor", &[&quotient])
    }

    /// `a − b ⌊a / b⌋`
    fn rem(&mut self, a: &Value, b: f64) -> Value {
        let whole = self.floor_div(a, b);
        let taken = self.times(&whole, b);
        self.minus(a, &taken)
    }

    /// `then` where `a < b`, else `otherwise`.
    fn choose(&mut self, a: &Value, b: f64, then: &Value, otherwise: &Value) -> Value {
        let below = self.with("Less", a, b);
        self.graph.node("Where", &[&below, then, otherwise])
    }
}

/// A part of moments in seconds since 1970-01-01 UTC, `double [rows, 1]` both.
pub fn part(graph: &mut Graph, seconds: &Value, part: DatePart) -> Value {
    if part == DatePart::Seconds {
        return seconds.clone();
    }
    let mut on = Arithmetic { graph };
    let days = on.floor_div(seconds, 86_400.0);
    let distance = on.graph.node("Abs", &[&days]);
    let near = on.with("LessOrEqual", &distance, MAX_DAYS);
    let missing = on.graph.scalar(f64::NAN);
    let days = on.graph.node("Where", &[&near, &days, &missing]);
    match part {
        DatePart::Seconds => seconds.clone(),
        DatePart::Hour => {
            let of_days = on.times(&days, 86_400.0);
            let of_day = on.minus(seconds, &of_days);
            on.with("Div", &of_day, 3_600.0)
        }
        DatePart::Weekday => {
            // 1970-01-01 was a Thursday.
            let shifted = on.plus(&days, 3.0);
            on.rem(&shifted, 7.0)
        }
        DatePart::Year | DatePart::Month | DatePart::Day => calendar(&mut on, &days, part),
    }
}

/// Year, month or day of days since 1970-01-01; the year begins in March on the way.
fn calendar(on: &mut Arithmetic<'_>, days: &Value, part: DatePart) -> Value {
    let days = on.plus(days, 719_468.0);
    let era = on.floor_div(&days, 146_097.0);
    let of_eras = on.times(&era, 146_097.0);
    let day_of_era = on.minus(&days, &of_eras);
    // (d − d / 1460 + d / 36524 − d / 146096) / 365
    let (four, hundred, all) = (
        on.floor_div(&day_of_era, 1_460.0),
        on.floor_div(&day_of_era, 36_524.0),
        on.floor_div(&day_of_era, 146_096.0),
    );
    let without_leaps = on.minus(&day_of_era, &four);
    let without_leaps = on.graph.node("Add", &[&without_leaps, &hundred]);
    let without_leaps = on.minus(&without_leaps, &all);
    let year_of_era = on.floor_div(&without_leaps, 365.0);
    let (usual, leap, century) =
        (on.times(&year_of_era, 365.0), on.floor_div(&year_of_era, 4.0), on.floor_div(&year_of_era, 100.0));
    let start = on.graph.node("Add", &[&usual, &leap]);
    let start = on.minus(&start, &century);
    let day_of_year = on.minus(&day_of_era, &start);
    let scaled = on.times(&day_of_year, 5.0);
    let scaled = on.plus(&scaled, 2.0);
    let shifted = on.floor_div(&scaled, 153.0);
    if part == DatePart::Day {
        let month = on.times(&shifted, 153.0);
        let month = on.plus(&month, 2.0);
        let month_start = on.floor_div(&month, 5.0);
        let day = on.minus(&day_of_year, &month_start);
        return on.plus(&day, 1.0);
    }
    if part == DatePart::Month {
        let (same_year, next_year) = (on.plus(&shifted, 3.0), on.plus(&shifted, -9.0));
        return on.choose(&shifted, 10.0, &same_year, &next_year);
    }
    let of_eras = on.times(&era, 400.0);
    let year = on.graph.node("Add", &[&year_of_era, &of_eras]);
    let next = on.plus(&year, 1.0);
    on.choose(&shifted, 10.0, &year, &next)
}
