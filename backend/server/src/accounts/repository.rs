//! Every query on people and sessions. None takes a scope: people belong to no tenant, and each sees only themselves.

use super::entity::{recovery_code, session, ticket, user};
use crate::{
    error::{Error, Result},
    infra::stored,
    policy::Identity,
};
use contract::{SessionId, Timestamp, UserId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set, Statement, TryInsertResult, Value,
    sea_query::{Expr, ExprTrait},
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

/// Takes one attempt back that was no failure, and the lock that it alone has set.
pub async fn take_attempt_back(tx: &impl ConnectionTrait, id: UserId, set: Option<Timestamp>) -> Result<()> {
    let sql = "UPDATE users SET failed_sign_ins = failed_sign_ins - 1, \
               locked_until = CASE WHEN locked_until = $1 THEN NULL ELSE locked_until END \
               WHERE id = $2 AND failed_sign_ins > 0";
    let values: [Value; 2] = [set.map(Timestamp::millis).into(), id.to_string().into()];
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    Ok(())
}

/// A password as it is kept.
pub struct Kept {
    /// Its hash.
    pub hash: String,
    /// Whether it is too short to stand without a second factor.
    pub is_short: bool,
}

/// Gives a person another password.
pub async fn set_password(tx: &impl ConnectionTrait, id: UserId, kept: Kept, now: i64) -> Result<()> {
    let row = user::ActiveModel {
        id: Set(id.to_string()),
        password_hash: Set(kept.hash),
        password_is_short: Set(i64::from(kept.is_short)),
        updated_at: Set(now),
        ..Default::default()
    };
    row.update(tx).await?;
    Ok(())
}

/// Gives a person another address; refused by the database when somebody else has it.
pub async fn set_email(tx: &impl ConnectionTrait, id: UserId, email: &str, now: i64) -> Result<(), DbErr> {
    let row = user::ActiveModel {
        id: Set(id.to_string()),
        email: Set(email.to_owned()),
        updated_at: Set(now),
        ..Default::default()
    };
    row.update(tx).await?;
    Ok(())
}

/// What stands in a person's row of their authenticator.
#[derive(Clone, Debug, Default)]
pub struct Authenticator {
    /// The secret, sealed.
    pub secret: Option<String>,
    /// Since when it counts.
    pub since: Option<i64>,
    /// The last step whose code was taken.
    pub step: Option<i64>,
}

/// Gives a person another authenticator, or none.
pub async fn set_authenticator(tx: &impl ConnectionTrait, id: UserId, kept: Authenticator) -> Result<()> {
    let row = user::ActiveModel {
        id: Set(id.to_string()),
        totp_secret: Set(kept.secret),
        totp_since: Set(kept.since),
        totp_step: Set(kept.step),
        ..Default::default()
    };
    row.update(tx).await?;
    Ok(())
}

/// Takes the code of a step; says whether it could be, which it can't twice.
pub async fn take_step(tx: &impl ConnectionTrait, id: UserId, step: i64) -> Result<bool> {
    let before = Condition::any().add(user::Column::TotpStep.is_null()).add(user::Column::TotpStep.lt(step));
    let taken = user::Entity::update_many()
        .col_expr(user::Column::TotpStep, Expr::value(step))
        .filter(user::Column::Id.eq(id.to_string()))
        .filter(before)
        .exec(tx)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Replaces a person's recovery codes by these, or by none.
pub async fn replace_recovery_codes(
    tx: &impl ConnectionTrait,
    id: UserId,
    hashes: Vec<String>,
    now: i64,
) -> Result<()> {
    let of_person = recovery_code::Column::UserId.eq(id.to_string());
    recovery_code::Entity::delete_many().filter(of_person).exec(tx).await?;
    let row = |hash: String| recovery_code::ActiveModel {
        user_id: Set(id.to_string()),
        code_hash: Set(hash),
        created_at: Set(now),
        used_at: Set(None),
    };
    if !hashes.is_empty() {
        let rows = hashes.into_iter().map(row);
        recovery_code::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Uses up a recovery code; says whether it was there to be used.
pub async fn use_recovery_code(tx: &impl ConnectionTrait, id: UserId, hash: &str, now: i64) -> Result<bool> {
    let used = recovery_code::Entity::update_many()
        .col_expr(recovery_code::Column::UsedAt, Expr::value(now))
        .filter(recovery_code::Column::UserId.eq(id.to_string()))
        .filter(recovery_code::Column::CodeHash.eq(hash))
        .filter(recovery_code::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(used.rows_affected == 1)
}

/// How many recovery codes a person has left.
pub async fn recovery_codes_left(db: &impl ConnectionTrait, id: UserId) -> Result<u64> {
    let left = recovery_code::Entity::find()
        .filter(recovery_code::Column::UserId.eq(id.to_string()))
        .filter(recovery_code::Column::UsedAt.is_null());
    Ok(left.count(db).await?)
}

/// Keeps a new ticket.
pub async fn insert_ticket(tx: &impl ConnectionTrait, row: ticket::ActiveModel) -> Result<()> {
    ticket::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// The ticket of this token and purpose that is good at this moment.
pub async fn open_ticket(
    db: &impl ConnectionTrait,
    purpose: &str,
    token_hash: &str,
    now: i64,
) -> Result<Option<ticket::Model>> {
    let found = ticket::Entity::find()
        .filter(ticket::Column::TokenHash.eq(token_hash))
        .filter(ticket::Column::Purpose.eq(purpose))
        .filter(ticket::Column::UsedAt.is_null())
        .filter(ticket::Column::ExpiresAt.gt(now))
        .one(db)
        .await?;
    Ok(found)
}

/// Uses up a ticket; says whether it was there to be used: in one statement, so that it is once.
pub async fn use_ticket(tx: &impl ConnectionTrait, id: &str, now: i64) -> Result<bool> {
    let used = ticket::Entity::update_many()
        .col_expr(ticket::Column::UsedAt, Expr::value(now))
        .filter(ticket::Column::Id.eq(id))
        .filter(ticket::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(used.rows_affected == 1)
}

/// Counts a try on a ticket; says whether there was one left.
pub async fn try_ticket(tx: &impl ConnectionTrait, id: &str, most: i64) -> Result<bool> {
    let tried = ticket::Entity::update_many()
        .col_expr(ticket::Column::Tries, Expr::col(ticket::Column::Tries).add(1))
        .filter(ticket::Column::Id.eq(id))
        .filter(ticket::Column::UsedAt.is_null())
        .filter(ticket::Column::Tries.lt(most))
        .exec(tx)
        .await?;
    Ok(tried.rows_affected == 1)
}

/// Deletes the tickets of a person of these purposes, or those that ended before a moment.
pub async fn delete_tickets(tx: &impl ConnectionTrait, which: Condition) -> Result<()> {
    ticket::Entity::delete_many().filter(which).exec(tx).await?;
    Ok(())
}

/// The tickets of a person of these purposes.
pub fn tickets_of(id: UserId, purposes: &[&str]) -> Condition {
    let of_person = ticket::Column::UserId.eq(id.to_string());
    Condition::all().add(of_person).add(ticket::Column::Purpose.is_in(purposes.iter().copied()))
}

/// The tickets that ended before a moment.
pub fn tickets_before(moment: i64) -> Condition {
    Condition::all().add(ticket::Column::ExpiresAt.lt(moment))
}

/// A person.
pub async fn user(db: &impl ConnectionTrait, id: UserId) -> Result<user::Model> {
    user::Entity::find_by_id(id.to_string()).one(db).await?.ok_or_else(Error::not_found)
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

/// Sessions of a person that are listed: the newest.
const MOST_SESSIONS: u64 = 500;

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
        .limit(MOST_SESSIONS)
        .all(db)
        .await?;
    Ok(found)
}

/// Ends all sessions of a person, but one if it is named.
pub async fn end_sessions(
    tx: &impl ConnectionTrait,
    user: UserId,
    kept: Option<SessionId>,
    now: i64,
) -> Result<()> {
    let but = kept.map(|kept| session::Column::Id.ne(kept.to_string()));
    session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .filter(session::Column::UserId.eq(user.to_string()))
        .filter(Condition::all().add_option(but))
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
    proved_at: i64,
}

/// The person behind a session that stands, and until when it does.
pub async fn standing(
    db: &impl ConnectionTrait,
    session: SessionId,
    now: i64,
) -> Result<Option<(Identity, Timestamp)>> {
    let sql = "SELECT s.user_id, u.email, u.name, s.expires_at, s.proved_at FROM sessions s \
               JOIN users u ON u.id = s.user_id \
               WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2";
    let values: [Value; 2] = [session.to_string().into(), now.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let Some(row) = StandingRow::find_by_statement(statement).one(db).await? else { return Ok(None) };
    let user_id = stored::id(&row.user_id)?;
    let proved_at = Timestamp::from_millis(row.proved_at);
    let identity = Identity { user_id, session_id: session, email: row.email, name: row.name, proved_at };
    Ok(Some((identity, Timestamp::from_millis(row.expires_at))))
}
