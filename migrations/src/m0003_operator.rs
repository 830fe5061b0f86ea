//! What operators need: since when a tenant is suspended, by what it is found, and jobs from the newest on.

#![allow(elided_lifetimes_in_paths, reason = "async_trait wants the very signature of the trait")]

use crate::schema::{index, int_null, text};
use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, Statement},
};

/// Adds the columns and fills them for the tenants that are there.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0003_operator"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One column a statement: SQLite knows no other way.
        for mut column in [int_null("suspended_at"), text("search").default("").take()] {
            manager.alter_table(Table::alter().table("tenants").add_column(&mut column).take()).await?;
        }
        manager.create_index(index("jobs_newest", "jobs", &["created_at", "id"])).await?;
        fill_search(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("jobs_newest").table("jobs").to_owned()).await?;
        for column in ["search", "suspended_at"] {
            manager.alter_table(Table::alter().table("tenants").drop_column(column).take()).await?;
        }
        Ok(())
    }
}

/// In lower case as the program writes it: SQLite's own LOWER knows ASCII only.
async fn fill_search(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let backend = db.get_database_backend();
    let all = Statement::from_string(backend, "SELECT id, name, slug FROM tenants");
    for row in db.query_all_raw(all).await? {
        let (id, name, slug): (String, String, String) =
            (row.try_get_by("id")?, row.try_get_by("name")?, row.try_get_by("slug")?);
        let search = format!("{}\n{slug}", name.to_lowercase());
        let sql = "UPDATE tenants SET search = $1 WHERE id = $2";
        db.execute_raw(Statement::from_sql_and_values(backend, sql, [search.into(), id.into()])).await?;
    }
    Ok(())
}
