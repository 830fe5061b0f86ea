//! Language and theme: the same entries in the gate's menu and in the person's.

use crate::{
    i18n::{self, Key, Language, tr},
    theme::{self, Theme},
    ui::{Menu, MenuHead, MenuItem, MenuLine, MenuWord, Side, Sign},
};
use leptos::prelude::*;

/// What a theme is called.
pub const fn theme_name(theme: Theme) -> Key {
    match theme {
        Theme::System => Key::theme_system,
        Theme::Light => Key::theme_light,
        Theme::Dark => Key::theme_dark,
    }
}

/// The entries.
#[component]
pub fn ChoiceItems() -> impl IntoView {
    let languages = Language::ALL.map(|language| {
        let chosen = Signal::derive(move || i18n::language() == language);
        view! { <MenuItem text=tr(language.own_name()) chosen on_press=move |()| theme::speak(language)/> }
    });
    let themes = Theme::ALL.map(|theme| {
        let chosen = Signal::derive(move || theme::theme() == theme);
        view! { <MenuItem text=tr(theme_name(theme)) chosen on_press=move |()| theme::wear(theme)/> }
    });
    view! {
        <MenuHead text=tr(Key::choice_language)/>
        {languages.into_iter().collect_view()}
        <MenuLine/>
        <MenuHead text=tr(Key::choice_theme)/>
        {themes.into_iter().collect_view()}
    }
}

/// The menu of the gate, where nobody is signed in yet.
#[component]
pub fn GateChoices() -> impl IntoView {
    let face =
        move || view! { <MenuWord sign=Sign::Globe text=move || i18n::say(i18n::language().own_name())/> };
    view! { <Menu label=tr(Key::choice_label) side=Side::BelowEnd face><ChoiceItems/></Menu> }
}
