//! What was changed, told to every cache: in this process at commit, in others by PostgreSQL's NOTIFY.
//!
//! A cache subscribes with a function that forgets a topic. While the line to PostgreSQL is broken, changes of other
//! servers may be missed: all caches forget everything when it stands again, and when it does not within a while. Until
//! then they are believed: a database that is down changes nothing, and who asks for predictions is answered.

use super::background::Background;
use contract::TenantId;
use sea_orm::sqlx::postgres::PgListener;
use std::{
    fmt,
    sync::{Arc, RwLock},
    time::{Duration, Instant},
};

/// The PostgreSQL channel that servers talk on.
pub const CHANNEL: &str = "amaas_changes";

const GONE: &str = "tenant_gone:";

/// The topic of a tenant that was deleted: whatever is known of it must be forgotten, and of others nothing.
pub fn gone_topic(tenant: TenantId) -> String {
    format!("{GONE}{tenant}")
}

/// The tenant that a topic says is gone; none for other topics.
pub fn gone(topic: &str) -> Option<TenantId> {
    topic.strip_prefix(GONE)?.parse().ok()
}

/// For how long caches are believed while the line is broken.
const DEAF: Duration = Duration::from_secs(300);

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

    /// Tells every cache of this process to forget everything: changes may have been missed.
    pub fn forget_everything(&self) {
        self.tell(None);
    }

    fn tell(&self, topic: Option<&str>) {
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
                let mut stood = Instant::now();
                while !stopping.is_set() {
                    tokio::select! {
                        () = stopping.wait() => {}
                        error = changes.follow(&url, &mut stood) => {
                            if stood.elapsed() > DEAF {
                                changes.forget_everything();
                            }
                            tracing::warn!(%error, "the line to the other servers is broken; trying again");
                            let _ = tokio::time::timeout(Duration::from_secs(1), stopping.wait()).await;
                        }
                    }
                }
            })
            .await;
    }

    /// Listens until the line breaks; `stood` is when it was last known to stand.
    async fn follow(&self, url: &str, stood: &mut Instant) -> sea_orm::sqlx::Error {
        let mut listener = match PgListener::connect(url).await {
            Ok(listener) => listener,
            Err(error) => return error,
        };
        if let Err(error) = listener.listen(CHANNEL).await {
            return error;
        }
        self.forget_everything();
        let error = loop {
            match listener.try_recv().await {
                Ok(Some(notice)) => self.tell(Some(notice.payload())),
                Ok(None) => break std::io::Error::from(std::io::ErrorKind::ConnectionReset).into(),
                Err(error) => break error,
            }
        };
        *stood = Instant::now();
        error
    }
}
