//! The people who run the installation: they see what tenants have, never what is in it, and set their plans.
//!
//! Invariants: an operator is a signed-in person whom the configuration names, never a key; a look at one tenant and
//! each change to one leaves exactly one event in that tenant's own log, by an actor of the kind `operator`; lists
//! hold counts and leave none. A tenant that is suspended keeps everything: its members and keys are kept out from
//! their next request on, its running jobs end by themselves, and its waiting jobs wait until it is let in again.

pub mod http;
mod repository;
mod service;

pub use service::start;
