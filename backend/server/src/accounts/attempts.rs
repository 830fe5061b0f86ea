//! Guessing is slow: after five failures an account is locked for a time that doubles, and after a hundred for good.

use crate::{
    error::{Error, Result},
    infra::digest,
};
use contract::{Code, Timestamp};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Failures in a row that cost nothing.
const FREE: i64 = 5;
/// Failures in a row after which only a new password helps, by a link or from an open session (NIST SP 800-63B,
/// 5.2.2).
const LAST: i64 = 100;
const LONGEST_SECONDS: i64 = 3600;
const FOR_GOOD_SECONDS: i64 = 10 * 365 * 86_400;
/// Addresses without an account that are remembered.
const STRANGERS: usize = 10_000;

/// Until when an account is locked after so many failures in a row; none when it is not.
pub fn locked_until(failures: i64, now: Timestamp) -> Option<Timestamp> {
    let seconds = match failures {
        ..FREE => return None,
        LAST.. => FOR_GOOD_SECONDS,
        // 1 s, 2 s, 4 s … an hour: by then the shift is 12 at most.
        _ => (1i64 << (failures - FREE).min(12)).min(LONGEST_SECONDS),
    };
    Some(now.plus_seconds(seconds))
}

/// Refuses an attempt on a locked account.
pub fn require_unlocked(locked_until: Option<Timestamp>, now: Timestamp) -> Result<()> {
    let Some(until) = locked_until.filter(|until| *until > now) else { return Ok(()) };
    let seconds = u64::try_from((until.millis() - now.millis() + 999) / 1000).unwrap_or(1);
    let detail = format!("There were too many failed attempts. Wait {seconds} seconds and try again.");
    Err(Error::new(Code::TooManyAttempts, detail).retry_after(seconds))
}

/// Failures of addresses that have no account, so that they lock like those that do and can't be told apart.
#[derive(Debug, Default)]
pub struct Strangers(Mutex<HashMap<String, (i64, Option<Timestamp>)>>);

impl Strangers {
    /// Counts an attempt, unless the address is locked.
    pub fn attempt(&self, email: &str, now: Timestamp) -> Result<()> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= STRANGERS {
            known.clear();
        }
        let entry = known.entry(digest::sha256_hex(email.as_bytes())).or_default();
        require_unlocked(entry.1, now)?;
        entry.0 += 1;
        entry.1 = locked_until(entry.0, now);
        Ok(())
    }
}

/// How often something was asked for in a window of time, so that it is not asked for without end.
#[derive(Debug, Default)]
pub struct Windows(Mutex<HashMap<String, (Timestamp, u32)>>);

impl Windows {
    /// Counts one, or says when there is room again.
    pub fn take(&self, key: &str, most: u32, seconds: i64, now: Timestamp) -> Result<()> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= STRANGERS {
            known.retain(|_, (ends, _)| *ends > now);
            if known.len() >= STRANGERS {
                known.clear();
            }
        }
        let entry = known.entry(digest::sha256_hex(key.as_bytes())).or_insert((now, 0));
        if entry.0 <= now {
            *entry = (now.plus_seconds(seconds), 0);
        }
        if entry.1 >= most {
            let wait = u64::try_from((entry.0.millis() - now.millis() + 999) / 1000).unwrap_or(1);
            let detail = format!("This was asked for too often. Wait {wait} seconds and try again.");
            return Err(Error::new(Code::RateLimited, detail).retry_after(wait));
        }
        entry.1 += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_431_600_000);

    fn wait(failures: i64) -> Option<i64> {
        locked_until(failures, NOW).map(|until| (until.millis() - NOW.millis()) / 1000)
    }

    #[test]
    fn the_wait_doubles_from_the_fifth_failure_to_an_hour() {
        let waits: Vec<_> = [0, 4, 5, 6, 7, 16, 17, 99].map(wait).to_vec();
        let expected = [None, None, Some(1), Some(2), Some(4), Some(2048), Some(3600), Some(3600)].to_vec();
        assert_eq!(waits, expected);
    }

    #[test]
    fn no_account_allows_more_than_a_hundred_failures() {
        assert!(wait(100) > Some(365 * 86_400));
        assert!(wait(i64::MAX) > Some(365 * 86_400));
    }

    #[test]
    fn a_window_lets_so_many_through_and_then_says_when() {
        let asked = Windows::default();
        for _ in 0..3 {
            asked.take("a", 3, 60, NOW).unwrap();
        }
        let refused = asked.take("a", 3, 60, NOW.plus_seconds(20)).unwrap_err();
        assert_eq!(refused.code(), Code::RateLimited);
        assert!(refused.detail().contains("40 seconds"), "{}", refused.detail());
        assert!(asked.take("b", 3, 60, NOW).is_ok());
        assert!(asked.take("a", 3, 60, NOW.plus_seconds(60)).is_ok());
    }

    #[test]
    fn a_locked_account_says_how_long() {
        let error = require_unlocked(Some(NOW.plus_seconds(3)), NOW).unwrap_err();
        assert_eq!(error.code(), Code::TooManyAttempts);
        assert!(error.detail().contains("3 seconds"));
        assert!(require_unlocked(Some(NOW), NOW).is_ok());
    }

    #[test]
    fn an_unknown_address_is_locked_like_a_known_one() {
        let strangers = Strangers::default();
        for _ in 0..FREE {
            strangers.attempt("a@b.co", NOW).unwrap();
        }
        assert!(strangers.attempt("a@b.co", NOW).is_err());
        assert!(strangers.attempt("other@b.co", NOW).is_ok());
        assert!(strangers.attempt("a@b.co", NOW.plus_seconds(2)).is_ok());
    }
}
