//! Use cases of a forgotten password: a link that works once, whatever happens to the sessions of before.

use super::{
    letters::{self, News},
    password, repository,
    service::record_everywhere_as,
    sign_in::{FAILURE_TAKES, somebody},
    tickets::{self, Purpose},
    user_topic,
};
use crate::{
    audit::{Act, Entry},
    context::Context,
    error::{Error, Result},
    infra::text,
    mail,
    policy::Origin,
};
use contract::accounts::{ForgotPasswordBody, ResetPasswordBody};
use tokio::time::{Instant, sleep_until};

/// Links that one address may be sent in an hour, and that one caller may ask for.
const AN_ADDRESS: u32 = 5;
const A_CALLER: u32 = 60;
const WINDOW_SECONDS: i64 = 3600;

/// Sends a link to an address that has an account; one that has none is answered alike: as often, as late, and after
/// the same writing, which is then thrown away.
pub async fn forgot(ctx: &Context, origin: &Origin, body: ForgotPasswordBody) -> Result<()> {
    let started = Instant::now();
    let mut faults = Vec::new();
    let email = text::email("#/email", &body.email, &mut faults);
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let (asked, now) = (&ctx.state.accounts.asked, ctx.clock.now());
    let caller = origin.ip.as_deref().unwrap_or_default();
    asked.take(&format!("caller {caller}"), A_CALLER, WINDOW_SECONDS, now)?;
    asked.take(&format!("address {email}"), AN_ADDRESS, WINDOW_SECONDS, now)?;
    let outcome = send_link(ctx, origin, &email).await;
    sleep_until(started + FAILURE_TAKES).await;
    outcome
}

async fn send_link(ctx: &Context, origin: &Origin, email: &str) -> Result<()> {
    let known = repository::user_by_email(ctx.db.reader(), email).await?;
    let expires_at = ctx.clock.now().plus_seconds(ctx.config.auth.reset_minutes * 60);
    let mut tx = ctx.db.begin().await?;
    let Some(id) = known else {
        let letter = letters::reset(ctx, email, "nobody is sent this");
        return mail::post(ctx, &mut tx, &letter, expires_at).await;
    };
    let token = tickets::issue(ctx, &tx, id, Purpose::Reset, None, expires_at).await?;
    mail::post(ctx, &mut tx, &letters::reset(ctx, email, &token), expires_at).await?;
    let entry = Entry::success(Act::UserPasswordResetAsked).target("user", id, Some(email));
    let request_id = Some(origin.request_id.clone());
    record_everywhere_as(ctx, &tx, id, somebody(email, origin), request_id, entry).await?;
    tx.commit().await
}

/// Sets a new password by the token of a message: all sessions end, every other ticket is void, and the failed
/// sign-ins are forgotten. A second factor stays.
pub async fn reset(ctx: &Context, origin: &Origin, body: ResetPasswordBody) -> Result<()> {
    let (ticket, id) =
        tickets::look(ctx, Purpose::Reset, &body.token).await?.ok_or_else(tickets::unusable)?;
    let user = repository::user(ctx.db.reader(), id).await?;
    let mut faults = Vec::new();
    let about = [user.email.as_str(), user.name.as_str()];
    password::check(
        ctx,
        "#/new_password",
        &body.new_password,
        user.totp_since.is_some(),
        &about,
        &mut faults,
    );
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let kept = password::keep(ctx, body.new_password).await?;
    let now = ctx.clock.now().millis();
    let mut tx = ctx.db.begin().await?;
    let user = repository::lock_user(&*tx, id).await?;
    tickets::use_up(ctx, &tx, &ticket).await?;
    // The second factor may have gone while the password was hashed.
    password::require_factor(&kept, &user)?;
    tickets::void(&tx, id).await?;
    repository::set_password(&*tx, id, kept, now).await?;
    repository::set_attempts(&*tx, id, 0, None).await?;
    repository::end_sessions(&*tx, id, None, now).await?;
    letters::tell(ctx, &mut tx, &user.email, News::Password).await?;
    let entry = Entry::success(Act::UserPasswordReset).target("user", id, Some(&user.email));
    let request_id = Some(origin.request_id.clone());
    record_everywhere_as(ctx, &tx, id, somebody(&user.email, origin), request_id, entry).await?;
    tx.changed(user_topic(id)).await?;
    tx.commit().await
}
