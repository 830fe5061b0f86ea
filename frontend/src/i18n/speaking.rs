//! The language that is spoken now; whatever reads a message in a reactive place follows it.

use super::{Key, Language, fill_text};
use crate::model::figure;
use leptos::prelude::*;
use std::sync::LazyLock;

static CURRENT: LazyLock<ArcRwSignal<Language>> = LazyLock::new(|| ArcRwSignal::new(Language::English));

/// The language now; followed by whoever reads it in a reactive place.
pub fn language() -> Language {
    CURRENT.get()
}

/// Switches the language of everything on the screen.
pub fn speak(language: Language) {
    CURRENT.set(language);
}

/// The message now; followed by whoever reads it in a reactive place.
pub fn say(key: Key) -> &'static str {
    language().message(key)
}

/// The message as a text that follows the language.
pub fn tr(key: Key) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
    move || say(key)
}

/// The message with its `{slots}` filled.
pub fn fill(key: Key, values: &[(&str, &str)]) -> String {
    fill_text(say(key), values)
}

/// `one` for exactly one thing, else `many`; `{count}` is filled with the grouped number.
pub fn count(one: Key, many: Key, number: u64) -> String {
    let key = if number == 1 { one } else { many };
    fill(key, &[("count", &figure::grouped(number))])
}
