//! What a search tells on its way and is told, and the trainings anew that prove where a model comes from.

#![allow(elided_lifetimes_in_paths, reason = "async_trait wants the very signature of the trait")]

use crate::schema::{index, int, int_null, real, refer, table, text, text_null};
use sea_orm_migration::prelude::*;

/// Adds four columns to `training_runs`, and the table `reproductions`.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0005_search"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let trials = ColumnDef::new("trials_done").big_integer().not_null().default(0).take();
        // One statement each: SQLite adds one column at a time.
        for column in [int_null("ends_at"), trials, text_null("best"), int_null("stop_requested_at")] {
            manager.alter_table(Table::alter().table("training_runs").add_column(column).take()).await?;
        }
        manager.create_table(reproductions()).await?;
        let of_model = index("reproductions_model", "reproductions", &["tenant_id", "model_id"]);
        let of_dataset = index("reproductions_dataset", "reproductions", &["tenant_id", "dataset_id"]);
        for index in [of_model, of_dataset] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("reproductions").take()).await?;
        for column in ["stop_requested_at", "best", "trials_done", "ends_at"] {
            manager.alter_table(Table::alter().table("training_runs").drop_column(column).take()).await?;
        }
        Ok(())
    }
}

fn reproductions() -> TableCreateStatement {
    let mut table = table(
        "reproductions",
        vec![
            text("tenant_id"),
            text("id"),
            text("model_id"),
            text("dataset_id"),
            text("status"),
            int("attempt"),
            real("progress"),
            text("expected_sha256"),
            text_null("found_sha256"),
            text_null("engine_version"),
            int_null("trials"),
            int_null("threads"),
            text_null("error"),
            text_null("created_by"),
            int("queued_at"),
            int_null("started_at"),
            int_null("finished_at"),
        ],
        &["tenant_id", "id"],
    );
    table.foreign_key(&mut refer(("reproductions", &["tenant_id"]), ("tenants", &["id"])));
    let model: &[&str] = &["tenant_id", "model_id"];
    let dataset: &[&str] = &["tenant_id", "dataset_id"];
    for (columns, parent) in [(model, "models"), (dataset, "datasets")] {
        table.foreign_key(&mut refer(("reproductions", columns), (parent, &["tenant_id", "id"])));
    }
    table
}
