//! The one clock of the queue: the database's. Workers on machines whose clocks differ agree on it.
//! Tests shift it or set it; they never wait.

use crate::config::ms;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

#[derive(Debug, Clone, Copy)]
enum Source {
    Database,
    Frozen,
}

/// Tells the time in Unix milliseconds. Copies share one offset.
#[derive(Debug, Clone)]
pub struct Clock {
    source: Source,
    shift_ms: Arc<AtomicI64>,
}

impl Clock {
    /// The database's clock.
    pub fn database() -> Self {
        Self { source: Source::Database, shift_ms: Arc::default() }
    }

    /// A clock that stands still at this time until it is advanced; for tests that need exact times.
    pub fn frozen_at(unix_ms: i64) -> Self {
        Self { source: Source::Frozen, shift_ms: Arc::new(AtomicI64::new(unix_ms)) }
    }

    /// Makes it later by this much, for every copy.
    pub fn advance(&self, by: Duration) {
        self.shift_ms.fetch_add(ms(by), Ordering::SeqCst);
    }

    /// The time now, asked of the database that `conn` belongs to.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn now_ms(&self, conn: &impl ConnectionTrait) -> Result<i64, DbErr> {
        let shift = self.shift_ms.load(Ordering::SeqCst);
        match self.source {
            Source::Frozen => Ok(shift),
            Source::Database => Ok(database_ms(conn).await?.saturating_add(shift)),
        }
    }
}

async fn database_ms(conn: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let backend = conn.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now",
        _ => "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now",
    };
    let row = conn.query_one_raw(Statement::from_string(backend, sql)).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("the database's clock".to_owned()))?.try_get_by("now")
}
