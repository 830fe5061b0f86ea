//! What must be green before a change is done: format, clippy, tidy, licences, and every test on real parts.

mod licences;
mod lint;
mod postgres;
mod schema;
mod screenshots;
mod suites;
mod torture;

use anyhow::Result;

pub use lint::run as lint;
pub use postgres::Cluster;
pub use screenshots::run as screenshots;
pub use suites::{PACKAGES, run as test};
pub use torture::{Options as Torture, run as torture};

/// Everything, in the order of its cost.
///
/// # Errors
/// When anything is not green.
pub fn all() -> Result<()> {
    lint()?;
    test(None)
}
