//! Work that keeps a core busy runs off the async threads, at most one piece a core.

use crate::error::{Error, Result};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A bounded pool for hashing, parsing and the like.
#[derive(Clone, Debug)]
pub struct Cpu {
    permits: Arc<Semaphore>,
}

impl Default for Cpu {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self { permits: Arc::new(Semaphore::new(cores)) }
    }
}

impl Cpu {
    /// Runs `work` when a core is free.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(Error::internal)
    }
}
