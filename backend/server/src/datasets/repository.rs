//! Every query on data sets. A change names the status that it starts from and says whether it happened.

use super::{
    describe::Description,
    entity::{ActiveModel, Column, Entity, Model},
};
use crate::{error::Result, infra::tenancy, policy::Scope};
use contract::{
    DatasetId, Problem, Timestamp,
    datasets::{DatasetStatus, Reading},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, Set,
    sea_query::{Alias, Expr, Func, Query, SelectStatement},
};

/// The status as the database holds it.
pub const fn word(status: DatasetStatus) -> &'static str {
    match status {
        DatasetStatus::Receiving => "receiving",
        DatasetStatus::Profiling => "profiling",
        DatasetStatus::Ready => "ready",
        DatasetStatus::Failed => "failed",
    }
}

/// How many data sets a tenant has and how many bytes they hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Data sets that were not deleted, those that are being received too.
    pub count: u64,
    /// The sum of their sizes.
    pub bytes: u64,
}

fn of(scope: &Scope, id: &DatasetId) -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(tenancy::is(Column::TenantId, scope.tenant()))
        .filter(Column::Id.eq(id.to_string()))
        .filter(Column::DeletedAt.is_null())
}

fn change(scope: &Scope, id: &DatasetId, at: Timestamp) -> sea_orm::UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::UpdatedAt, Expr::value(at.millis()))
        .filter(tenancy::is(Column::TenantId, scope.tenant()))
        .filter(Column::Id.eq(id.to_string()))
        .filter(Column::DeletedAt.is_null())
}

fn in_status(update: sea_orm::UpdateMany<Entity>, status: DatasetStatus) -> sea_orm::UpdateMany<Entity> {
    update.filter(Column::Status.eq(word(status)))
}

async fn happened(update: sea_orm::UpdateMany<Entity>, tx: &impl ConnectionTrait) -> Result<bool> {
    Ok(update.exec(tx).await?.rows_affected == 1)
}

/// Adds a row; its tenant is the scope's.
pub async fn insert(tx: &impl ConnectionTrait, scope: &Scope, model: Model) -> Result<()> {
    let row = ActiveModel { tenant_id: Set(scope.tenant().to_owned()), ..model.into() };
    Entity::insert(row.reset_all()).exec_without_returning(tx).await?;
    Ok(())
}

/// The data set of this id, unless it was deleted.
pub async fn find(db: &impl ConnectionTrait, scope: &Scope, id: &DatasetId) -> Result<Option<Model>> {
    Ok(of(scope, id).one(db).await?)
}

/// As [`find`]; it can't be changed or deleted until the transaction ends.
pub async fn find_and_hold(
    tx: &impl ConnectionTrait,
    scope: &Scope,
    id: &DatasetId,
) -> Result<Option<Model>> {
    Ok(of(scope, id).lock_shared().one(tx).await?)
}

/// Newest first, from the one before `cursor` on.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    cursor: Option<&str>,
    limit: u64,
) -> Result<Vec<Model>> {
    let mut query = Entity::find()
        .filter(tenancy::is(Column::TenantId, scope.tenant()))
        .filter(Column::DeletedAt.is_null())
        .order_by_desc(Column::Id)
        .limit(limit);
    if let Some(cursor) = cursor {
        query = query.filter(Column::Id.lt(cursor));
    }
    Ok(query.all(db).await?)
}

/// What the tenant's data sets amount to.
pub async fn usage(db: &impl ConnectionTrait, scope: &Scope) -> Result<Usage> {
    #[derive(FromQueryResult)]
    struct Sums {
        count: i64,
        bytes: i64,
    }
    let bytes = Func::coalesce([Expr::col(Column::SizeBytes).sum(), Expr::val(0)]);
    let sums = Entity::find()
        .select_only()
        .column_as(Column::Id.count(), "count")
        .column_as(Expr::from(bytes).cast_as("BIGINT"), "bytes")
        .filter(tenancy::is(Column::TenantId, scope.tenant()))
        .filter(Column::DeletedAt.is_null())
        .into_model::<Sums>()
        .one(db)
        .await?;
    let positive = |value: i64| u64::try_from(value).unwrap_or_default();
    Ok(sums.map_or_else(Usage::default, |sums| Usage {
        count: positive(sums.count),
        bytes: positive(sums.bytes),
    }))
}

/// Says that bytes are still coming in.
pub async fn touch(db: &impl ConnectionTrait, scope: &Scope, id: &DatasetId, at: Timestamp) -> Result<bool> {
    happened(in_status(change(scope, id, at), DatasetStatus::Receiving), db).await
}

/// The file is there whole: it waits for being read.
pub async fn set_received(
    tx: &impl ConnectionTrait,
    scope: &Scope,
    id: &DatasetId,
    (size_bytes, sha256): (u64, &str),
    at: Timestamp,
) -> Result<bool> {
    let update = change(scope, id, at)
        .col_expr(Column::Status, Expr::value(word(DatasetStatus::Profiling)))
        .col_expr(Column::SizeBytes, Expr::value(i64::try_from(size_bytes).unwrap_or(i64::MAX)))
        .col_expr(Column::Sha256, Expr::value(sha256));
    happened(in_status(update, DatasetStatus::Receiving), tx).await
}

/// The file was read and described.
pub async fn set_ready(
    tx: &impl ConnectionTrait,
    scope: &Scope,
    id: &DatasetId,
    description: &Description,
    at: Timestamp,
) -> Result<bool> {
    let update = change(scope, id, at)
        .col_expr(Column::Status, Expr::value(word(DatasetStatus::Ready)))
        .col_expr(Column::RowCount, Expr::value(description.rows))
        .col_expr(Column::ColumnCount, Expr::value(description.columns))
        .col_expr(Column::RejectedRows, Expr::value(description.rejected))
        .col_expr(Column::Dialect, Expr::value(description.dialect.as_str()))
        .col_expr(Column::Profile, Expr::value(description.profile.as_str()));
    happened(in_status(update, DatasetStatus::Profiling), tx).await
}

/// The file can't be used.
pub async fn set_failed(
    tx: &impl ConnectionTrait,
    scope: &Scope,
    id: &DatasetId,
    problem: &Problem,
    at: Timestamp,
) -> Result<bool> {
    let update = change(scope, id, at)
        .col_expr(Column::Status, Expr::value(word(DatasetStatus::Failed)))
        .col_expr(Column::Error, Expr::value(serde_json::to_string(problem)?));
    happened(in_status(update, DatasetStatus::Profiling), tx).await
}

/// The file is to be read anew: what was known of it is no more.
pub async fn set_unread(
    tx: &impl ConnectionTrait,
    scope: &Scope,
    id: &DatasetId,
    reading: &Reading,
    at: Timestamp,
) -> Result<bool> {
    let nothing = || Expr::value(None::<String>);
    let unknown = || Expr::value(None::<i64>);
    let update = change(scope, id, at)
        .col_expr(Column::Status, Expr::value(word(DatasetStatus::Profiling)))
        .col_expr(Column::Reading, Expr::value(serde_json::to_string(reading)?))
        .col_expr(Column::Readings, Expr::col(Column::Readings).add(1))
        .col_expr(Column::RowCount, unknown())
        .col_expr(Column::ColumnCount, unknown())
        .col_expr(Column::RejectedRows, unknown())
        .col_expr(Column::Dialect, nothing())
        .col_expr(Column::Profile, nothing())
        .col_expr(Column::Error, nothing());
    let settled = [word(DatasetStatus::Ready), word(DatasetStatus::Failed)];
    happened(update.filter(Column::Status.is_in(settled)), tx).await
}

/// Gives it another name.
pub async fn rename(
    tx: &impl ConnectionTrait,
    scope: &Scope,
    id: &DatasetId,
    name: &str,
    at: Timestamp,
) -> Result<bool> {
    happened(change(scope, id, at).col_expr(Column::Name, Expr::value(name)), tx).await
}

/// Takes it out of every list; the row stays for the lineage of models.
pub async fn set_deleted(
    tx: &impl ConnectionTrait,
    scope: &Scope,
    id: &DatasetId,
    at: Timestamp,
) -> Result<bool> {
    happened(change(scope, id, at).col_expr(Column::DeletedAt, Expr::value(at.millis())), tx).await
}

/// Notes that a deleted data set's file is gone.
pub async fn forget_object(db: &impl ConnectionTrait, scope: &Scope, id: &DatasetId) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ObjectKey, Expr::value(""))
        .filter(tenancy::is(Column::TenantId, scope.tenant()))
        .filter(Column::Id.eq(id.to_string()))
        .filter(Column::DeletedAt.is_not_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Removes the row of an upload that never became whole.
pub async fn remove_unreceived(db: &impl ConnectionTrait, scope: &Scope, id: &DatasetId) -> Result<()> {
    Entity::delete_many()
        .filter(tenancy::is(Column::TenantId, scope.tenant()))
        .filter(Column::Id.eq(id.to_string()))
        .filter(Column::Status.eq(word(DatasetStatus::Receiving)))
        .exec(db)
        .await?;
    Ok(())
}

/// The training runs and reproductions that are not over and need the data set. Their tables are named here because a
/// feature can't look upwards, and a data set must not go from under a run.
pub async fn working_runs(tx: &impl ConnectionTrait, scope: &Scope, id: &DatasetId) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for table in ["training_runs", "reproductions"] {
        let query: SelectStatement = Query::select()
            .column(Alias::new("id"))
            .from(Alias::new(table))
            .and_where(tenancy::column_is("tenant_id", scope.tenant()))
            .and_where(Expr::col(Alias::new("dataset_id")).eq(id.to_string()))
            .and_where(Expr::col(Alias::new("finished_at")).is_null())
            .limit(10)
            .to_owned();
        for row in tx.query_all(&query).await? {
            found.push(row.try_get_by("id")?);
        }
    }
    Ok(found)
}

/// What the janitor must look at, whosever it is: uploads that nobody has continued since `before`, and deleted data
/// sets whose file may still be there.
pub async fn neglected_of_every_tenant(db: &impl ConnectionTrait, before: Timestamp) -> Result<Vec<Model>> {
    let unreceived =
        Column::Status.eq(word(DatasetStatus::Receiving)).and(Column::UpdatedAt.lt(before.millis()));
    let unpurged = Column::DeletedAt.is_not_null().and(Column::ObjectKey.ne(""));
    Ok(Entity::find().filter(unreceived.or(unpurged)).limit(1000).all(db).await?)
}
