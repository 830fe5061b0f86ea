//! Handlers of `/v1/members` and `/v1/invites`.

use super::{invites, service};
use crate::{
    error::Result,
    http::{Ctx, Json, Person, Query, Reply, Slot},
    policy::{Origin, Scope},
};
use contract::{
    InviteId, ListQuery, Nothing, UserId,
    members::{
        AcceptInvite, AcceptInviteBody, CreateInvite, CreateInviteBody, GetMember, ListInvites, ListMembers,
        RemoveMember, RevokeInvite, UpdateMember, UpdateMemberBody,
    },
};

/// Lists the members.
pub async fn list(ctx: Ctx, scope: Scope, Query(query): Query<ListQuery>) -> Result<Reply<ListMembers>> {
    Ok(Reply(service::list(&ctx, &scope, query).await?))
}

/// Shows a member.
pub async fn get(ctx: Ctx, scope: Scope, Slot(user): Slot<UserId>) -> Result<Reply<GetMember>> {
    Ok(Reply(service::get(&ctx, &scope, user).await?))
}

/// Gives a member another role.
pub async fn update(
    ctx: Ctx,
    scope: Scope,
    Slot(user): Slot<UserId>,
    Json(body): Json<UpdateMemberBody>,
) -> Result<Reply<UpdateMember>> {
    Ok(Reply(service::update(&ctx, &scope, user, body).await?))
}

/// Takes a member out.
pub async fn remove(ctx: Ctx, scope: Scope, Slot(user): Slot<UserId>) -> Result<Reply<RemoveMember>> {
    service::remove(&ctx, &scope, user).await?;
    Ok(Reply(Nothing {}))
}

/// Lists the invitations.
pub async fn list_invites(
    ctx: Ctx,
    scope: Scope,
    Query(query): Query<ListQuery>,
) -> Result<Reply<ListInvites>> {
    Ok(Reply(invites::list(&ctx, &scope, query).await?))
}

/// Invites a person.
pub async fn create_invite(
    ctx: Ctx,
    scope: Scope,
    Json(body): Json<CreateInviteBody>,
) -> Result<Reply<CreateInvite>> {
    Ok(Reply(invites::create(&ctx, &scope, body).await?))
}

/// Revokes an invitation.
pub async fn revoke_invite(ctx: Ctx, scope: Scope, Slot(id): Slot<InviteId>) -> Result<Reply<RevokeInvite>> {
    invites::revoke(&ctx, &scope, id).await?;
    Ok(Reply(Nothing {}))
}

/// Accepts an invitation.
pub async fn accept_invite(
    ctx: Ctx,
    Person(identity): Person,
    origin: Origin,
    Json(body): Json<AcceptInviteBody>,
) -> Result<Reply<AcceptInvite>> {
    Ok(Reply(invites::accept(&ctx, &identity, &origin, body).await?))
}
