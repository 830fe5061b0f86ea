//! Watches one try of a job: it ends when the handler ends, when its time is over, when it was asked to
//! end and did not, or at once when its lease is lost.

use crate::control::{Control, Stop};
use crate::{Config, Handler, Lease, Outcome};
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Runs the handler to its end and says what came of it; `None` when the lease was lost on the way.
pub(crate) async fn run(
    handler: &Arc<dyn Handler>,
    lease: &Lease,
    control: Control,
    config: &Config,
) -> Option<Outcome> {
    let limit = handler.time_limit();
    let mut deadline = Instant::now() + limit;
    let mut at_deadline =
        Outcome::Failed(format!("stopped after {} s, the time limit of this job", limit.as_secs()));
    let mut known = None;
    // A task of its own keeps a panic in; dropping the set drops the handler's future.
    let mut task = JoinSet::new();
    task.spawn(try_once(Arc::clone(handler), lease.clone(), control.clone()));
    loop {
        tokio::select! {
            ended = task.join_next() => return Some(match ended {
                Some(Ok(outcome)) => outcome,
                Some(Err(error)) if error.is_panic() => Outcome::Retry("the job met an internal fault".to_owned()),
                Some(Err(_)) | None => Outcome::Interrupted,
            }),
            stop = control.beyond(known) => {
                known = Some(stop);
                let (grace, outcome) = match stop {
                    Stop::LeaseLost => return None,
                    Stop::Cancel => (config.cancel_grace, Outcome::Cancelled),
                    Stop::Shutdown => (config.shutdown_grace, Outcome::Interrupted),
                };
                deadline = deadline.min(Instant::now() + grace);
                at_deadline = outcome;
            }
            () = sleep_until(deadline) => return Some(at_deadline),
        }
    }
}

async fn try_once(handler: Arc<dyn Handler>, lease: Lease, control: Control) -> Outcome {
    handler.run(&lease, &control).await
}
