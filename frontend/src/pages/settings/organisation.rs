//! The organisation: its name, which admins change, its plan and its short name in addresses.

use crate::{
    client::Remote,
    i18n::{Key, say, tr},
    model::permission::Permission,
    session::{Session, Tenancy},
    ui::{
        Button, Card, Field, Form, FormState, FormWidth, Kind, Loaded, Moment, Muted, Notice, Pair, Pairs,
        Row, Stack, Toasts, Tone,
    },
};
use contract::tenants::{GetTenant, Tenant, UpdateTenant, UpdateTenantBody};
use leptos::prelude::*;

/// The organisation.
#[component]
pub fn Organisation() -> impl IntoView {
    let tenancy = Tenancy::expect();
    let tenant = Remote::new(move || tenancy.ask::<GetTenant>(&[]).send());
    let view = move |value: Tenant| view! { <Shown value tenant/> }.into_any();
    view! { <Card title=tr(Key::settings_organisation)><Loaded remote=tenant view flush=true/></Card> }
}

#[component]
fn Shown(value: Tenant, tenant: Remote<Tenant>) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let writes = tenancy.rights().may(Permission::TenantWrite);
    let name = value.name.clone();
    let form = if writes {
        view! { <Rename name tenant/> }.into_any()
    } else {
        view! {
            <Pairs><Pair name=tr(Key::field_tenant) value=name/></Pairs>
            <Notice text=tr(Key::settings_organisation_denied)/>
        }
        .into_any()
    };
    view! {
        <FormWidth>
            <Stack>
                {form}
                <Pairs>
                    <Pair name=tr(Key::settings_plan) value=value.plan/>
                    <Pair name=tr(Key::settings_slug) value=value.slug/>
                    <Pair name=tr(Key::settings_tenant_id) value=value.id.to_string()/>
                </Pairs>
                <p><Muted>{tr(Key::settings_since)} " " <Moment at=value.created_at/></Muted></p>
            </Stack>
        </FormWidth>
    }
}

#[component]
fn Rename(name: String, tenant: Remote<Tenant>) -> impl IntoView {
    let (session, tenancy, toasts) = (Session::expect(), Tenancy::expect(), expect_context::<Toasts>());
    let (form, name) = (FormState::default(), RwSignal::new(name));
    let send = Callback::new(move |()| {
        let text = name.get_untracked().trim().to_owned();
        if form.check(&[("#/name", Key::field_required, !text.is_empty())]) {
            let body = UpdateTenantBody { name: Some(text) };
            let ask = untrack(|| tenancy.ask::<UpdateTenant>(&[]).body(&body));
            let toasts = toasts.clone();
            form.send(ask.send(), move |changed: Tenant| {
                toasts.say(Tone::Good, say(Key::settings_saved));
                tenant.put(changed);
                // The tenant switch shows the name too.
                session.renew();
            });
        }
    });
    view! {
        <Form state=form on_send=send>
            <Field form pointer="#/name" label=tr(Key::field_tenant) value=name autocomplete="organization"/>
            <Row><Button text=tr(Key::member_save) kind=Kind::Primary submits=true off=form.busy()/></Row>
        </Form>
    }
}
