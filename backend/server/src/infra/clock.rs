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

    /// The bits of a new UUIDv7: the moment first, so that ids sort by age.
    pub fn new_id_bits(&self) -> u128 {
        let millis = u64::try_from(self.now().millis()).unwrap_or_default();
        let seconds = millis / 1000;
        let nanos = u32::try_from(millis % 1000 * 1_000_000).unwrap_or_default();
        let moment = uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos);
        uuid::Uuid::new_v7(moment).as_u128()
    }
}
