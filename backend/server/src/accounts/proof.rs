//! A fresh proof that it is the person who sits there: asked before acts that a thief of a session would begin with.

use super::{
    entity::session,
    password, repository,
    second_factor::{self, Taken},
    service::record_everywhere,
    session_topic,
    sign_in::attempt,
};
use crate::{
    audit::{Act, Entry},
    context::Context,
    error::{Error, Result, fault},
    policy::{Identity, Origin},
};
use contract::{Code, accounts::StepUpBody};
use sea_orm::Set;

/// Refuses a person whose proof is older than `auth.step_up_seconds`.
pub fn require_fresh(ctx: &Context, identity: &Identity) -> Result<()> {
    let age = ctx.clock.now().millis().saturating_sub(identity.proved_at.millis());
    if age <= ctx.config.auth.step_up_seconds.saturating_mul(1000) {
        return Ok(());
    }
    let detail = "This act needs a fresh proof that it is you: send your password or a code to POST /v1/auth/step-up, \
                  then repeat the call.";
    Err(Error::new(Code::StepUpRequired, detail))
}

/// Proves by the password or by a code of the authenticator; wrong ones count like failed sign-ins.
pub async fn step_up(ctx: &Context, identity: &Identity, origin: &Origin, body: StepUpBody) -> Result<()> {
    let id = identity.user_id;
    let (by_password, by_code) = (body.password.is_some(), body.code.is_some());
    if by_password == by_code {
        let fix = "send either password or code";
        return Err(Error::invalid_field("#/password", "expected one proof", fix));
    }
    if by_code {
        // Before the attempt is counted: without an authenticator no code is a guess.
        second_factor::require_on(&repository::user(ctx.db.reader(), id).await?)?;
    }
    let user = attempt(ctx, id).await?.user;
    let mut tx;
    let proved = if let Some(password) = body.password {
        let right = password::verify(ctx, password, Some(user.password_hash.clone())).await?;
        tx = ctx.db.begin().await?;
        right
    } else {
        tx = ctx.db.begin().await?;
        let code = body.code.unwrap_or_default();
        second_factor::accept(ctx, &mut tx, &user, &code, Taken::Authenticator).await?.is_some()
    };
    let target = |entry: Entry| {
        entry.target("user", id, Some(&identity.email)).target("session", identity.session_id, None)
    };
    if !proved {
        let code = if by_code { Code::InvalidCode } else { Code::InvalidCredentials };
        let entry = target(Entry::failure(Act::SessionProved, code.as_str()));
        record_everywhere(ctx, &tx, identity, origin, entry).await?;
        tx.commit().await?;
        return Err(if by_code { second_factor::wrong_code() } else { wrong_password("#/password") });
    }
    repository::set_attempts(&*tx, id, 0, None).await?;
    let row = session::ActiveModel {
        id: Set(identity.session_id.to_string()),
        proved_at: Set(ctx.clock.now().millis()),
        ..Default::default()
    };
    repository::update_session(&*tx, row).await?;
    record_everywhere(ctx, &tx, identity, origin, target(Entry::success(Act::SessionProved))).await?;
    tx.changed(session_topic(identity.session_id)).await?;
    tx.commit().await
}

/// The fault of a password in a body.
pub fn wrong_password(pointer: &str) -> Error {
    let (message, fix) = ("this is not your password", "send the password that you sign in with");
    Error::invalid(vec![fault(pointer, "wrong_password", message, fix)])
}
