//! What proves a person: second factors, one-time tickets, how fresh a session's proof is; and messages on their way.

#![allow(elided_lifetimes_in_paths, reason = "async_trait wants the very signature of the trait")]

use crate::schema::{index, int, int_null, refer, table, text, text_null};
use sea_orm_migration::prelude::*;

/// Adds columns to `users` and `sessions`, and the tables `tickets`, `recovery_codes` and `outbox`.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0006_sign_in"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One statement each: SQLite adds one column at a time.
        let short = int("password_is_short").default(0).take();
        for column in [text_null("totp_secret"), int_null("totp_since"), int_null("totp_step"), short] {
            manager.alter_table(Table::alter().table("users").add_column(column).take()).await?;
        }
        // Sessions of before have proved nothing lately.
        let proved = int("proved_at").default(0).take();
        manager.alter_table(Table::alter().table("sessions").add_column(proved).take()).await?;
        for table in [tickets(), recovery_codes(), outbox()] {
            manager.create_table(table).await?;
        }
        manager.create_index(index("tickets_person", "tickets", &["user_id", "purpose"])).await?;
        manager.create_index(index("tickets_end", "tickets", &["expires_at"])).await?;
        manager.create_index(index("outbox_due", "outbox", &["due_at", "id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["outbox", "recovery_codes", "tickets"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        manager.alter_table(Table::alter().table("sessions").drop_column("proved_at").take()).await?;
        for column in ["password_is_short", "totp_step", "totp_since", "totp_secret"] {
            manager.alter_table(Table::alter().table("users").drop_column(column).take()).await?;
        }
        Ok(())
    }
}

/// One-time tokens of a person, as digests: a reset, a change of address, a sign-in that waits for its code.
fn tickets() -> TableCreateStatement {
    let mut tickets = table(
        "tickets",
        vec![
            text("id"),
            text("user_id"),
            text("purpose"),
            text("token_hash").unique_key().take(),
            text_null("email"),
            int("tries"),
            int("created_at"),
            int("expires_at"),
            int_null("used_at"),
        ],
        &["id"],
    );
    tickets.foreign_key(&mut refer(("tickets", &["user_id"]), ("users", &["id"])));
    tickets
}

fn recovery_codes() -> TableCreateStatement {
    let columns = vec![text("user_id"), text("code_hash"), int("created_at"), int_null("used_at")];
    let mut codes = table("recovery_codes", columns, &["user_id", "code_hash"]);
    codes.foreign_key(&mut refer(("recovery_codes", &["user_id"]), ("users", &["id"])));
    codes
}

/// Messages that were promised and not handed over yet, sealed: some hold a token.
fn outbox() -> TableCreateStatement {
    let columns = vec![
        text("id"),
        text("kind"),
        text("letter"),
        int("tries"),
        int("created_at"),
        int("due_at"),
        int("expires_at"),
    ];
    table("outbox", columns, &["id"])
}
