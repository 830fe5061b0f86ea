//! A durable job queue on the database, SQLite or PostgreSQL, that knows no feature.
//!
//! A feature enqueues a job in the transaction that writes its own row ([`Queue::enqueue`]); a [`Worker`]
//! claims it, fairly across tenants, runs the feature's [`Handler`], and tells it of every change of state
//! within the transaction of that change ([`Handler::on_change`]). The handler ends its job in its own
//! transaction ([`Queue::complete`]).
//!
//! Invariants:
//! - A job is in exactly one [`State`]; it has a lease exactly while it runs ([`Queue::check`]).
//! - The epoch grows by one at each claim, and whoever ends a job must name it: of two workers that
//!   believe to hold a job, at most one can commit.
//! - A worker that cannot renew its leases stops its jobs before the leases end; a job whose lease ended
//!   is rescued by any worker's sweep.
//! - A tenant's jobs run at most [`Config::running_per_tenant`] at once over all workers, and of all
//!   tenants that wait, the one with the fewest running jobs and the oldest turn is next.
//! - Every query that moves a job is in `store.rs`; every rule about what happens to a job is in `rules.rs`;
//!   the only clock is the database's ([`Clock`]).

mod clock;
mod config;
mod control;
mod error;
mod handler;
mod heart;
mod job;
mod oversight;
mod queue;
mod rules;
mod store;
mod supervise;
mod worker;

pub use clock::Clock;
pub use config::Config;
pub use control::{Control, Stop};
pub use error::{ConfigError, HandlerError, JobsError};
pub use handler::{Handler, Handlers};
pub use heart::{Connect, Connecting};
pub use job::{CancelOutcome, Change, Job, Lease, NewJob, Outcome, State};
pub use oversight::{Breach, Listing, Stats};
pub use queue::{Counts, Queue};
pub use worker::{Db, Swept, Worker};
