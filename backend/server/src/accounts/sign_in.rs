//! Use cases of signing in: the password, then a code where the person has a second factor.

use super::{
    attempts,
    entity::user,
    password, repository, second_factor,
    service::{me, record_everywhere, record_everywhere_as},
    sessions::{self, Tokens},
    tickets::{self, Purpose},
};
use crate::{
    audit::{Act, Entry},
    context::Context,
    error::{Error, Result},
    infra::{db::Tx, text},
    policy::{Identity, Origin},
};
use contract::{
    Code, SessionId, Timestamp, UserId,
    accounts::{Me, SignInBody},
    audit::Actor,
};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// A failed sign-in is answered this long after it began: what is done for a known address but not for an unknown
/// one (a row, an event) can't be told from the time.
pub const FAILURE_TAKES: Duration = Duration::from_millis(250);
/// How long the second step may take.
pub const PENDING_SECONDS: i64 = 300;
/// Codes that may be tried on one right password.
const TRIES: i64 = 5;

/// What came of a right password.
pub enum Step {
    /// The person is in.
    In(Me, Tokens),
    /// A code is needed as well; the token stands for the right password until then.
    CodeNeeded(String),
}

/// Signs a person in, or asks for their code.
pub async fn sign_in(ctx: &Context, origin: &Origin, body: SignInBody) -> Result<Step> {
    let started = Instant::now();
    let outcome = try_sign_in(ctx, origin, body).await;
    if outcome.is_err() {
        sleep_until(started + FAILURE_TAKES).await;
    }
    outcome
}

async fn try_sign_in(ctx: &Context, origin: &Origin, body: SignInBody) -> Result<Step> {
    let mut faults = Vec::new();
    let email = text::email("#/email", &body.email, &mut faults);
    // What can't be an address has no account, and may not reach the database.
    let known =
        if faults.is_empty() { repository::user_by_email(ctx.db.reader(), &email).await? } else { None };
    let Some(id) = known else {
        ctx.state.accounts.strangers.attempt(&email, ctx.clock.now())?;
        password::verify(ctx, body.password, None).await?;
        return Err(wrong_password());
    };
    let attempt = attempt(ctx, id).await?;
    let user = attempt.user;
    if !password::verify(ctx, body.password, Some(user.password_hash.clone())).await? {
        let tx = ctx.db.begin().await?;
        record_failure(ctx, &tx, id, &email, origin, Code::InvalidCredentials).await?;
        tx.commit().await?;
        return Err(wrong_password());
    }
    let tx = ctx.db.begin().await?;
    // Password and second factor may have changed while the password was verified.
    let verified = user.password_hash;
    let user = repository::lock_user(&*tx, id).await?;
    if user.password_hash != verified {
        return Err(wrong_password());
    }
    if user.totp_since.is_none() {
        let (identity, tokens) = enter(ctx, &tx, origin, id, user, None).await?;
        tx.commit().await?;
        return Ok(Step::In(me(ctx, &identity).await?, tokens));
    }
    // Neither a failure nor a success yet: the count stays where it was.
    repository::take_attempt_back(&*tx, id, attempt.locks_until).await?;
    let expires_at = ctx.clock.now().plus_seconds(PENDING_SECONDS);
    let token = tickets::issue(ctx, &tx, id, Purpose::SignIn, None, expires_at).await?;
    let entry = Entry::success(Act::UserCodeAsked).target("user", id, Some(&email));
    let request_id = Some(origin.request_id.clone());
    record_everywhere_as(ctx, &tx, id, somebody(&email, origin), request_id, entry).await?;
    tx.commit().await?;
    Ok(Step::CodeNeeded(token))
}

/// Completes a sign-in by a code of the authenticator or a recovery code.
pub async fn complete(ctx: &Context, origin: &Origin, token: &str, code: &str) -> Result<(Me, Tokens)> {
    let started = Instant::now();
    let outcome = try_complete(ctx, origin, token, code).await;
    if outcome.is_err() {
        sleep_until(started + FAILURE_TAKES).await;
    }
    outcome
}

async fn try_complete(ctx: &Context, origin: &Origin, token: &str, code: &str) -> Result<(Me, Tokens)> {
    let (ticket, id) = tickets::look(ctx, Purpose::SignIn, token).await?.ok_or_else(begin_again)?;
    let user = attempt(ctx, id).await?.user;
    let mut tx = ctx.db.begin().await?;
    if !repository::try_ticket(&*tx, &ticket.id, TRIES).await? {
        return Err(begin_again());
    }
    let Some(means) = second_factor::accept(ctx, &mut tx, &user, code, second_factor::Taken::Either).await?
    else {
        record_failure(ctx, &tx, id, &user.email, origin, Code::InvalidCode).await?;
        tx.commit().await?;
        return Err(wrong_code());
    };
    tickets::use_up(ctx, &tx, &ticket).await.map_err(|_| begin_again())?;
    let (identity, tokens) = enter(ctx, &tx, origin, id, user, Some(means)).await?;
    tx.commit().await?;
    Ok((me(ctx, &identity).await?, tokens))
}

/// Forgets the failures and opens a session, in the caller's transaction.
async fn enter(
    ctx: &Context,
    tx: &Tx,
    origin: &Origin,
    id: UserId,
    user: user::Model,
    means: Option<&'static str>,
) -> Result<(Identity, Tokens)> {
    let session_id = SessionId::from_bits(ctx.clock.new_id_bits());
    let proved_at = ctx.clock.now();
    let identity = Identity { user_id: id, session_id, email: user.email, name: user.name, proved_at };
    repository::set_attempts(&**tx, id, 0, None).await?;
    let tokens = sessions::open(ctx, tx, &identity, origin).await?;
    let entry = Entry::success(Act::UserSignedIn)
        .target("user", id, Some(&identity.email))
        .target("session", session_id, None)
        .change("/second_factor", None::<&str>, means);
    record_everywhere(ctx, tx, &identity, origin, entry).await?;
    Ok((identity, tokens))
}

async fn record_failure(
    ctx: &Context,
    tx: &Tx,
    id: UserId,
    email: &str,
    origin: &Origin,
    code: Code,
) -> Result<()> {
    let entry = Entry::failure(Act::UserSignInFailed, code.as_str()).target("user", id, Some(email));
    let request_id = Some(origin.request_id.clone());
    record_everywhere_as(ctx, tx, id, somebody(email, origin), request_id, entry).await
}

fn wrong_password() -> Error {
    Error::new(Code::InvalidCredentials, "E-mail and password don't match. Check both.")
}

/// The answer to a code that is not right, was used, or is too old.
fn wrong_code() -> Error {
    let detail =
        "This code is not right, was used already, or is too old. Wait for the next one and try again.";
    Error::new(Code::InvalidCode, detail)
}

fn begin_again() -> Error {
    Error::new(
        Code::SessionExpired,
        "The sign-in took too long or too many codes. Begin again with the password.",
    )
}

/// Who tries to sign in and is not who they say, as the audit log names them.
pub fn somebody(email: &str, origin: &Origin) -> Actor {
    Actor {
        kind: "user".to_owned(),
        id: None,
        name: Some(email.to_owned()),
        via: "session".to_owned(),
        ip: origin.ip.clone(),
        user_agent: origin.user_agent.clone(),
    }
}

/// An attempt that was counted.
pub struct Attempt {
    /// The person.
    pub user: user::Model,
    /// The lock that it set.
    locks_until: Option<Timestamp>,
}

/// Counts an attempt before it is made, so that many at once are no way around the limit; a good one resets the count.
pub async fn attempt(ctx: &Context, id: UserId) -> Result<Attempt> {
    let now = ctx.clock.now();
    let tx = ctx.db.begin().await?;
    let user = repository::lock_user(&*tx, id).await?;
    attempts::require_unlocked(user.locked_until.map(Timestamp::from_millis), now)?;
    let failures = user.failed_sign_ins.saturating_add(1);
    let locks_until = attempts::locked_until(failures, now);
    repository::set_attempts(&*tx, id, failures, locks_until).await?;
    tx.commit().await?;
    Ok(Attempt { user, locks_until })
}
