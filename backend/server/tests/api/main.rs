//! The API as its callers see it: the real server on a free port, a real database, typed calls.
//!
//! The suite runs on SQLite, and on PostgreSQL when `AMAAS_TEST_DATABASE=postgres` and `AMAAS_TEST_POSTGRES_URL` are
//! set; `cargo xtask test` does both.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod support;

mod accounts;
mod api_keys;
mod audit;
mod backup;
mod certainty;
mod check;
mod checkpoints;
mod datasets;
mod deletion;
mod endpoints;
mod health;
mod idempotency;
mod isolation;
mod keys;
mod mail;
mod members;
mod models;
mod mutations;
mod nul;
mod openapi;
mod operator;
mod overload;
mod predictions;
mod proofs;
mod quotas;
mod reading;
mod samples;
mod search;
mod second_factor;
mod storage;
mod sweep;
mod tenants;
mod torture;
mod training;
mod vault;
mod wall;
