//! The palette: pages, actions, organisations, looks, and the tenant's things by name, found by a few letters.

use super::{choices::theme_name, desk::Desk, person::way_out, places};
use crate::{
    client::Failure,
    i18n::{Key, Language, fill, say},
    model::{fuzzy::ranked, path, permission::Permission, rights::Rights, shortcuts::Place},
    session::{Session, Tenancy},
    theme::{self, Theme},
    ui::{PaletteEntry, PaletteFrame},
};
use contract::{
    ListQuery,
    datasets::ListDatasets,
    endpoints::ListEndpoints,
    models::{ListModels, ListModelsQuery},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;
use std::{future::Future, time::Duration};

/// How long the typing must rest before the things are asked for.
const REST: Duration = Duration::from_millis(180);
/// Entries that are shown of those that match.
const SHOWN: usize = 20;
/// Things of a kind that are asked for.
const LIMIT: u32 = 100;

#[derive(Clone, Debug, PartialEq)]
enum Act {
    Go(String),
    Wear(Theme),
    Speak(Language),
    Help,
    Leave,
}

#[derive(Clone, Debug, PartialEq)]
struct Offer {
    text: String,
    group: Key,
    act: Act,
}

impl Offer {
    fn go(text: impl Into<String>, group: Key, address: String) -> Self {
        Self { text: text.into(), group, act: Act::Go(address) }
    }
}

/// The palette of a screen.
#[component]
pub fn Palette(
    /// What is open.
    desk: Desk,
) -> impl IntoView {
    let (session, tenancy, navigate) = (Session::expect(), use_context::<Tenancy>(), use_navigate());
    let open = desk.palette;
    let query = RwSignal::new(String::new());
    let things = RwSignal::new(Vec::<Offer>::new());
    if let Some(tenancy) = tenancy {
        search_when_typing(tenancy, open, query, things);
    }
    Effect::new(move |_| {
        if open.get() {
            query.set(String::new());
        }
    });
    let found = Memo::new(move |_| {
        if !open.get() {
            return Vec::new();
        }
        let mut offers = pages(session, tenancy);
        offers.extend(things.get());
        let wanted = query.get();
        let shown = if wanted.trim().is_empty() { offers.len() } else { SHOWN };
        let places = ranked(&wanted, offers.iter().map(|offer| offer.text.as_str()));
        places.into_iter().take(shown).map(|place| offers[place].clone()).collect::<Vec<_>>()
    });
    let entries = Signal::derive(move || {
        let entry = |offer: Offer| PaletteEntry { text: offer.text, group: say(offer.group).to_owned() };
        found.get().into_iter().map(entry).collect::<Vec<_>>()
    });
    let leave = way_out(session);
    // The list is emptied when the palette closes, which it does before it tells what was chosen.
    let latest = StoredValue::new(Vec::<Offer>::new());
    Effect::new(move |_| {
        found.with(|found| {
            if !found.is_empty() || open.get_untracked() {
                latest.set_value(found.clone());
            }
        });
    });
    let on_choose = Callback::new(move |place: usize| {
        match latest.with_value(|latest| latest.get(place).map(|offer| offer.act.clone())) {
            Some(Act::Go(address)) => navigate(&address, Default::default()),
            Some(Act::Wear(chosen)) => theme::wear(chosen),
            Some(Act::Speak(language)) => theme::speak(language),
            Some(Act::Help) => desk.help.set(true),
            Some(Act::Leave) => leave.run(()),
            None => {}
        }
    });
    view! { <PaletteFrame open query entries on_choose/> }
}

/// What is there without asking the server.
fn pages(session: Session, tenancy: Option<Tenancy>) -> Vec<Offer> {
    let mut offers = Vec::new();
    let Some(me) = session.me() else { return offers };
    let here = tenancy.filter(|tenancy| tenancy.membership().with(Option::is_some));
    if let Some(tenancy) = here {
        offers.extend(inside(&tenancy.slug(), tenancy.rights()));
    }
    if me.user.operator {
        offers.push(Offer::go(say(Key::operator_title), Key::palette_page, path::OPERATOR.to_owned()));
    }
    let slug = here.map(Tenancy::slug);
    for tenant in me.tenants.iter().filter(|tenant| Some(&tenant.slug) != slug.as_ref()) {
        offers.push(Offer::go(&tenant.name, Key::tenant_switch, path::home(&tenant.slug)));
    }
    for chosen in Theme::ALL {
        let text = fill(Key::palette_theme, &[("theme", say(theme_name(chosen)))]);
        offers.push(Offer { text, group: Key::choice_theme, act: Act::Wear(chosen) });
    }
    for language in Language::ALL {
        let text = say(language.own_name()).to_owned();
        offers.push(Offer { text, group: Key::choice_language, act: Act::Speak(language) });
    }
    let act = |key: Key, act: Act| Offer { text: say(key).to_owned(), group: Key::palette_action, act };
    offers.push(act(Key::shortcut_title, Act::Help));
    offers.push(act(Key::sign_out, Act::Leave));
    offers
}

/// The pages and actions of a tenant that the role has.
fn inside(slug: &str, rights: Rights) -> Vec<Offer> {
    let page = |(place, _): (Place, char)| {
        places::offered(place, rights)
            .then(|| Offer::go(say(places::word(place)), Key::palette_page, places::address(place, slug)))
    };
    let acts = [
        (Permission::DatasetsWrite, Key::palette_upload, path::datasets(slug)),
        (
            Permission::EndpointsWrite,
            Key::palette_new_endpoint,
            format!("{}?create=1", path::endpoints(slug)),
        ),
        (Permission::ApiKeysWrite, Key::palette_new_key, format!("{}?create=1", path::keys(slug))),
        (Permission::InvitesWrite, Key::invite_person, format!("{}?act=invite", path::members(slug))),
    ];
    let acts = acts
        .into_iter()
        .filter(|(permission, _, _)| rights.may(*permission))
        .map(|(_, key, address)| Offer::go(say(key), Key::palette_action, address));
    Place::ALL.into_iter().filter_map(page).chain(acts).collect()
}

/// Asks for the tenant's things once something was typed; the answers last as long as the palette is open.
fn search_when_typing(
    tenancy: Tenancy,
    open: RwSignal<bool>,
    query: RwSignal<String>,
    things: RwSignal<Vec<Offer>>,
) {
    let asked = StoredValue::new(false);
    Effect::new(move |_| {
        if !open.get() {
            asked.set_value(false);
            things.set(Vec::new());
            return;
        }
        if query.with(|query| query.trim().is_empty()) || asked.get_value() {
            return;
        }
        let rested = move || {
            asked.set_value(true);
            untrack(|| ask(tenancy, open, things));
        };
        if let Ok(timer) = set_timeout_with_handle(rested, REST) {
            on_cleanup(move || timer.clear());
        }
    });
}

fn ask(tenancy: Tenancy, open: RwSignal<bool>, things: RwSignal<Vec<Offer>>) {
    if !tenancy.rights().reads_data() {
        return;
    }
    let slug = tenancy.slug();
    let list = ListQuery { limit: Some(LIMIT), cursor: None };
    let (datasets, models, endpoints) = (slug.clone(), slug.clone(), slug);
    let call = tenancy.ask::<ListDatasets>(&[]).query(&list).send();
    add(open, things, call, move |page| {
        let offer = |item: contract::datasets::Dataset| {
            Offer::go(item.name, Key::nav_datasets, path::dataset(&datasets, &item.id.to_string()))
        };
        page.data.into_iter().map(offer).collect()
    });
    let query = ListModelsQuery { limit: Some(LIMIT), ..ListModelsQuery::default() };
    let call = tenancy.ask::<ListModels>(&[]).query(&query).send();
    add(open, things, call, move |page| {
        let offer = |item: contract::models::Model| {
            let version = fill(Key::model_version_mark, &[("version", &item.version.to_string())]);
            let text = format!("{} {version}", item.name);
            Offer::go(text, Key::home_models, path::model(&models, &item.id.to_string()))
        };
        page.data.into_iter().map(offer).collect()
    });
    let call = tenancy.ask::<ListEndpoints>(&[]).query(&list).send();
    add(open, things, call, move |page| {
        let offer = |item: contract::endpoints::Endpoint| {
            let address = path::endpoint(&endpoints, &item.name);
            Offer::go(item.name, Key::home_endpoints, address)
        };
        page.data.into_iter().map(offer).collect()
    });
}

/// Adds what a call finds. One that fails finds nothing: the pages themselves say why.
fn add<T: 'static>(
    open: RwSignal<bool>,
    things: RwSignal<Vec<Offer>>,
    call: impl Future<Output = Result<T, Failure>> + 'static,
    offers: impl FnOnce(T) -> Vec<Offer> + 'static,
) {
    spawn_local(async move {
        if let Ok(answer) = call.await
            && open.try_get_untracked() == Some(true)
        {
            let found = offers(answer);
            // A palette that was closed and opened meanwhile asked twice.
            things.update(|things| {
                let new: Vec<_> = found.into_iter().filter(|offer| !things.contains(offer)).collect();
                things.extend(new);
            });
        }
    });
}
