//! Marks of one sign: yes and no in a table, keys of the keyboard.

use super::{Icon, Sign};
use crate::i18n::{Key, tr};
use leptos::{prelude::*, text_prop::TextProp};

/// Yes or no; said in words to screen readers.
#[component]
pub fn YesNo(
    /// Which.
    yes: bool,
) -> impl IntoView {
    let (sign, word) = if yes {
        (view! { <Icon sign=Sign::Check/> }.into_any(), Key::word_yes)
    } else {
        ("–".into_any(), Key::word_no)
    };
    view! {
        <span class="yes-no" data-yes=yes.then_some("")>
            <span aria-hidden="true">{sign}</span>
            <span class="sr-only">{tr(word)}</span>
        </span>
    }
}

/// Keys that are pressed one after the other.
#[component]
pub fn KeyCaps(
    /// The keys.
    keys: Vec<String>,
) -> impl IntoView {
    let caps = keys.into_iter().map(|key| view! { <kbd class="keycap">{key}</kbd> }).collect_view();
    view! { <span class="keycaps">{caps}</span> }
}

/// Keys with what they do, one a line.
#[component]
pub fn KeyList(children: Children) -> impl IntoView {
    view! { <dl class="keylist">{children()}</dl> }
}

/// Keys and what they do.
#[component]
pub fn KeyLine(
    /// The keys.
    keys: Vec<String>,
    /// What they do.
    #[prop(into)]
    text: TextProp,
) -> impl IntoView {
    view! {
        <dt><KeyCaps keys/></dt>
        <dd>{move || text.get()}</dd>
    }
}

/// Room around what stands in a card whose content goes up to the edges.
#[component]
pub fn Pad(children: Children) -> impl IntoView {
    view! { <div class="pad">{children()}</div> }
}

/// No wider than a form is read.
#[component]
pub fn FormWidth(children: Children) -> impl IntoView {
    view! { <div class="form-width">{children()}</div> }
}
