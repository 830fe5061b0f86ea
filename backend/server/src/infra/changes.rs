//! What was changed, told to every cache: in this process at commit, in others by PostgreSQL's NOTIFY.
//!
//! A cache subscribes with a function that forgets a topic. While the line to PostgreSQL is broken, changes of other
//! servers may be missed: all caches forget everything when it stands again and the database answers soon, and when
//! that does not come within a while. Until then they are believed: a database that is down changes nothing, one that
//! is slow can't tell anew in time what was forgotten, and who asks for predictions is answered.

use super::{background::Background, db::Db};
use contract::TenantId;
use sea_orm::sqlx::{self, postgres::PgListener};
use std::{
    convert::Infallible,
    fmt,
    pin::pin,
    sync::{Arc, RwLock},
    time::Duration,
};
use tokio::time::Instant;

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

/// For how long caches are believed while changes of other servers may have been missed.
const DEAF: Duration = Duration::from_secs(300);
/// A database that takes longer than this for an answer is slow: what is forgotten could not be read again in time.
const SOON: Duration = Duration::from_secs(1);
/// How long is waited before something is tried again.
const AGAIN: Duration = Duration::from_secs(1);

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
    pub async fn listen(&self, url: String, db: Db, background: &Background) {
        let changes = self.clone();
        background
            .start(|mut stopping| async move {
                let mut sure = Instant::now();
                while !stopping.is_set() {
                    tokio::select! {
                        () = stopping.wait() => {}
                        error = changes.follow(&url, &db, &mut sure) => {
                            tracing::warn!(%error, "the line to the other servers is broken; trying again");
                            let _ = tokio::time::timeout(AGAIN, stopping.wait()).await;
                        }
                    }
                }
            })
            .await;
    }

    /// Listens until the line breaks; until `sure` no change can have been missed.
    async fn follow(&self, url: &str, db: &Db, sure: &mut Instant) -> sqlx::Error {
        let stands = async {
            let mut listener = PgListener::connect(url).await?;
            listener.listen(CHANNEL).await?;
            Ok(listener)
        };
        let stands = tokio::select! {
            stands = stands => stands,
            never = self.doubt(*sure) => match never {},
        };
        let mut listener = match stands {
            Ok(listener) => listener,
            Err(error) => return error,
        };
        tracing::info!("the line to the other servers stands");
        let mut heard = pin!(self.hear(&mut listener));
        // What was missed is forgotten, but not before it can be read again.
        tokio::select! {
            error = &mut heard => return error,
            () = answers_soon(db) => {}
            () = tokio::time::sleep_until(*sure + DEAF) => {}
        }
        self.forget_everything();
        tracing::info!("what other servers may have changed before is forgotten");
        let error = heard.await;
        *sure = Instant::now();
        error
    }

    /// Passes on what other servers tell, until the line breaks.
    async fn hear(&self, listener: &mut PgListener) -> sqlx::Error {
        loop {
            match listener.try_recv().await {
                Ok(Some(notice)) => self.tell(Some(notice.payload())),
                Ok(None) => return std::io::Error::from(std::io::ErrorKind::ConnectionReset).into(),
                Err(error) => return error,
            }
        }
    }

    /// Has everything forgotten once caches can't be believed any more, and again and again from then on.
    async fn doubt(&self, sure: Instant) -> Infallible {
        tokio::time::sleep_until(sure + DEAF).await;
        loop {
            self.forget_everything();
            tokio::time::sleep(AGAIN).await;
        }
    }
}

/// Waits until the database answers soon.
async fn answers_soon(db: &Db) {
    while !matches!(tokio::time::timeout(SOON, db.ping()).await, Ok(Ok(()))) {
        tokio::time::sleep(AGAIN).await;
    }
}
