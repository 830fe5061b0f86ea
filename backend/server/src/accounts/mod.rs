//! People: sign-up, sign-in, sessions, passwords, second factors.
//!
//! Invariants: a password is kept only as argon2id with a pepper, a refresh token only as its SHA-256; an unknown
//! address is answered like a wrong password, as late and as often; an access token counts for as long as its session
//! stands (looked up at most 5 s ago); a refresh token is good once, and its second use ends the session; a link of a
//! message is good once, for half an hour, and kept only as its digest; the secret of an authenticator is sealed to its
//! person, a code of it counts once, and a recovery code once.

mod attempts;
mod email;
mod entity;
pub mod http;
mod letters;
mod password;
mod proof;
mod repository;
mod reset;
mod second_factor;
mod service;
mod sessions;
mod sign_in;
mod tickets;
mod token;
mod totp;

pub use proof::require_fresh;
pub use second_factor::take_off as take_second_factor_off;
pub use service::{is_known, record_denial, unlock};

use crate::{
    context::Context,
    error::{Error, Result},
    infra::cache::Shelf,
    policy::Identity,
};
use contract::{Code, SessionId, Timestamp, UserId};
use std::{sync::Arc, time::Duration};

/// How long a session is believed without asking the database; its end is told at once, this is for the case that
/// the telling fails.
const BELIEVED_MILLIS: i64 = 5_000;
/// How often sessions that are long over are deleted.
const SWEEP: Duration = Duration::from_secs(3600);

/// Sessions that were seen, and failed sign-ins of addresses without an account.
#[derive(Debug)]
pub struct Cache {
    sessions: Shelf<SessionId, Seen>,
    strangers: attempts::Strangers,
    asked: attempts::Windows,
}

#[derive(Clone, Debug)]
struct Seen {
    identity: Arc<Identity>,
    expires_at: Timestamp,
    at: Timestamp,
}

impl Default for Cache {
    fn default() -> Self {
        Self { sessions: Shelf::new(50_000), strangers: Default::default(), asked: Default::default() }
    }
}

impl Cache {
    /// Forgets what a topic names, or everything.
    pub fn forget(&self, topic: Option<&str>) {
        let Some(topic) = topic else { return self.sessions.forget(|_, _| true) };
        if let Some(session) = topic.strip_prefix(SESSION_TOPIC).and_then(|id| id.parse().ok()) {
            self.sessions.forget(|id: &SessionId, _| *id == session);
        }
        if let Some(user) = topic.strip_prefix(USER_TOPIC).and_then(|id| id.parse().ok()) {
            self.sessions.forget(|_, seen| seen.identity.user_id == user);
        }
    }
}

const SESSION_TOPIC: &str = "session:";
const USER_TOPIC: &str = "user:";

/// What is told when a session ends.
fn session_topic(id: SessionId) -> String {
    format!("{SESSION_TOPIC}{id}")
}

/// What is told when many sessions of a person end.
fn user_topic(id: UserId) -> String {
    format!("{USER_TOPIC}{id}")
}

/// The name of the cookie that holds the access token.
pub fn access_cookie(context: &Context) -> &'static str {
    if context.config.is_https() { "__Host-amaas" } else { "amaas" }
}

/// The name of the cookie that holds the refresh token.
pub fn refresh_cookie(context: &Context) -> &'static str {
    if context.config.is_https() { "__Host-amaas-refresh" } else { "amaas-refresh" }
}

/// The name of the cookie that holds what a right password is worth until its code comes.
pub fn pending_cookie(context: &Context) -> &'static str {
    if context.config.is_https() { "__Host-amaas-pending" } else { "amaas-pending" }
}

/// The person behind an access token whose session stands.
pub async fn identify(context: &Context, token: &str) -> Result<Arc<Identity>> {
    let now = context.clock.now();
    let claims = token::read_access(context.secrets.session(), token, now)?;
    let sessions = &context.state.accounts.sessions;
    let known = sessions.get(&claims.session_id);
    if let Some(seen) = known.filter(|seen| now.millis() - seen.at.millis() < BELIEVED_MILLIS) {
        return check(seen, &claims, now);
    }
    let ticket = sessions.ticket();
    let row = repository::standing(context.db.reader(), claims.session_id, now.millis()).await?;
    let (identity, expires_at) = row.ok_or_else(session_expired)?;
    let seen = Seen { identity: Arc::new(identity), expires_at, at: now };
    sessions.put(ticket, claims.session_id, seen.clone());
    check(seen, &claims, now)
}

fn check(seen: Seen, claims: &token::Access, now: Timestamp) -> Result<Arc<Identity>> {
    if seen.expires_at <= now || seen.identity.user_id != claims.user_id {
        return Err(session_expired());
    }
    Ok(seen.identity)
}

fn session_expired() -> Error {
    Error::new(
        Code::SessionExpired,
        "The session is over. Renew it by POST /v1/auth/refresh, or sign in again.",
    )
}

/// Starts what runs beside requests: sessions that are long over are deleted.
pub async fn start(context: &Context) {
    let context = context.clone();
    let background = context.background.clone();
    background
        .every(SWEEP, move || {
            let context = context.clone();
            async move {
                if let Err(error) = sessions::sweep(&context).await {
                    tracing::warn!(%error, "old sessions could not be deleted");
                }
            }
        })
        .await;
}
