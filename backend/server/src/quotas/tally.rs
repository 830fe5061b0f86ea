//! Counting predict calls: a line for each day, caller and endpoint, and the month that they add up to.

use super::{admission, meter::CallerUse};
use crate::{
    context::Context,
    error::{Error, Result, fault},
    policy::Scope,
};
use contract::{Code, TenantId};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};
use time::Date;

const DAY_SECONDS: i64 = 86_400;
const EPOCH: Date = time::macros::date!(1970 - 01 - 01);

/// A tenant's predictions of a month, on all servers as far as is known.
#[derive(Debug)]
pub(super) struct Month {
    /// Months since the year 0.
    pub number: i32,
    /// What stood in the database when counts were last written.
    persisted: AtomicU64,
    /// What this process let through and has not written.
    unwritten: AtomicU64,
}

impl Month {
    pub fn new(number: i32, persisted: u64) -> Self {
        Self { number, persisted: AtomicU64::new(persisted), unwritten: AtomicU64::new(0) }
    }

    /// The month of a day since 1970.
    pub fn number_of(day: i64) -> i32 {
        let date = date_of(day);
        date.year() * 12 + i32::from(u8::from(date.month())) - 1
    }

    pub fn used(&self) -> u64 {
        self.persisted.load(Relaxed) + self.unwritten.load(Relaxed)
    }

    /// Adds `rows` unless that would go over the limit.
    fn reserve(&self, rows: u64, limit: u64) -> bool {
        let before = self.unwritten.fetch_add(rows, Relaxed) + self.persisted.load(Relaxed);
        let fits = before.saturating_add(rows) <= limit;
        if !fits {
            self.unwritten.fetch_sub(rows, Relaxed);
        }
        fits
    }

    /// `rows` were written, after which the database held `persisted` in all.
    pub fn written(&self, rows: u64, persisted: u64) {
        // In this order the sum is too great for a moment, never too small.
        self.persisted.store(persisted, Relaxed);
        self.unwritten.fetch_sub(rows, Relaxed);
    }
}

/// Counts of a day, caller and endpoint that are not written yet.
#[derive(Debug)]
pub(super) struct Line {
    pub tenant: TenantId,
    pub day: i64,
    pub group: String,
    pub endpoint: String,
    pub month: Arc<Month>,
    requests: AtomicU64,
    predictions: AtomicU64,
    errors: AtomicU64,
}

/// Counts of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub requests: u64,
    pub predictions: u64,
    pub errors: u64,
}

impl Line {
    pub fn new(tenant: TenantId, day: i64, group: String, endpoint: &str, month: Arc<Month>) -> Self {
        let zero = AtomicU64::default;
        let endpoint = endpoint.to_owned();
        Self { tenant, day, group, endpoint, month, requests: zero(), predictions: zero(), errors: zero() }
    }

    pub fn is_empty(&self) -> bool {
        self.requests.load(Relaxed) == 0
            && self.predictions.load(Relaxed) == 0
            && self.errors.load(Relaxed) == 0
    }

    /// Takes the counts out.
    pub fn take(&self) -> Counts {
        Counts {
            requests: self.requests.swap(0, Relaxed),
            predictions: self.predictions.swap(0, Relaxed),
            errors: self.errors.swap(0, Relaxed),
        }
    }

    /// Puts counts back that could not be written.
    pub fn put_back(&self, counts: Counts) {
        self.requests.fetch_add(counts.requests, Relaxed);
        self.predictions.fetch_add(counts.predictions, Relaxed);
        self.errors.fetch_add(counts.errors, Relaxed);
    }
}

/// One predict call on its way; dropped before [`Tally::answered`] it counts as an error.
#[derive(Debug)]
pub struct Tally {
    line: Arc<Line>,
    limit: u64,
    reserved: u64,
    answered: bool,
}

impl Tally {
    pub(super) fn open(ctx: &Context, caller: &CallerUse, endpoint: &str) -> Self {
        let day = ctx.clock.now().millis().div_euclid(DAY_SECONDS * 1000);
        let line = caller.line(&ctx.state.quotas, day, endpoint);
        Self { line, limit: caller.tenant.plan.predictions_per_month, reserved: 0, answered: false }
    }

    /// Sets rows aside from the month's predictions, or refuses.
    pub fn reserve(&mut self, rows: u64) -> Result<()> {
        if self.line.month.reserve(rows, self.limit) {
            self.reserved += rows;
            return Ok(());
        }
        Err(self.exceeded(rows))
    }

    fn exceeded(&self, rows: u64) -> Error {
        let (limit, used) = (self.limit, self.line.month.used());
        let (_, next) = month_bounds(self.line.day);
        let message =
            format!("{limit} predictions a month are allowed, {used} are used, {rows} were asked for");
        let fix = format!("send fewer rows, wait until {}, or ask for a larger plan", date_of(next));
        let detail = format!("The quota predictions_per_month is used up: {message}. To mend it, {fix}.");
        Error::new(Code::QuotaExceeded, detail)
            .with_faults(vec![fault("predictions_per_month", "quota_exceeded", message, fix)])
            .retry_after(u64::try_from((next - self.line.day) * DAY_SECONDS).unwrap_or(1))
    }

    /// The call was answered; its reserved rows count.
    pub fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.line.requests.fetch_add(1, Relaxed);
        if self.answered {
            self.line.predictions.fetch_add(self.reserved, Relaxed);
        } else {
            self.line.errors.fetch_add(1, Relaxed);
            self.line.month.unwritten.fetch_sub(self.reserved, Relaxed);
        }
    }
}

/// Begins to count a call of an endpoint that exists.
pub async fn tally(ctx: &Context, scope: &Scope, endpoint: &str) -> Result<Tally> {
    let caller = admission::caller(ctx, scope).await?;
    Ok(Tally::open(ctx, &caller, endpoint))
}

/// The date of a day since 1970.
pub(super) fn date_of(day: i64) -> Date {
    EPOCH.checked_add(time::Duration::days(day)).unwrap_or(EPOCH)
}

/// The day since 1970 of a date.
pub(super) fn day_of(date: Date) -> i64 {
    (date - EPOCH).whole_days()
}

/// The first day of a day's month and the first of the next, since 1970.
pub(super) fn month_bounds(day: i64) -> (i64, i64) {
    let date = date_of(day);
    let first = day - i64::from(date.day()) + 1;
    (first, first + i64::from(date.month().length(date.year())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(persisted: u64) -> Arc<Line> {
        let month = Arc::new(Month::new(Month::number_of(0), persisted));
        Arc::new(Line::new(TenantId::from_bits(1), 0, "session".to_owned(), "x", month))
    }

    fn tally(line: &Arc<Line>, limit: u64) -> Tally {
        Tally { line: Arc::clone(line), limit, reserved: 0, answered: false }
    }

    #[test]
    fn the_last_prediction_of_the_month_passes_and_the_next_does_not() {
        let line = line(7);
        let mut first = tally(&line, 10);
        first.reserve(3).unwrap();
        first.answered();
        let error = tally(&line, 10).reserve(1).unwrap_err();
        assert_eq!(error.code(), Code::QuotaExceeded);
        assert_eq!(line.take(), Counts { requests: 2, predictions: 3, errors: 1 });
        assert_eq!(line.month.used(), 10);
    }

    #[test]
    fn a_call_that_failed_gives_its_rows_back() {
        let line = line(0);
        let mut failed = tally(&line, 10);
        failed.reserve(10).unwrap();
        drop(failed);
        assert_eq!(line.month.used(), 0);
        assert_eq!(line.take(), Counts { requests: 1, predictions: 0, errors: 1 });
    }

    #[test]
    fn what_was_written_is_counted_once() {
        let line = line(5);
        let mut call = tally(&line, 100);
        call.reserve(3).unwrap();
        call.answered();
        let counts = line.take();
        // Another server wrote 4 in the meantime.
        line.month.written(counts.predictions, 12);
        assert_eq!(line.month.used(), 12);
    }

    #[test]
    fn months_have_their_bounds() {
        let day = day_of(time::macros::date!(2024 - 02 - 29));
        let (first, next) = month_bounds(day);
        assert_eq!(date_of(first), time::macros::date!(2024 - 02 - 01));
        assert_eq!(date_of(next), time::macros::date!(2024 - 03 - 01));
        assert_eq!(Month::number_of(next) - Month::number_of(day), 1);
    }
}
