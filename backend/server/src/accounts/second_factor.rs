//! Use cases of the second factor: enrolled, confirmed by a first code, asked at sign-in, turned off.

use super::{
    entity::user,
    letters::{self, News},
    repository::{self, Authenticator},
    service::{record_everywhere, record_everywhere_as},
    sign_in::attempt,
    totp, user_topic,
};
use crate::{
    audit::{Act, Entry},
    context::Context,
    error::{Error, Result, fault},
    infra::{db::Tx, digest, stored},
    policy::{Identity, Origin, command_actor},
};
use contract::{
    Code, Timestamp, UserId,
    accounts::{CodeBody, RecoveryCodes, SecondFactor, TotpEnrolment},
};

/// Recovery codes that a person gets at once.
const CODES: usize = 10;

/// Where a person's secret may be opened.
fn place(id: UserId) -> String {
    format!("totp/{id}")
}

/// What may stand for a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// A code of the authenticator alone.
    Authenticator,
    /// That, or a recovery code.
    Either,
}

/// Uses a code up, in the caller's transaction; by what means, or none when it is not right or was used before.
pub async fn accept(
    ctx: &Context,
    tx: &mut Tx,
    user: &user::Model,
    code: &str,
    taken: Taken,
) -> Result<Option<&'static str>> {
    let (id, now) = (stored::id(&user.id)?, ctx.clock.now());
    let Some(sealed) = user.totp_secret.as_ref().filter(|_| user.totp_since.is_some()) else {
        return Ok(None);
    };
    let code = code.trim();
    if totp::is_code(code) {
        let step = totp::step_of(&open(ctx, id, sealed)?, code, now);
        let Some(step) = step else { return Ok(None) };
        return Ok(repository::take_step(&**tx, id, step).await?.then_some("totp"));
    }
    if taken == Taken::Authenticator {
        return Ok(None);
    }
    let used = repository::use_recovery_code(&**tx, id, &code_digest(ctx, code), now.millis()).await?;
    if used {
        letters::tell(ctx, tx, &user.email, News::RecoveryCode).await?;
    }
    Ok(used.then_some("recovery_code"))
}

fn open(ctx: &Context, id: UserId, sealed: &str) -> Result<Vec<u8>> {
    let secret = ctx.secrets.open(&place(id), sealed)?;
    totp::from_base32(&secret).ok_or_else(|| Error::internal("a kept secret is not base 32"))
}

/// The digest of a recovery code however it was typed.
fn code_digest(ctx: &Context, code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    ctx.secrets.code_digest(&plain.to_ascii_uppercase())
}

/// Tells whether the person has a second factor.
pub async fn get(ctx: &Context, identity: &Identity) -> Result<SecondFactor> {
    let user = repository::user(ctx.db.reader(), identity.user_id).await?;
    Ok(SecondFactor {
        enabled: user.totp_since.is_some(),
        since: user.totp_since.map(Timestamp::from_millis),
        recovery_codes_left: repository::recovery_codes_left(ctx.db.reader(), identity.user_id).await?,
    })
}

/// Makes a secret; it replaces one that was not confirmed.
pub async fn enrol(ctx: &Context, identity: &Identity, origin: &Origin) -> Result<TotpEnrolment> {
    let id = identity.user_id;
    let secret = totp::base32(&digest::random_bytes::<{ totp::SECRET_BYTES }>());
    let tx = ctx.db.begin().await?;
    if repository::lock_user(&*tx, id).await?.totp_since.is_some() {
        return Err(Error::new(Code::Conflict, "The second factor is on already. Turn it off first."));
    }
    let sealed = ctx.secrets.seal(&place(id), &secret)?;
    let kept = Authenticator { secret: Some(sealed), ..Authenticator::default() };
    repository::set_authenticator(&*tx, id, kept).await?;
    record_everywhere(ctx, &tx, identity, origin, about(Act::SecondFactorEnrolled, identity)).await?;
    tx.commit().await?;
    let uri = totp::uri(&secret, &identity.email);
    Ok(TotpEnrolment { qr_svg: totp::qr_svg(&uri)?, uri, secret })
}

fn about(act: Act, identity: &Identity) -> Entry {
    Entry::success(act).target("user", identity.user_id, Some(&identity.email))
}

/// The fault of a code in a body.
pub fn wrong_code() -> Error {
    let (message, fix) =
        ("this code is not right or was used already", "wait for the next code and send that");
    Error::invalid(vec![fault("#/code", "wrong_code", message, fix)])
}

/// Turns the second factor on by a first code. Other sessions end: they were opened without it.
pub async fn confirm(
    ctx: &Context,
    identity: &Identity,
    origin: &Origin,
    body: CodeBody,
) -> Result<RecoveryCodes> {
    let id = identity.user_id;
    // Before the attempt is counted: where there is nothing to guess, nobody has guessed wrong.
    to_confirm(&repository::user(ctx.db.reader(), id).await?)?;
    let sealed = to_confirm(&attempt(ctx, id).await?.user)?;
    let now = ctx.clock.now();
    let Some(step) = totp::step_of(&open(ctx, id, &sealed)?, body.code.trim(), now) else {
        let tx = ctx.db.begin().await?;
        let entry = Entry::failure(Act::SecondFactorEnabled, Code::InvalidCode.as_str());
        let entry = entry.target("user", id, Some(&identity.email));
        record_everywhere(ctx, &tx, identity, origin, entry).await?;
        tx.commit().await?;
        return Err(wrong_code());
    };
    let mut tx = ctx.db.begin().await?;
    let current = repository::lock_user(&*tx, id).await?;
    if current.totp_secret.as_deref() != Some(sealed.as_str()) || current.totp_since.is_some() {
        return Err(Error::new(Code::Conflict, "The secret was replaced meanwhile. Use the newest one."));
    }
    let kept = Authenticator { secret: Some(sealed), since: Some(now.millis()), step: Some(step) };
    repository::set_authenticator(&*tx, id, kept).await?;
    repository::set_attempts(&*tx, id, 0, None).await?;
    repository::end_sessions(&*tx, id, Some(identity.session_id), now.millis()).await?;
    let codes = new_codes(ctx, &tx, id).await?;
    letters::tell(ctx, &mut tx, &identity.email, News::FactorOn).await?;
    record_everywhere(ctx, &tx, identity, origin, about(Act::SecondFactorEnabled, identity)).await?;
    tx.changed(user_topic(id)).await?;
    tx.commit().await?;
    Ok(codes)
}

/// The sealed secret of an enrolment that is under way.
fn to_confirm(user: &user::Model) -> Result<String> {
    let waiting = user.totp_secret.clone().filter(|_| user.totp_since.is_none());
    waiting.ok_or_else(|| {
        Error::new(Code::Conflict, "There is no authenticator to confirm. Make a secret first.")
    })
}

/// 80 random bits each, in four groups of four.
async fn new_codes(ctx: &Context, tx: &Tx, id: UserId) -> Result<RecoveryCodes> {
    let codes: Vec<String> = (0..CODES).map(|_| totp::base32(&digest::random_bytes::<10>())).collect();
    let hashes = codes.iter().map(|code| code_digest(ctx, code)).collect();
    repository::replace_recovery_codes(&**tx, id, hashes, ctx.clock.now().millis()).await?;
    let grouped = |code: String| -> String {
        let pieces = code.char_indices().map(|(at, letter)| match at {
            4 | 8 | 12 => format!("-{letter}"),
            _ => letter.to_string(),
        });
        pieces.collect()
    };
    Ok(RecoveryCodes { codes: codes.into_iter().map(grouped).collect() })
}

/// Makes new recovery codes in place of the old.
pub async fn renew_codes(ctx: &Context, identity: &Identity, origin: &Origin) -> Result<RecoveryCodes> {
    let id = identity.user_id;
    let mut tx = ctx.db.begin().await?;
    require_on(&repository::lock_user(&*tx, id).await?)?;
    let codes = new_codes(ctx, &tx, id).await?;
    letters::tell(ctx, &mut tx, &identity.email, News::RecoveryCodes).await?;
    record_everywhere(ctx, &tx, identity, origin, about(Act::RecoveryCodesRenewed, identity)).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Refuses a person whose second factor is off.
pub fn require_on(user: &user::Model) -> Result<()> {
    if user.totp_since.is_some() {
        return Ok(());
    }
    Err(Error::new(Code::Conflict, "The second factor is off. Turn it on first."))
}

/// Turns a person's second factor off for the operator at the command line; says whether it was on. Their sessions end.
/// Not found when the address has no account.
pub async fn take_off(ctx: &Context, email: &str) -> Result<bool> {
    let email = email.trim().to_lowercase();
    let known = repository::user_by_email(ctx.db.reader(), &email).await?;
    let id = known.ok_or_else(Error::not_found)?;
    let now = ctx.clock.now().millis();
    let mut tx = ctx.db.begin().await?;
    if repository::lock_user(&*tx, id).await?.totp_since.is_none() {
        return Ok(false);
    }
    repository::set_authenticator(&*tx, id, Authenticator::default()).await?;
    repository::replace_recovery_codes(&*tx, id, Vec::new(), now).await?;
    repository::end_sessions(&*tx, id, None, now).await?;
    letters::tell(ctx, &mut tx, &email, News::FactorOff).await?;
    let entry = Entry::success(Act::SecondFactorDisabled).target("user", id, Some(&email));
    let actor = command_actor("amaas unlock --second-factor");
    record_everywhere_as(ctx, &tx, id, actor, None, entry).await?;
    tx.changed(user_topic(id)).await?;
    tx.commit().await?;
    Ok(true)
}

/// Turns the second factor off; a password that is too short to stand alone must be changed before.
pub async fn remove(ctx: &Context, identity: &Identity, origin: &Origin) -> Result<()> {
    let id = identity.user_id;
    let mut tx = ctx.db.begin().await?;
    let user = repository::lock_user(&*tx, id).await?;
    require_on(&user)?;
    if user.password_is_short != 0 {
        let least = ctx.config.auth.password_min;
        let detail =
            format!("Without a second factor a password needs {least} characters. Change yours first.");
        return Err(Error::new(Code::Conflict, detail));
    }
    repository::set_authenticator(&*tx, id, Authenticator::default()).await?;
    repository::replace_recovery_codes(&*tx, id, Vec::new(), ctx.clock.now().millis()).await?;
    letters::tell(ctx, &mut tx, &identity.email, News::FactorOff).await?;
    record_everywhere(ctx, &tx, identity, origin, about(Act::SecondFactorDisabled, identity)).await?;
    tx.commit().await
}
