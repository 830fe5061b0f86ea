//! Data sets: CSV files with what was learned about them at intake.
//!
//! Invariants:
//! - The row exists before the first byte; the file exists before the row says that it was received; a file is deleted
//!   only after the row that names it was marked, and a row is removed only after its file. So no file dangles.
//! - `receiving` → `profiling` → `ready` or `failed`, and from there to `profiling` again, each step in one transaction
//!   with its job and its event; an upload that breaks off leaves nothing.
//! - What the profile shows is what a training reads: both read the file as the row's `reading` says.
//! - What is stored is what was sent, byte for byte; its SHA-256 is checked whenever it is read to learn from.
//! - A data set that an unfinished training run needs can't be deleted; a deleted one keeps its row for lineage.

mod describe;
mod entity;
mod form;
pub mod http;
mod intake;
mod janitor;
mod jobs;
mod reading;
mod repository;
mod samples;
mod service;

pub use janitor::{start, sweep};
pub use jobs::ProfileDataset;
pub use reading::options as intake_options;
pub use repository::Usage;
pub use service::{ReadyDataset, hold, open_bytes, require_ready, usage};
