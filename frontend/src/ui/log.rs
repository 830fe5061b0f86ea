//! Lines of a log as they come; the newest is always in view unless the reader scrolled up.

use super::bits::ahead_minutes;
use crate::model::moment;
use contract::Timestamp;
use leptos::{html, prelude::*, text_prop::TextProp};

/// A line of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// Its place, which never changes.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// How far from the end one still counts as reading the end, in pixels.
const NEAR: i32 = 40;

/// A log.
#[component]
pub fn LogTail(
    /// What it tells of.
    #[prop(into)]
    label: TextProp,
    /// The lines, oldest first.
    #[prop(into)]
    lines: Signal<Vec<LogLine>>,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let held = StoredValue::new(false);
    let scrolled = move |_| {
        if let Some(log) = node.get_untracked() {
            held.set_value(log.scroll_height() - log.scroll_top() - log.client_height() > NEAR);
        }
    };
    Effect::new(move |_| {
        lines.track();
        request_animation_frame(move || {
            if let Some(log) = node.try_get_untracked().flatten()
                && !held.try_get_value().unwrap_or(true)
            {
                log.set_scroll_top(log.scroll_height());
            }
        });
    });
    let line = |line: LogLine| {
        // The day is told elsewhere; within a run the time of day is enough.
        let clock = moment::clock(line.at.millis(), ahead_minutes(line.at));
        view! {
            <p class="log-line">
                <time class="log-time" datetime=line.at.to_string() title=moment::exact(line.at.millis())>{clock}</time>
                <span>{line.text}</span>
            </p>
        }
    };
    view! {
        <div class="log" role="log" aria-live="polite" tabindex="0" aria-label=move || label.get() node_ref=node
            on:scroll=scrolled>
            <For each=move || lines.get() key=|line| line.number children=line/>
        </div>
    }
}
