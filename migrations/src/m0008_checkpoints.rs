//! What was signed of the audit log: a batch an hour, and in it a statement on the chain of each tenant.

#![allow(elided_lifetimes_in_paths, reason = "async_trait wants the very signature of the trait")]

use crate::schema::{index, int, int_null, table, text};
use sea_orm_migration::prelude::*;

/// Adds `audit_batches` and `audit_checkpoints`.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0008_checkpoints"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let batches = vec![
            int("number"),
            text("body"),
            text("signature"),
            // the SHA-256 of the body, which the batch after it names
            text("hash"),
            int("made_at"),
            // whether it has a statement on every chain
            int("whole"),
            int_null("stored_at"),
        ];
        manager.create_table(table("audit_batches", batches, &["number"])).await?;
        let checkpoints = vec![
            text("tenant_id"),
            int("number"),
            int("batch"),
            int("sequence"),
            text("body"),
            text("signature"),
            text("hash"),
        ];
        // No foreign key: chains outlive what they tell of, and so do the statements on them.
        manager.create_table(table("audit_checkpoints", checkpoints, &["tenant_id", "number"])).await?;
        let by_batch = index("audit_checkpoints_by_batch", "audit_checkpoints", &["batch", "tenant_id"]);
        let by_sequence =
            index("audit_checkpoints_by_sequence", "audit_checkpoints", &["tenant_id", "sequence"]);
        for index in [by_batch, by_sequence] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["audit_checkpoints", "audit_batches"] {
            manager.drop_table(Table::drop().table(name).take()).await?;
        }
        Ok(())
    }
}
