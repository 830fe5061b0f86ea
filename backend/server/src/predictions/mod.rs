//! Predict: rows in, answers out.
//!
//! Invariants: a warm call asks the database nothing; answer `i` belongs to row `i`; a cell of the wrong kind is
//! refused with its place, never converted; an artefact is read only when it has the digest of its model's row; a
//! cached endpoint is forgotten on every server when it changes.
//!
//! JSON takes one of two ways: [`scan`] reads well-formed bodies straight into typed columns; whatever it does not
//! like goes to [`exact`], which reads the same body again with serde and lists every fault. What the first accepts,
//! the second accepts with the same cells.

#[cfg(test)]
mod agreement;
mod beside;
mod cache;
mod columns;
mod exact;
pub mod express;
pub mod http;
mod negotiate;
mod number;
mod scan;
mod served;
mod service;
mod table;
mod warned;
mod wishes;

pub use cache::Cache;
