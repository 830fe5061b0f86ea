//! What a place says while it has nothing else to show.

use super::{Icon, Sign, Tone};
use crate::i18n::{Key, tr};
use leptos::{prelude::*, text_prop::TextProp};

/// The shape of what is coming.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bones {
    /// Lines of text.
    #[default]
    Lines,
    /// Cards in a grid.
    Cards,
}

/// Grey shapes while something is being read.
#[component]
pub fn Skeleton(
    /// What is coming.
    #[prop(optional)]
    bones: Bones,
) -> impl IntoView {
    let bone = || view! { <div class="skeleton-bone"></div> };
    let shape = match bones {
        Bones::Lines => view! {
            <div class="skeleton" data-pad="" aria-hidden="true">{(0..5).map(|_| bone()).collect_view()}</div>
        }
        .into_any(),
        Bones::Cards => {
            let card = |_| view! { <div class="skeleton-card">{(0..4).map(|_| bone()).collect_view()}</div> };
            view! { <div class="grid" aria-hidden="true">{(0..6).map(card).collect_view()}</div> }.into_any()
        }
    };
    view! {
        <div role="status" aria-busy="true">
            <span class="sr-only">{tr(Key::state_loading)}</span>
            {shape}
        </div>
    }
}

/// Nothing here yet: what would be here and how to get it.
#[component]
pub fn Empty(
    /// A sign of what is missing.
    sign: Sign,
    /// What is missing.
    #[prop(into)]
    title: TextProp,
    /// How to get it.
    #[prop(into)]
    text: TextProp,
    /// Inside a card, among others.
    #[prop(optional)]
    small: bool,
    /// The action.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty" data-small=small.then_some("")>
            <Icon sign/>
            <p class="empty-title">{move || title.get()}</p>
            <p class="empty-text">{move || text.get()}</p>
            {children.map(|children| children())}
        </div>
    }
}

/// A remark on the things around it.
#[component]
pub fn Notice(
    /// What the colour says.
    #[prop(optional)]
    tone: Tone,
    /// The remark.
    #[prop(into)]
    text: TextProp,
    /// Fills the foot of a card.
    #[prop(optional)]
    flush: bool,
    /// What to do about it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let sign = match tone {
        Tone::Warn | Tone::Bad => Sign::Warning,
        Tone::Good => Sign::Check,
        Tone::Plain | Tone::Accent => Sign::Info,
    };
    view! {
        <div class="notice" data-tone=tone.name() data-flush=flush.then_some("") role="status">
            <Icon sign/>
            <div class="notice-body">
                <p>{move || text.get()}</p>
                {children.map(|children| view! { <div class="notice-foot">{children()}</div> })}
            </div>
        </div>
    }
}
