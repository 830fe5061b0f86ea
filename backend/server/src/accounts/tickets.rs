//! One-time tokens of a person: what is sent is kept as a digest, works once, and ends.

use super::{entity::ticket, repository};
use crate::{
    context::Context,
    error::{Error, Result},
    infra::{db::Tx, digest, stored},
};
use contract::{Code, Timestamp, UserId};
use sea_orm::Set;

/// What a ticket is good for; nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Setting a password anew.
    Reset,
    /// Changing the address to the one that got it.
    Email,
    /// Completing a sign-in by a code.
    SignIn,
}

impl Purpose {
    /// The purpose in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Purpose::Reset => "reset",
            Purpose::Email => "email",
            Purpose::SignIn => "sign_in",
        }
    }
}

/// Makes a ticket and answers its token, which nobody can read again.
pub async fn issue(
    ctx: &Context,
    tx: &Tx,
    user: UserId,
    purpose: Purpose,
    email: Option<String>,
    expires_at: Timestamp,
) -> Result<String> {
    let token = digest::random_base62();
    let row = ticket::ActiveModel {
        id: Set(digest::hex(&ctx.clock.new_id_bits().to_be_bytes())),
        user_id: Set(user.to_string()),
        purpose: Set(purpose.as_str().to_owned()),
        token_hash: Set(digest::sha256_hex(token.as_bytes())),
        email: Set(email),
        tries: Set(0),
        created_at: Set(ctx.clock.now().millis()),
        expires_at: Set(expires_at.millis()),
        used_at: Set(None),
    };
    repository::insert_ticket(&**tx, row).await?;
    Ok(token)
}

/// The ticket of a token and whose it is; it is not used up by looking.
pub async fn look(ctx: &Context, purpose: Purpose, token: &str) -> Result<Option<(ticket::Model, UserId)>> {
    let hash = digest::sha256_hex(token.trim().as_bytes());
    let now = ctx.clock.now().millis();
    let found = repository::open_ticket(ctx.db.reader(), purpose.as_str(), &hash, now).await?;
    found.map(|ticket| stored::id(&ticket.user_id).map(|user| (ticket, user))).transpose()
}

/// Uses a ticket up, or says that somebody was faster.
pub async fn use_up(ctx: &Context, tx: &Tx, ticket: &ticket::Model) -> Result<()> {
    if repository::use_ticket(&**tx, &ticket.id, ctx.clock.now().millis()).await? {
        return Ok(());
    }
    Err(unusable())
}

/// Makes every open ticket of a person worthless.
pub async fn void(tx: &Tx, user: UserId) -> Result<()> {
    let every = [Purpose::Reset, Purpose::Email, Purpose::SignIn].map(Purpose::as_str);
    repository::delete_tickets(&**tx, repository::tickets_of(user, &every)).await
}

/// A token that can't be used, for whatever reason: the same answer for each.
pub fn unusable() -> Error {
    Error::new(Code::LinkInvalid, "This link is unknown, used or too old. Ask for a new one.")
}
