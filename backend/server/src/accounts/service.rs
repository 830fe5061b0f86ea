//! Use cases of people: sign-up, name, password.

use super::{
    entity::user,
    letters::{self, News},
    password::{self, require_factor},
    proof, repository,
    sessions::{self, Tokens},
    sign_in::attempt,
    tickets, user_topic,
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
    accounts::{ChangePasswordBody, Me, SignUpBody, UpdateMeBody},
    audit::Actor,
    members::Role,
};
use sea_orm::Set;

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

/// The same by another actor, such as somebody who has no session.
pub async fn record_everywhere_as(
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
    for tenant in members::memberships(ctx.db.reader(), identity.user_id).await? {
        let actor = (identity.actor(origin), Some(origin.request_id.clone()));
        audit::record_refusal(ctx, tenant.id, actor, audit::denial(row, code)).await?;
    }
    Ok(())
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
    password::check(ctx, "#/password", &body.password, false, &about, &mut faults);
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
        proved_at: ctx.clock.now(),
    };
    let row = user::ActiveModel {
        id: Set(identity.user_id.to_string()),
        email: Set(email),
        name: Set(name),
        password_hash: Set(password_hash),
        failed_sign_ins: Set(0),
        locked_until: Set(None),
        totp_secret: Set(None),
        totp_since: Set(None),
        totp_step: Set(None),
        password_is_short: Set(0),
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
    let id = identity.user_id;
    let known = repository::user(ctx.db.reader(), id).await?;
    let mut faults = Vec::new();
    let about = [identity.email.as_str(), identity.name.as_str()];
    let has_factor = known.totp_since.is_some();
    password::check(ctx, "#/new_password", &body.new_password, has_factor, &about, &mut faults);
    if body.new_password == body.current_password {
        let message = "expected another password than the current one";
        faults.push(fault("#/new_password", "invalid_value", message, "choose a new one"));
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let target = |entry: Entry| entry.target("user", id, Some(&identity.email));
    let user = attempt(ctx, id).await?.user;
    if !password::verify(ctx, body.current_password, Some(user.password_hash)).await? {
        let tx = ctx.db.begin().await?;
        let entry = target(Entry::failure(Act::UserPasswordChanged, Code::InvalidCredentials.as_str()));
        record_everywhere(ctx, &tx, identity, origin, entry).await?;
        tx.commit().await?;
        return Err(proof::wrong_password("#/current_password"));
    }
    let kept = password::keep(ctx, body.new_password).await?;
    let now = ctx.clock.now().millis();
    let mut tx = ctx.db.begin().await?;
    // The second factor may have gone while the password was hashed.
    require_factor(&kept, &repository::lock_user(&*tx, id).await?)?;
    repository::set_password(&*tx, id, kept, now).await?;
    repository::set_attempts(&*tx, id, 0, None).await?;
    repository::end_sessions(&*tx, id, Some(identity.session_id), now).await?;
    tickets::void(&tx, id).await?;
    letters::tell(ctx, &mut tx, &identity.email, News::Password).await?;
    record_everywhere(ctx, &tx, identity, origin, target(Entry::success(Act::UserPasswordChanged))).await?;
    tx.changed(user_topic(id)).await?;
    tx.commit().await
}
