//! Use cases of members.

use super::{invites, repository, topic};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    error::{Error, Result},
    http::{page_cursor, page_limit},
    infra::db::Tx,
    policy::Scope,
};
use contract::{
    Code, ListQuery, Page, TenantId, UserId,
    members::{Member, Role, UpdateMemberBody},
};

/// Adds a person who is not a member yet; the caller records it.
pub async fn add(ctx: &Context, tx: &mut Tx, tenant_id: TenantId, user: UserId, role: Role) -> Result<()> {
    if !repository::insert(&**tx, tenant_id, user, role, ctx.clock.now().millis()).await? {
        return Err(Error::new(
            Code::Conflict,
            "This person is a member already. Change their role instead.",
        ));
    }
    tx.changed(topic(user)).await
}

/// Lists the members.
pub async fn list(ctx: &Context, scope: &Scope, query: ListQuery) -> Result<Page<Member>> {
    let limit = page_limit(query.limit)?;
    let before = page_cursor(query.cursor.as_deref())?;
    let members = repository::list(ctx.db.reader(), scope, before, limit).await?;
    Ok(Page::cut(members, limit as usize, |member| member.user_id.to_string()))
}

/// Shows a member.
pub async fn get(ctx: &Context, scope: &Scope, user: UserId) -> Result<Member> {
    repository::get(ctx.db.reader(), scope, user).await
}

/// Gives a member another role.
pub async fn update(ctx: &Context, scope: &Scope, user: UserId, body: UpdateMemberBody) -> Result<Member> {
    let mut tx = ctx.db.begin().await?;
    let owners = repository::lock_owners(&*tx, scope).await?;
    let before = repository::get(&*tx, scope, user).await?;
    let target = |entry: Entry| entry.target("user", user, Some(&before.email));
    if [before.role, body.role].contains(&Role::Owner)
        && let Err(denied) = require_owner(scope)
    {
        drop(tx);
        return Err(audit::deny(
            ctx,
            scope,
            target(Entry::denied(Act::MemberRoleChanged, denied.code())),
            denied,
        )
        .await);
    }
    if body.role != Role::Owner {
        keep_an_owner(&owners, user)?;
    }
    repository::set_role(&*tx, scope, user, body.role).await?;
    let entry = target(Entry::success(Act::MemberRoleChanged)).change(
        "/role",
        before.role.as_str(),
        body.role.as_str(),
    );
    let entry = invites::end_those_of(ctx, &tx, scope, (user, Some(body.role)), entry).await?;
    audit::record(ctx, &tx, scope, entry).await?;
    tx.changed(topic(user)).await?;
    tx.commit().await?;
    Ok(Member { role: body.role, ..before })
}

/// Takes a member out of the tenant.
pub async fn remove(ctx: &Context, scope: &Scope, user: UserId) -> Result<()> {
    let mut tx = ctx.db.begin().await?;
    let owners = repository::lock_owners(&*tx, scope).await?;
    let before = repository::get(&*tx, scope, user).await?;
    let target = |entry: Entry| entry.target("user", user, Some(&before.email));
    if before.role == Role::Owner
        && let Err(denied) = require_owner(scope)
    {
        drop(tx);
        return Err(audit::deny(
            ctx,
            scope,
            target(Entry::denied(Act::MemberRemoved, denied.code())),
            denied,
        )
        .await);
    }
    keep_an_owner(&owners, user)?;
    repository::remove(&*tx, scope, user).await?;
    let entry =
        target(Entry::success(Act::MemberRemoved)).change("/role", before.role.as_str(), None::<&str>);
    let entry = invites::end_those_of(ctx, &tx, scope, (user, None), entry).await?;
    audit::record(ctx, &tx, scope, entry).await?;
    tx.changed(topic(user)).await?;
    tx.commit().await
}

/// Only owners touch owners.
pub fn require_owner(scope: &Scope) -> Result<()> {
    if scope.role() == Some(Role::Owner) {
        return Ok(());
    }
    Err(Error::new(Code::Forbidden, "Only an owner can make, change or remove owners. Ask one."))
}

fn keep_an_owner(owners: &[String], user: UserId) -> Result<()> {
    let leaves = user.to_string();
    if owners.len() > 1 || !owners.contains(&leaves) {
        return Ok(());
    }
    Err(Error::new(Code::LastOwner, "This is the tenant's last owner. Make somebody else an owner first."))
}
