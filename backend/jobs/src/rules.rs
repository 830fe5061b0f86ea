//! What happens to a job, without a database: every function takes the job and the time and leaves the
//! job as it must be written. Nothing here waits, fails or asks for the time.

use crate::config::{Config, ms};
use crate::job::{Change, Job, Outcome, State};

/// How a try ended, when it is the queue that writes the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    Failed(String),
    Retry(String),
    Crashed(String),
    Cancelled,
    Interrupted,
}

impl Ending {
    /// The ending that the queue must write; none when the handler settled the job itself.
    pub(crate) fn of(outcome: Outcome) -> Option<Self> {
        match outcome {
            Outcome::Done => None,
            Outcome::Failed(reason) => Some(Self::Failed(reason)),
            Outcome::Retry(reason) => Some(Self::Retry(reason)),
            Outcome::Crashed(reason) => Some(Self::Crashed(reason)),
            Outcome::Cancelled => Some(Self::Cancelled),
            Outcome::Interrupted => Some(Self::Interrupted),
        }
    }
}

/// A worker takes the job: one more try under a new epoch.
pub(crate) fn start(job: &mut Job, owner: &str, now: i64, config: &Config) -> Change {
    job.state = State::Running;
    job.attempt += 1;
    job.lease_epoch += 1;
    job.lease_owner = Some(owner.to_owned());
    job.lease_expires_at = Some(now + ms(config.lease));
    job.heartbeat_at = Some(now);
    job.started_at = Some(now);
    Change::Started
}

/// Whether a running job's worker counts as lost.
pub(crate) fn is_lost(job: &Job, now: i64, config: &Config) -> bool {
    let silent = job.lease_expires_at.is_none_or(|at| at <= now);
    let hangs = job.started_at.is_none_or(|at| at + ms(config.rescue_after) <= now);
    job.state == State::Running && (silent || hangs)
}

/// Why a sweep takes a job away.
pub(crate) const LOST: &str = "the worker that ran this job stopped answering";

/// The job's worker was lost: it waits for another, unless its end was asked for, it was the last straw,
/// or its tries are used up. A loss counts as a try.
pub(crate) fn crash(job: &mut Job, reason: String, now: i64, config: &Config) -> Change {
    job.crashes += 1;
    job.crash_times.retain(|at| *at > now - ms(config.crash_window));
    job.crash_times.push(now);
    if job.cancel_requested_at.is_some() {
        return finish(job, State::Cancelled, None, now);
    }
    if job.crash_times.len() >= config.crash_limit {
        let hours = config.crash_window.as_secs() / 3600;
        let reason = format!("{reason}; that was crash number {} within {hours} h", job.crash_times.len());
        return finish(job, State::Dead, Some(reason), now);
    }
    if job.attempt >= job.max_attempts {
        return give_up(job, &reason, now);
    }
    queue_again(job, now);
    job.last_error = Some(reason.clone());
    Change::Rescued { reason }
}

/// A try ended with something else than the handler's own commit. `jitter` is in -1..=1.
pub(crate) fn end(job: &mut Job, ending: Ending, now: i64, config: &Config, jitter: f64) -> Change {
    let cancel = job.cancel_requested_at.is_some();
    match ending {
        Ending::Failed(reason) => finish(job, State::Failed, Some(reason), now),
        Ending::Crashed(reason) => crash(job, reason, now, config),
        Ending::Cancelled => finish(job, State::Cancelled, None, now),
        Ending::Retry(_) | Ending::Interrupted if cancel => finish(job, State::Cancelled, None, now),
        Ending::Retry(reason) if job.attempt >= job.max_attempts => give_up(job, &reason, now),
        Ending::Retry(reason) => {
            let at = now + backoff_ms(job.attempt, config, jitter);
            queue_again(job, at);
            job.last_error = Some(reason.clone());
            Change::RetryAt { at, reason }
        }
        Ending::Interrupted => {
            job.attempt -= 1;
            queue_again(job, now);
            Change::Released
        }
    }
}

fn give_up(job: &mut Job, reason: &str, now: i64) -> Change {
    let reason = format!("gave up after {} tries: {reason}", job.attempt);
    finish(job, State::Failed, Some(reason), now)
}

/// 2ⁿ units after the n-th try, give or take the jitter.
fn backoff_ms(attempt: i64, config: &Config, jitter: f64) -> i64 {
    let doublings = u32::try_from(attempt.clamp(0, 20)).unwrap_or(20);
    let wait = ms(config.backoff_unit).saturating_mul(1_i64 << doublings);
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // a wait, not a sum
    let shift = (wait as f64 * config.backoff_jitter * jitter.clamp(-1.0, 1.0)) as i64;
    wait.saturating_add(shift)
}

fn queue_again(job: &mut Job, run_after: i64) {
    job.state = State::Queued;
    job.run_after = run_after;
    drop_lease(job);
}

fn finish(job: &mut Job, state: State, reason: Option<String>, now: i64) -> Change {
    job.state = state;
    job.finished_at = Some(now);
    drop_lease(job);
    if reason.is_some() {
        job.last_error.clone_from(&reason);
    }
    let reason = reason.unwrap_or_default();
    match state {
        State::Dead => Change::Dead { reason },
        State::Cancelled => Change::Cancelled,
        State::Failed | State::Queued | State::Running | State::Succeeded => Change::Failed { reason },
    }
}

fn drop_lease(job: &mut Job) {
    job.lease_owner = None;
    job.lease_expires_at = None;
    job.heartbeat_at = None;
}
