//! Row-level security on PostgreSQL: rows of a tenant are seen and written only where that tenant is named. SQLite has
//! nothing of the kind; there the filters of the queries stand alone.

#![allow(elided_lifetimes_in_paths, reason = "async_trait wants the very signature of the trait")]

use crate::row_security;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// Adds the role, the function and the policies.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0009_row_security"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        row_security::enforce(manager.get_connection()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let conn = manager.get_connection();
        if conn.get_database_backend() == DbBackend::Postgres {
            conn.execute_unprepared(row_security::RELEASE).await?;
        }
        Ok(())
    }
}
