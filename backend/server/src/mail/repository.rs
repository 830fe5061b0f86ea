//! Every query on the outbox. None takes a scope: messages go to people, who belong to no tenant.

use super::entity::{ActiveModel, Column, Entity, Model};
use crate::error::Result;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
    sea_query::{CaseStatement, Expr, LockBehavior, LockType},
};

/// Keeps a message until it is handed over.
pub async fn insert(tx: &impl ConnectionTrait, row: ActiveModel) -> Result<()> {
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// The message that is due longest, taken until a moment: nobody else takes it before. Those of the kind `last` wait
/// behind all others.
pub async fn take(tx: &impl ConnectionTrait, last: &str, now: i64, until: i64) -> Result<Option<Model>> {
    let rank: Expr = CaseStatement::new().case(Column::Kind.eq(last), 1).finally(0).into();
    let due = Entity::find()
        .filter(Column::DueAt.lte(now))
        .order_by_asc(rank)
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
        .limit(1)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(tx)
        .await?;
    let Some(due) = due else { return Ok(None) };
    put_off(tx, &due.id, due.tries + 1, until).await?;
    Ok(Some(Model { tries: due.tries + 1, due_at: until, ..due }))
}

/// Puts a message off until a moment.
pub async fn put_off(tx: &impl ConnectionTrait, id: &str, tries: i64, until: i64) -> Result<()> {
    let row =
        ActiveModel { id: Set(id.to_owned()), tries: Set(tries), due_at: Set(until), ..Default::default() };
    row.update(tx).await?;
    Ok(())
}

/// Deletes a message that was handed over or is of no use any more.
pub async fn delete(tx: &impl ConnectionTrait, id: &str) -> Result<()> {
    Entity::delete_by_id(id.to_owned()).exec(tx).await?;
    Ok(())
}

/// How many messages wait.
pub async fn count(db: &impl ConnectionTrait) -> Result<u64> {
    Ok(Entity::find().count(db).await?)
}
