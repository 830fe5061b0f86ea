//! Signing up: with a tenant of one's own, or into the one that sent the invitation. The rules stand there before the mistake.

use super::sign_in::enter;
use crate::{
    client::Ask,
    i18n::{Key, tr},
    model::{password, path},
    pages::{choices::GateChoices, landing::OtherGate, new_password::NewPasswordField},
    session::Session,
    ui::{Button, Field, Form, FormState, Gate, Kind},
};
use contract::accounts::{SignUp as Call, SignUpBody};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};

#[derive(Clone, Copy)]
struct Entries {
    name: RwSignal<String>,
    email: RwSignal<String>,
    password: RwSignal<String>,
    tenant: RwSignal<String>,
}

impl Entries {
    fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self { name: text(), email: text(), password: text(), tenant: text() }
    }

    /// What the password must not be.
    fn about(self) -> Signal<Vec<String>> {
        Signal::derive(move || vec![self.email.get(), self.name.get(), self.tenant.get()])
    }

    fn body(self, invite: Option<String>) -> SignUpBody {
        let trimmed = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        SignUpBody {
            email: trimmed(self.email),
            password: self.password.get_untracked(),
            name: trimmed(self.name),
            tenant_name: invite.is_none().then(|| trimmed(self.tenant)),
            invite_token: invite,
        }
    }
}

fn check(form: FormState, body: &SignUpBody) -> bool {
    let about = [body.email.as_str(), body.name.as_str(), body.tenant_name.as_deref().unwrap_or_default()];
    let named = body.tenant_name.as_ref().is_none_or(|name| !name.is_empty());
    form.check(&[
        ("#/name", Key::field_required, !body.name.is_empty()),
        ("#/tenant_name", Key::field_required, named),
        ("#/email", Key::field_email_wrong, body.email.contains('@')),
        ("#/password", Key::password_rules_broken, password::acceptable(&body.password, &about)),
    ])
}

/// The sign-up page.
#[component]
pub fn SignUp() -> impl IntoView {
    let (session, query, navigate) = (Session::expect(), use_query_map(), use_navigate());
    let (form, entries) = (FormState::default(), Entries::new());
    let (hash, about) = (use_location().hash, entries.about());
    let then = Signal::derive(move || path::then_of(query.with(|query| query.get("then")), &hash.get()));
    let invite = Memo::new(move |_| hash.with(|hash| path::behind(hash, "invite").map(str::to_owned)));
    let send = Callback::new(move |()| {
        let body = entries.body(invite.get_untracked());
        if check(form, &body) {
            let (navigate, then) = (navigate.clone(), then.get_untracked());
            let call = async move { Ask::<Call>::new(&[]).without_renewal().body(&body).send().await };
            form.send(call, move |me| enter(session, me, then, navigate));
        }
    });
    let sign_in = Signal::derive(move || match invite.get() {
        Some(token) => path::sign_in_then(&path::invite(&token)),
        None => path::sign_in_then(&then.get().unwrap_or_default()),
    });
    let foot =
        move || view! { <OtherGate question=Key::sign_up_known text=Key::sign_in_action href=sign_in/> };
    let tenant = move || {
        invite.with(Option::is_none).then(|| {
            view! {
                <Field form pointer="#/tenant_name" label=tr(Key::field_tenant) value=entries.tenant
                    hint=tr(Key::field_tenant_hint) autocomplete="organization"/>
            }
        })
    };
    view! {
        <Gate title=tr(Key::sign_up_title) choices=GateChoices foot>
            <Form state=form on_send=send>
                <Field form pointer="#/name" label=tr(Key::field_name) value=entries.name autocomplete="name"/>
                {tenant}
                <Field form pointer="#/email" label=tr(Key::field_email) value=entries.email kind="email"
                    autocomplete="username"/>
                <NewPasswordField form pointer="#/password" label=tr(Key::field_password) value=entries.password
                    about/>
                <Button text=tr(Key::sign_up_action) kind=Kind::Primary submits=true wide=true off=form.busy()/>
            </Form>
        </Gate>
    }
}
