//! How often a chain must be signed, and whether it was while events were recorded: who can write to the database must
//! not be able to keep the log from being signed without a trace.

use contract::Timestamp;

/// Every chain is signed this often.
pub const HOUR_MILLIS: i64 = 3_600_000;
/// A chain with this many events since its last statement is signed at once.
pub const EVENTS: i64 = 1000;
/// For how long events may go on where a statement is due. A process looks every few seconds, and signs what is due
/// before it serves; what shows that it ran are the events alone, so a machine that slept or was off is no breach.
const GRACE_MILLIS: i64 = 600_000;

/// What came since the last statement on a chain, told event by event.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    signed_at: Option<i64>,
    unsigned: i64,
    due_since: Option<i64>,
    // A log may be older than the first statement on it.
    is_before_first: bool,
}

impl Pace {
    /// Before the first event; `is_signed` when there is a statement further on.
    pub fn new(is_signed: bool) -> Self {
        Self { is_before_first: is_signed, ..Self::default() }
    }

    /// The moment of the first event that came when a statement was due, if the next event comes at `at`.
    fn due_since(&self, at: i64) -> Option<i64> {
        let is_due = self.unsigned >= EVENTS || at - self.signed_at.unwrap_or(at) > HOUR_MILLIS;
        self.due_since.or_else(|| (is_due && !self.is_before_first).then_some(at))
    }

    /// Whether the next event shows that events went on while nobody signed.
    pub fn is_missed(&self, at: Timestamp) -> bool {
        let at = at.millis();
        self.due_since(at).is_some_and(|since| at - since > GRACE_MILLIS)
    }

    /// Goes on past an event.
    pub fn pass(&mut self, at: Timestamp) {
        let at = at.millis();
        self.due_since = self.due_since(at);
        self.signed_at.get_or_insert(at);
        self.unsigned += 1;
    }

    /// Goes on past the end of a statement that was made then.
    pub fn signed(&mut self, at: Timestamp) {
        *self = Self { signed_at: Some(at.millis()), ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    /// The minutes of the events up to the first that shows a statement that was not made.
    fn missed(signed: Option<i64>, minutes: &[i64]) -> Option<i64> {
        let mut pace = Pace::new(false);
        if let Some(at) = signed {
            pace.signed(Timestamp::from_millis(at * MINUTE));
        }
        minutes.iter().copied().find(|minute| {
            let at = Timestamp::from_millis(minute * MINUTE);
            let is_missed = pace.is_missed(at);
            pace.pass(at);
            is_missed
        })
    }

    #[test]
    fn events_that_go_on_for_long_after_the_hour_show_that_nobody_signed() {
        assert_eq!(missed(Some(0), &[1, 59, 60, 61, 65, 71]), None);
        assert_eq!(missed(Some(0), &[1, 59, 60, 61, 65, 72, 80]), Some(72));
        // Off for a day, and signed as soon as it was on again.
        assert_eq!(missed(Some(0), &[1, 1500, 1501, 1510]), None);
        assert_eq!(missed(None, &[0, 30, 61, 72]), Some(72));
        assert_eq!(missed(None, &[0, 30, 60]), None);
    }

    #[test]
    fn a_thousand_events_make_a_statement_due_before_the_hour() {
        let mut minutes = vec![1; 1000];
        minutes.extend([2, 12]);
        assert_eq!(missed(Some(0), &minutes), None);
        minutes.push(13);
        assert_eq!(missed(Some(0), &minutes), Some(13));
    }

    #[test]
    fn what_came_before_the_first_statement_may_be_older_than_signing() {
        let mut pace = Pace::new(true);
        for hour in 0..100 {
            let at = Timestamp::from_millis(hour * HOUR_MILLIS);
            assert!(!pace.is_missed(at));
            pace.pass(at);
        }
    }
}
