//! Pages that a message leads to, and the one that asks for it: a forgotten password, a new address.

use crate::{
    client::Ask,
    i18n::{Key, say, tr},
    model::{password, path},
    pages::{choices::GateChoices, landing::OtherGate, new_password::NewPasswordField},
    session::Session,
    ui::{Button, ButtonLink, Empty, Field, Form, FormState, Gate, Kind, Sign, Toasts, Tone},
};
use contract::accounts::{
    ConfirmEmail as ConfirmCall, ConfirmEmailBody, ForgotPassword as ForgotCall, ForgotPasswordBody,
    ResetPassword as ResetCall, ResetPasswordBody,
};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// The token behind `#`, which the browser keeps to itself.
fn token() -> Option<String> {
    let hash = window().location().hash().ok()?;
    path::behind(&hash, "token").map(str::to_owned)
}

fn back() -> impl IntoView {
    let href = Signal::stored(path::SIGN_IN.to_owned());
    view! { <OtherGate question=Key::forgot_known text=Key::sign_in_action href/> }
}

fn broken() -> AnyView {
    view! {
        <Empty sign=Sign::Warning title=tr(Key::link_broken_title) text=tr(Key::link_broken_text) small=true>
            <ButtonLink href=path::FORGOT text=tr(Key::forgot_action)/>
        </Empty>
    }
    .into_any()
}

/// Asks for a link to set a new password.
#[component]
pub fn ForgotPassword() -> impl IntoView {
    let (form, email, sent) = (FormState::default(), RwSignal::new(String::new()), RwSignal::new(false));
    let send = Callback::new(move |()| {
        let body = ForgotPasswordBody { email: email.get_untracked().trim().to_owned() };
        if form.check(&[("#/email", Key::field_email_wrong, body.email.contains('@'))]) {
            let call = async move { Ask::<ForgotCall>::new(&[]).without_renewal().body(&body).send().await };
            form.send(call, move |_| sent.set(true));
        }
    });
    let body = move || {
        match sent.get() {
        true => view! {
            <Empty sign=Sign::Check title=tr(Key::forgot_sent) text=tr(Key::forgot_sent_text) small=true/>
        }
        .into_any(),
        false => view! {
            <Form state=form on_send=send>
                <p>{tr(Key::forgot_text)}</p>
                <Field form pointer="#/email" label=tr(Key::field_email) value=email kind="email"
                    autocomplete="username"/>
                <Button text=tr(Key::forgot_action) kind=Kind::Primary submits=true wide=true off=form.busy()/>
            </Form>
        }
        .into_any(),
    }
    };
    view! { <Gate title=tr(Key::forgot_title) choices=GateChoices foot=back>{body}</Gate> }
}

/// Sets a new password by the link of a message.
#[component]
pub fn ResetPassword() -> impl IntoView {
    let body = match token() {
        Some(token) => view! { <NewPassword token/> }.into_any(),
        None => broken(),
    };
    view! { <Gate title=tr(Key::reset_title) choices=GateChoices foot=back>{body}</Gate> }
}

#[component]
fn NewPassword(token: String) -> impl IntoView {
    let (form, toasts, navigate) = (FormState::default(), expect_context::<Toasts>(), use_navigate());
    let new = RwSignal::new(String::new());
    let send = Callback::new(move |()| {
        let body = ResetPasswordBody { token: token.clone(), new_password: new.get_untracked() };
        let keeps = password::acceptable(&body.new_password, &[]);
        if form.check(&[("#/new_password", Key::password_rules_broken, keeps)]) {
            let (toasts, navigate) = (toasts.clone(), navigate.clone());
            let call = async move { Ask::<ResetCall>::new(&[]).without_renewal().body(&body).send().await };
            form.send(call, move |_| {
                toasts.say(Tone::Good, say(Key::reset_done));
                navigate(path::SIGN_IN, Default::default());
            });
        }
    });
    view! {
        <Form state=form on_send=send>
            <p>{tr(Key::reset_text)}</p>
            <NewPasswordField form pointer="#/new_password" label=tr(Key::settings_password_new) value=new/>
            <Button text=tr(Key::reset_action) kind=Kind::Primary submits=true wide=true off=form.busy()/>
        </Form>
    }
}

/// Confirms a new address by the link of a message; a press of its own, since some mail programs open every link.
#[component]
pub fn ConfirmEmail() -> impl IntoView {
    let (form, session, done) = (FormState::default(), Session::expect(), RwSignal::new(false));
    let given = token();
    let send = Callback::new(move |()| {
        let body = ConfirmEmailBody { token: given.clone().unwrap_or_default() };
        let call = async move { Ask::<ConfirmCall>::new(&[]).without_renewal().body(&body).send().await };
        form.send(call, move |_| {
            done.set(true);
            if Session::worth_asking() {
                session.renew();
            }
        });
    });
    let body = move || {
        match (token(), done.get()) {
        (_, true) => view! {
            <Empty sign=Sign::Check title=tr(Key::email_done) text=tr(Key::email_done_text) small=true>
                <ButtonLink href="/" text=tr(Key::nothing_home) kind=Kind::Primary/>
            </Empty>
        }
        .into_any(),
        (Some(_), false) => view! {
            <Form state=form on_send=send>
                <p>{tr(Key::email_confirm_text)}</p>
                <Button text=tr(Key::email_confirm) kind=Kind::Primary submits=true wide=true off=form.busy()/>
            </Form>
        }
        .into_any(),
        (None, false) => broken(),
    }
    };
    view! { <Gate title=tr(Key::email_confirm_title) choices=GateChoices>{body}</Gate> }
}
