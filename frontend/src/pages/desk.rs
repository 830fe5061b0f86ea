//! Keys that act anywhere: they open the palette and the help, lead to the filter of the page, and to other pages.

use super::{palette::Palette, places};
use crate::{
    i18n::{Key, tr},
    model::shortcuts::{Command, Place, Press, Shortcuts},
    session::Tenancy,
    ui::{Button, Dialog, KeyLine, KeyList},
};
use leptos::{ev, prelude::*};
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// What is open over the page.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The palette.
    pub palette: RwSignal<bool>,
    /// The list of keys.
    pub help: RwSignal<bool>,
}

impl Desk {
    /// A desk with nothing open, for this screen and all below it.
    pub fn provide() -> Self {
        let desk = Self { palette: RwSignal::new(false), help: RwSignal::new(false) };
        provide_context(desk);
        desk
    }
}

/// Listens to the keys and holds what they open.
#[component]
pub fn DeskTop(
    /// What is open.
    desk: Desk,
) -> impl IntoView {
    let (tenancy, navigate) = (use_context::<Tenancy>(), use_navigate());
    let keys = StoredValue::new(Shortcuts::default());
    let listener = window_event_listener(ev::keydown, move |event| {
        let Some(Some(command)) = keys.try_update_value(|keys| heard(keys, &event)) else { return };
        event.prevent_default();
        match command {
            Command::Palette => desk.palette.update(|open| *open = !*open),
            Command::Help => desk.help.set(true),
            Command::Filter => focus_filter(),
            Command::Go(place) => {
                let slug = tenancy.and_then(|tenancy| untrack(|| wanted(tenancy, place)));
                if let Some(slug) = slug {
                    navigate(&places::address(place, &slug), Default::default());
                }
            }
        }
    });
    on_cleanup(move || listener.remove());
    view! {
        <Palette desk/>
        <Help open=desk.help/>
    }
}

/// The tenant, when the person may see the place there.
fn wanted(tenancy: Tenancy, place: Place) -> Option<String> {
    places::offered(place, tenancy.rights()).then(|| tenancy.slug())
}

fn heard(keys: &mut Shortcuts, event: &KeyboardEvent) -> Option<Command> {
    if event.default_prevented() || event.is_composing() {
        return None;
    }
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let typing = target.is_some_and(|target| {
        target.is_content_editable() || matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    });
    let covered = document().query_selector("dialog[open]").ok().flatten().is_some();
    let press = Press {
        key: &event.key(),
        command: event.ctrl_key() || event.meta_key(),
        alt: event.alt_key(),
        typing,
        covered,
    };
    keys.press(press, js_sys::Date::now())
}

fn focus_filter() {
    let filter = document().query_selector("[data-filter]").ok().flatten();
    if let Some(filter) = filter.and_then(|filter| filter.dyn_into::<HtmlElement>().ok()) {
        drop(filter.focus());
    }
}

#[component]
fn Help(open: RwSignal<bool>) -> impl IntoView {
    let foot = move || view! { <Button text=tr(Key::action_dismiss) on_press=move |()| open.set(false)/> };
    let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
    let places = move || {
        let line = |(place, letter): (Place, char)| {
            view! { <KeyLine keys=vec!["g".to_owned(), letter.to_string()] text=tr(places::word(place))/> }
        };
        Place::ALL.map(line).into_iter().collect_view()
    };
    view! {
        <Dialog open title=tr(Key::shortcut_title) foot>
            <KeyList>
                <KeyLine keys=keys(&["Ctrl/⌘", "K"]) text=tr(Key::palette_open)/>
                <KeyLine keys=keys(&["/"]) text=tr(Key::shortcut_filter)/>
                <KeyLine keys=keys(&["?"]) text=tr(Key::shortcut_help)/>
                <KeyLine keys=keys(&["Esc"]) text=tr(Key::shortcut_escape)/>
                {places()}
            </KeyList>
        </Dialog>
    }
}
