//! Light or dark: the system's choice, live, unless the reader chose; and where small choices of the reader are kept.

use crate::i18n::{self, Language};
use leptos::prelude::*;
use std::sync::LazyLock;

const THEME: &str = "amaas.theme";
const LANGUAGE: &str = "amaas.language";

/// What the reader wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    System,
    /// Light whatever the system has.
    Light,
    /// Dark whatever the system has.
    Dark,
}

impl Theme {
    /// Every theme.
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    fn name(self) -> Option<&'static str> {
        match self {
            Theme::System => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        }
    }
}

static CURRENT: LazyLock<ArcRwSignal<Theme>> = LazyLock::new(|| ArcRwSignal::new(Theme::System));

/// The theme now; followed by whoever reads it in a reactive place.
pub fn theme() -> Theme {
    CURRENT.get()
}

/// Puts a theme on and remembers it.
pub fn wear(theme: Theme) {
    CURRENT.set(theme);
    remember(THEME, theme.name());
    if let Some(root) = document().document_element() {
        // A refused attribute leaves the system's theme, which is readable too.
        drop(match theme.name() {
            Some(name) => root.set_attribute("data-theme", name),
            None => root.remove_attribute("data-theme"),
        });
    }
}

/// Speaks a language, tells the document and remembers it.
pub fn speak(language: Language) {
    remember(LANGUAGE, Some(language.tag()));
    put_on(language);
}

fn put_on(language: Language) {
    i18n::speak(language);
    if let Some(root) = document().document_element() {
        drop(root.set_attribute("lang", language.tag()));
    }
}

/// Takes up what the reader chose before; the first time, the language of the browser.
pub fn restore() {
    let chosen = recall(LANGUAGE).and_then(|tag| Language::of_tag(&tag));
    let browsers = || {
        let languages = window().navigator().languages();
        languages.iter().filter_map(|tag| Language::of_tag(&tag.as_string()?)).next()
    };
    put_on(chosen.or_else(browsers).unwrap_or(Language::English));
    let named = recall(THEME);
    let theme = Theme::ALL.into_iter().find(|theme| theme.name() == named.as_deref());
    CURRENT.set(theme.unwrap_or(Theme::System));
}

/// A small choice that was remembered in this browser.
pub fn recall(name: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(name).ok()?
}

/// Remembers a small choice in this browser, or forgets it. Where storage is closed the choice lasts as long as the page.
pub fn remember(name: &str, value: Option<&str>) {
    if let Ok(Some(storage)) = window().local_storage() {
        drop(match value {
            Some(value) => storage.set_item(name, value),
            None => storage.remove_item(name),
        });
    }
}
