//! The person's menu and the way out.

use crate::{
    client::Ask,
    i18n::{Key, tr},
    model::path,
    pages::{choices::ChoiceItems, desk::Desk},
    session::{Session, Tenancy},
    ui::{Menu, MenuButton, MenuItem, MenuLine, MenuLink, Side},
};
use contract::accounts::SignOut;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;

/// Signs out: whatever the server says, this page forgets who was here.
pub fn way_out(session: Session) -> Callback<()> {
    let navigate = use_navigate();
    Callback::new(move |()| {
        let navigate = navigate.clone();
        spawn_local(async move {
            drop(Ask::<SignOut>::new(&[]).without_renewal().send().await);
            session.leave();
            navigate(path::SIGN_IN, Default::default());
        });
    })
}

/// The menu.
#[component]
pub fn PersonMenu() -> impl IntoView {
    let (session, tenancy, desk) = (Session::expect(), use_context::<Tenancy>(), use_context::<Desk>());
    let person = move || session.me().map(|me| me.user);
    let name = move || person().map(|user| user.name).unwrap_or_default();
    let email = move || person().map(|user| user.email).unwrap_or_default();
    let face = move || view! { <MenuButton text=name sub=email round=true/> };
    let leave = way_out(session);
    let settings = move || {
        let tenancy = tenancy.filter(|tenancy| tenancy.membership().with(Option::is_some))?;
        let href = path::settings(&tenancy.slug());
        Some(view! { <MenuLink href text=tr(Key::settings_title) chosen=false/> })
    };
    let operator = move || {
        person().filter(|user| user.operator).map(|_| {
            view! { <MenuLink href=path::OPERATOR text=tr(Key::operator_title) chosen=false/> }
        })
    };
    let keys = move || {
        desk.map(|desk| {
            view! {
                <MenuItem text=tr(Key::palette_open) on_press=move |()| desk.palette.set(true)/>
                <MenuItem text=tr(Key::shortcut_title) on_press=move |()| desk.help.set(true)/>
            }
        })
    };
    view! {
        <Menu label=tr(Key::person_menu) side=Side::Above face>
            {settings}
            {operator}
            {keys}
            <MenuLine/>
            <ChoiceItems/>
            <MenuLine/>
            <MenuItem text=tr(Key::sign_out) on_press=leave/>
        </Menu>
    }
}
