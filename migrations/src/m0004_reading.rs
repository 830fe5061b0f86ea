//! What somebody said about reading a data set's file, and how often it was read anew, which names the job.

#![allow(elided_lifetimes_in_paths, reason = "async_trait wants the very signature of the trait")]

use crate::schema::text_null;
use sea_orm_migration::prelude::*;

/// Adds `datasets.reading` and `datasets.readings`.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0004_reading"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One statement each: SQLite adds one column at a time.
        let readings = ColumnDef::new("readings").big_integer().not_null().default(0).take();
        for column in [text_null("reading"), readings] {
            manager.alter_table(Table::alter().table("datasets").add_column(column).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["reading", "readings"] {
            manager.alter_table(Table::alter().table("datasets").drop_column(column).take()).await?;
        }
        Ok(())
    }
}
