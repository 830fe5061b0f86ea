//! The job queue: `jobs`, one row a job, and `job_tenants`, one row for each tenant that ever queued
//! one (whose turn it is, and how many of its jobs may run at once).
//!
//! Neither table refers to a feature's table: the queue knows no feature.

#![allow(elided_lifetimes_in_paths, reason = "async_trait wants the very signature of the trait")]

use crate::schema::{index, int, int_null, table, text, text_null};
use sea_orm_migration::prelude::*;

/// Creates the queue's tables.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0002_jobs"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(jobs()).await?;
        manager.create_table(job_tenants()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["job_tenants", "jobs"] {
            manager.drop_table(Table::drop().table(name).take()).await?;
        }
        Ok(())
    }
}

fn jobs() -> TableCreateStatement {
    let columns = vec![
        text("id"),
        text("kind"),
        text("tenant_id"),
        text("payload"),
        text("state"),
        int("priority"),
        int("run_after"),
        int("attempt"),
        int("max_attempts"),
        int("crashes"),
        text("crash_times"),
        text_null("lease_owner"),
        int("lease_epoch"),
        int_null("lease_expires_at"),
        int_null("heartbeat_at"),
        int_null("cancel_requested_at"),
        text_null("last_error"),
        int("created_at"),
        int_null("started_at"),
        int_null("finished_at"),
    ];
    table("jobs", columns, &["id"])
}

fn job_tenants() -> TableCreateStatement {
    let columns = vec![text("tenant_id"), int("served_turn"), int_null("running_limit")];
    table("job_tenants", columns, &["tenant_id"])
}

/// The first serves the claim (next job of a tenant, tenants that wait, jobs that run), the second the
/// sweep, the third the turn that is handed out next.
fn indexes() -> [IndexCreateStatement; 3] {
    let next = &["state", "tenant_id", "priority", "run_after", "created_at", "id"];
    [
        index("jobs_claim", "jobs", next),
        index("jobs_sweep", "jobs", &["state", "lease_expires_at"]),
        index("job_tenants_turn", "job_tenants", &["served_turn"]),
    ]
}
