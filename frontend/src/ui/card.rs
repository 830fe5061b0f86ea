//! Arrangements: what stands beside, below and inside what.

use super::{Icon, Sign};
use crate::i18n::{Key, say};
use leptos::{prelude::*, text_prop::TextProp};

/// How far things stand apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Gap {
    Tight,
    #[default]
    Normal,
    Loose,
}

impl Gap {
    const fn name(self) -> &'static str {
        match self {
            Gap::Tight => "tight",
            Gap::Normal => "normal",
            Gap::Loose => "loose",
        }
    }
}

/// Things below each other.
#[component]
pub fn Stack(
    /// How far apart.
    #[prop(optional)]
    gap: Gap,
    children: Children,
) -> impl IntoView {
    view! { <div class="stack" data-gap=gap.name()>{children()}</div> }
}

/// Things beside each other, which wrap.
#[component]
pub fn Row(
    /// The first to the left edge, the last to the right one.
    #[prop(optional)]
    spread: bool,
    children: Children,
) -> impl IntoView {
    view! { <div class="row" data-spread=spread.then_some("")>{children()}</div> }
}

/// Cards in as many columns as fit.
#[component]
pub fn Grid(
    /// Of cards that need room, such as pictures.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    view! { <div class="grid" data-wide=wide.then_some("")>{children()}</div> }
}

/// A wide column and a narrow one; below each other where there is no room.
#[component]
pub fn Columns(children: Children) -> impl IntoView {
    view! { <div class="columns">{children()}</div> }
}

/// A box with a heading.
#[component]
pub fn Card(
    /// The heading; none leaves the head out.
    #[prop(optional, into)]
    title: Option<TextProp>,
    /// What stands at the right of the heading.
    #[prop(optional, into)]
    aside: ViewFn,
    /// The content goes up to the edges: tables, lists.
    #[prop(optional)]
    flush: bool,
    children: Children,
) -> impl IntoView {
    let head = title.map(|title| {
        view! {
            <header class="card-head">
                <h2 class="card-title">{move || title.get()}</h2>
                {aside.run()}
            </header>
        }
    });
    view! {
        <section class="card">
            {head}
            <div class="card-body" data-flush=flush.then_some("")>{children()}</div>
        </section>
    }
}

/// Figures beside each other.
#[component]
pub fn Figures(children: Children) -> impl IntoView {
    view! { <dl class="figures">{children()}</dl> }
}

/// A figure with its name.
#[component]
pub fn Figure(
    /// The name.
    #[prop(into)]
    name: TextProp,
    /// The figure with its unit.
    #[prop(into)]
    value: TextProp,
) -> impl IntoView {
    view! {
        <div class="figure">
            <dt class="muted small">{move || name.get()}</dt>
            <dd class="figure-value">{move || value.get()}</dd>
        </div>
    }
}

/// Entries below each other, divided by lines.
#[component]
pub fn Feed(children: Children) -> impl IntoView {
    view! { <ul class="feed">{children()}</ul> }
}

/// An entry.
#[component]
pub fn FeedItem(children: Children) -> impl IntoView {
    view! { <li class="feed-item">{children()}</li> }
}

/// Steps in order.
#[component]
pub fn Steps(children: Children) -> impl IntoView {
    view! { <ol class="steps">{children()}</ol> }
}

/// A step that is done or not.
#[component]
pub fn StepItem(
    /// Its place, from 1.
    number: usize,
    /// Whether it is done.
    done: bool,
    /// What to do.
    #[prop(into)]
    name: TextProp,
    /// How.
    #[prop(into)]
    hint: TextProp,
    children: Children,
) -> impl IntoView {
    let mark = if done { view! { <Icon sign=Sign::Check/> }.into_any() } else { number.into_any() };
    let spoken = move || say(if done { Key::step_done } else { Key::step_open });
    view! {
        <li class="step" data-done=done.then_some("")>
            <span class="step-mark" aria-hidden="true">{mark}</span>
            <div>
                <span class="strong step-name">{move || name.get()}</span>
                <span class="sr-only">{spoken}</span>
                <p class="muted small">{move || hint.get()}</p>
            </div>
            {children()}
        </li>
    }
}
