//! Theme and language, kept in this browser.

use crate::{
    i18n::{self, Key, Language, say, tr},
    pages::choices::theme_name,
    theme::{self, Theme},
    ui::{Card, FilterChoice, FilterSelect, FormWidth, Muted, Stack},
};
use leptos::prelude::*;

/// The choices.
#[component]
pub fn Looks() -> impl IntoView {
    let place = |theme: Theme| Theme::ALL.iter().position(|known| *known == theme).unwrap_or_default();
    let (wears, speaks) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    Effect::new(move |_| {
        wears.set(place(theme::theme()).to_string());
        speaks.set(i18n::language().tag().to_owned());
    });
    let themes = Signal::derive(move || {
        Theme::ALL.map(|theme| FilterChoice::new(place(theme).to_string(), say(theme_name(theme)))).to_vec()
    });
    let languages = Signal::derive(|| {
        Language::ALL.map(|language| FilterChoice::new(language.tag(), say(language.own_name()))).to_vec()
    });
    let wear = Callback::new(move |()| {
        let chosen =
            wears.get_untracked().parse().ok().and_then(|place: usize| Theme::ALL.get(place).copied());
        if let Some(theme) = chosen {
            theme::wear(theme);
        }
    });
    let speak = Callback::new(move |()| {
        if let Some(language) = Language::of_tag(&speaks.get_untracked()) {
            theme::speak(language);
        }
    });
    view! {
        <Card title=tr(Key::settings_looks)>
            <FormWidth>
                <Stack>
                    <FilterSelect label=tr(Key::choice_theme) options=themes value=wears on_change=wear/>
                    <FilterSelect label=tr(Key::choice_language) options=languages value=speaks on_change=speak/>
                    <p><Muted>{tr(Key::settings_looks_text)}</Muted></p>
                </Stack>
            </FormWidth>
        </Card>
    }
}
