//! Use cases of people: sign-up, sign-in, password.

use super::{
    attempts,
    entity::user,
    password, repository,
    sessions::{self, Tokens},
    user_topic,
};
use crate::{
    audit::{self, Act, Entry},
    config::SignUp,
    context::Context,
    error::{Error, Result, fault},
    infra::{db::Tx, text},
    members,
    policy::{Identity, Origin, command_actor},
    routes::Row,
    tenants,
};
use contract::{
    Code, SessionId, Timestamp, UserId,
    accounts::{ChangePasswordBody, Me, SignInBody, SignUpBody, UpdateMeBody},
    audit::Actor,
    members::Role,
};
use sea_orm::Set;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// A failed sign-in is answered this long after it began: what is done for a known address but not for an unknown
/// one (a row, an event) can't be told from the time.
const FAILURE_TAKES: Duration = Duration::from_millis(250);

/// Who is signed in, and where.
pub async fn me(ctx: &Context, identity: &Identity) -> Result<Me> {
    let tenants = members::memberships(ctx.db.reader(), identity.user_id).await?;
    Ok(Me { user: identity.user(&ctx.config), tenants })
}

/// Records an event of a person in every tenant that they belong to.
pub async fn record_everywhere(
    ctx: &Context,
    tx: &Tx,
    identity: &Identity,
    origin: &Origin,
    entry: Entry,
) -> Result<()> {
    let request_id = Some(origin.request_id.clone());
    record_everywhere_as(ctx, tx, identity.user_id, identity.actor(origin), request_id, entry).await
}

async fn record_everywhere_as(
    ctx: &Context,
    tx: &Tx,
    user: UserId,
    actor: Actor,
    request_id: Option<String>,
    entry: Entry,
) -> Result<()> {
    let mut tenants: Vec<_> =
        members::memberships(&**tx, user).await?.into_iter().map(|tenant| tenant.id).collect();
    // Always in the same order, so that two people of the same tenants don't wait for each other's chains.
    tenants.sort_unstable();
    for tenant in tenants {
        audit::record_as(ctx, tx, tenant, actor.clone(), request_id.clone(), entry.clone()).await?;
    }
    Ok(())
}

/// Records that a person was refused what only operators may do, in every tenant that they belong to.
pub async fn record_denial(
    ctx: &Context,
    identity: &Identity,
    origin: &Origin,
    row: &Row,
    code: Code,
) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let entry = Entry::denied(Act::AccessDenied, code).target("route", row.name, Some(row.path));
    record_everywhere(ctx, &tx, identity, origin, entry).await?;
    tx.commit().await
}

/// Whether there is an account of this address.
pub async fn is_known(ctx: &Context, email: &str) -> Result<bool> {
    Ok(repository::user_by_email(ctx.db.reader(), email).await?.is_some())
}

/// Forgets the failed sign-ins of an account, for the operator at the command line; says whether there were any.
/// Not found when the address has no account.
pub async fn unlock(ctx: &Context, email: &str) -> Result<bool> {
    let email = email.trim().to_lowercase();
    let known = repository::user_by_email(ctx.db.reader(), &email).await?;
    let id = known.ok_or_else(Error::not_found)?;
    let tx = ctx.db.begin().await?;
    let user = repository::lock_user(&*tx, id).await?;
    if user.failed_sign_ins == 0 && user.locked_until.is_none() {
        return Ok(false);
    }
    repository::set_attempts(&*tx, id, 0, None).await?;
    let entry = Entry::success(Act::UserUnlocked)
        .target("user", id, Some(&email))
        .change("/failed_sign_ins", user.failed_sign_ins, 0)
        .change("/locked_until", user.locked_until.map(Timestamp::from_millis), None::<Timestamp>);
    record_everywhere_as(ctx, &tx, id, command_actor("amaas unlock"), None, entry).await?;
    tx.commit().await?;
    Ok(true)
}

/// A sign-up whose fields are usable.
struct Newcomer {
    email: String,
    password: String,
    name: String,
    entrance: Entrance,
}

enum Entrance {
    Invite(String),
    Tenant(String),
}

fn check(ctx: &Context, body: SignUpBody) -> Result<Newcomer> {
    if ctx.config.auth.sign_up == SignUp::Invite && body.invite_token.is_none() {
        let detail = "Sign-up is by invitation here. Ask an admin of your business to invite you.";
        return Err(Error::new(Code::SignUpClosed, detail));
    }
    let mut faults = Vec::new();
    let email = text::email("#/email", &body.email, &mut faults);
    let name = text::name("#/name", &body.name, &mut faults);
    let about = [email.as_str(), name.as_str(), body.tenant_name.as_deref().unwrap_or_default()];
    password::check(ctx, "#/password", &body.password, &about, &mut faults);
    let entrance = match (body.invite_token, body.tenant_name) {
        (Some(token), None) => Entrance::Invite(token),
        (None, Some(tenant)) => Entrance::Tenant(text::name("#/tenant_name", &tenant, &mut faults)),
        (token, _) => {
            let (code, message) = match token {
                Some(_) => ("not_allowed", "an invitation leads into its own tenant"),
                None => ("missing", "expected the name of the business to create"),
            };
            faults.push(fault("#/tenant_name", code, message, "send either tenant_name or invite_token"));
            Entrance::Tenant(String::new())
        }
    };
    if faults.is_empty() {
        Ok(Newcomer { email, password: body.password, name, entrance })
    } else {
        Err(Error::invalid(faults))
    }
}

/// Signs a person up and in.
pub async fn sign_up(ctx: &Context, origin: &Origin, body: SignUpBody) -> Result<(Me, Tokens)> {
    let Newcomer { email, password, name, entrance } = check(ctx, body)?;
    let password_hash = password::hash(ctx, password).await?;
    let now = ctx.clock.now().millis();
    let identity = Identity {
        user_id: UserId::from_bits(ctx.clock.new_id_bits()),
        session_id: SessionId::from_bits(ctx.clock.new_id_bits()),
        email: email.clone(),
        name: name.clone(),
    };
    let row = user::ActiveModel {
        id: Set(identity.user_id.to_string()),
        email: Set(email),
        name: Set(name),
        password_hash: Set(password_hash),
        failed_sign_ins: Set(0),
        locked_until: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let mut tx = ctx.db.begin().await?;
    let tokens = join(ctx, &mut tx, &identity, origin, row, entrance).await?;
    tx.commit().await?;
    Ok((me(ctx, &identity).await?, tokens))
}

/// Person, tenant, membership, session and event, in the caller's transaction.
async fn join(
    ctx: &Context,
    tx: &mut Tx,
    identity: &Identity,
    origin: &Origin,
    row: user::ActiveModel,
    entrance: Entrance,
) -> Result<Tokens> {
    let entry = Entry::success(Act::UserSignedUp).target("user", identity.user_id, Some(&identity.email));
    let (tenant_id, role, entry) = match entrance {
        Entrance::Invite(token) => {
            let claimed = members::claim(ctx, tx, &token, &identity.email).await?;
            let entry =
                entry.target("tenant", claimed.tenant_id, None).target("invite", claimed.invite_id, None);
            (claimed.tenant_id, claimed.role, entry)
        }
        Entrance::Tenant(name) => {
            let tenant = tenants::create(ctx, tx, &name).await?;
            (tenant.id, Role::Owner, entry.target("tenant", tenant.id, Some(&name)))
        }
    };
    if !repository::insert_user(&**tx, row).await? {
        let detail = "This address has an account already. Sign in instead.";
        return Err(Error::new(Code::EmailTaken, detail));
    }
    members::add(ctx, tx, tenant_id, identity.user_id, role).await?;
    let entry = entry.change("/role", None::<&str>, role.as_str());
    let request_id = Some(origin.request_id.clone());
    audit::record_as(ctx, tx, tenant_id, identity.actor(origin), request_id, entry).await?;
    sessions::open(ctx, tx, identity, origin).await
}

/// Signs a person in.
pub async fn sign_in(ctx: &Context, origin: &Origin, body: SignInBody) -> Result<(Me, Tokens)> {
    let started = Instant::now();
    let outcome = try_sign_in(ctx, origin, body).await;
    if outcome.is_err() {
        sleep_until(started + FAILURE_TAKES).await;
    }
    outcome
}

async fn try_sign_in(ctx: &Context, origin: &Origin, body: SignInBody) -> Result<(Me, Tokens)> {
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
    let user = attempt(ctx, id).await?;
    if !password::verify(ctx, body.password, Some(user.password_hash)).await? {
        let tx = ctx.db.begin().await?;
        let entry = Entry::failure(Act::UserSignInFailed, Code::InvalidCredentials.as_str()).target(
            "user",
            id,
            Some(&email),
        );
        let request_id = Some(origin.request_id.clone());
        record_everywhere_as(ctx, &tx, id, somebody(&email, origin), request_id, entry).await?;
        tx.commit().await?;
        return Err(wrong_password());
    }
    let session_id = SessionId::from_bits(ctx.clock.new_id_bits());
    let identity = Identity { user_id: id, session_id, email: user.email, name: user.name };
    let tx = ctx.db.begin().await?;
    repository::set_attempts(&*tx, id, 0, None).await?;
    let tokens = sessions::open(ctx, &tx, &identity, origin).await?;
    let entry = Entry::success(Act::UserSignedIn)
        .target("user", id, Some(&identity.email))
        .target("session", session_id, None);
    record_everywhere(ctx, &tx, &identity, origin, entry).await?;
    tx.commit().await?;
    Ok((me(ctx, &identity).await?, tokens))
}

fn wrong_password() -> Error {
    Error::new(Code::InvalidCredentials, "E-mail and password don't match. Check both.")
}

/// Who tries to sign in and is not who they say, as the audit log names them.
fn somebody(email: &str, origin: &Origin) -> Actor {
    Actor {
        kind: "user".to_owned(),
        id: None,
        name: Some(email.to_owned()),
        via: "session".to_owned(),
        ip: origin.ip.clone(),
        user_agent: origin.user_agent.clone(),
    }
}

/// Counts an attempt before it is made, so that many at once are no way around the limit; a good one resets the count.
async fn attempt(ctx: &Context, id: UserId) -> Result<user::Model> {
    let now = ctx.clock.now();
    let tx = ctx.db.begin().await?;
    let user = repository::lock_user(&*tx, id).await?;
    attempts::require_unlocked(user.locked_until.map(Timestamp::from_millis), now)?;
    let failures = user.failed_sign_ins.saturating_add(1);
    repository::set_attempts(&*tx, id, failures, attempts::locked_until(failures, now)).await?;
    tx.commit().await?;
    Ok(user)
}

/// Changes the person; the next request of each of their sessions knows them so.
pub async fn update_me(
    ctx: &Context,
    identity: &Identity,
    origin: &Origin,
    body: UpdateMeBody,
) -> Result<Me> {
    let mut faults = Vec::new();
    let name = body.name.map(|name| text::name("#/name", &name, &mut faults));
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let id = identity.user_id;
    let mut tx = ctx.db.begin().await?;
    let before = repository::lock_user(&*tx, id).await?.name;
    let after = name.unwrap_or_else(|| before.clone());
    repository::set_name(&*tx, id, &after, ctx.clock.now().millis()).await?;
    let entry = Entry::success(Act::UserUpdated)
        .target("user", id, Some(&identity.email))
        .change("/name", &before, &after);
    record_everywhere(ctx, &tx, identity, origin, entry).await?;
    tx.changed(user_topic(id)).await?;
    tx.commit().await?;
    me(ctx, &Identity { name: after, ..identity.clone() }).await
}

/// Changes the password and ends all other sessions.
pub async fn change_password(
    ctx: &Context,
    identity: &Identity,
    origin: &Origin,
    body: ChangePasswordBody,
) -> Result<()> {
    let mut faults = Vec::new();
    let about = [identity.email.as_str(), identity.name.as_str()];
    password::check(ctx, "#/new_password", &body.new_password, &about, &mut faults);
    if body.new_password == body.current_password {
        let message = "expected another password than the current one";
        faults.push(fault("#/new_password", "invalid_value", message, "choose a new one"));
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let id = identity.user_id;
    let target = |entry: Entry| entry.target("user", id, Some(&identity.email));
    let user = attempt(ctx, id).await?;
    if !password::verify(ctx, body.current_password, Some(user.password_hash)).await? {
        let tx = ctx.db.begin().await?;
        let entry = target(Entry::failure(Act::UserPasswordChanged, Code::InvalidCredentials.as_str()));
        record_everywhere(ctx, &tx, identity, origin, entry).await?;
        tx.commit().await?;
        let (message, fix) = ("this is not your password", "send the password that you sign in with");
        return Err(Error::invalid(vec![fault("#/current_password", "wrong_password", message, fix)]));
    }
    let hash = password::hash(ctx, body.new_password).await?;
    let now = ctx.clock.now().millis();
    let mut tx = ctx.db.begin().await?;
    repository::set_password(&*tx, id, hash, now).await?;
    repository::set_attempts(&*tx, id, 0, None).await?;
    repository::end_others(&*tx, id, identity.session_id, now).await?;
    record_everywhere(ctx, &tx, identity, origin, target(Entry::success(Act::UserPasswordChanged))).await?;
    tx.changed(user_topic(id)).await?;
    tx.commit().await
}
