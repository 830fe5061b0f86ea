//! Training runs: the list with its filter, and one live from its stream of steps.

mod acts;
mod detail;
mod list;
mod live;
mod standing;

pub use detail::{Run, settings_pairs};
pub use list::Runs;
