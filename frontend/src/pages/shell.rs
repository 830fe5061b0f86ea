//! The shell behind the gate: the tenant switch, the nouns whose screens are there, the person's menu, keys and drops anywhere.

use crate::{
    client::{Ask, Remote, Uploads, signed_out},
    i18n::{Key, tr},
    model::{path, shortcuts::Place},
    pages::{
        desk::{Desk, DeskTop},
        landing::NothingHere,
        person::PersonMenu,
        places, wings, words,
    },
    session::{Session, Tenancy},
    ui::{DropVeil, Loaded, Menu, MenuButton, MenuHead, MenuLink, NavLink, Page, ShellFrame, Side, Sign},
};
use contract::accounts::{GetMe, Me, Membership};
use leptos::{ev, prelude::*};
use leptos_router::{
    components::Outlet,
    hooks::{use_location, use_navigate, use_params_map},
};
use web_sys::File;

/// The shell of a tenant; it finds out who is there before it shows anything.
#[component]
pub fn Shell() -> impl IntoView {
    let session = Session::expect();
    let params = use_params_map();
    let slug = Memo::new(move |_| params.with(|params| params.get("tenant")).unwrap_or_default());
    let tenancy = Tenancy::new(session, slug);
    provide_context(tenancy);
    guard_uploads();
    view! { <Signed><Inside tenancy/></Signed> }
}

/// Shows what is inside once it is known who is there; without a session the sign-in page.
#[component]
pub fn Signed(children: ChildrenFn) -> impl IntoView {
    let session = Session::expect();
    leave_when_signed_out(session);
    let me = Remote::new(move || async move {
        match untrack(|| session.me()) {
            Some(me) => Ok(me),
            None => Ask::<GetMe>::new(&[]).send().await,
        }
    });
    Effect::new(move |_| {
        if let Some(me) = me.value()
            && untrack(|| session.me()).is_none()
        {
            session.enter(me);
        }
    });
    let known = Memo::new(move |_| session.me().is_some());
    move || {
        if known.get() {
            children().into_any()
        } else {
            let waiting = |_: Me| ().into_any();
            view! { <Page title=tr(Key::product)><Loaded remote=me view=waiting/></Page> }.into_any()
        }
    }
}

fn leave_when_signed_out(session: Session) {
    let (location, navigate) = (use_location(), use_navigate());
    Effect::new(move |_| {
        if signed_out() {
            session.leave();
            let here = untrack(|| location.pathname.get() + &query_of(&location.search.get()));
            navigate(&path::sign_in_then(&here), Default::default());
        }
    });
}

fn query_of(search: &str) -> String {
    let search = search.trim_start_matches('?');
    if search.is_empty() { String::new() } else { format!("?{search}") }
}

/// Asks before the page is left while a file is on its way.
fn guard_uploads() {
    let uploads: Uploads = expect_context();
    let guard = window_event_listener(ev::beforeunload, move |event| {
        if uploads.any_open() {
            event.prevent_default();
        }
    });
    on_cleanup(move || guard.remove());
}

#[component]
fn Inside(tenancy: Tenancy) -> impl IntoView {
    let top = move || view! { <TenantSwitch tenancy/> };
    let links = move || {
        let home = Signal::derive(move || path::home(&tenancy.slug()));
        let datasets = Signal::derive(move || path::datasets(&tenancy.slug()));
        let member = move || tenancy.membership().with(Option::is_some);
        let runs = Signal::derive(move || path::runs(&tenancy.slug()));
        let models = Signal::derive(move || path::models(&tenancy.slug()));
        let endpoints = Signal::derive(move || path::endpoints(&tenancy.slug()));
        let keys = Signal::derive(move || path::keys(&tenancy.slug()));
        let reads_keys = move || tenancy.rights().reads_keys();
        let reads = move || tenancy.rights().reads_data();
        view! {
            <Show when=member>
                <NavLink href=home text=tr(Key::nav_home) sign=Sign::Home exact=true/>
            </Show>
            <Show when=reads>
                <NavLink href=datasets text=tr(Key::nav_datasets) sign=Sign::Table/>
                <NavLink href=runs text=tr(Key::run_list_title) sign=Sign::Curve/>
                <NavLink href=models text=tr(Key::model_list_title) sign=Sign::Cube/>
                <NavLink href=endpoints text=tr(Key::endpoint_nav) sign=Sign::Bolt/>
            </Show>
            <Show when=reads_keys>
                <NavLink href=keys text=tr(Key::key_nav) sign=Sign::Key/>
            </Show>
            <Governance tenancy/>
        }
    };
    let desk = Desk::provide();
    wings::fetch_when_calm();
    let foot = || view! { <PersonMenu/> };
    let (uploads, navigate): (Uploads, _) = (expect_context(), use_navigate());
    let take = Callback::new(move |files: Vec<File>| {
        let slug = untrack(|| tenancy.slug());
        for file in files {
            uploads.add(&slug, file);
        }
        uploads.follow();
        navigate(&path::datasets(&slug), Default::default());
    });
    let on_files = Signal::derive(move || tenancy.rights().builds().then_some(take));
    let member = Memo::new(move |_| tenancy.membership().with(Option::is_some));
    let body = move || {
        if member.get() { view! { <Outlet/> }.into_any() } else { view! { <NothingHere/> }.into_any() }
    };
    view! {
        <ShellFrame top links foot>{body}</ShellFrame>
        <DropVeil text=tr(Key::upload_drop) on_files/>
        <DeskTop desk/>
    }
}

/// The nouns of those who answer for the tenant.
#[component]
fn Governance(tenancy: Tenancy) -> impl IntoView {
    let link = move |place: Place, sign: Sign| {
        let href = Signal::derive(move || places::address(place, &tenancy.slug()));
        view! {
            <Show when=move || places::offered(place, tenancy.rights())>
                <NavLink href text=tr(places::word(place)) sign/>
            </Show>
        }
    };
    view! {
        {link(Place::Usage, Sign::Chart)}
        {link(Place::Audit, Sign::Log)}
        {link(Place::Members, Sign::People)}
    }
}

#[component]
fn TenantSwitch(tenancy: Tenancy) -> impl IntoView {
    let session = Session::expect();
    let name = move || match tenancy.membership().get() {
        Some(membership) => membership.name,
        None => tenancy.slug(),
    };
    let role = move || {
        tenancy.membership().get().map(|membership| tr(words::role(membership.role))()).unwrap_or_default()
    };
    let face = move || view! { <MenuButton text=name sub=role/> };
    let entries = move || tenant_links(session, &tenancy.slug());
    view! {
        <Menu label=tr(Key::tenant_switch) side=Side::Below face>
            <MenuHead text=tr(Key::tenant_switch)/>
            {entries}
        </Menu>
    }
}

/// A link to each of the person's tenants.
pub fn tenant_links(session: Session, here: &str) -> AnyView {
    let tenants = session.me().map(|me| me.tenants).unwrap_or_default();
    let link = |tenant: Membership| {
        let chosen = tenant.slug == here;
        view! { <MenuLink href=path::home(&tenant.slug) text=tenant.name chosen/> }
    };
    tenants.into_iter().map(link).collect_view().into_any()
}
