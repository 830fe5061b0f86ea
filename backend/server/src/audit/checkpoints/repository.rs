//! Every query on what was signed. A batch is the installation's, so some of these read all chains at once.

use super::{
    entity::{batch, checkpoint},
    statement::Signed,
};
use crate::{
    audit::entity::event,
    error::Result,
    infra::{db::is_unique_violation, tenancy},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
    Statement as Sql, sea_query::Expr,
};

/// Rows a statement of SQL carries at most.
const ROWS_AT_ONCE: usize = 500;

/// The end of a chain, and how far it was signed.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Unsigned {
    pub tenant_id: String,
    pub sequence: i64,
    pub hash: String,
    pub number: i64,
    pub signed: i64,
    pub previous: Option<String>,
}

/// The newest batch; only those with a statement on every chain when `whole`.
pub async fn newest(conn: &impl ConnectionTrait, whole: bool) -> Result<Option<batch::Model>> {
    let mut found = batch::Entity::find();
    if whole {
        found = found.filter(batch::Column::Whole.eq(1));
    }
    Ok(found.order_by_desc(batch::Column::Number).one(conn).await?)
}

/// Every chain's end beside its newest statement; only one tenant's when named.
pub async fn heads_of_every_tenant(conn: &impl ConnectionTrait, only: Option<&str>) -> Result<Vec<Unsigned>> {
    let (its_own, its_newest) =
        (tenancy::sql("c.tenant_id", "h.tenant_id"), tenancy::sql("x.tenant_id", "h.tenant_id"));
    let named = tenancy::sql("h.tenant_id", "$1");
    let sql = format!(
        "SELECT h.tenant_id, h.sequence, h.hash, COALESCE(c.number, 0) AS number, \
         COALESCE(c.sequence, 0) AS signed, c.hash AS previous FROM audit_heads h \
         LEFT JOIN audit_checkpoints c ON {its_own} AND c.number = \
         (SELECT MAX(x.number) FROM audit_checkpoints x WHERE {its_newest}) \
         WHERE $1 = '' OR {named} ORDER BY h.tenant_id"
    );
    let values = [only.unwrap_or_default().into()];
    let sql = Sql::from_sql_and_values(conn.get_database_backend(), sql, values);
    Ok(Unsigned::find_by_statement(sql).all(conn).await?)
}

/// The hashes of a tenant's events after a sequence and up to another, in order, with their sequences.
pub async fn hashes(
    conn: &impl ConnectionTrait,
    tenant: &str,
    (after, upto): (i64, i64),
    limit: u64,
) -> Result<Vec<(i64, String)>> {
    let found = event::Entity::find()
        .select_only()
        .columns([event::Column::Sequence, event::Column::Hash])
        .filter(tenancy::is(event::Column::TenantId, tenant))
        .filter(event::Column::Sequence.gt(after))
        .filter(event::Column::Sequence.lte(upto))
        .order_by_asc(event::Column::Sequence)
        .limit(limit);
    Ok(found.into_tuple().all(conn).await?)
}

/// Writes a batch with its statements; false when another process took its number.
pub async fn insert(
    tx: &impl ConnectionTrait,
    new: batch::Model,
    statements: Vec<checkpoint::Model>,
) -> Result<bool> {
    let batch = batch::ActiveModel {
        number: Set(new.number),
        body: Set(new.body),
        signature: Set(new.signature),
        hash: Set(new.hash),
        made_at: Set(new.made_at),
        whole: Set(new.whole),
        stored_at: Set(None),
    };
    match batch::Entity::insert(batch).exec_without_returning(tx).await {
        Err(error) if is_unique_violation(&error) => return Ok(false),
        other => other?,
    };
    let rows: Vec<_> = statements
        .into_iter()
        .map(|row| checkpoint::ActiveModel {
            tenant_id: Set(row.tenant_id),
            number: Set(row.number),
            batch: Set(row.batch),
            sequence: Set(row.sequence),
            body: Set(row.body),
            signature: Set(row.signature),
            hash: Set(row.hash),
        })
        .collect();
    for rows in rows.chunks(ROWS_AT_ONCE) {
        match checkpoint::Entity::insert_many(rows.to_vec()).exec_without_returning(tx).await {
            Err(error) if is_unique_violation(&error) => return Ok(false),
            other => other?,
        };
    }
    Ok(true)
}

/// A batch by its number.
pub async fn batch(conn: &impl ConnectionTrait, number: i64) -> Result<Option<batch::Model>> {
    Ok(batch::Entity::find_by_id(number).one(conn).await?)
}

/// The batches whose object was not seen in the storage yet, in order.
pub async fn unstored(conn: &impl ConnectionTrait) -> Result<Vec<batch::Model>> {
    let found = batch::Entity::find().filter(batch::Column::StoredAt.is_null());
    Ok(found.order_by_asc(batch::Column::Number).all(conn).await?)
}

/// Notes that a batch is in the storage.
pub async fn set_stored(conn: &impl ConnectionTrait, number: i64, at: i64) -> Result<()> {
    batch::Entity::update_many()
        .col_expr(batch::Column::StoredAt, Expr::value(at))
        .filter(batch::Column::Number.eq(number))
        .exec(conn)
        .await?;
    Ok(())
}

/// The statements of a batch, in the order in which its object has them.
pub async fn of_batch(conn: &impl ConnectionTrait, number: i64) -> Result<Vec<checkpoint::Model>> {
    let found = checkpoint::Entity::find().filter(checkpoint::Column::Batch.eq(number));
    Ok(found.order_by_asc(checkpoint::Column::TenantId).all(conn).await?)
}

/// The statements on a tenant's chain after a number, in order.
pub async fn of_tenant(
    conn: &impl ConnectionTrait,
    tenant: &str,
    after: i64,
    limit: u64,
) -> Result<Vec<checkpoint::Model>> {
    let found = checkpoint::Entity::find()
        .filter(tenancy::is(checkpoint::Column::TenantId, tenant))
        .filter(checkpoint::Column::Number.gt(after))
        .order_by_asc(checkpoint::Column::Number)
        .limit(limit);
    Ok(found.all(conn).await?)
}

/// The first statement that vouches for an event of the tenant.
pub async fn vouching(
    conn: &impl ConnectionTrait,
    tenant: &str,
    sequence: i64,
) -> Result<Option<checkpoint::Model>> {
    let found = checkpoint::Entity::find()
        .filter(tenancy::is(checkpoint::Column::TenantId, tenant))
        .filter(checkpoint::Column::Sequence.gte(sequence))
        .order_by_asc(checkpoint::Column::Sequence)
        .order_by_asc(checkpoint::Column::Number);
    Ok(found.one(conn).await?)
}

/// The tenants that have a statement.
pub async fn tenants(conn: &impl ConnectionTrait) -> Result<Vec<String>> {
    let found = checkpoint::Entity::find().select_only().column(checkpoint::Column::TenantId).distinct();
    Ok(found.into_tuple().all(conn).await?)
}

impl checkpoint::Model {
    /// The statement as it was signed.
    pub fn signed(&self) -> Result<Signed> {
        Signed::kept(self.body.clone(), self.signature.clone())
    }
}
