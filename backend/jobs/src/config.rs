//! The queue's settings. They are checked together, before anything runs: a setting that would lose or
//! repeat work is refused at start.

use crate::{ConfigError, Handlers};
use std::time::Duration;

/// The queue's settings; the defaults are the project's parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// How long a claim holds without a beat.
    pub lease: Duration,
    /// Time between two beats.
    pub heartbeat: Duration,
    /// A worker gives up a job this long after its last good beat. Shorter than the lease, so that it
    /// has stopped before another may start.
    pub self_stop: Duration,
    /// Time between two looks for lost jobs.
    pub sweep: Duration,
    /// An idle worker looks for work at least this often.
    pub poll: Duration,
    /// A try older than this is rescued even though its lease is renewed: its process lives, but the
    /// job hangs. Longer than every handler's time limit.
    pub rescue_after: Duration,
    /// Tries before a job fails for good.
    pub max_attempts: i64,
    /// The n-th try that failed is followed by a wait of 2ⁿ times this.
    pub backoff_unit: Duration,
    /// The wait is longer or shorter by up to this share of it, in 0..1.
    pub backoff_jitter: f64,
    /// This many lost workers within [`Self::crash_window`] end a job.
    pub crash_limit: usize,
    /// See [`Self::crash_limit`].
    pub crash_window: Duration,
    /// How many jobs of one tenant may run at once, unless the tenant has its own limit.
    pub running_per_tenant: i64,
    /// How many more of a tenant's jobs may run than its own limit says: for a queue that shares its tables with
    /// another one and must not wait behind that one's jobs. A limit of 0 holds the tenant's jobs all the same.
    pub beyond_limit: i64,
    /// How many jobs one worker runs at once.
    pub slots: usize,
    /// How long a job may go on after its end was asked for, before it is dropped.
    pub cancel_grace: Duration,
    /// How long a job may go on after its worker was told to stop, before it is dropped.
    pub shutdown_grace: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            heartbeat: Duration::from_secs(10),
            self_stop: Duration::from_secs(20),
            sweep: Duration::from_secs(5),
            poll: Duration::from_secs(1),
            rescue_after: Duration::from_secs(6 * 3600),
            max_attempts: 5,
            backoff_unit: Duration::from_secs(60),
            backoff_jitter: 0.2,
            crash_limit: 3,
            crash_window: Duration::from_secs(72 * 3600),
            running_per_tenant: 2,
            beyond_limit: 0,
            slots: 2,
            cancel_grace: Duration::from_secs(10),
            shutdown_grace: Duration::from_secs(20),
        }
    }
}

impl Config {
    /// Refuses settings that contradict each other.
    ///
    /// # Errors
    /// Every fault that was found.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let rules = [
            (self.heartbeat < self.self_stop, "the heartbeat must be shorter than the self-stop"),
            (self.self_stop < self.lease, "the self-stop must be shorter than the lease"),
            (!self.heartbeat.is_zero(), "the heartbeat must not be zero"),
            (!self.sweep.is_zero(), "the sweep must not be zero"),
            (self.sweep <= self.lease, "the sweep must not be longer than the lease"),
            (!self.poll.is_zero(), "the poll must not be zero"),
            (self.rescue_after > self.lease, "the rescue time must be longer than the lease"),
            (self.max_attempts >= 1, "a job needs one try at least"),
            ((0.0..1.0).contains(&self.backoff_jitter), "the jitter must be in 0..1"),
            (self.crash_limit >= 1, "the crash limit must be one at least"),
            (self.running_per_tenant >= 1, "one job of a tenant at least must be allowed to run"),
            (self.beyond_limit >= 0, "a queue can't run fewer jobs of a tenant than the tenant's own limit"),
            (self.slots >= 1, "a worker needs one slot at least"),
        ];
        faults(rules.into_iter().filter(|(holds, _)| !holds).map(|(_, fault)| fault.to_owned()).collect())
    }

    /// How many jobs of a tenant may run at once, given the tenant's own limit.
    pub(crate) fn running_limit(&self, own: Option<i64>) -> i64 {
        match own {
            None => self.running_per_tenant,
            Some(0) => 0,
            Some(own) => own.saturating_add(self.beyond_limit),
        }
    }

    /// Refuses a rescue time below a handler's time-out: the rescue would start a second copy of a job
    /// that is still within its limits.
    ///
    /// # Errors
    /// Every handler whose time limit, with the grace of its end, is not below the rescue time.
    pub fn validate_for(&self, handlers: &Handlers) -> Result<(), ConfigError> {
        let grace = self.cancel_grace.max(self.shutdown_grace);
        let late = handlers.iter().filter(|handler| handler.time_limit() + grace >= self.rescue_after);
        let faulty = late.map(|handler| {
            format!(
                "the rescue time ({} s) must be longer than the time limit of `{}` jobs ({} s) and its grace ({} s)",
                self.rescue_after.as_secs(),
                handler.kind(),
                handler.time_limit().as_secs(),
                grace.as_secs()
            )
        });
        faults(faulty.collect())
    }
}

fn faults(found: Vec<String>) -> Result<(), ConfigError> {
    if found.is_empty() { Ok(()) } else { Err(ConfigError(found)) }
}

/// A duration in whole milliseconds, as the database counts.
pub(crate) fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
