//! The steps of a run as they come: read once by the stream, kept for every part of the page.

use crate::{
    client::{Line, Remote, Then, follow},
    model::{course, course::Course, sse::Frame},
    session::Tenancy,
};
use contract::training::{GetRunEvents, Run, RunEvent};
use leptos::prelude::*;

/// Steps that are kept for the log: of more the newest.
const KEPT: usize = 5000;

/// A run as its stream tells it.
#[derive(Clone, Copy)]
pub struct Live {
    /// The steps, oldest first.
    pub events: RwSignal<Vec<RunEvent>>,
    /// What they come to.
    pub course: Memo<Course>,
    /// How the line to the server is.
    pub line: RwSignal<Line>,
}

impl Live {
    /// Follows a run until it has ended or the page goes; the run itself is read anew when its state changes.
    pub fn new(tenancy: Tenancy, id: String, run: Remote<Run>) -> Self {
        let events = RwSignal::new(Vec::new());
        let course = Memo::new(move |_| events.with(|events: &Vec<RunEvent>| Course::of(events)));
        let take = move |frames: Vec<Frame>| take(events, run, frames);
        let line = follow::<GetRunEvents>(move || untrack(|| tenancy.ask(&[&id])), take);
        Self { events, course, line }
    }
}

fn take(events: RwSignal<Vec<RunEvent>>, run: Remote<Run>, frames: Vec<Frame>) -> Then {
    let read = |frame: &Frame| serde_json::from_str::<RunEvent>(&frame.data).ok();
    let new: Vec<RunEvent> = frames.iter().filter_map(read).collect();
    let stops = new.iter().any(|event| event.kind == "stopping");
    let turned = new.iter().rev().find_map(|event| course::status_after(&event.kind));
    events.try_update(|events| {
        let known = events.last().map_or(0, |event| event.sequence);
        events.extend(new.into_iter().filter(|event| event.sequence > known));
        let over = events.len().saturating_sub(KEPT);
        events.drain(..over);
    });
    let known =
        run.state().try_with_untracked(|state| state.value().map(|run| run.stop_requested_at.is_some()));
    if stops && known == Some(Some(false)) {
        run.reload();
    }
    if let Some(status) = turned {
        // A replay tells old states too: only what this page does not know yet is worth asking.
        if run.state().try_with_untracked(|state| state.value().map(|run| run.status)) != Some(Some(status)) {
            run.reload();
        }
        if status.is_final() {
            return Then::End;
        }
    }
    Then::On
}
