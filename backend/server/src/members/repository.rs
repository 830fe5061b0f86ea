//! Every query on members and invitations.

use super::entity::{invite, member};
use crate::{
    error::{Error, Result},
    infra::{stored, tenancy},
    policy::Scope,
};
use contract::{
    InviteId, TenantId, Timestamp, UserId,
    accounts::Membership,
    members::{Member, Role},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Set, Statement, Value, sea_query::Expr,
};

/// A role as it stands in the database.
pub fn role(text: &str) -> Result<Role> {
    let known = Role::ALL.into_iter().find(|role| role.as_str() == text);
    known.ok_or_else(|| Error::internal(format!("{text:?} is not a role")))
}

#[derive(FromQueryResult)]
struct MembershipRow {
    tenant_id: String,
    slug: String,
    name: String,
    role: String,
}

fn membership_rows() -> String {
    let same_tenant = tenancy::sql("t.id", "m.tenant_id");
    format!("SELECT m.tenant_id, t.slug, t.name, m.role FROM members m JOIN tenants t ON {same_tenant}")
}

/// The tenant of this id or slug and the person's role there. Takes no scope: it is what a scope is made from.
pub async fn membership(
    db: &impl ConnectionTrait,
    user: UserId,
    tenant: &str,
) -> Result<Option<(TenantId, Role)>> {
    let (by_id, by_slug) = (tenancy::sql("t.id", "$2"), tenancy::sql("t.slug", "$3"));
    let sql = format!("{} WHERE m.user_id = $1 AND ({by_id} OR {by_slug})", membership_rows());
    let values: [Value; 3] = [user.to_string().into(), tenant.into(), tenant.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let Some(row) = MembershipRow::find_by_statement(statement).one(db).await? else { return Ok(None) };
    Ok(Some((stored::id(&row.tenant_id)?, role(&row.role)?)))
}

/// The tenants of a person, oldest membership first. Takes no scope: a person sees all of their own.
pub async fn memberships(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<Membership>> {
    let sql = format!("{} WHERE m.user_id = $1 ORDER BY m.created_at, m.tenant_id", membership_rows());
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [user.to_string().into()]);
    let rows = MembershipRow::find_by_statement(statement).all(db).await?;
    let wire = |row: MembershipRow| -> Result<Membership> {
        let id = stored::id(&row.tenant_id)?;
        Ok(Membership { id, slug: row.slug, name: row.name, role: role(&row.role)? })
    };
    rows.into_iter().map(wire).collect()
}

/// Adds a member; says whether they were not one before. Takes no scope: the first owner and an invited person have
/// none yet.
pub async fn insert(
    db: &impl ConnectionTrait,
    tenant_id: TenantId,
    user: UserId,
    role: Role,
    now: i64,
) -> Result<bool> {
    let row = member::ActiveModel {
        tenant_id: Set(tenant_id.to_string()),
        user_id: Set(user.to_string()),
        role: Set(role.as_str().to_owned()),
        created_at: Set(now),
    };
    let inserted = member::Entity::insert(row)
        .on_conflict_do_nothing_on([member::Column::TenantId, member::Column::UserId])
        .exec_without_returning(db)
        .await?;
    Ok(matches!(inserted, sea_orm::TryInsertResult::Inserted(1)))
}

#[derive(FromQueryResult)]
struct MemberRow {
    user_id: String,
    email: String,
    name: String,
    role: String,
    created_at: i64,
}

/// Members of the tenant `$1`, as `rest` goes on.
async fn people(db: &impl ConnectionTrait, rest: &str, values: Vec<Value>) -> Result<Vec<Member>> {
    let of_tenant = tenancy::sql("m.tenant_id", "$1");
    let sql = format!(
        "SELECT m.user_id, u.email, u.name, m.role, m.created_at \
         FROM members m JOIN users u ON u.id = m.user_id WHERE {of_tenant} {rest}"
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = MemberRow::find_by_statement(statement).all(db).await?;
    let wire = |row: MemberRow| -> Result<Member> {
        Ok(Member {
            user_id: stored::id(&row.user_id)?,
            email: row.email,
            name: row.name,
            role: role(&row.role)?,
            created_at: Timestamp::from_millis(row.created_at),
        })
    };
    rows.into_iter().map(wire).collect()
}

/// A page of the members and one more, newest person first.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    before: Option<UserId>,
    limit: u64,
) -> Result<Vec<Member>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let tenant = scope.tenant().into();
    match before {
        Some(before) => {
            let rest = "AND m.user_id < $2 ORDER BY m.user_id DESC LIMIT $3";
            people(db, rest, vec![tenant, before.to_string().into(), limit.into()]).await
        }
        None => people(db, "ORDER BY m.user_id DESC LIMIT $2", vec![tenant, limit.into()]).await,
    }
}

/// A member.
pub async fn get(db: &impl ConnectionTrait, scope: &Scope, user: UserId) -> Result<Member> {
    let values = vec![scope.tenant().into(), user.to_string().into()];
    let found = people(db, "AND m.user_id = $2", values).await?;
    found.into_iter().next().ok_or_else(Error::not_found)
}

/// Whether somebody of this address is a member.
pub async fn has_email(db: &impl ConnectionTrait, scope: &Scope, email: &str) -> Result<bool> {
    Ok(!people(db, "AND u.email = $2", vec![scope.tenant().into(), email.into()]).await?.is_empty())
}

/// The owners, locked until the transaction ends, so that two of them can't remove each other at once.
pub async fn lock_owners(tx: &impl ConnectionTrait, scope: &Scope) -> Result<Vec<String>> {
    let owners = member::Entity::find()
        .filter(tenancy::is(member::Column::TenantId, scope.tenant()))
        .filter(member::Column::Role.eq(Role::Owner.as_str()))
        .order_by_asc(member::Column::UserId)
        .lock_exclusive()
        .all(tx)
        .await?;
    Ok(owners.into_iter().map(|owner| owner.user_id).collect())
}

/// Gives a member another role.
pub async fn set_role(tx: &impl ConnectionTrait, scope: &Scope, user: UserId, role: Role) -> Result<()> {
    member::Entity::update_many()
        .col_expr(member::Column::Role, Expr::value(role.as_str()))
        .filter(tenancy::is(member::Column::TenantId, scope.tenant()))
        .filter(member::Column::UserId.eq(user.to_string()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Takes a member out.
pub async fn remove(tx: &impl ConnectionTrait, scope: &Scope, user: UserId) -> Result<()> {
    member::Entity::delete_many()
        .filter(tenancy::is(member::Column::TenantId, scope.tenant()))
        .filter(member::Column::UserId.eq(user.to_string()))
        .exec(tx)
        .await?;
    Ok(())
}

/// A page of the invitations and one more, newest first.
pub async fn list_invites(
    db: &impl ConnectionTrait,
    scope: &Scope,
    before: Option<InviteId>,
    limit: u64,
) -> Result<Vec<invite::Model>> {
    let mut query = invite::Entity::find().filter(tenancy::is(invite::Column::TenantId, scope.tenant()));
    if let Some(before) = before {
        query = query.filter(invite::Column::Id.lt(before.to_string()));
    }
    Ok(query.order_by_desc(invite::Column::Id).limit(limit + 1).all(db).await?)
}

/// An invitation.
pub async fn get_invite(db: &impl ConnectionTrait, scope: &Scope, id: InviteId) -> Result<invite::Model> {
    let found = invite::Entity::find()
        .filter(tenancy::is(invite::Column::TenantId, scope.tenant()))
        .filter(invite::Column::Id.eq(id.to_string()));
    found.one(db).await?.ok_or_else(Error::not_found)
}

/// Keeps a new invitation.
pub async fn insert_invite(tx: &impl ConnectionTrait, row: invite::ActiveModel) -> Result<invite::Model> {
    Ok(row.insert(tx).await?)
}

/// Revokes the open invitations of an address, which a newer one replaces.
pub async fn replace_invites(tx: &impl ConnectionTrait, scope: &Scope, email: &str, now: i64) -> Result<()> {
    invite::Entity::update_many()
        .col_expr(invite::Column::RevokedAt, Expr::value(now))
        .filter(tenancy::is(invite::Column::TenantId, scope.tenant()))
        .filter(invite::Column::Email.eq(email))
        .filter(invite::Column::AcceptedAt.is_null())
        .filter(invite::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// How many invitations are open; they are counted in the transaction that adds one.
pub async fn open_invites(tx: &impl ConnectionTrait, scope: &Scope, now: i64) -> Result<u64> {
    let open = invite::Entity::find().filter(tenancy::is(invite::Column::TenantId, scope.tenant()));
    Ok(open.filter(is_open()).filter(invite::Column::ExpiresAt.gt(now)).count(tx).await?)
}

fn is_open() -> Condition {
    let accepted = invite::Column::AcceptedAt.is_null();
    Condition::all().add(accepted).add(invite::Column::RevokedAt.is_null())
}

/// When an address was invited by whichever tenant since a moment, the earliest first. Takes no scope: nobody's mailbox
/// is filled by many tenants either.
pub async fn invited_since(db: &impl ConnectionTrait, email: &str, since: i64) -> Result<Vec<i64>> {
    let invites = invite::Entity::find()
        .select_only()
        .column(invite::Column::CreatedAt)
        .filter(invite::Column::Email.eq(email))
        .filter(invite::Column::CreatedAt.gt(since))
        .order_by_asc(invite::Column::CreatedAt);
    Ok(invites.into_tuple().all(db).await?)
}

/// Revokes the open invitations that a person made to one of these roles, and answers them.
pub async fn revoke_invites_of(
    tx: &impl ConnectionTrait,
    scope: &Scope,
    user: UserId,
    roles: &[Role],
    now: i64,
) -> Result<Vec<invite::Model>> {
    let roles = roles.iter().map(|role| role.as_str());
    let theirs = Condition::all()
        .add(tenancy::is(invite::Column::TenantId, scope.tenant()))
        .add(invite::Column::InvitedBy.eq(user.to_string()))
        .add(invite::Column::Role.is_in(roles))
        .add(is_open());
    let found = invite::Entity::find().filter(theirs.clone()).lock_exclusive().all(tx).await?;
    invite::Entity::update_many()
        .col_expr(invite::Column::RevokedAt, Expr::value(now))
        .filter(theirs)
        .exec(tx)
        .await?;
    Ok(found)
}

/// Revokes an invitation.
pub async fn revoke_invite(tx: &impl ConnectionTrait, scope: &Scope, id: InviteId, now: i64) -> Result<()> {
    invite::Entity::update_many()
        .col_expr(invite::Column::RevokedAt, Expr::value(now))
        .filter(tenancy::is(invite::Column::TenantId, scope.tenant()))
        .filter(invite::Column::Id.eq(id.to_string()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Marks the invitation of this token and address as accepted, if it is open: in one statement, so that it is
/// accepted once. Takes no scope: who holds the token is not in the tenant yet.
pub async fn accept_invite(
    tx: &impl ConnectionTrait,
    token_hash: &str,
    email: &str,
    now: i64,
) -> Result<Option<invite::Model>> {
    let accepted = invite::Entity::update_many()
        .col_expr(invite::Column::AcceptedAt, Expr::value(now))
        .filter(invite::Column::TokenHash.eq(token_hash))
        .filter(invite::Column::Email.eq(email))
        .filter(invite::Column::AcceptedAt.is_null())
        .filter(invite::Column::RevokedAt.is_null())
        .filter(invite::Column::ExpiresAt.gt(now))
        .exec(tx)
        .await?;
    if accepted.rows_affected == 0 {
        return Ok(None);
    }
    Ok(invite::Entity::find().filter(invite::Column::TokenHash.eq(token_hash)).one(tx).await?)
}
