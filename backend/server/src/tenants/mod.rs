//! Tenants: businesses that are kept apart.
//!
//! Invariants: a slug names one tenant for ever and never looks like an id; every new tenant starts on the plan
//! `standard` and with a key; a tenant is only made together with its first owner, by [`create`]'s caller; of a tenant
//! that was deleted its name and its audit log stay, for the operator, and nothing that it stored can be read again.

mod deletion;
mod entity;
pub mod http;
mod repository;
mod service;

pub use deletion::{delete_again, start, sweep};
pub use repository::TABLES;
pub use service::{create, lock, set_plan, set_suspended};
