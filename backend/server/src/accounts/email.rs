//! Use cases of changing one's address: the new one is asked, the old one is told.

use super::{
    letters::{self, News},
    repository,
    service::{record_everywhere, record_everywhere_as},
    sign_in::somebody,
    tickets::{self, Purpose},
    user_topic,
};
use crate::{
    audit::{Act, Entry},
    context::Context,
    error::{Error, Result},
    infra::{db::is_unique_violation, text},
    mail,
    policy::{Identity, Origin},
};
use contract::{
    Code,
    accounts::{ChangeEmailBody, ConfirmEmailBody},
};

/// Messages to new addresses that a person may ask for in an hour.
const A_PERSON: u32 = 5;
const WINDOW_SECONDS: i64 = 3600;

/// Asks the new address whether it is the person's. Whether it has an account already is not told here, where anybody
/// with an account could ask, but to who holds the address.
pub async fn ask(ctx: &Context, identity: &Identity, origin: &Origin, body: ChangeEmailBody) -> Result<()> {
    let mut faults = Vec::new();
    let email = text::email("#/email", &body.email, &mut faults);
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let id = identity.user_id;
    if email == identity.email {
        let (message, fix) = ("this is your address already", "send the new one");
        return Err(Error::invalid_field("#/email", message, fix));
    }
    ctx.state.accounts.asked.take(&format!("person {id}"), A_PERSON, WINDOW_SECONDS, ctx.clock.now())?;
    let expires_at = ctx.clock.now().plus_seconds(ctx.config.auth.reset_minutes * 60);
    let mut tx = ctx.db.begin().await?;
    // One at a time: a link that was sent to a mistyped address dies with the next.
    let before = repository::tickets_of(id, &[Purpose::Email.as_str()]);
    repository::delete_tickets(&*tx, before).await?;
    let token = tickets::issue(ctx, &tx, id, Purpose::Email, Some(email.clone()), expires_at).await?;
    mail::post(ctx, &mut tx, &letters::confirm_email(ctx, &email, &token), expires_at).await?;
    letters::tell(ctx, &mut tx, &identity.email, News::EmailAsked).await?;
    let entry = Entry::success(Act::UserEmailChangeAsked).target("user", id, Some(&identity.email)).change(
        "/email",
        &identity.email,
        &email,
    );
    record_everywhere(ctx, &tx, identity, origin, entry).await?;
    tx.commit().await
}

/// Changes the address by the token that went to it.
pub async fn confirm(ctx: &Context, origin: &Origin, body: ConfirmEmailBody) -> Result<()> {
    let (ticket, id) =
        tickets::look(ctx, Purpose::Email, &body.token).await?.ok_or_else(tickets::unusable)?;
    let email = ticket.email.clone().ok_or_else(tickets::unusable)?;
    let now = ctx.clock.now().millis();
    let mut tx = ctx.db.begin().await?;
    let user = repository::lock_user(&*tx, id).await?;
    tickets::use_up(ctx, &tx, &ticket).await?;
    // A link for a new password that went to the old address is worth nothing from now on.
    tickets::void(&tx, id).await?;
    repository::set_email(&*tx, id, &email, now).await.map_err(|error| {
        if is_unique_violation(&error) {
            let detail =
                "This address has an account of its own already. Sign in with it, or choose another.";
            return Error::new(Code::EmailTaken, detail);
        }
        error.into()
    })?;
    letters::tell(ctx, &mut tx, &user.email, News::Email).await?;
    let entry = Entry::success(Act::UserEmailChanged).target("user", id, Some(&email)).change(
        "/email",
        &user.email,
        &email,
    );
    let request_id = Some(origin.request_id.clone());
    record_everywhere_as(ctx, &tx, id, somebody(&email, origin), request_id, entry).await?;
    tx.changed(user_topic(id)).await?;
    tx.commit().await
}
