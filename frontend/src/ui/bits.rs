//! The small things: badges, chips, pairs, moments.

use crate::{
    i18n::{Key, fill, say},
    model::{
        figure,
        moment::{self, Ago},
    },
};
use contract::Timestamp;
use leptos::{prelude::*, text_prop::TextProp};

/// What a colour of state says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Tone {
    #[default]
    Plain,
    Accent,
    Good,
    Warn,
    Bad,
}

impl Tone {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Tone::Plain => "plain",
            Tone::Accent => "accent",
            Tone::Good => "good",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
        }
    }
}

/// A state in a word.
#[component]
pub fn Badge(
    /// The word.
    #[prop(into)]
    text: TextProp,
    /// Its colour of state.
    #[prop(optional)]
    tone: Tone,
    /// Something is going on: a pulsing dot.
    #[prop(optional)]
    busy: bool,
) -> impl IntoView {
    view! { <span class="badge" data-tone=tone.name() data-busy=busy.then_some("")>{move || text.get()}</span> }
}

/// Chips beside each other.
#[component]
pub fn Chips(children: Children) -> impl IntoView {
    view! { <div class="chips">{children()}</div> }
}

/// Something that was detected: its name and its value.
#[component]
pub fn Chip(
    /// The name.
    #[prop(into)]
    name: TextProp,
    /// The value.
    #[prop(into)]
    value: TextProp,
    /// A mark behind the value.
    #[prop(optional, into)]
    mark: ViewFn,
) -> impl IntoView {
    view! {
        <span class="chip">
            <span class="chip-name">{move || name.get()}</span>
            <span>{move || value.get()}</span>
            {mark.run()}
        </span>
    }
}

/// Text that stands back.
#[component]
pub fn Muted(children: Children) -> impl IntoView {
    view! { <span class="muted small">{children()}</span> }
}

/// Text that stands out a little.
#[component]
pub fn Strong(children: Children) -> impl IntoView {
    view! { <span class="strong">{children()}</span> }
}

/// Text for machines.
#[component]
pub fn Code(
    /// The text.
    #[prop(into)]
    text: TextProp,
) -> impl IntoView {
    view! { <code class="code">{move || text.get()}</code> }
}

/// Names with their values, one a line.
#[component]
pub fn Pairs(children: Children) -> impl IntoView {
    view! { <dl class="pairs">{children()}</dl> }
}

/// A name with its value.
#[component]
pub fn Pair(
    /// The name.
    #[prop(into)]
    name: TextProp,
    /// The value.
    #[prop(into)]
    value: TextProp,
) -> impl IntoView {
    view! {
        <dt>{move || name.get()}</dt>
        <dd>{move || value.get()}</dd>
    }
}

/// A moment as a distance or in local time; exact in UTC on hover.
#[component]
pub fn Moment(
    /// The moment.
    at: Timestamp,
) -> impl IntoView {
    let text = move || {
        let unit = |key: Key, number: u64| fill(key, &[("count", &figure::grouped(number))]);
        match moment::ago(at.millis(), js_sys::Date::now() as i64) {
            Ago::Now => say(Key::moment_now).to_owned(),
            Ago::Minutes(number) => unit(Key::moment_minutes, number),
            Ago::Hours(number) => unit(Key::moment_hours, number),
            Ago::Days(number) => unit(Key::moment_days, number),
            Ago::Long => moment::stamp(at.millis(), ahead_minutes(at)),
        }
    };
    view! { <time datetime=at.to_string() title=moment::exact(at.millis())>{text}</time> }
}

/// How far the reader's zone was ahead of UTC at that moment.
pub(super) fn ahead_minutes(at: Timestamp) -> i32 {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.millis() as f64));
    -(date.get_timezone_offset() as i32)
}
