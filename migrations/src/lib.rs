//! The database schema, the same on SQLite and PostgreSQL.
//!
//! Ids and JSON documents are TEXT, moments are BIGINT Unix milliseconds, digests are hexadecimal TEXT:
//! both databases store and compare them alike. Tables of a tenant's things are keyed by `(tenant_id, id)`
//! and refer to each other by both, so that a row cannot point into another tenant.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m0001_core;
mod m0002_jobs;
mod m0003_operator;
mod m0004_reading;
mod m0005_search;
mod m0006_sign_in;
mod m0007_tenant_keys;
mod m0008_checkpoints;
mod m0009_row_security;
mod m0010_invites;
pub mod row_security;
mod schema;

/// All migrations in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_core::Migration),
            Box::new(m0002_jobs::Migration),
            Box::new(m0003_operator::Migration),
            Box::new(m0004_reading::Migration),
            Box::new(m0005_search::Migration),
            Box::new(m0006_sign_in::Migration),
            Box::new(m0007_tenant_keys::Migration),
            Box::new(m0008_checkpoints::Migration),
            Box::new(m0009_row_security::Migration),
            Box::new(m0010_invites::Migration),
        ]
    }
}
