//! What training may use, and how it is told to end: by the caller, by the budget, or by its plan.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use super::Continue;
use crate::families::trees::Pace;

/// What training may use.
#[derive(Clone, Copy)]
pub struct Resources<'a> {
    /// Threads at most; 0 counts as 1. The result does not depend on them.
    pub threads: usize,
    /// Seconds since training was asked for. The engine has no clock of its own: without one a budget in seconds is
    /// not kept, no fit is timed, and no time that is left is told of.
    pub elapsed: Option<&'a (dyn Fn() -> f64 + Sync)>,
}

impl Default for Resources<'_> {
    fn default() -> Self {
        Self { threads: 1, elapsed: None }
    }
}

impl std::fmt::Debug for Resources<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let timed = self.elapsed.is_some();
        f.debug_struct("Resources").field("threads", &self.threads).field("timed", &timed).finish()
    }
}

const GO: u8 = 0;
const ENDED: u8 = 1;
const STOPPED: u8 = 2;

/// The signal that every fit looks at: shared by all threads, raised by the one that talks to the caller.
pub struct Signal<'a> {
    state: AtomicU8,
    /// When the caller first asked to keep what there is; 0 where nobody counts.
    kept_at: OnceLock<f64>,
    elapsed: Option<&'a (dyn Fn() -> f64 + Sync)>,
}

impl<'a> Signal<'a> {
    pub fn new(resources: &Resources<'a>) -> Self {
        Self { state: AtomicU8::new(GO), kept_at: OnceLock::new(), elapsed: resources.elapsed }
    }

    /// Seconds since training was asked for, if anybody counts them.
    pub fn seconds(&self) -> Option<f64> {
        self.elapsed.map(|elapsed| elapsed())
    }

    /// Notes what the caller answered; a wish to end is never taken back. The search ends at once when nothing is
    /// wanted, and where something is to be kept when [`Signal::end_search`] is called.
    pub fn raise(&self, answer: Continue) {
        match answer {
            Continue::Go => {}
            Continue::Keep => {
                self.kept_at.get_or_init(|| self.seconds().unwrap_or(0.0));
            }
            Continue::Stop => {
                self.state.fetch_max(STOPPED, Ordering::Relaxed);
            }
        }
    }

    /// Has every fit under way end with nothing.
    pub fn end_search(&self) {
        self.state.fetch_max(ENDED, Ordering::Relaxed);
    }

    /// When the caller asked to keep what there is, if it did; 0 where nobody counts.
    pub fn kept_at(&self) -> Option<f64> {
        self.kept_at.get().copied()
    }

    /// Whether fits go on.
    pub fn goes_on(&self) -> bool {
        self.state.load(Ordering::Relaxed) == GO
    }

    /// Whether nothing is wanted any more.
    pub fn is_stopped(&self) -> bool {
        self.state.load(Ordering::Relaxed) == STOPPED
    }

    /// What a fit of trees is told after each step.
    pub fn pace(&self) -> Pace {
        if self.goes_on() { Pace::On } else { Pace::Stop }
    }
}
