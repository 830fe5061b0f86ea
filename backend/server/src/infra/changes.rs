//! What was changed, told to every cache: in this process at commit, in others by PostgreSQL's NOTIFY.
//!
//! A cache subscribes with a function that forgets a topic. When the line to PostgreSQL breaks, changes of other
//! servers may be missed: all caches forget everything, and again when the line stands.

use super::background::Background;
use sea_orm::sqlx::postgres::PgListener;
use std::{
    fmt,
    sync::{Arc, RwLock},
    time::Duration,
};

/// The PostgreSQL channel that servers talk on.
pub const CHANNEL: &str = "amaas_changes";

/// The topic of a change after which every cache must forget everything.
pub const EVERYTHING: &str = "*";

type Forget = Box<dyn Fn(Option<&str>) + Send + Sync>;

/// The subscribers of this process.
#[derive(Clone, Default)]
pub struct Changes {
    subscribers: Arc<RwLock<Vec<Forget>>>,
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Changes")
    }
}

impl Changes {
    /// Calls `forget` with each topic that changes, and with none when everything must be forgotten.
    pub fn subscribe(&self, forget: impl Fn(Option<&str>) + Send + Sync + 'static) {
        if let Ok(mut subscribers) = self.subscribers.write() {
            subscribers.push(Box::new(forget));
        }
    }

    /// Tells every cache of this process to forget a topic.
    pub fn publish(&self, topic: &str) {
        self.tell(Some(topic));
    }

    fn tell(&self, topic: Option<&str>) {
        let topic = topic.filter(|topic| *topic != EVERYTHING);
        if let Ok(subscribers) = self.subscribers.read() {
            for forget in subscribers.iter() {
                forget(topic);
            }
        }
    }

    /// Listens to the other servers until the process ends.
    pub async fn listen(&self, url: String, background: &Background) {
        let changes = self.clone();
        background
            .start(|mut stopping| async move {
                while !stopping.is_set() {
                    tokio::select! {
                        () = stopping.wait() => {}
                        error = changes.follow(&url) => {
                            changes.tell(None);
                            tracing::warn!(%error, "the line to the other servers broke; caches were emptied");
                            let _ = tokio::time::timeout(Duration::from_secs(1), stopping.wait()).await;
                        }
                    }
                }
            })
            .await;
    }

    async fn follow(&self, url: &str) -> sea_orm::sqlx::Error {
        let mut listener = match PgListener::connect(url).await {
            Ok(listener) => listener,
            Err(error) => return error,
        };
        if let Err(error) = listener.listen(CHANNEL).await {
            return error;
        }
        self.tell(None);
        loop {
            // try_recv answers None when the connection was lost and will be made anew.
            match listener.try_recv().await {
                Ok(Some(notice)) => self.tell(Some(notice.payload())),
                Ok(None) => self.tell(None),
                Err(error) => return error,
            }
        }
    }
}
