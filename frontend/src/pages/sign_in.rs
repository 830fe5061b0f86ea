//! Signing in.

use crate::{
    client::Ask,
    i18n::{Key, tr},
    model::path,
    pages::{choices::GateChoices, landing::OtherGate},
    session::{Session, first_home},
    ui::{Button, Field, Form, FormState, Gate, Kind, PasswordField},
};
use contract::accounts::{Me, SignIn as Call, SignInBody};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

/// Where to go once somebody is signed in: back to where they were, else to their tenant.
pub(super) fn enter(
    session: Session,
    me: Me,
    then: Option<String>,
    navigate: impl Fn(&str, NavigateOptions),
) {
    let home = first_home(&me);
    session.enter(me);
    let then = then.as_deref().and_then(path::inside).map(str::to_owned);
    let replace = NavigateOptions { replace: true, ..NavigateOptions::default() };
    navigate(&then.or(home).unwrap_or_else(|| "/".to_owned()), replace);
}

/// The sign-in page.
#[component]
pub fn SignIn() -> impl IntoView {
    let (session, query, navigate) = (Session::expect(), use_query_map(), use_navigate());
    let form = FormState::default();
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let then = move || query.with(|query| query.get("then"));
    let send = Callback::new(move |()| {
        let body =
            SignInBody { email: email.get_untracked().trim().to_owned(), password: password.get_untracked() };
        let fine = form.check(&[
            ("#/email", Key::field_required, !body.email.is_empty()),
            ("#/password", Key::field_required, !body.password.is_empty()),
        ]);
        if fine {
            let (navigate, then) = (navigate.clone(), untrack(then));
            let call = async move { Ask::<Call>::new(&[]).without_renewal().body(&body).send().await };
            form.send(call, move |me| enter(session, me, then, navigate));
        }
    });
    let sign_up = Signal::derive(move || path::sign_up_then(&then().unwrap_or_default()));
    let foot = move || {
        view! { <OtherGate question=Key::sign_in_new text=Key::sign_up_action href=sign_up/> }
    };
    view! {
        <Gate title=tr(Key::sign_in_title) choices=GateChoices foot>
            <Form state=form on_send=send>
                <Field form pointer="#/email" label=tr(Key::field_email) value=email kind="email" autocomplete="username"/>
                <PasswordField form pointer="#/password" label=tr(Key::field_password) value=password
                    autocomplete="current-password"/>
                <Button text=tr(Key::sign_in_action) kind=Kind::Primary submits=true wide=true off=form.busy()/>
            </Form>
        </Gate>
    }
}
