//! One key: what it may do, how it is used, and what can be done with it.

use super::{
    acts::Acts,
    fields::{Fields, KeyFields},
    masked, now, standing,
};
use crate::{
    client::Remote,
    i18n::{Key, say, tr},
    model::{
        api_key::{Standing, scope_name},
        figure, path,
    },
    pages::endpoints::{figures, last_days},
    session::Tenancy,
    ui::{
        Badge, Bones, Button, ButtonLink, Card, Chips, Code, Columns, Form, FormState, Kind, Link, Loaded,
        Moment, Muted, Page, Pair, Pairs, Row, Stack, Toasts, Tone, Trail,
    },
};
use contract::{
    ApiKeyId,
    api_keys::{ApiKey as Value, GetApiKey, KeyScope, UpdateApiKey},
    quotas::{GetUsage, Usage, UsageBy},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};

/// The days whose usage is shown.
const DAYS: u16 = 30;

/// A key.
#[component]
pub fn ApiKey() -> impl IntoView {
    let (tenancy, params, query) = (Tenancy::expect(), use_params_map(), use_query_map());
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let editing = Memo::new(move |_| query.with(|query| query.get("edit").is_some()));
    let key = Remote::new(move || tenancy.ask::<GetApiKey>(&[&id.get()]).send());
    let title = move || key.value().map_or_else(|| say(Key::key_title).to_owned(), |key| key.name);
    let trail = move || view! { <Trail href=path::keys(&tenancy.slug()) text=tr(Key::key_nav)/> };
    let mark = move || {
        key.value().map(|key| {
            let stands = Standing::of(&key, now());
            let tone = standing(stands).1;
            view! { <Badge text=move || standing(stands).0 tone/> }
        })
    };
    let actions = move || view! { {move || (!editing.get()).then(|| view! { <Acts key/> })} };
    let view = move |value: Value| {
        let changes = editing.get() && tenancy.rights().builds() && value.revoked_at.is_none();
        if changes {
            return view! { <Edit key value/> }.into_any();
        }
        view! {
            <Columns>
                <Facts value=value.clone()/>
                <Used id=value.id/>
            </Columns>
        }
        .into_any()
    };
    view! {
        <Page title trail mark=move || mark actions>
            <Loaded remote=key view bones=Bones::Cards/>
        </Page>
    }
}

#[component]
fn Facts(value: Value) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let scope = |scope: &KeyScope| view! { <Badge text=scope_name(*scope)/> };
    let scopes = value.scopes.iter().map(scope).collect_view();
    let endpoint = move |name: String| {
        let to = name.clone();
        view! { <Link href=move || path::endpoint(&tenancy.slug(), &to) text=name/> }
    };
    let endpoints = match value.endpoints.clone() {
        None => view! { <Muted>{tr(Key::key_all_endpoints)}</Muted> }.into_any(),
        Some(names) => view! { <Chips>{names.into_iter().map(endpoint).collect_view()}</Chips> }.into_any(),
    };
    let rate = value.rate_per_second;
    let rate =
        move || rate.map_or_else(|| say(Key::key_rate_plan).to_owned(), |rate| figure::grouped(rate.into()));
    let moment = |name: Key, at: Option<contract::Timestamp>, none: Key| {
        let at = match at {
            Some(at) => view! { <Moment at/> }.into_any(),
            None => view! { {tr(none)} }.into_any(),
        };
        view! { <Row spread=true><Muted>{tr(name)}</Muted><Muted>{at}</Muted></Row> }
    };
    let secret = masked(&value);
    view! {
        <Card title=tr(Key::key_facts)>
            <Stack>
                <Row spread=true><Muted>{tr(Key::key_secret)}</Muted><Code text=secret/></Row>
                <Muted>{tr(Key::key_scopes)}</Muted>
                <Chips>{scopes}</Chips>
                <Muted>{tr(Key::key_endpoints)}</Muted>
                {endpoints}
                <Pairs><Pair name=tr(Key::key_rate) value=rate/></Pairs>
                {moment(Key::key_ends, value.expires_at, Key::key_never_ends)}
                {moment(Key::key_last_used, value.last_used_at, Key::key_never_used)}
                {moment(Key::key_created, Some(value.created_at), Key::key_never_used)}
                {value.revoked_at.map(|at| moment(Key::key_revoked_at, Some(at), Key::key_never_used))}
            </Stack>
        </Card>
    }
}

#[component]
fn Used(id: ApiKeyId) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let usage =
        Remote::new(move || tenancy.ask::<GetUsage>(&[]).query(&last_days(DAYS, UsageBy::Key)).send());
    let view = move |usage: Usage| figures(usage.data.into_iter().find(|row| row.group == id.to_string()));
    view! { <Card title=tr(Key::key_usage)><Loaded remote=usage view flush=true/></Card> }
}

#[component]
fn Edit(key: Remote<Value>, value: Value) -> impl IntoView {
    let (tenancy, toasts, navigate) = (Tenancy::expect(), expect_context::<Toasts>(), use_navigate());
    let (form, fields) = (FormState::default(), Fields::of(&value));
    let back = path::key(&tenancy.slug(), &value.id.to_string());
    let there = back.clone();
    let send = Callback::new(move |()| {
        let wish = fields.wish();
        if !fields.check(form, &wish) {
            return;
        }
        let body = wish.update(&value, now());
        let ask = untrack(|| tenancy.ask::<UpdateApiKey>(&[&value.id.to_string()]).body(&body));
        let (toasts, navigate, there) = (toasts.clone(), navigate.clone(), there.clone());
        form.send(ask.send(), move |changed| {
            toasts.say(Tone::Good, say(Key::key_changed));
            navigate(&there, Default::default());
            key.put(changed);
        });
    });
    view! {
        <Card title=tr(Key::key_edit)>
            <Form state=form on_send=send>
                <KeyFields form fields/>
                <Row>
                    <Button text=tr(Key::key_save) kind=Kind::Primary submits=true off=form.busy()/>
                    <ButtonLink href=back text=tr(Key::action_cancel) kind=Kind::Quiet/>
                </Row>
            </Form>
        </Card>
    }
}
