//! `amaas backup` and `amaas restore` of an installation on SQLite, while it serves.
//!
//! A backup is a folder: `amaas.sqlite` as of one moment, `objects/` as they are stored (sealed), and `manifest.json` with
//! the size and SHA-256 of each, which is written last: a folder without one is no backup. It holds no key; those are
//! exported into a file of their own (`keys/file.rs`).
//!
//! Invariants: nothing that is there is overwritten; the database is copied before the objects, and whatever its rows need
//! is there in the end; a restored installation has passed the check of every byte before it is put in place.

mod manifest;
mod restore;
mod save;

pub use manifest::Manifest;
pub use restore::{Restored, restore};
pub use save::save;

use crate::error::Error;
use std::{fmt, path::Path};

/// The database inside a backup, and in a data folder.
const DATABASE: &str = "amaas.sqlite";
/// The objects inside a backup.
const OBJECTS: &str = "objects";
/// Written last.
const MANIFEST: &str = "manifest.json";

/// Something is wrong with a path that somebody named at the command line, and may read.
fn at(path: &Path, why: impl fmt::Display) -> Error {
    Error::internal(format!("{}: {why}", path.display()))
}
