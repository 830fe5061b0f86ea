//! Every query of the check. They read all tenants at once, which is why they stand apart from the features'.

mod questions;

pub use questions::questions;

use crate::error::Result;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};
use std::collections::BTreeSet;

/// An object that a row names.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Whose.
    pub tenant: String,
    /// The row's id.
    pub id: String,
    /// The key in the storage.
    pub key: String,
    /// The size that the row says.
    pub size_bytes: u64,
    /// The SHA-256 that the row says, in hexadecimal.
    pub sha256: Option<String>,
}

async fn rows(conn: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, DbErr> {
    conn.query_all_raw(Statement::from_sql_and_values(conn.get_database_backend(), sql, values)).await
}

/// Tenant and object of each row that a question finds.
pub async fn answers(conn: &impl ConnectionTrait, sql: &str) -> Result<Vec<(String, String)>> {
    let found = rows(conn, sql, vec![]).await?;
    let pair = |row: &QueryResult| Ok((row.try_get_by("tenant")?, row.try_get_by("object")?));
    Ok(found.iter().map(pair).collect::<Result<_, DbErr>>()?)
}

/// The artefacts of the models that are there.
pub async fn artefacts(conn: &impl ConnectionTrait) -> Result<Vec<Stored>> {
    let sql = "SELECT tenant_id, id, object_key, artefact_size_bytes AS size, artefact_sha256 AS sha256 \
        FROM models WHERE deleted_at IS NULL ORDER BY tenant_id, id";
    stored(conn, sql).await
}

/// The files of the data sets that are ready.
pub async fn ready_datasets(conn: &impl ConnectionTrait) -> Result<Vec<Stored>> {
    let sql = "SELECT tenant_id, id, object_key, size_bytes AS size, sha256 \
        FROM datasets WHERE status = 'ready' AND deleted_at IS NULL ORDER BY tenant_id, id";
    stored(conn, sql).await
}

async fn stored(conn: &impl ConnectionTrait, sql: &str) -> Result<Vec<Stored>> {
    let found = rows(conn, sql, vec![]).await?;
    let one = |row: &QueryResult| {
        let size: i64 = row.try_get_by("size")?;
        Ok(Stored {
            tenant: row.try_get_by("tenant_id")?,
            id: row.try_get_by("id")?,
            key: row.try_get_by("object_key")?,
            size_bytes: u64::try_from(size).unwrap_or_default(),
            sha256: row.try_get_by("sha256")?,
        })
    };
    Ok(found.iter().map(one).collect::<Result<_, DbErr>>()?)
}

/// The keys of all rows that were not deleted before a moment (Unix milliseconds).
pub async fn keys_in_use(conn: &impl ConnectionTrait, deleted_before: i64) -> Result<BTreeSet<String>> {
    let sql = "SELECT object_key FROM datasets WHERE deleted_at IS NULL OR deleted_at >= $1 \
        UNION SELECT object_key FROM models WHERE deleted_at IS NULL OR deleted_at >= $1";
    let found = rows(conn, sql, vec![deleted_before.into()]).await?;
    Ok(found.iter().map(|row| row.try_get_by("object_key")).collect::<Result<_, DbErr>>()?)
}

/// The keys of the objects that must be there.
pub async fn keys_required(conn: &impl ConnectionTrait) -> Result<BTreeSet<String>> {
    let sql = "SELECT object_key FROM datasets WHERE deleted_at IS NULL AND status IN ('profiling', 'ready') \
        UNION SELECT object_key FROM models WHERE deleted_at IS NULL";
    let found = rows(conn, sql, vec![]).await?;
    Ok(found.iter().map(|row| row.try_get_by("object_key")).collect::<Result<_, DbErr>>()?)
}

/// The tenants that are not deleted.
pub async fn living_tenants(conn: &impl ConnectionTrait) -> Result<Vec<String>> {
    let found = rows(conn, "SELECT id FROM tenants WHERE deleted_at IS NULL ORDER BY id", vec![]).await?;
    Ok(found.iter().map(|row| row.try_get_by("id")).collect::<Result<_, DbErr>>()?)
}

/// The id of the tenant of this id or slug.
pub async fn tenant_named(conn: &impl ConnectionTrait, named: &str) -> Result<Option<String>> {
    let sql = "SELECT id FROM tenants WHERE id = $1 OR slug = $1";
    let found = rows(conn, sql, vec![named.into()]).await?;
    Ok(found.first().map(|row| row.try_get_by("id")).transpose()?)
}

/// Whose a job is.
pub async fn tenant_of_job(conn: &impl ConnectionTrait, job: &str) -> Result<String> {
    let found = rows(conn, "SELECT tenant_id FROM jobs WHERE id = $1", vec![job.into()]).await?;
    Ok(found.first().map(|row| row.try_get_by("tenant_id")).transpose()?.unwrap_or_else(|| "-".to_owned()))
}

/// What SQLite finds wrong with its file: object and detail.
pub async fn sqlite_integrity(conn: &impl ConnectionTrait) -> Result<Vec<(String, String)>> {
    let mut findings = Vec::new();
    for row in rows(conn, "PRAGMA integrity_check", vec![]).await? {
        let text: String = row.try_get_by_index(0)?;
        if text != "ok" {
            findings.push(("database".to_owned(), text));
        }
    }
    for row in rows(conn, "PRAGMA foreign_key_check", vec![]).await? {
        let (table, parent): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(2)?);
        let number: Option<i64> = row.try_get_by_index(1)?;
        findings.push((
            format!("{table} row {}", number.unwrap_or_default()),
            format!("refers to no row of {parent}"),
        ));
    }
    Ok(findings)
}

/// What PostgreSQL knows to be wrong with this database: object and detail.
pub async fn postgres_integrity(conn: &impl ConnectionTrait) -> Result<Vec<(String, String)>> {
    let questions = [
        (
            "SELECT datname::text AS object FROM pg_stat_database WHERE datname = current_database() AND COALESCE(checksum_failures, 0) > 0",
            "pages failed their checksum",
        ),
        (
            "SELECT indexrelid::regclass::text AS object FROM pg_index WHERE NOT (indisvalid AND indisready AND indislive)",
            "the index is not valid: REINDEX it",
        ),
        (
            "SELECT conname::text AS object FROM pg_constraint WHERE NOT convalidated",
            "the constraint was never validated",
        ),
    ];
    let mut findings = Vec::new();
    for (sql, detail) in questions {
        for row in rows(conn, sql, vec![]).await? {
            findings.push((row.try_get_by("object")?, detail.to_owned()));
        }
    }
    Ok(findings)
}
