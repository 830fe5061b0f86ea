//! Use cases of sessions: opened at sign-in, renewed by the refresh token, ended by sign-out, by hand, or by theft.

use super::{
    entity::session,
    repository,
    service::{me, record_everywhere},
    session_expired, session_topic,
    token::{self, Access},
    user_topic,
};
use crate::{
    audit::{Act, Entry},
    context::Context,
    error::{Error, Result},
    infra::{db::Tx, stored},
    policy::{Identity, Origin},
};
use contract::{
    Code, SessionId, Timestamp,
    accounts::{Me, Session, Sessions},
};
use sea_orm::Set;

/// For how long the refresh token before the last is good: two tabs may renew at once.
const GRACE_MILLIS: i64 = 10_000;
/// For how long a session that is over can still be looked into.
const KEPT_SECONDS: i64 = 7 * 86_400;

/// What the browser is given to keep.
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token; none when the browser got a newer one already.
    pub refresh: Option<String>,
    /// Seconds until the session ends at the latest.
    pub max_age: i64,
}

fn tokens(
    ctx: &Context,
    identity: &Identity,
    refresh: Option<String>,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<Tokens> {
    let access = Access { user_id: identity.user_id, session_id: identity.session_id };
    let until = now.plus_seconds(ctx.config.auth.access_seconds).min(expires_at);
    Ok(Tokens {
        access: token::sign_access(ctx.secrets.session(), access, now, until)?,
        refresh,
        max_age: (expires_at.millis() - now.millis()) / 1000,
    })
}

/// Opens a session for a person whose `session_id` is new.
pub async fn open(ctx: &Context, tx: &Tx, identity: &Identity, origin: &Origin) -> Result<Tokens> {
    let now = ctx.clock.now();
    let expires_at = now.plus_seconds(ctx.config.auth.absolute_seconds);
    let refresh = token::new_refresh(ctx.secrets.session(), identity.session_id)?;
    let row = session::ActiveModel {
        id: Set(identity.session_id.to_string()),
        user_id: Set(identity.user_id.to_string()),
        refresh_hash: Set(token::refresh_hash(&refresh)),
        previous_refresh_hash: Set(None),
        rotated_at: Set(now.millis()),
        created_at: Set(now.millis()),
        last_used_at: Set(now.millis()),
        expires_at: Set(expires_at.millis()),
        revoked_at: Set(None),
        ip: Set(origin.ip.clone()),
        user_agent: Set(origin.user_agent.clone()),
        proved_at: Set(now.millis()),
    };
    repository::insert_session(&**tx, row).await?;
    tokens(ctx, identity, Some(refresh), now, expires_at)
}

enum Turn {
    Rotate,
    Grace,
    Reuse,
}

fn turn(session: &session::Model, hash: &str, now: Timestamp) -> Turn {
    // The digests are public to nobody but the database; comparing them tells nothing about the token.
    if session.refresh_hash == hash {
        Turn::Rotate
    } else if session.previous_refresh_hash.as_deref() == Some(hash)
        && now.millis() - session.rotated_at <= GRACE_MILLIS
    {
        Turn::Grace
    } else {
        Turn::Reuse
    }
}

/// Renews a session by its refresh token, which is replaced; a token that was replaced before ends the session.
pub async fn refresh(ctx: &Context, origin: &Origin, refresh: &str) -> Result<(Me, Tokens)> {
    let now = ctx.clock.now();
    let id = token::read_refresh(ctx.secrets.session(), refresh)
        .ok_or_else(|| Error::new(Code::Unauthenticated, "There is no session to renew. Sign in."))?;
    let mut tx = ctx.db.begin().await?;
    let session = repository::lock_session(&*tx, id).await?.ok_or_else(session_expired)?;
    let (identity, expires_at) =
        repository::standing(&*tx, id, now.millis()).await?.ok_or_else(session_expired)?;
    if session.last_used_at <= now.plus_seconds(-ctx.config.auth.idle_seconds).millis() {
        return Err(session_expired());
    }
    let renewed = match turn(&session, &token::refresh_hash(refresh), now) {
        Turn::Rotate => Some(rotate(ctx, &tx, &session, id, now).await?),
        Turn::Grace => None,
        Turn::Reuse => {
            end(ctx, &mut tx, &identity, origin, id, Act::SessionReused).await?;
            tx.commit().await?;
            let detail = "This session was renewed twice with one token, so it was ended. Sign in again; if it was \
                          not you, change your password.";
            return Err(Error::new(Code::SessionExpired, detail));
        }
    };
    record_everywhere(ctx, &tx, &identity, origin, about(Act::SessionRefreshed, &identity, id)).await?;
    tx.commit().await?;
    Ok((me(ctx, &identity).await?, tokens(ctx, &identity, renewed, now, expires_at)?))
}

async fn rotate(
    ctx: &Context,
    tx: &Tx,
    session: &session::Model,
    id: SessionId,
    now: Timestamp,
) -> Result<String> {
    let renewed = token::new_refresh(ctx.secrets.session(), id)?;
    let row = session::ActiveModel {
        id: Set(session.id.clone()),
        refresh_hash: Set(token::refresh_hash(&renewed)),
        previous_refresh_hash: Set(Some(session.refresh_hash.clone())),
        rotated_at: Set(now.millis()),
        last_used_at: Set(now.millis()),
        ..Default::default()
    };
    repository::update_session(&**tx, row).await?;
    Ok(renewed)
}

fn about(act: Act, identity: &Identity, session: SessionId) -> Entry {
    Entry::success(act)
        .target("user", identity.user_id, Some(&identity.email))
        .target("session", session, None)
}

async fn end(
    ctx: &Context,
    tx: &mut Tx,
    identity: &Identity,
    origin: &Origin,
    id: SessionId,
    act: Act,
) -> Result<()> {
    let row = session::ActiveModel {
        id: Set(id.to_string()),
        revoked_at: Set(Some(ctx.clock.now().millis())),
        ..Default::default()
    };
    repository::update_session(&**tx, row).await?;
    record_everywhere(ctx, tx, identity, origin, about(act, identity, id)).await?;
    tx.changed(session_topic(id)).await
}

/// Signs out: the session that the tokens name ends, if it stands.
pub async fn sign_out(
    ctx: &Context,
    origin: &Origin,
    access: Option<&str>,
    refresh: Option<&str>,
) -> Result<()> {
    let (key, now) = (ctx.secrets.session(), ctx.clock.now());
    let by_refresh = refresh.and_then(|refresh| token::read_refresh(key, refresh));
    let by_access = || access.and_then(|access| token::read_access(key, access, now).ok());
    let Some(id) = by_refresh.or_else(|| by_access().map(|access| access.session_id)) else { return Ok(()) };
    let mut tx = ctx.db.begin().await?;
    repository::lock_session(&*tx, id).await?;
    let Some((identity, _)) = repository::standing(&*tx, id, now.millis()).await? else { return Ok(()) };
    end(ctx, &mut tx, &identity, origin, id, Act::UserSignedOut).await?;
    tx.commit().await
}

/// Lists the person's open sessions.
pub async fn list(ctx: &Context, identity: &Identity) -> Result<Sessions> {
    let wire = |row: session::Model| -> Result<Session> {
        let id = stored::id(&row.id)?;
        Ok(Session {
            id,
            created_at: Timestamp::from_millis(row.created_at),
            last_used_at: Timestamp::from_millis(row.last_used_at),
            expires_at: Timestamp::from_millis(row.expires_at),
            ip: row.ip,
            user_agent: row.user_agent,
            current: id == identity.session_id,
        })
    };
    let rows = open_sessions(ctx, identity).await?;
    Ok(Sessions { data: rows.into_iter().map(wire).collect::<Result<_>>()? })
}

async fn open_sessions(ctx: &Context, identity: &Identity) -> Result<Vec<session::Model>> {
    let now = ctx.clock.now();
    let idle_since = now.plus_seconds(-ctx.config.auth.idle_seconds).millis();
    repository::sessions(ctx.db.reader(), identity.user_id, now.millis(), idle_since).await
}

/// Ends one of the person's sessions.
pub async fn end_one(ctx: &Context, identity: &Identity, origin: &Origin, id: SessionId) -> Result<()> {
    let mut tx = ctx.db.begin().await?;
    let session = repository::lock_session(&*tx, id).await?;
    session
        .filter(|session| session.user_id == identity.user_id.to_string() && session.revoked_at.is_none())
        .ok_or_else(Error::not_found)?;
    end(ctx, &mut tx, identity, origin, id, Act::SessionEnded).await?;
    tx.commit().await
}

/// Ends the person's sessions but the one that asks.
pub async fn end_others(ctx: &Context, identity: &Identity, origin: &Origin) -> Result<()> {
    let (id, now) = (identity.user_id, ctx.clock.now().millis());
    let mut tx = ctx.db.begin().await?;
    repository::end_sessions(&*tx, id, Some(identity.session_id), now).await?;
    let entry = about(Act::SessionOthersEnded, identity, identity.session_id);
    record_everywhere(ctx, &tx, identity, origin, entry).await?;
    tx.changed(user_topic(id)).await?;
    tx.commit().await
}

/// Deletes sessions that were over a week ago, and tickets.
pub async fn sweep(ctx: &Context) -> Result<u64> {
    let tx = ctx.db.begin().await?;
    let before = ctx.clock.now().plus_seconds(-KEPT_SECONDS).millis();
    let deleted = repository::delete_sessions_before(&*tx, before).await?;
    repository::delete_tickets(&*tx, repository::tickets_before(before)).await?;
    tx.commit().await?;
    Ok(deleted)
}
