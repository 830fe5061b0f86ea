//! The wrapped keys of tenants, and since when a tenant is deleted.

#![allow(elided_lifetimes_in_paths, reason = "async_trait wants the very signature of the trait")]

use crate::schema::{int, int_null, refer, table, text};
use sea_orm_migration::prelude::*;

/// Adds the table `tenant_keys` and two columns to `tenants`.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0007_tenant_keys"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One column a statement: SQLite knows no other way.
        for mut column in [int_null("deleted_at"), int_null("objects_removed_at")] {
            manager.alter_table(Table::alter().table("tenants").add_column(&mut column).take()).await?;
        }
        manager.create_table(tenant_keys()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("tenant_keys").take()).await?;
        for column in ["objects_removed_at", "deleted_at"] {
            manager.alter_table(Table::alter().table("tenants").drop_column(column).take()).await?;
        }
        Ok(())
    }
}

fn tenant_keys() -> TableCreateStatement {
    let mut table = table(
        "tenant_keys",
        vec![
            text("tenant_id"),
            int("version"),
            // base 64; empty once it was shredded
            text("wrapped_key"),
            // by which root key it is wrapped, together with a share that is kept outside the database
            text("root_key_id"),
            text("share_id"),
            int("created_at"),
            int_null("shredded_at"),
        ],
        &["tenant_id", "version"],
    );
    table.foreign_key(&mut refer(("tenant_keys", &["tenant_id"]), ("tenants", &["id"])));
    table
}
