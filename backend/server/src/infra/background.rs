//! Tasks that outlive a request: started here, told to stop here, waited for here.

use super::wall;
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, watch},
    task::JoinSet,
};

/// The tasks of a process.
#[derive(Clone, Debug)]
pub struct Background {
    stop: Arc<watch::Sender<bool>>,
    tasks: Arc<Mutex<JoinSet<()>>>,
}

/// Becomes true once, when the process is to end.
#[derive(Clone, Debug)]
pub struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Waits until the process is to end.
    pub async fn wait(&mut self) {
        // An error means that the sender is gone, which is the end as well.
        let _ = self.0.wait_for(|stop| *stop).await;
    }

    /// Whether the process is to end.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }
}

impl Default for Background {
    fn default() -> Self {
        Self { stop: Arc::new(watch::Sender::new(false)), tasks: Arc::default() }
    }
}

impl Background {
    /// A signal that tells when to stop.
    pub fn stopping(&self) -> Stopping {
        Stopping(self.stop.subscribe())
    }

    /// Starts a task that ends by itself when its [`Stopping`] is set.
    pub async fn start<F: Future<Output = ()> + Send + 'static>(&self, task: impl FnOnce(Stopping) -> F) {
        let mut tasks = self.tasks.lock().await;
        while tasks.try_join_next().is_some() {}
        let task = task(self.stopping());
        tasks.spawn(wall::across_every_tenant("what a process does by itself is of no tenant", task));
    }

    /// Starts a short task from where nothing can be waited for. It is left out while other tasks are being started or
    /// waited for, so only for what is done again otherwise.
    pub fn start_from_drop(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let (Ok(mut tasks), Ok(_)) = (self.tasks.try_lock(), tokio::runtime::Handle::try_current()) {
            tasks.spawn(wall::across_every_tenant("what a process does by itself is of no tenant", task));
        }
    }

    /// Runs `work` every `period` until the process ends, and once more then.
    pub async fn every<F: Future<Output = ()> + Send>(
        &self,
        period: Duration,
        work: impl Fn() -> F + Send + Sync + 'static,
    ) {
        self.start(|mut stopping| async move {
            while !stopping.is_set() {
                let _ = tokio::time::timeout(period, stopping.wait()).await;
                work().await;
            }
        })
        .await;
    }

    /// Tells every task to stop and waits for them, at most `limit`.
    pub async fn stop(&self, limit: Duration) {
        self.stop.send_replace(true);
        let mut tasks = self.tasks.lock().await;
        let ended = tokio::time::timeout(limit, async { while tasks.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            tracing::warn!("background tasks did not stop in time and were dropped");
            tasks.abort_all();
        }
    }
}
