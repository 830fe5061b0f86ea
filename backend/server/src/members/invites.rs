//! Use cases of invitations.

use super::{entity::invite, repository, service};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    error::{Error, Result},
    http::{page_cursor, page_limit},
    infra::{db::Tx, digest, idempotency, stored, text, wall},
    mail::{self, Letter},
    policy::{Action, Identity, Origin, Scope},
    quotas,
};
use contract::{
    Code, InviteId, ListQuery, Page, TenantId, Timestamp, UserId,
    accounts::Me,
    members::{AcceptInviteBody, CreateInvite, CreateInviteBody, CreatedInvite, Invite, Role},
};
use sea_orm::Set;

/// Letters that one address may be sent in an hour, by all tenants together.
const AN_ADDRESS: usize = 5;
const WINDOW_SECONDS: i64 = 3600;
/// Invitations of a tenant that may be open.
const MOST_OPEN: u64 = 50;

/// An invitation that was just used up.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Where it let the person in.
    pub tenant_id: TenantId,
    /// The invitation.
    pub invite_id: InviteId,
    /// As what it let them in.
    pub role: Role,
}

fn wire(row: invite::Model) -> Result<Invite> {
    Ok(Invite {
        id: stored::id(&row.id)?,
        role: repository::role(&row.role)?,
        email: row.email,
        created_at: Timestamp::from_millis(row.created_at),
        expires_at: Timestamp::from_millis(row.expires_at),
        accepted_at: row.accepted_at.map(Timestamp::from_millis),
        revoked_at: row.revoked_at.map(Timestamp::from_millis),
    })
}

/// Lists the invitations.
pub async fn list(ctx: &Context, scope: &Scope, query: ListQuery) -> Result<Page<Invite>> {
    let limit = page_limit(query.limit)?;
    let before = page_cursor(query.cursor.as_deref())?;
    let rows = repository::list_invites(ctx.db.reader(), scope, before, limit).await?;
    let invites = rows.into_iter().map(wire).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(invites, limit as usize, |invite| invite.id.to_string()))
}

/// Invites a person; an open invitation of the same address is replaced.
pub async fn create(ctx: &Context, scope: &Scope, body: CreateInviteBody) -> Result<CreatedInvite> {
    let mut faults = Vec::new();
    let email = text::email("#/email", &body.email, &mut faults);
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    if body.role == Role::Owner
        && let Err(denied) = service::require_owner(scope)
    {
        let entry = Entry::denied(Act::InviteCreated, denied.code()).target("email", &email, None);
        return Err(audit::deny(ctx, scope, entry, denied).await);
    }
    let Some(inviter) = scope.user_id() else {
        return Err(Error::internal("an invitation without an inviter"));
    };
    require_patience(ctx, &email).await?;
    let (token, now) = (digest::random_base62(), ctx.clock.now());
    let mut tx = ctx.db.begin().await?;
    quotas::stand_in_line(&tx, scope).await?;
    if repository::has_email(&*tx, scope, &email).await? {
        return Err(Error::new(
            Code::Conflict,
            "This person is a member already. Change their role instead.",
        ));
    }
    repository::replace_invites(&*tx, scope, &email, now.millis()).await?;
    if repository::open_invites(&*tx, scope, now.millis()).await? >= MOST_OPEN {
        let detail = format!("{MOST_OPEN} invitations are open, which is the most. Revoke some, or wait.");
        return Err(Error::new(Code::QuotaExceeded, detail));
    }
    let row = invite::ActiveModel {
        tenant_id: Set(scope.tenant().to_owned()),
        id: Set(InviteId::from_bits(ctx.clock.new_id_bits()).to_string()),
        email: Set(email),
        role: Set(body.role.as_str().to_owned()),
        token_hash: Set(digest::sha256_hex(token.as_bytes())),
        invited_by: Set(inviter.to_string()),
        created_at: Set(now.millis()),
        expires_at: Set(now.plus_seconds(ctx.config.auth.invite_days * 86_400).millis()),
        accepted_at: Set(None),
        revoked_at: Set(None),
    };
    let invite = wire(repository::insert_invite(&*tx, row).await?)?;
    let entry = Entry::success(Act::InviteCreated).target("invite", invite.id, Some(&invite.email)).change(
        "/role",
        None::<&str>,
        invite.role.as_str(),
    );
    audit::record(ctx, &tx, scope, entry).await?;
    let created = CreatedInvite { invite, path: format!("/invite#token={token}"), token };
    let joined = repository::memberships(&*tx, inviter).await?;
    let tenant = joined.into_iter().find(|joined| joined.id == scope.tenant_id());
    let letter = letter(ctx, &created, &tenant.map(|tenant| tenant.name).unwrap_or_default());
    mail::post(ctx, &mut tx, &letter, created.invite.expires_at).await?;
    idempotency::keep::<CreateInvite>(ctx, &tx, scope, &created).await?;
    tx.commit().await?;
    Ok(created)
}

/// Refuses a letter more to an address that was sent many lately.
async fn require_patience(ctx: &Context, email: &str) -> Result<()> {
    let now = ctx.clock.now();
    let since = now.plus_seconds(-WINDOW_SECONDS).millis();
    let sent = repository::invited_since(ctx.db.reader(), email, since);
    let sent = wall::across_every_tenant("an address is protected from all tenants together", sent).await?;
    let Some(oldest) = sent.len().checked_sub(AN_ADDRESS).and_then(|at| sent.get(at)) else { return Ok(()) };
    let wait = u64::try_from((oldest - since + 999) / 1000).unwrap_or(1);
    let detail = format!("This address was invited too often. Wait {wait} seconds and try again.");
    Err(Error::new(Code::RateLimited, detail).retry_after(wait))
}

/// What the invited person reads. The link's token stands behind `#`, which a browser sends to no server; the subject
/// is ours alone, so that nobody writes to strangers in our name by calling a tenant so.
fn letter(ctx: &Context, created: &CreatedInvite, tenant: &str) -> Letter {
    let link = format!("{}{}", ctx.public_url(), created.path);
    let days = ctx.config.auth.invite_days;
    Letter {
        kind: mail::INVITATION,
        to: created.invite.email.clone(),
        subject: "You are invited to Amaas · 邀请您使用 Amaas".to_owned(),
        text: format!(
            "You are invited to join “{tenant}” on Amaas. Open this link within {days} days; it works once, and for \
             this address alone:\n\n{link}\n\nIf you did not expect it, do nothing.\n\n\
             您被邀请加入 Amaas 上的“{tenant}”。请在 {days} 天内打开上面的链接（仅限此邮箱，仅可使用一次）。如非您所期待，请忽略此邮件。\n"
        ),
    }
}

/// Revokes an invitation.
pub async fn revoke(ctx: &Context, scope: &Scope, id: InviteId) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let invite = repository::get_invite(&*tx, scope, id).await?;
    if invite.accepted_at.is_some() || invite.revoked_at.is_some() {
        return Err(Error::new(
            Code::Conflict,
            "This invitation is over already: accepted, replaced or revoked.",
        ));
    }
    repository::revoke_invite(&*tx, scope, id, ctx.clock.now().millis()).await?;
    let entry = Entry::success(Act::InviteRevoked).target("invite", id, Some(&invite.email));
    audit::record(ctx, &tx, scope, entry).await?;
    tx.commit().await
}

/// Ends the open invitations of a person who may not make them any more, by their role from now on (none: they leave);
/// the entry of that tells which.
pub(super) async fn end_those_of(
    ctx: &Context,
    tx: &Tx,
    scope: &Scope,
    (user, role): (UserId, Option<Role>),
    entry: Entry,
) -> Result<Entry> {
    let beyond: Vec<Role> = Role::ALL.into_iter().filter(|asked| !may_invite(role, *asked)).collect();
    let now = ctx.clock.now().millis();
    let ended = repository::revoke_invites_of(&**tx, scope, user, &beyond, now).await?;
    Ok(ended.iter().fold(entry, |entry, invite| entry.target("invite", &invite.id, Some(&invite.email))))
}

/// Whether somebody of this role may let in a person of another.
fn may_invite(role: Option<Role>, asked: Role) -> bool {
    role.is_some_and(|role| {
        Action::InvitesWrite.roles().contains(&role) && (asked != Role::Owner || role == Role::Owner)
    })
}

/// Uses up an invitation that was made for this address; the caller adds the member and records it.
pub async fn claim(ctx: &Context, tx: &Tx, token: &str, email: &str) -> Result<Claimed> {
    let now = ctx.clock.now().millis();
    let hash = digest::sha256_hex(token.trim().as_bytes());
    let invite = repository::accept_invite(&**tx, &hash, email, now).await?.ok_or_else(unusable)?;
    let tenant_id = stored::id(&invite.tenant_id)?;
    quotas::require_active(ctx, tenant_id).await?;
    let role = repository::role(&invite.role)?;
    // One that was being made while its maker left is worth nothing either.
    let maker = repository::membership(&**tx, stored::id(&invite.invited_by)?, &invite.tenant_id).await?;
    if !may_invite(maker.map(|(_, role)| role), role) {
        return Err(unusable());
    }
    Ok(Claimed { tenant_id, invite_id: stored::id(&invite.id)?, role })
}

fn unusable() -> Error {
    Error::new(
        Code::InviteInvalid,
        "This invitation is unknown, used, revoked, too old, or made for another address. Ask for a new one.",
    )
}

/// Accepts an invitation as the person who is signed in.
pub async fn accept(
    ctx: &Context,
    identity: &Identity,
    origin: &Origin,
    body: AcceptInviteBody,
) -> Result<Me> {
    let mut tx = ctx.db.begin().await?;
    let claimed = claim(ctx, &tx, &body.token, &identity.email).await?;
    service::add(ctx, &mut tx, claimed.tenant_id, identity.user_id, claimed.role).await?;
    let entry = Entry::success(Act::InviteAccepted)
        .target("invite", claimed.invite_id, Some(&identity.email))
        .target("user", identity.user_id, Some(&identity.email))
        .change("/role", None::<&str>, claimed.role.as_str());
    let request_id = Some(origin.request_id.clone());
    audit::record_as(ctx, &tx, claimed.tenant_id, identity.actor(origin), request_id, entry).await?;
    tx.commit().await?;
    let tenants = repository::memberships(ctx.db.reader(), identity.user_id).await?;
    Ok(Me { user: identity.user(&ctx.config), tenants })
}
