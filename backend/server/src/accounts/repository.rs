//! Every query on people and sessions. None takes a scope: people belong to no tenant, and each sees only themselves.

use super::entity::{session, user};
use crate::{
    error::{Error, Result},
    infra::stored,
    policy::Identity,
};
use contract::{SessionId, Timestamp, UserId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Set, Statement, TryInsertResult, Value, sea_query::Expr,
};

/// Keeps a new person; says whether they could be, which they can't when the address is taken.
pub async fn insert_user(tx: &impl ConnectionTrait, row: user::ActiveModel) -> Result<bool> {
    let inserted = user::Entity::insert(row)
        .on_conflict_do_nothing_on([user::Column::Email])
        .exec_without_returning(tx)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1)))
}

/// The id of the person with this address.
pub async fn user_by_email(db: &impl ConnectionTrait, email: &str) -> Result<Option<UserId>> {
    let found = user::Entity::find().filter(user::Column::Email.eq(email)).one(db).await?;
    found.map(|user| stored::id(&user.id)).transpose()
}

/// A person, locked until the transaction ends.
pub async fn lock_user(tx: &impl ConnectionTrait, id: UserId) -> Result<user::Model> {
    let found = user::Entity::find_by_id(id.to_string()).lock_exclusive().one(tx).await?;
    found.ok_or_else(Error::not_found)
}

/// Keeps how often in a row the password was wrong and until when nothing is tried.
pub async fn set_attempts(
    tx: &impl ConnectionTrait,
    id: UserId,
    failures: i64,
    locked_until: Option<Timestamp>,
) -> Result<()> {
    let row = user::ActiveModel {
        id: Set(id.to_string()),
        failed_sign_ins: Set(failures),
        locked_until: Set(locked_until.map(Timestamp::millis)),
        ..Default::default()
    };
    row.update(tx).await?;
    Ok(())
}

/// Gives a person another name.
pub async fn set_name(tx: &impl ConnectionTrait, id: UserId, name: &str, now: i64) -> Result<()> {
    let row = user::ActiveModel {
        id: Set(id.to_string()),
        name: Set(name.to_owned()),
        updated_at: Set(now),
        ..Default::default()
    };
    row.update(tx).await?;
    Ok(())
}

/// Gives a person another password.
pub async fn set_password(tx: &impl ConnectionTrait, id: UserId, hash: String, now: i64) -> Result<()> {
    let row = user::ActiveModel {
        id: Set(id.to_string()),
        password_hash: Set(hash),
        updated_at: Set(now),
        ..Default::default()
    };
    row.update(tx).await?;
    Ok(())
}

/// Keeps a new session.
pub async fn insert_session(tx: &impl ConnectionTrait, row: session::ActiveModel) -> Result<()> {
    session::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// A session, locked until the transaction ends.
pub async fn lock_session(tx: &impl ConnectionTrait, id: SessionId) -> Result<Option<session::Model>> {
    Ok(session::Entity::find_by_id(id.to_string()).lock_exclusive().one(tx).await?)
}

/// Changes a session.
pub async fn update_session(tx: &impl ConnectionTrait, row: session::ActiveModel) -> Result<()> {
    row.update(tx).await?;
    Ok(())
}

/// The sessions of a person that stand: neither ended, nor past their end, nor idle since `idle_since`.
pub async fn sessions(
    db: &impl ConnectionTrait,
    user: UserId,
    now: i64,
    idle_since: i64,
) -> Result<Vec<session::Model>> {
    let found = session::Entity::find()
        .filter(session::Column::UserId.eq(user.to_string()))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .filter(session::Column::LastUsedAt.gt(idle_since))
        .order_by_desc(session::Column::Id)
        .all(db)
        .await?;
    Ok(found)
}

/// Ends all sessions of a person but one.
pub async fn end_others(tx: &impl ConnectionTrait, user: UserId, kept: SessionId, now: i64) -> Result<()> {
    session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .filter(session::Column::UserId.eq(user.to_string()))
        .filter(session::Column::Id.ne(kept.to_string()))
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Deletes the sessions that ended before a moment.
pub async fn delete_sessions_before(tx: &impl ConnectionTrait, moment: i64) -> Result<u64> {
    let deleted =
        session::Entity::delete_many().filter(session::Column::ExpiresAt.lt(moment)).exec(tx).await?;
    Ok(deleted.rows_affected)
}

#[derive(FromQueryResult)]
struct StandingRow {
    user_id: String,
    email: String,
    name: String,
    expires_at: i64,
}

/// The person behind a session that stands, and until when it does.
pub async fn standing(
    db: &impl ConnectionTrait,
    session: SessionId,
    now: i64,
) -> Result<Option<(Identity, Timestamp)>> {
    let sql = "SELECT s.user_id, u.email, u.name, s.expires_at FROM sessions s JOIN users u ON u.id = s.user_id \
               WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2";
    let values: [Value; 2] = [session.to_string().into(), now.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let Some(row) = StandingRow::find_by_statement(statement).one(db).await? else { return Ok(None) };
    let user_id = stored::id(&row.user_id)?;
    let identity = Identity { user_id, session_id: session, email: row.email, name: row.name };
    Ok(Some((identity, Timestamp::from_millis(row.expires_at))))
}
