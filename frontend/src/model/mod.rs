//! Plain logic of the dashboard: numbers, moments, passwords, transfers, pictures. No browser, so that it is tested natively.

pub mod checklist;
pub mod course;
pub mod curve;
pub mod delimited;
pub mod failure;
pub mod faults;
pub mod figure;
pub mod histogram;
pub mod metric;
pub mod moment;
pub mod password;
pub mod path;
pub mod plan;
pub mod plot;
pub mod query;
pub mod rights;
pub mod sse;
pub mod transfer;
