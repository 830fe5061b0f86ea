//! Tenants, people, keys, data sets, runs, models, endpoints, usage and the audit log.

// async_trait as the trait was declared with it: the lifetime must be elided in the same way.
#![allow(elided_lifetimes_in_paths)]

use crate::schema::{index, int, int_null, real, refer, table, text, text_null};
use sea_orm_migration::prelude::*;

/// The first migration.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0001_core"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in people().into_iter().chain(learning()).chain(records()) {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut tables: Vec<_> = people().into_iter().chain(learning()).chain(records()).collect();
        tables.reverse();
        for table in tables {
            if let Some(name) = table.get_table_name() {
                manager.drop_table(Table::drop().table(name.clone()).take()).await?;
            }
        }
        Ok(())
    }
}

/// A table whose rows belong to a tenant.
fn tenant_table(name: &'static str, mut columns: Vec<ColumnDef>, key: &'static str) -> TableCreateStatement {
    columns.insert(0, text("tenant_id"));
    let mut table = table(name, columns, &["tenant_id", key]);
    table.foreign_key(&mut refer((name, &["tenant_id"]), ("tenants", &["id"])));
    table
}

fn people() -> Vec<TableCreateStatement> {
    let tenants = table(
        "tenants",
        vec![
            text("id"),
            text("slug").unique_key().take(),
            text("name"),
            text("plan"),
            text_null("quota_overrides"),
            int("created_at"),
            int("updated_at"),
        ],
        &["id"],
    );
    let users = table(
        "users",
        vec![
            text("id"),
            text("email").unique_key().take(),
            text("name"),
            text("password_hash"),
            int("failed_sign_ins"),
            int_null("locked_until"),
            int("created_at"),
            int("updated_at"),
        ],
        &["id"],
    );
    let mut sessions = table(
        "sessions",
        vec![
            text("id"),
            text("user_id"),
            text("refresh_hash").unique_key().take(),
            text_null("previous_refresh_hash"),
            int("rotated_at"),
            int("created_at"),
            int("last_used_at"),
            int("expires_at"),
            int_null("revoked_at"),
            text_null("ip"),
            text_null("user_agent"),
        ],
        &["id"],
    );
    sessions.foreign_key(&mut refer(("sessions", &["user_id"]), ("users", &["id"])));
    let mut members =
        tenant_table("members", vec![text("user_id"), text("role"), int("created_at")], "user_id");
    members.foreign_key(&mut refer(("members", &["user_id"]), ("users", &["id"])));
    vec![tenants, users, sessions, members, invites(), api_keys()]
}

fn invites() -> TableCreateStatement {
    tenant_table(
        "invites",
        vec![
            text("id"),
            text("email"),
            text("role"),
            text("token_hash").unique_key().take(),
            text("invited_by"),
            int("created_at"),
            int("expires_at"),
            int_null("accepted_at"),
            int_null("revoked_at"),
        ],
        "id",
    )
}

fn api_keys() -> TableCreateStatement {
    tenant_table(
        "api_keys",
        vec![
            text("id"),
            text("name"),
            text("secret_hash").unique_key().take(),
            text("prefix"),
            text("last_four"),
            text_null("previous_secret_hash").unique_key().take(),
            int_null("previous_valid_until"),
            text("scopes"),
            text_null("endpoints"),
            int_null("rate_per_second"),
            int_null("expires_at"),
            text("created_by"),
            int("created_at"),
            int_null("last_used_at"),
            int_null("revoked_at"),
        ],
        "id",
    )
}

fn learning() -> Vec<TableCreateStatement> {
    let datasets = tenant_table(
        "datasets",
        vec![
            text("id"),
            text("name"),
            text("status"),
            int("size_bytes"),
            text_null("sha256"),
            text("object_key"),
            int_null("row_count"),
            int_null("column_count"),
            int_null("rejected_rows"),
            text_null("dialect"),
            text_null("profile"),
            text_null("error"),
            text_null("created_by"),
            int("created_at"),
            int("updated_at"),
            int_null("deleted_at"),
        ],
        "id",
    );
    let mut run_events = table(
        "run_events",
        vec![
            text("tenant_id"),
            text("run_id"),
            int("sequence"),
            int("at"),
            text("kind"),
            text("message"),
            real("progress"),
            text("data"),
        ],
        &["tenant_id", "run_id", "sequence"],
    );
    run_events.foreign_key(&mut refer(
        ("run_events", &["tenant_id", "run_id"]),
        ("training_runs", &["tenant_id", "id"]),
    ));
    vec![datasets, runs(), run_events, models(), endpoints(), deployments()]
}

fn runs() -> TableCreateStatement {
    let mut runs = tenant_table(
        "training_runs",
        vec![
            text("id"),
            text("dataset_id"),
            text("name"),
            text("settings"),
            text("status"),
            int("attempt"),
            real("progress"),
            text_null("model_id"),
            text_null("error"),
            text_null("created_by"),
            int("queued_at"),
            int_null("started_at"),
            int_null("finished_at"),
        ],
        "id",
    );
    runs.foreign_key(&mut refer(
        ("training_runs", &["tenant_id", "dataset_id"]),
        ("datasets", &["tenant_id", "id"]),
    ));
    runs
}

fn models() -> TableCreateStatement {
    let mut models = tenant_table(
        "models",
        vec![
            text("id"),
            text("name"),
            int("version"),
            text("task"),
            text("target"),
            text("algorithm"),
            text("metric"),
            // metrics, baseline, features, classes, leaderboard and evaluation as one JSON document
            text("card"),
            text("run_id"),
            text("dataset_id"),
            text("dataset_sha256"),
            text("settings"),
            int("seed"),
            text("engine_version"),
            text("object_key"),
            text("artefact_sha256"),
            int("artefact_size_bytes"),
            int("created_at"),
            int_null("deleted_at"),
        ],
        "id",
    );
    models.foreign_key(&mut refer(
        ("models", &["tenant_id", "run_id"]),
        ("training_runs", &["tenant_id", "id"]),
    ));
    models.foreign_key(&mut refer(
        ("models", &["tenant_id", "dataset_id"]),
        ("datasets", &["tenant_id", "id"]),
    ));
    models
}

fn endpoints() -> TableCreateStatement {
    let mut endpoints = tenant_table(
        "endpoints",
        vec![text("id"), text("name"), text("model_id"), int("created_at"), int("updated_at")],
        "id",
    );
    endpoints
        .foreign_key(&mut refer(("endpoints", &["tenant_id", "model_id"]), ("models", &["tenant_id", "id"])));
    endpoints
}

fn deployments() -> TableCreateStatement {
    let mut deployments = table(
        "deployments",
        vec![
            text("tenant_id"),
            text("endpoint_id"),
            int("sequence"),
            text("model_id"),
            text("cause"),
            int("at"),
        ],
        &["tenant_id", "endpoint_id", "sequence"],
    );
    let mut endpoint =
        refer(("deployments", &["tenant_id", "endpoint_id"]), ("endpoints", &["tenant_id", "id"]));
    endpoint.on_delete(ForeignKeyAction::Cascade);
    deployments.foreign_key(&mut endpoint);
    deployments
}

fn records() -> Vec<TableCreateStatement> {
    // `api_key_id` is 'session' for the playground: a primary key column holds no null.
    let mut usage = table(
        "usage_days",
        vec![
            text("tenant_id"),
            text("day"),
            text("api_key_id"),
            text("endpoint"),
            int("requests"),
            int("predictions"),
            int("errors"),
        ],
        &["tenant_id", "day", "api_key_id", "endpoint"],
    );
    usage.foreign_key(&mut refer(("usage_days", &["tenant_id"]), ("tenants", &["id"])));
    let idempotency = tenant_table(
        "idempotency_keys",
        vec![
            text("key"),
            text("call"),
            text("request_sha256"),
            int_null("status"),
            text_null("content_type"),
            text_null("body"),
            int("created_at"),
        ],
        "key",
    );
    // The platform's own chain has the tenant id 'platform', hence no foreign keys here.
    let audit_heads =
        table("audit_heads", vec![text("tenant_id"), int("sequence"), text("hash")], &["tenant_id"]);
    let audit_events = table(
        "audit_events",
        vec![
            text("tenant_id"),
            int("sequence"),
            text("id"),
            int("occurred_at"),
            text("action"),
            text_null("actor_id"),
            // in lower case, for the filter
            text_null("actor_name"),
            text("outcome"),
            // the event as canonical JSON without `hash`; what the hash is taken over
            text("body"),
            // the values of the body in lower case, for free text
            text("search"),
            text("previous_hash"),
            text("hash"),
        ],
        &["tenant_id", "sequence"],
    );
    // The ids and names (in lower case) of an event's targets, for the filter.
    let audit_targets = table(
        "audit_targets",
        vec![text("tenant_id"), text("target"), int("sequence")],
        &["tenant_id", "target", "sequence"],
    );
    // Bumped in the transaction of every change that caches must hear of.
    let changes = table("changes", vec![text("topic"), int("generation")], &["topic"]);
    vec![usage, idempotency, audit_heads, audit_events, audit_targets, changes]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("sessions_by_user", "sessions", &["user_id"]),
        index("sessions_by_previous", "sessions", &["previous_refresh_hash"]),
        index("members_by_user", "members", &["user_id", "created_at"]),
        index("runs_by_dataset", "training_runs", &["tenant_id", "dataset_id"]),
        index("runs_by_status", "training_runs", &["status"]),
        index("models_one_a_run", "models", &["run_id"]).unique().take(),
        index("models_one_a_version", "models", &["tenant_id", "name", "version"]).unique().take(),
        index("models_by_dataset", "models", &["tenant_id", "dataset_id"]),
        index("endpoints_by_name", "endpoints", &["tenant_id", "name"]).unique().take(),
        index("endpoints_by_model", "endpoints", &["tenant_id", "model_id"]),
        index("audit_by_id", "audit_events", &["tenant_id", "id"]).unique().take(),
        index("audit_by_action", "audit_events", &["tenant_id", "action", "sequence"]),
        index("audit_by_actor", "audit_events", &["tenant_id", "actor_id", "sequence"]),
        index("audit_by_actor_name", "audit_events", &["tenant_id", "actor_name", "sequence"]),
        index("audit_by_outcome", "audit_events", &["tenant_id", "outcome", "sequence"]),
        index("audit_by_time", "audit_events", &["tenant_id", "occurred_at", "sequence"]),
        index("audit_targets_by_event", "audit_targets", &["tenant_id", "sequence"]),
        index("idempotency_by_age", "idempotency_keys", &["created_at"]),
    ]
}
