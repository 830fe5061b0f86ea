//! Every query on what was signed. A batch is the installation's, so some of these read all chains at once.

use super::{
    entity::{batch, checkpoint},
    statement::{BATCH, Batch, Checkpoint, Signed},
};
use crate::{
    audit::entity::event,
    error::Result,
    infra::{db::is_unique_violation, signature::PublicKey, tenancy},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set,
    Statement as Sql, sea_query::Expr,
};

/// Rows a statement of SQL carries at most.
const ROWS_AT_ONCE: usize = 500;

/// The end of a chain beside the newest statement on it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Unsigned {
    pub tenant_id: String,
    pub sequence: i64,
    pub hash: String,
    number: Option<i64>,
    signed: Option<i64>,
    statement: Option<String>,
    signature: Option<String>,
    statement_hash: Option<String>,
}

/// What a chain was signed up to before.
#[derive(Debug, Default)]
pub struct Before {
    /// The number of the statement.
    pub number: i64,
    /// Its hash; none before the first.
    pub hash: Option<String>,
    /// The last sequence that it signs, and the hash of that event.
    pub sequence: i64,
    pub end: String,
}

/// A text or its columns are not what was signed.
#[derive(Debug)]
pub struct Changed;

impl Unsigned {
    /// How far the chain is signed by the text of the newest statement, whether or not that is ours.
    pub fn said_to_be_signed(&self) -> i64 {
        let Some(text) = &self.statement else { return 0 };
        let said: Option<Checkpoint> = serde_json::from_str(text).ok();
        said.and_then(|said| i64::try_from(said.sequence).ok()).unwrap_or(i64::MAX)
    }

    /// What was signed before, by the signed text.
    pub fn before(&self, key: &PublicKey) -> std::result::Result<Option<Before>, Changed> {
        let (Some(text), Some(signature)) = (&self.statement, &self.signature) else { return Ok(None) };
        let signed = Signed::kept(text.clone(), signature.clone()).map_err(|_| Changed)?;
        let said: Checkpoint = signed.open(key).ok_or(Changed)?;
        let columns = (self.number, self.signed, self.statement_hash.as_deref());
        if !agree(&said, &signed, columns) || said.tenant_id != self.tenant_id {
            return Err(Changed);
        }
        Ok(Some(Before {
            number: self.number.unwrap_or_default(),
            hash: Some(signed.hash()),
            sequence: self.signed.unwrap_or_default(),
            end: said.hash,
        }))
    }
}

/// Whether the columns number, sequence and hash say what the signed text of a statement says.
fn agree(said: &Checkpoint, signed: &Signed, columns: (Option<i64>, Option<i64>, Option<&str>)) -> bool {
    let number = |number: u64| i64::try_from(number).ok();
    columns == (number(said.number), number(said.sequence), Some(signed.hash().as_str()))
}

/// The greatest number of a batch; 0 before the first.
pub async fn greatest(conn: &impl ConnectionTrait) -> Result<i64> {
    let found = batch::Entity::find().select_only().column(batch::Column::Number);
    let found = found.order_by_desc(batch::Column::Number).limit(1).into_tuple().one(conn).await?;
    Ok(found.unwrap_or_default())
}

/// The batches before a number, or all, newest first.
pub async fn batches_before(
    conn: &impl ConnectionTrait,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<batch::Model>> {
    let mut found = batch::Entity::find();
    if let Some(before) = before {
        found = found.filter(batch::Column::Number.lt(before));
    }
    Ok(found.order_by_desc(batch::Column::Number).limit(limit).all(conn).await?)
}

/// The numbers of all batches.
pub async fn numbers(conn: &impl ConnectionTrait) -> Result<Vec<i64>> {
    let found = batch::Entity::find().select_only().column(batch::Column::Number);
    Ok(found.into_tuple().all(conn).await?)
}

/// Every chain's end beside its newest statement; only one tenant's when named.
pub async fn heads_of_every_tenant(conn: &impl ConnectionTrait, only: Option<&str>) -> Result<Vec<Unsigned>> {
    let (its_own, its_newest) =
        (tenancy::sql("c.tenant_id", "h.tenant_id"), tenancy::sql("x.tenant_id", "h.tenant_id"));
    let named = tenancy::sql("h.tenant_id", "$1");
    let sql = format!(
        "SELECT h.tenant_id, h.sequence, h.hash, c.number, c.sequence AS signed, c.body AS statement, \
         c.signature, c.hash AS statement_hash FROM audit_heads h \
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

    /// Whether the columns say what was signed.
    pub fn agrees(&self, said: &Checkpoint, signed: &Signed) -> bool {
        agree(said, signed, (Some(self.number), Some(self.sequence), Some(&self.hash)))
    }
}

impl batch::Model {
    /// What was signed; none when the key did not sign it, or the columns say something else.
    pub fn said(&self, key: &PublicKey) -> Option<Batch> {
        let signed = Signed::kept(self.body.clone(), self.signature.clone()).ok()?;
        let said: Batch = signed.open(key)?;
        let agrees = said.kind == BATCH
            && i64::try_from(said.number) == Ok(self.number)
            && said.made_at.millis() == self.made_at
            && i64::from(said.whole) == self.whole
            && signed.hash() == self.hash;
        agrees.then_some(said)
    }
}
