//! A worker's heart renews its leases. It is a thread of its own with a runtime and a connection of its
//! own: a blocked async thread, or a busy pool, must not cost a job its lease. Through the same beat it
//! learns of cancellations and of leases that others took, and it stops every job of the worker when it
//! could not beat for too long: before the leases end, not after.

use crate::control::{Signal, Stop};
use crate::{Lease, Queue, store};
use sea_orm::{DatabaseConnection, DbErr};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};

/// A connection that is being opened.
pub type Connecting = Pin<Box<dyn Future<Output = Result<DatabaseConnection, DbErr>> + Send>>;

/// Opens a connection of its own to the queue's database, on the runtime that awaits it. One connection
/// is enough; it must be able to write.
pub type Connect = Arc<dyn Fn() -> Connecting + Send + Sync>;

struct Held {
    id: String,
    epoch: i64,
    last_good: Instant,
    signal: Arc<Signal>,
}

#[derive(Default)]
struct Shared {
    held: Mutex<Vec<Held>>,
    stop: Notify,
}

impl Shared {
    fn held(&self) -> MutexGuard<'_, Vec<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops the jobs that were not renewed for `limit`.
    fn give_up_silent(&self, now: Instant, limit: Duration) {
        self.held().retain(|held| {
            let silent = now.saturating_duration_since(held.last_good) >= limit;
            if silent {
                tracing::error!(
                    job = held.id,
                    epoch = held.epoch,
                    "no good beat for too long: stopping the job"
                );
                held.signal.send(Stop::LeaseLost);
            }
            !silent
        });
    }
}

/// The thread's handle. Dropping it stops the thread.
pub(crate) struct Heart {
    shared: Arc<Shared>,
    stopped: oneshot::Receiver<()>,
}

/// Keeps one lease alive until it is dropped.
pub(crate) struct Hold {
    shared: Arc<Shared>,
    id: String,
    epoch: i64,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.shared.held().retain(|held| held.id != self.id || held.epoch != self.epoch);
    }
}

impl Heart {
    pub(crate) fn start(queue: Queue, connect: Connect) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (done, stopped) = oneshot::channel();
        let pulse = Pulse { queue, connect, connection: None, shared: Arc::clone(&shared) };
        std::thread::Builder::new().name("jobs-heart".to_owned()).spawn(move || {
            runtime.block_on(pulse.live());
            drop(runtime);
            // Nobody listens when the worker was dropped.
            let _ = done.send(());
        })?;
        Ok(Self { shared, stopped })
    }

    pub(crate) fn hold(&self, lease: &Lease, signal: Arc<Signal>) -> Hold {
        let (id, epoch) = (lease.job.id.clone(), lease.epoch());
        self.shared.held().push(Held { id: id.clone(), epoch, last_good: lease.since(), signal });
        Hold { shared: Arc::clone(&self.shared), id, epoch }
    }

    pub(crate) fn tell_all(&self, stop: Stop) {
        for held in self.shared.held().iter() {
            held.signal.send(stop);
        }
    }

    pub(crate) async fn stop(mut self) {
        self.shared.stop.notify_one();
        // An error means that the thread is gone already.
        let _ = (&mut self.stopped).await;
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.shared.stop.notify_one();
    }
}

struct Pulse {
    queue: Queue,
    connect: Connect,
    connection: Option<DatabaseConnection>,
    shared: Arc<Shared>,
}

impl Pulse {
    async fn live(mut self) {
        let every = self.queue.config().heartbeat;
        let shared = Arc::clone(&self.shared);
        let mut wait = every;
        loop {
            tokio::select! {
                () = shared.stop.notified() => break,
                good = self.beat_after(wait) => wait = if good { every } else { every / 10 },
            }
        }
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::debug!(%error, "closing the heart's connection");
        }
    }

    async fn beat_after(&mut self, wait: Duration) -> bool {
        tokio::time::sleep(wait).await;
        // Before the beat: a process that slept through its leases must not revive them.
        self.give_up_silent();
        let good = self.beat().await;
        self.give_up_silent();
        good
    }

    fn give_up_silent(&self) {
        self.shared.give_up_silent(Instant::now(), self.queue.config().self_stop);
    }

    /// How long to wait for a beat: long enough for a slow database, short enough to try again before the
    /// first job must be stopped, and never beyond that moment.
    fn patience(&self) -> Duration {
        let config = self.queue.config();
        let (now, held) = (Instant::now(), self.shared.held());
        let left = held.iter().map(|held| (held.last_good + config.self_stop).saturating_duration_since(now));
        (config.heartbeat / 3).max(Duration::from_secs(1)).min(left.min().unwrap_or(config.heartbeat))
    }

    /// Renews every lease; false when it could not.
    async fn beat(&mut self) -> bool {
        let leases: Vec<(String, i64)> =
            self.shared.held().iter().map(|held| (held.id.clone(), held.epoch)).collect();
        if leases.is_empty() {
            return true;
        }
        let (sent, limit) = (Instant::now(), self.patience());
        let fault = match tokio::time::timeout(limit, self.renew(&leases)).await {
            Ok(Ok(answers)) => {
                self.hear(&leases, &answers, sent);
                return true;
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} ms", limit.as_millis()),
        };
        tracing::warn!(fault, leases = leases.len(), "the leases could not be renewed; trying again");
        self.connection = None;
        false
    }

    async fn renew(&mut self, leases: &[(String, i64)]) -> Result<Vec<Answer>, DbErr> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => (self.connect)().await?,
        };
        let renewed = self.queue.renew(&connection, leases).await?;
        let mut answers = Vec::with_capacity(leases.len());
        for (id, epoch) in leases {
            let holds = renewed.iter().find(|renewed| renewed.id == *id && renewed.epoch == *epoch);
            answers.push(match holds {
                Some(renewed) => Answer::Holds { cancel_requested: renewed.cancel_requested },
                // A handler that just committed its job's end still has a few steps to go: no loss.
                None if store::ended(&connection, id, *epoch).await? => {
                    Answer::Holds { cancel_requested: false }
                }
                None => Answer::Lost,
            });
        }
        self.connection = Some(connection);
        Ok(answers)
    }

    /// Passes on what a beat brought: leases that hold, cancellations, leases that others took.
    fn hear(&self, leases: &[(String, i64)], answers: &[Answer], sent: Instant) {
        self.shared.held().retain_mut(|held| {
            let asked = leases.iter().position(|(id, epoch)| *id == held.id && *epoch == held.epoch);
            match asked.and_then(|at| answers.get(at)) {
                Some(Answer::Lost) => {
                    held.signal.send(Stop::LeaseLost);
                    return false;
                }
                Some(Answer::Holds { cancel_requested }) => {
                    held.last_good = sent;
                    if *cancel_requested {
                        held.signal.send(Stop::Cancel);
                    }
                }
                // Claimed while the beat was on its way.
                None => {}
            }
            true
        });
    }
}

/// What a beat brought for one lease.
enum Answer {
    Holds { cancel_requested: bool },
    Lost,
}
