//! Use cases of invitations.

use super::{entity::invite, repository, service};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    error::{Error, Result},
    http::{page_cursor, page_limit},
    infra::{db::Tx, digest, idempotency, stored, text},
    mail::{self, Letter},
    policy::{Identity, Origin, Scope},
    quotas,
};
use contract::{
    Code, InviteId, ListQuery, Page, TenantId, Timestamp,
    accounts::Me,
    members::{AcceptInviteBody, CreateInvite, CreateInviteBody, CreatedInvite, Invite, Role},
};
use sea_orm::Set;

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
    let (token, now) = (digest::random_base62(), ctx.clock.now());
    let mut tx = ctx.db.begin().await?;
    if repository::has_email(&*tx, scope, &email).await? {
        return Err(Error::new(
            Code::Conflict,
            "This person is a member already. Change their role instead.",
        ));
    }
    repository::replace_invites(&*tx, scope, &email, now.millis()).await?;
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
    let created = CreatedInvite { invite, path: format!("/invite?token={token}"), token };
    let joined = repository::memberships(&*tx, inviter).await?;
    let tenant = joined.into_iter().find(|joined| joined.id == scope.tenant_id());
    let letter = letter(ctx, &created, &tenant.map(|tenant| tenant.name).unwrap_or_default());
    mail::post(ctx, &mut tx, &letter, created.invite.expires_at).await?;
    idempotency::keep::<CreateInvite>(ctx, &tx, scope, &created).await?;
    tx.commit().await?;
    Ok(created)
}

/// What the invited person reads.
fn letter(ctx: &Context, created: &CreatedInvite, tenant: &str) -> Letter {
    let link = format!("{}{}", ctx.config.server.public_url.trim_end_matches('/'), created.path);
    let days = ctx.config.auth.invite_days;
    Letter {
        kind: "invitation",
        to: created.invite.email.clone(),
        subject: format!("Join {tenant} on Amaas · 加入 Amaas 上的 {tenant}"),
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

/// Uses up an invitation that was made for this address; the caller adds the member and records it.
pub async fn claim(ctx: &Context, tx: &Tx, token: &str, email: &str) -> Result<Claimed> {
    let now = ctx.clock.now().millis();
    let hash = digest::sha256_hex(token.trim().as_bytes());
    let invite = repository::accept_invite(&**tx, &hash, email, now).await?.ok_or_else(|| {
        Error::new(
            Code::InviteInvalid,
            "This invitation is unknown, used, revoked, too old, or made for another address. Ask for a new one.",
        )
    })?;
    let tenant_id = stored::id(&invite.tenant_id)?;
    quotas::require_active(ctx, tenant_id).await?;
    Ok(Claimed { tenant_id, invite_id: stored::id(&invite.id)?, role: repository::role(&invite.role)? })
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
