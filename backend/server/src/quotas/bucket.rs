//! A token bucket in one word: the generic cell rate algorithm (ITU-T I.371), which keeps the moment at which the
//! bucket will be full again.

use actix_web::http::header::HeaderValue;
use std::sync::atomic::{AtomicU64, Ordering};

const SECOND: u64 = 1_000_000_000;

/// A bucket of `burst` tokens that is filled at `rate` a second.
#[derive(Debug)]
pub(super) struct Bucket {
    /// Nanoseconds between two tokens.
    period: u64,
    /// Nanoseconds to fill the empty bucket.
    depth: u64,
    /// When it will be full, in nanoseconds of the meter's clock; in the past when it is full.
    full_at: AtomicU64,
    /// The `RateLimit-Policy` header.
    policy: HeaderValue,
}

/// What a bucket says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    /// Tokens left.
    pub left: u64,
    /// Seconds until it is full, rounded up.
    pub full_in_seconds: u64,
    /// Seconds until there is a token, rounded up; 0 when there is one.
    pub wait_seconds: u64,
}

impl Bucket {
    /// A full bucket; a rate or burst of 0 counts as 1.
    pub fn new(rate: u32, burst: u32) -> Self {
        let (rate, burst) = (u64::from(rate.max(1)), u64::from(burst.max(1)));
        let period = (SECOND / rate).max(1);
        let window = burst.div_ceil(rate);
        let policy = HeaderValue::from_str(&format!("\"burst\";q={burst};w={window}"));
        Self {
            period,
            depth: period * burst,
            full_at: AtomicU64::new(0),
            policy: policy.unwrap_or_else(|_| HeaderValue::from_static("\"burst\"")),
        }
    }

    /// The `RateLimit-Policy` header of this bucket.
    pub fn policy(&self) -> &HeaderValue {
        &self.policy
    }

    /// Takes a token, or says how long to wait for one.
    pub fn take(&self, now: u64) -> Result<Level, Level> {
        let mut seen = self.full_at.load(Ordering::Relaxed);
        loop {
            let full_at = seen.max(now) + self.period;
            if full_at - now > self.depth {
                let mut level = self.level_at(seen, now);
                level.wait_seconds = (full_at - now - self.depth).div_ceil(SECOND).max(1);
                return Err(level);
            }
            match self.full_at.compare_exchange_weak(seen, full_at, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(self.level_at(full_at, now)),
                Err(other) => seen = other,
            }
        }
    }

    /// Puts a token back that was taken for a call that was not let in.
    pub fn put_back(&self) {
        self.full_at.fetch_sub(self.period, Ordering::Relaxed);
    }

    /// Tokens that are out just now.
    pub fn used(&self, now: u64) -> u64 {
        self.full_at.load(Ordering::Relaxed).saturating_sub(now).div_ceil(self.period)
    }

    fn level_at(&self, full_at: u64, now: u64) -> Level {
        let missing = full_at.saturating_sub(now);
        Level {
            left: self.depth.saturating_sub(missing) / self.period,
            full_in_seconds: missing.div_ceil(SECOND),
            wait_seconds: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate_does() {
        let bucket = Bucket::new(10, 3);
        let start = 5 * SECOND;
        let left: Vec<_> = (0..3).map(|_| bucket.take(start).unwrap().left).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = bucket.take(start).unwrap_err();
        assert_eq!((refused.left, refused.wait_seconds), (0, 1));
        assert!(bucket.take(start + SECOND / 10).is_ok());
        assert!(bucket.take(start + SECOND / 10).is_err());
        assert_eq!(bucket.take(start + 10 * SECOND).unwrap().left, 2);
    }

    #[test]
    fn a_token_that_is_put_back_can_be_taken_again() {
        let bucket = Bucket::new(1, 1);
        bucket.take(SECOND).unwrap();
        assert!(bucket.take(SECOND).is_err());
        bucket.put_back();
        assert!(bucket.take(SECOND).is_ok());
    }

    #[test]
    fn the_policy_tells_tokens_and_window() {
        assert_eq!(Bucket::new(100, 250).policy(), "\"burst\";q=250;w=3");
        assert_eq!(Bucket::new(0, 0).policy(), "\"burst\";q=1;w=1");
    }

    #[test]
    fn threads_together_get_no_more_than_the_burst() {
        let bucket = Bucket::new(1, 1000);
        let taken: usize = std::thread::scope(|threads| {
            let hands: Vec<_> = (0..4)
                .map(|_| threads.spawn(|| (0..1000).filter(|_| bucket.take(SECOND).is_ok()).count()))
                .collect();
            hands.into_iter().map(|hand| hand.join().unwrap()).sum()
        });
        assert_eq!(taken, 1000);
    }
}
