//! A new endpoint: a model and a name, whose rules are said before the mistake.

use crate::{
    client::{Failure, Remote},
    i18n::{Key, fill, tr},
    model::{
        endpoint::{NameRule, may_be_called, suggest},
        password::Standing,
        path,
    },
    session::Tenancy,
    ui::{
        Button, ButtonLink, Card, Checked, Empty, Field, Form, FormState, Kind, Loaded, Narrow, Notice,
        Options, Page, PickField, Row, Rules, Sign, Stack, Toasts, Tone, Trail,
    },
};
use contract::{
    endpoints::{CreateEndpoint, CreateEndpointBody},
    models::{GetModel, ListModels, ListModelsQuery, Model},
};
use leptos::{prelude::*, text_prop::TextProp};
use leptos_router::hooks::{use_navigate, use_query_map};

/// The most models that a list to choose from has.
const MOST: u32 = 100;

/// The form on a page of its own.
#[component]
pub fn Create() -> impl IntoView {
    let (tenancy, query) = (Tenancy::expect(), use_query_map());
    let wanted = Memo::new(move |_| query.with(|query| query.get("model")));
    let models = Remote::new(move || choosable(tenancy, wanted.get()));
    let trail = move || view! { <Trail href=path::endpoints(&tenancy.slug()) text=tr(Key::endpoint_nav)/> };
    let view = move |models: Vec<Model>| {
        if models.is_empty() {
            let href = path::datasets(&tenancy.slug());
            return view! {
                <Card><Empty sign=Sign::Cube title=tr(Key::models_none) text=tr(Key::models_none_text)>
                    <ButtonLink href text=tr(Key::nav_datasets)/>
                </Empty></Card>
            }
            .into_any();
        }
        view! { <Filled models wanted=wanted.get_untracked()/> }.into_any()
    };
    let body = move || match tenancy.rights().builds() {
        true => view! { <Loaded remote=models view/> }.into_any(),
        false => view! { <Notice text=tr(Key::endpoint_create_denied)/> }.into_any(),
    };
    view! {
        <Page title=tr(Key::endpoint_new) lead=tr(Key::endpoint_new_lead) trail>
            <Narrow>{body}</Narrow>
        </Page>
    }
}

/// The newest models, and the wanted one if it is older.
async fn choosable(tenancy: Tenancy, wanted: Option<String>) -> Result<Vec<Model>, Failure> {
    let query = ListModelsQuery { limit: Some(MOST), ..ListModelsQuery::default() };
    let (list, one) = untrack(|| {
        let one = wanted.as_deref().map(|id| tenancy.ask::<GetModel>(&[id]));
        (tenancy.ask::<ListModels>(&[]).query(&query), one)
    });
    let mut models = list.send().await?.data;
    let known = |id: &String| models.iter().any(|model| model.id.to_string() == *id);
    if let (Some(one), Some(false)) = (one, wanted.as_ref().map(known)) {
        models.insert(0, one.send().await?);
    }
    Ok(models)
}

/// `diamonds, version 3 (predicts price)`.
fn options(models: &[Model]) -> Options {
    let option = |model: &Model| {
        let (name, version, target) = (model.name.clone(), model.version.to_string(), model.target.clone());
        let text: TextProp = (move || {
            fill(Key::endpoint_model_option, &[("model", &name), ("version", &version), ("target", &target)])
        })
        .into();
        (model.id.to_string(), text)
    };
    models.iter().map(option).collect()
}

#[component]
fn Filled(models: Vec<Model>, wanted: Option<String>) -> impl IntoView {
    let (tenancy, toasts, navigate) = (Tenancy::expect(), expect_context::<Toasts>(), use_navigate());
    let form = FormState::default();
    let first = models.first().map(|model| model.id.to_string()).unwrap_or_default();
    let (model, name) = (RwSignal::new(wanted.unwrap_or(first)), RwSignal::new(String::new()));
    let options = options(&models);
    let models = StoredValue::new(models);
    let chosen = move || {
        model.with(|id| {
            models.with_value(|models| models.iter().find(|model| model.id.to_string() == *id).cloned())
        })
    };
    // The name follows the model until somebody writes another one.
    Effect::new(move |before: Option<String>| {
        let suggestion = chosen().map(|model| suggest(&model.name)).unwrap_or_default();
        let untouched = name.with_untracked(|name| name.is_empty() || before.as_ref() == Some(name));
        if untouched {
            name.set(suggestion.clone());
        }
        suggestion
    });
    let send = Callback::new(move |()| {
        let Some(model) = untrack(chosen) else { return };
        let wish = name.get_untracked().trim().to_owned();
        if !form.check(&[("#/name", Key::endpoint_name_broken, may_be_called(&wish))]) {
            return;
        }
        let body = CreateEndpointBody { name: wish, model_id: model.id };
        let (ask, slug) = untrack(|| (tenancy.ask::<CreateEndpoint>(&[]).body(&body), tenancy.slug()));
        let (toasts, navigate) = (toasts.clone(), navigate.clone());
        form.send(ask.send(), move |endpoint| {
            toasts.say(Tone::Good, fill(Key::endpoint_created, &[("name", &endpoint.name)]));
            let there = format!("{}?tab=playground", path::endpoint(&slug, &endpoint.name));
            navigate(&there, Default::default());
        });
    });
    let fault = form.claim("#/model_id");
    let cancel = path::endpoints(&tenancy.slug());
    view! {
        <Card>
            <Form state=form on_send=send>
                <PickField id="field-model_id" label=tr(Key::endpoint_model) options value=model fault
                    hint=tr(Key::endpoint_model_hint)/>
                <Stack>
                    <Field form pointer="#/name" label=tr(Key::endpoint_name) value=name hint=tr(Key::endpoint_name_hint)/>
                    <NameRules name/>
                </Stack>
                <Row>
                    <Button text=tr(Key::endpoint_create) kind=Kind::Primary submits=true off=form.busy()/>
                    <ButtonLink href=cancel text=tr(Key::action_cancel) kind=Kind::Quiet/>
                </Row>
            </Form>
        </Card>
    }
}

#[component]
fn NameRules(name: RwSignal<String>) -> impl IntoView {
    let rule = move |rule: NameRule| {
        let standing = Signal::derive(move || {
            name.with(|name| match name.trim() {
                "" => Standing::Open,
                name if rule.kept(name) => Standing::Kept,
                _ => Standing::Broken,
            })
        });
        let text = match rule {
            NameRule::Length => Key::endpoint_rule_length,
            NameRule::Characters => Key::endpoint_rule_characters,
            NameRule::Ends => Key::endpoint_rule_ends,
        };
        view! { <Checked standing text=tr(text)/> }
    };
    view! { <Rules>{NameRule::ALL.map(rule).into_iter().collect_view()}</Rules> }
}
