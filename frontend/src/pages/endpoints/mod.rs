//! Endpoints: the list, a new one, and one with its model, history, playground, code and usage.

mod acts;
mod change;
mod create;
mod detail;
mod history;
mod list;
mod overview;
mod usage;

pub use detail::Endpoint;
pub use list::Endpoints;
pub use usage::{figures, last_days};

use crate::i18n::Key;

/// Why a model came onto an endpoint; none for a cause that this dashboard doesn't know yet.
fn cause(name: &str) -> Option<Key> {
    match name {
        "created" => Some(Key::endpoint_cause_created),
        "changed" => Some(Key::endpoint_cause_changed),
        "rolled_back" => Some(Key::endpoint_cause_rolled_back),
        _ => None,
    }
}
