//! A new key: what it may do, where, and until when; then its secret, this once.

use super::{
    fields::{Fields, KeyFields},
    now,
    reveal::Reveal,
};
use crate::{
    i18n::{Key, tr},
    model::path,
    session::Tenancy,
    ui::{Button, ButtonLink, Card, Form, FormState, Kind, Narrow, Notice, Page, Row, Trail},
};
use contract::api_keys::{ApiKey, CreateApiKey, CreatedApiKey};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// The form on a page of its own.
#[component]
pub fn Create() -> impl IntoView {
    let tenancy = Tenancy::expect();
    let trail = move || view! { <Trail href=path::keys(&tenancy.slug()) text=tr(Key::key_nav)/> };
    let body = move || match tenancy.rights().builds() {
        true => view! { <Filled/> }.into_any(),
        false => view! { <Notice text=tr(Key::key_create_denied)/> }.into_any(),
    };
    view! {
        <Page title=tr(Key::key_new) lead=tr(Key::key_new_lead) trail>
            <Narrow>{body}</Narrow>
        </Page>
    }
}

#[component]
fn Filled() -> impl IntoView {
    let (tenancy, navigate) = (Tenancy::expect(), use_navigate());
    let (form, fields) = (FormState::default(), Fields::new());
    let created = RwSignal::new(None::<CreatedApiKey>);
    let send = Callback::new(move |()| {
        let wish = fields.wish();
        if !fields.check(form, &wish) {
            return;
        }
        let ask = untrack(|| tenancy.ask::<CreateApiKey>(&[]).body(&wish.create(now())));
        form.send(ask.send(), move |key| {
            created.try_set(Some(key));
        });
    });
    let stored = Callback::new(move |key: ApiKey| {
        let there = untrack(|| path::key(&tenancy.slug(), &key.id.to_string()));
        navigate(&there, Default::default());
    });
    let cancel = path::keys(&tenancy.slug());
    view! {
        <Card>
            <Form state=form on_send=send>
                <KeyFields form fields/>
                <Row>
                    <Button text=tr(Key::key_create) kind=Kind::Primary submits=true off=form.busy()/>
                    <ButtonLink href=cancel text=tr(Key::action_cancel) kind=Kind::Quiet/>
                </Row>
            </Form>
        </Card>
        <Reveal created on_stored=stored/>
    }
}
