//! Tenants: businesses that are kept apart.
//!
//! Invariants: a slug names one tenant for ever and never looks like an id; every new tenant starts on the plan
//! `standard`; a tenant is only made together with its first owner, by [`create`]'s caller.

mod entity;
pub mod http;
mod repository;
mod service;

pub use service::{create, lock, set_plan, set_suspended};
