//! Training runs: the list with its filter, and one live from its stream of steps.

mod acts;
mod asked;
mod detail;
mod list;
mod live;
mod progress;
mod standing;

pub use asked::settings_pairs;
pub use detail::Run;
pub use list::Runs;
