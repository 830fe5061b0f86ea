//! Data sets: the list with its uploads, and one with its columns, rows, rejects, correlations and runs, and the way it is read.

mod acts;
mod columns;
mod correlations;
mod detail;
mod list;
mod reading;
mod reading_form;
mod reading_kinds;
mod reading_preview;
mod rejects;
mod rows;
mod transfers;
mod used;

pub use detail::Dataset;
pub use list::Datasets;

use contract::datasets::DatasetStatus;
use leptos::prelude::*;
use std::time::Duration;

/// How often something is asked for while the server works on it.
const POLL: Duration = Duration::from_millis(1000);

/// Whether the server still works on a data set.
fn in_work(status: DatasetStatus) -> bool {
    matches!(status, DatasetStatus::Receiving | DatasetStatus::Profiling)
}

/// Calls `again` in steady intervals as long as `waiting` holds and the page is there.
fn poll_while(waiting: impl Fn() -> bool + Send + Sync + 'static, again: impl Fn() + Clone + 'static) {
    let waiting = Memo::new(move |_| waiting());
    Effect::new(move |_| {
        if waiting.get()
            && let Ok(timer) = set_interval_with_handle(again.clone(), POLL)
        {
            on_cleanup(move || timer.clear());
        }
    });
}
