//! Signing in.

use crate::{
    client::Ask,
    i18n::{Key, tr},
    model::path,
    pages::{choices::GateChoices, landing::OtherGate},
    session::{Session, first_home},
    ui::{Button, Field, Form, FormState, Gate, Kind, PasswordField},
};
use contract::{
    Code,
    accounts::{CodeBody, Me, SignIn as Call, SignInBody, VerifySignIn},
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
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

/// Where the page stands.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Password,
    Code,
}

/// The sign-in page.
#[component]
pub fn SignIn() -> impl IntoView {
    let (query, step) = (use_query_map(), RwSignal::new(Step::Password));
    let hash = use_location().hash;
    let then = Signal::derive(move || path::then_of(query.with(|query| query.get("then")), &hash.get()));
    let sign_up = Signal::derive(move || path::sign_up_then(&then.get().unwrap_or_default()));
    let foot = move || {
        let forgot = Signal::stored(path::FORGOT.to_owned());
        view! {
            <OtherGate question=Key::sign_in_new text=Key::sign_up_action href=sign_up/>
            <OtherGate question=Key::forgot_question text=Key::forgot_link href=forgot/>
        }
    };
    let body = move || match step.get() {
        Step::Password => view! { <PasswordStep then step/> }.into_any(),
        Step::Code => view! { <CodeStep then step/> }.into_any(),
    };
    view! { <Gate title=tr(Key::sign_in_title) choices=GateChoices foot>{body}</Gate> }
}

/// E-mail and password, which is all for whoever has no second factor.
#[component]
fn PasswordStep(then: Signal<Option<String>>, step: RwSignal<Step>) -> impl IntoView {
    let (session, navigate, form) = (Session::expect(), use_navigate(), FormState::default());
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let send = Callback::new(move |()| {
        let body =
            SignInBody { email: email.get_untracked().trim().to_owned(), password: password.get_untracked() };
        let fine = form.check(&[
            ("#/email", Key::field_required, !body.email.is_empty()),
            ("#/password", Key::field_required, !body.password.is_empty()),
        ]);
        if fine {
            let (navigate, then) = (navigate.clone(), then.get_untracked());
            let call = async move {
                match Ask::<Call>::new(&[]).without_renewal().body(&body).send().await {
                    Err(failure) if failure.code() == Some(Code::SecondFactorRequired) => Ok(None),
                    answer => answer.map(Some),
                }
            };
            form.send(call, move |me| match me {
                Some(me) => enter(session, me, then, navigate),
                None => step.set(Step::Code),
            });
        }
    });
    view! {
        <Form state=form on_send=send>
            <Field form pointer="#/email" label=tr(Key::field_email) value=email kind="email" autocomplete="username"/>
            <PasswordField form pointer="#/password" label=tr(Key::field_password) value=password
                autocomplete="current-password"/>
            <Button text=tr(Key::sign_in_action) kind=Kind::Primary submits=true wide=true off=form.busy()/>
        </Form>
    }
}

/// The code of the authenticator, or a recovery code.
#[component]
fn CodeStep(then: Signal<Option<String>>, step: RwSignal<Step>) -> impl IntoView {
    let (session, navigate, form) = (Session::expect(), use_navigate(), FormState::default());
    let code = RwSignal::new(String::new());
    let send = Callback::new(move |()| {
        let body = CodeBody { code: code.get_untracked().trim().to_owned() };
        if form.check(&[("#/code", Key::field_required, !body.code.is_empty())]) {
            let (navigate, then) = (navigate.clone(), then.get_untracked());
            let call =
                async move { Ask::<VerifySignIn>::new(&[]).without_renewal().body(&body).send().await };
            form.send(call, move |me| enter(session, me, then, navigate));
        }
    });
    view! {
        <Form state=form on_send=send>
            <p>{tr(Key::sign_in_code_text)}</p>
            <Field form pointer="#/code" label=tr(Key::field_code) value=code autocomplete="one-time-code"/>
            <Button text=tr(Key::sign_in_action) kind=Kind::Primary submits=true wide=true off=form.busy()/>
            <Button text=tr(Key::sign_in_again) kind=Kind::Quiet wide=true
                on_press=move |()| step.set(Step::Password)/>
        </Form>
    }
}
