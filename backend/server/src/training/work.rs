//! What every job with a child process shares: its order, and how it hears that it is to end.

use super::protocol::Order;
use crate::{config::Config, context::Context, error::Result};
use ::jobs::{Control, Lease, Outcome, Stop};
use contract::datasets::Reading;
use std::time::Duration;
use tokio::sync::watch;

/// How often the database is asked whether somebody wants the end: the same wherever they asked.
const LOOK: Duration = Duration::from_millis(250);

/// What somebody asked for, beside the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing.
    Nothing,
    /// To stop, and keep the best so far.
    Keep,
}

/// Beyond the child's own limit: reading the file and writing the model.
const MARGIN: Duration = Duration::from_secs(60);

/// How long one try of a job with a child may take.
pub fn time_limit(config: &Config) -> Duration {
    Duration::from_secs(config.worker.run_seconds) + MARGIN
}

/// Threads that a run may use in this installation.
pub fn threads(config: &Config) -> usize {
    config.threads_per_run()
}

/// The order for a child.
pub fn order(
    context: &Context,
    settings: engine::Settings,
    reading: &Reading,
    dataset_sha256: &str,
    file_bytes: usize,
) -> Order {
    Order {
        settings,
        reading: reading.clone(),
        dataset_sha256: dataset_sha256.to_owned(),
        file_bytes: file_bytes as u64,
        replay: None,
        threads: threads(&context.config),
        memory_bytes: context.config.worker.run_memory_bytes,
    }
}

/// Looks until somebody has cancelled the job, and meanwhile passes on what else they ask for. A heartbeat would tell as
/// well, but seldom, and its wire reaches the workers of one process only.
pub async fn attend<F: Future<Output = Result<Asked>>>(
    context: &Context,
    lease: &Lease,
    ask: impl Fn() -> F,
    keep: watch::Sender<bool>,
) {
    let job = &lease.job;
    loop {
        match context.jobs.training.find(context.db.reader(), &job.tenant_id, &job.id).await {
            Ok(Some(now)) if now.cancel_requested_at.is_some() => return,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(job = job.id, %error, "whether a job is cancelled could not be asked");
            }
        }
        if !*keep.borrow() {
            match ask().await {
                Ok(Asked::Keep) => drop(keep.send_replace(true)),
                Ok(Asked::Nothing) => {}
                Err(error) => {
                    tracing::warn!(job = job.id, %error, "whether a run is to stop could not be asked");
                }
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Works until the work is done or its end is wanted. What is dropped ends its child.
pub async fn until_told(
    lease: &Lease,
    control: &Control,
    cancelled: impl Future<Output = ()>,
    work: impl Future<Output = Result<Outcome>>,
) -> Outcome {
    tokio::select! {
        stop = control.stopped() => match stop {
            Stop::Shutdown => Outcome::Interrupted,
            Stop::Cancel => Outcome::Cancelled,
            Stop::LeaseLost => Outcome::Done,
        },
        () = cancelled => Outcome::Cancelled,
        done = work => match done {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::warn!(job = lease.job.id, %error, "a try of a training failed");
                Outcome::Retry(error.detail().to_owned())
            }
        },
    }
}
