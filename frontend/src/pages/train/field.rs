//! A field of numbers of the form: its name, its bounds and its hint belong to its place in the body of the call.

use super::{draft::Draft, words};
use crate::{
    i18n::{Key, fill, say, tr},
    model::plan::numbers::{self, Kind, Takes},
    ui::NumberField,
};
use leptos::prelude::*;

/// The field at a pointer.
pub fn number(draft: Draft, pointer: &'static str) -> AnyView {
    let Some(takes) = numbers::at(pointer) else { return ().into_any() };
    let step = if takes.kind == Kind::Whole { "1" } else { "any" };
    let usual = Some(takes.usual).filter(|usual| !usual.is_empty()).unwrap_or_default();
    view! {
        <NumberField form=draft.form pointer label=tr(words::field(pointer)) value=draft.number(pointer)
            min=takes.least.to_string() max=takes.most.to_string() step usual hint=move || hint(takes)/>
    }
    .into_any()
}

/// What is worth knowing, with the bounds where they are near.
fn hint(takes: &Takes) -> String {
    let bounds = || {
        let key = if takes.kind == Kind::Above { Key::train_above } else { Key::train_between };
        fill(key, &[("least", &words::bound(takes.least)), ("most", &words::bound(takes.most))])
    };
    match (words::hint(takes.pointer), takes.most < 1e5) {
        (Some(hint), true) => format!("{} {}", say(hint), bounds()),
        (Some(hint), false) => say(hint).to_owned(),
        (None, _) => bounds(),
    }
}
