//! The organisation: its name, which admins change, its plan and its short name in addresses; and its end, by an owner.

use crate::{
    client::Remote,
    i18n::{Key, fill, say, tr},
    model::permission::Permission,
    pages::confirm::Confirm,
    session::{Session, Tenancy},
    ui::{
        Button, Card, Field, Form, FormState, FormWidth, Kind, Loaded, Moment, Muted, Notice, Pair, Pairs,
        Row, Stack, Toasts, Tone,
    },
};
use contract::tenants::{DeleteTenant, DeleteTenantBody, GetTenant, Tenant, UpdateTenant, UpdateTenantBody};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// The organisation.
#[component]
pub fn Organisation() -> impl IntoView {
    let tenancy = Tenancy::expect();
    let tenant = Remote::new(move || tenancy.ask::<GetTenant>(&[]).send());
    let view = move |value: Tenant| view! { <Shown value tenant/> }.into_any();
    let known = Memo::new(move |_| tenant.value().map(|tenant| tenant.name));
    let delete = move || {
        let may = tenancy.rights().may(Permission::TenantDelete);
        known.get().filter(|_| may).map(|name| view! { <Delete name/> })
    };
    view! {
        <Card title=tr(Key::settings_organisation)><Loaded remote=tenant view flush=true/></Card>
        {delete}
    }
}

/// Deletes the organisation, once its name is written out.
#[component]
fn Delete(name: String) -> impl IntoView {
    let (session, tenancy, navigate) = (Session::expect(), Tenancy::expect(), use_navigate());
    let (open, form, toasts) = (RwSignal::new(false), FormState::default(), expect_context::<Toasts>());
    let (shown, written) = (name.clone(), Signal::stored(name.clone()));
    let sure = Callback::new(move |()| {
        let body = DeleteTenantBody { name: name.clone() };
        let ask = untrack(|| tenancy.ask::<DeleteTenant>(&[]).body(&body));
        let (toasts, navigate, name) = (toasts.clone(), navigate.clone(), name.clone());
        form.send(ask.send(), move |_| {
            open.set(false);
            toasts.say(Tone::Good, fill(Key::settings_delete_done, &[("name", &name)]));
            session.renew();
            navigate("/", Default::default());
        });
    });
    let loses = move || fill(Key::settings_delete_loses, &[("name", &shown)]);
    view! {
        <Card title=tr(Key::settings_delete)>
            <Stack>
                <p><Muted>{tr(Key::settings_delete_text)}</Muted></p>
                <Row>
                    <Button text=tr(Key::settings_delete_act) kind=Kind::Danger on_press=move |()| open.set(true)/>
                </Row>
            </Stack>
        </Card>
        <Confirm open title=tr(Key::settings_delete_title) loses more=tr(Key::settings_delete_final)
            act=Key::settings_delete_act name=written form on_sure=sure/>
    }
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
