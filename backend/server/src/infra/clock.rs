//! The clock is asked for, not read: tests move it.

use contract::Timestamp;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use std::time::{SystemTime, UNIX_EPOCH};

/// The time of day, with an offset that tests set.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_millis: Arc<AtomicI64>,
}

impl Clock {
    /// Now.
    #[allow(clippy::disallowed_methods)] // the one place that reads the system's clock
    pub fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(millis + self.offset_millis.load(Ordering::Relaxed))
    }

    /// Moves the clock on, for tests.
    pub fn advance_seconds(&self, seconds: i64) {
        self.offset_millis.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    /// By how much the clock was moved.
    pub fn offset_millis(&self) -> i64 {
        self.offset_millis.load(Ordering::Relaxed)
    }

    /// The bits of a new UUIDv7 (RFC 9562, section 5.7): the moment first, so that ids sort by age, and 74 random bits
    /// of the thread's own generator, which asks the system for none.
    pub fn new_id_bits(&self) -> u128 {
        const VERSION: u128 = 7 << 76;
        const VARIANT: u128 = 0b10 << 62;
        const RANDOM: u128 = (0xfff << 64) | ((1 << 62) - 1);
        let millis = u128::from(u64::try_from(self.now().millis()).unwrap_or_default()) & ((1 << 48) - 1);
        (millis << 80) | VERSION | VARIANT | (rand::random::<u128>() & RANDOM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_version_7_and_tells_its_moment() {
        let clock = Clock::default();
        let before = clock.now().millis();
        let id = uuid::Uuid::from_u128(clock.new_id_bits());
        assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
        let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
        let millis = i64::try_from(seconds).unwrap() * 1000 + i64::from(nanos / 1_000_000);
        assert!((before..=clock.now().millis()).contains(&millis));
        assert_ne!(clock.new_id_bits(), clock.new_id_bits());
    }
}
