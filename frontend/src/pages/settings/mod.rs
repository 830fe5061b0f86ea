//! Settings: the person, how they sign in, what the screen looks like, and the organisation. A tab each, with its own address.

mod factor;
mod looks;
mod organisation;
mod profile;
mod security;

use crate::{
    i18n::{Key, tr},
    model::path,
    session::Tenancy,
    ui::{Page, Tab, Tabs},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Profile,
    Security,
    Looks,
    Organisation,
}

impl Shown {
    const ALL: [(Shown, &'static str, Key); 4] = [
        (Shown::Profile, "profile", Key::settings_profile),
        (Shown::Security, "security", Key::settings_security),
        (Shown::Looks, "looks", Key::settings_looks),
        (Shown::Organisation, "organisation", Key::settings_organisation),
    ];

    fn of(name: Option<String>) -> Self {
        let known = Self::ALL.iter().find(|(_, known, _)| Some(*known) == name.as_deref());
        known.map_or(Shown::Profile, |known| known.0)
    }
}

/// The page of settings.
#[component]
pub fn Settings() -> impl IntoView {
    let (tenancy, query) = (Tenancy::expect(), use_query_map());
    let shown = Memo::new(move |_| Shown::of(query.with(|query| query.get("tab"))));
    let tab = move |(tab, name, text): (Shown, &'static str, Key)| {
        let current = Signal::derive(move || shown.get() == tab);
        move || {
            let href = format!("{}?tab={name}", path::settings(&tenancy.slug()));
            view! { <Tab href text=tr(text) current/> }
        }
    };
    let body = move || match shown.get() {
        Shown::Profile => view! { <profile::Profile/> <profile::Address/> }.into_any(),
        Shown::Security => {
            view! { <security::Password/> <factor::SecondFactor/> <security::Sessions/> }.into_any()
        }
        Shown::Looks => view! { <looks::Looks/> }.into_any(),
        Shown::Organisation => view! { <organisation::Organisation/> }.into_any(),
    };
    view! {
        <Page title=tr(Key::settings_title)>
            <Tabs label=tr(Key::settings_views)>{Shown::ALL.map(tab).into_iter().collect_view()}</Tabs>
            {body}
        </Page>
    }
}
