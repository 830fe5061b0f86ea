//! The bare address, which leads on, and addresses where nothing is.

use crate::{
    client::{Ask, Remote, signed_out},
    i18n::{Key, fill, tr},
    model::path,
    pages::{choices::GateChoices, person::way_out},
    session::{Session, first_home},
    ui::{Button, ButtonLink, Empty, Gate, Kind, Link, Loaded, Page, Sign},
};
use contract::accounts::{GetMe, Me};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// Leads a signed-in person to their tenant and everybody else to the sign-in page.
#[component]
pub fn Landing() -> impl IntoView {
    let session = Session::expect();
    let navigate = use_navigate();
    if !Session::worth_asking() {
        let replace = NavigateOptions { replace: true, ..NavigateOptions::default() };
        Effect::new(move |_| navigate(path::SIGN_IN, replace.clone()));
        return ().into_any();
    }
    let me = Remote::new(|| Ask::<GetMe>::new(&[]).send());
    Effect::new(move |_| {
        let replace = NavigateOptions { replace: true, ..NavigateOptions::default() };
        if signed_out() {
            navigate(path::SIGN_IN, replace);
        } else if let Some(me) = me.value() {
            let operator = me.user.operator.then(|| path::OPERATOR.to_owned());
            let home = first_home(&me).or(operator);
            session.enter(me);
            if let Some(home) = home {
                navigate(&home, replace);
            }
        }
    });
    // Whoever has a place to go to is on the way there.
    let view = |me: Me| {
        let homeless = me.tenants.is_empty() && !me.user.operator;
        homeless.then(|| view! { <Homeless/> }).into_any()
    };
    view! {
        <Gate title=tr(Key::product) choices=GateChoices>
            <Loaded remote=me view/>
        </Gate>
    }
    .into_any()
}

/// Signed in, but in no organisation: what to do about it, and the way out.
#[component]
fn Homeless() -> impl IntoView {
    let session = Session::expect();
    let email = move || session.me().map(|me| me.user.email).unwrap_or_default();
    let text = move || fill(Key::settings_homeless_text, &[("email", &email())]);
    view! {
        <Empty sign=Sign::Home title=tr(Key::settings_homeless) text small=true>
            <Button text=tr(Key::sign_out) on_press=way_out(session)/>
        </Empty>
    }
}

/// No page has this address.
#[component]
pub fn NothingHere() -> impl IntoView {
    view! {
        <Page title=tr(Key::nothing_title)>
            <Empty sign=Sign::Info title=tr(Key::nothing_title) text=tr(Key::nothing_text)>
                <ButtonLink href="/" text=tr(Key::nothing_home) kind=Kind::Primary/>
            </Empty>
        </Page>
    }
}

/// The way from the sign-in page to the sign-up page and back.
#[component]
pub fn OtherGate(
    /// The question before the link.
    question: Key,
    /// The link.
    text: Key,
    /// Where it leads.
    #[prop(into)]
    href: Signal<String>,
) -> impl IntoView {
    view! { <p>{tr(question)} " " <Link href=move || href.get() text=tr(text)/></p> }
}
