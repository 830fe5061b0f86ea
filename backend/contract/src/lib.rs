//! The wire types of the Amaas API: ids, calls, errors and pages, shared by server, dashboard and tests.
//!
//! Each HTTP call is one type that implements [`Call`], so a path is written once.
//! Request types refuse unknown fields; answers tolerate new ones, so an old client survives a new server.

#[macro_use]
mod call;

pub mod accounts;
pub mod api_keys;
pub mod audit;
pub mod datasets;
pub mod endpoints;
pub mod health;
pub mod members;
pub mod models;
pub mod operator;
pub mod predictions;
pub mod quotas;
pub mod samples;
pub mod tenants;
pub mod training;

mod id;
mod page;
mod problem;
mod timestamp;

pub use call::{Call, Csv, EventStream, Media, Method, Multiple, Ndjson, NoQuery, Nothing, Schema, fill};
pub use id::*;
pub use page::{ListQuery, Page};
pub use problem::{Code, Fault, Problem};
pub use timestamp::Timestamp;

/// The header by which a signed-in person names the tenant that a call acts in (id or slug).
pub const TENANT_HEADER: &str = "x-amaas-tenant";
/// The header that makes a POST safe to repeat: the first answer is replayed for 24 hours.
pub const IDEMPOTENCY_HEADER: &str = "idempotency-key";
/// The header that names a request in answers, logs and the audit log.
pub const REQUEST_ID_HEADER: &str = "x-request-id";
