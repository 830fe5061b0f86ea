//! Training runs: a data set and settings go in, a model comes out, by a durable job.
//!
//! Invariants: run, job and event of the log commit together; the fit happens in a child process with limits of time
//! and memory, so that it can die without taking anything along; model, finished run and finished job commit in one
//! transaction behind the lease's fence, so that a run makes at most one model; no transaction is open while it learns;
//! a reproduction trains in the same way, and writes nothing but its proof.

mod child;
mod entity;
mod events;
mod faults;
mod fit;
pub mod http;
mod jobs;
mod learned;
mod protocol;
mod record;
mod repository;
mod reproduce;
mod service;
mod settle;
mod steps;
mod work;

pub use fit::main as fit;
pub use jobs::handler;
pub use reproduce::handler as reproduction_handler;
