//! Quotas and usage: how much a tenant and a key may do, and how much they did.
//!
//! The lowest feature but the audit log: counts of data sets, endpoints and runs come from its own small queries on
//! those tables, because it may import none of their features.
//!
//! Invariants: rates are kept by each process for itself; predictions are counted in memory and written to
//! `usage_days` every [`FLUSH_PERIOD`] and at shutdown, each server adding only what it counted itself, so that a
//! process which is killed loses at most that period's counts; once a tenant and a caller are known, letting a call
//! in and counting it ask the database nothing.

mod admission;
mod bucket;
mod entity;
pub mod http;
mod meter;
mod plan;
mod repository;
mod service;
mod tally;

pub use admission::{Admission, admit, charge};
pub use meter::{Meter, topic};
pub use plan::{Resource, STANDARD, check, enter, plan_of, require_active, stand_in_line};
pub use service::{FLUSH_PERIOD, flush, start};
pub use tally::{Tally, tally};
