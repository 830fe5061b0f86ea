//! L8: what the database says of itself. SQLite: `integrity_check` (pages, indexes, constraints) and
//! `foreign_key_check`. PostgreSQL: no page failed its checksum, no index and no constraint is invalid.

use super::{Report, repository};
use crate::{context::Context, error::Result};
use sea_orm::DbBackend;

/// Asks the database.
pub async fn check(context: &Context, report: &mut Report) -> Result<()> {
    let reader = context.db.reader();
    let (what, findings) = if context.db.backend() == DbBackend::Sqlite {
        ("SQLite: integrity_check, foreign_key_check", repository::sqlite_integrity(reader).await?)
    } else {
        (
            "PostgreSQL: page checksums, indexes and constraints are valid",
            repository::postgres_integrity(reader).await?,
        )
    };
    for (object, detail) in findings {
        report.breach("L8", "-", &object, detail);
    }
    report.looked_at("L8", what);
    Ok(())
}
