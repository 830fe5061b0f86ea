//! The latest data sets, models and endpoints, and the last lines of the audit log.

use super::Known;
use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    model::{figure, path},
    pages::{audit, words},
    session::Tenancy,
    ui::{Badge, Card, Empty, Feed, FeedItem, Link, Loaded, Moment, Muted, Row, Sign, Stack, Strong, Tone},
};
use contract::{Page as List, audit::AuditEvent, datasets::Dataset, endpoints::Endpoint, models::Model};
use leptos::prelude::*;

const SHOWN: usize = 5;

/// `20+` when the list goes on.
fn count<T: Clone + PartialEq + Send + Sync + 'static>(list: Remote<List<T>>) -> String {
    list.value().map_or_else(String::new, |list| {
        let more = if list.next_cursor.is_some() { "+" } else { "" };
        format!("{}{more}", list.data.len())
    })
}

/// Data sets, models and endpoints, a card each.
#[component]
pub fn Things(
    /// What home knows.
    known: Known,
) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let all_datasets = move || {
        view! {
            <Row>
                <Muted>{move || count(known.datasets)}</Muted>
                <Link href=move || path::datasets(&tenancy.slug()) text=tr(Key::home_all)/>
            </Row>
        }
    };
    let all_models = move || {
        view! {
            <Row>
                <Muted>{move || count(known.models)}</Muted>
                <Link href=move || path::models(&tenancy.slug()) text=tr(Key::home_all)/>
            </Row>
        }
    };
    let all_endpoints = move || {
        view! {
            <Row>
                <Muted>{move || count(known.endpoints)}</Muted>
                <Link href=move || path::endpoints(&tenancy.slug()) text=tr(Key::home_all)/>
            </Row>
        }
    };
    let none = if tenancy.rights().builds() { Key::datasets_none_text } else { Key::datasets_none_reader };
    let dataset_line = move |dataset: Dataset| dataset_line(tenancy, dataset).into_any();
    let model_line = move |model: Model| model_line(tenancy, model);
    let endpoint_line = move |endpoint: Endpoint| endpoint_line(tenancy, endpoint);
    view! {
        <Stack>
            <Card title=tr(Key::nav_datasets) aside=all_datasets flush=true>
                <Latest list=known.datasets line=dataset_line empty=(Key::datasets_none, none)
                    sign=Sign::Table/>
            </Card>
            <Card title=tr(Key::home_models) aside=all_models flush=true>
                <Latest list=known.models line=model_line empty=(Key::models_none, Key::models_none_text)
                    sign=Sign::Cube/>
            </Card>
            <Card title=tr(Key::home_endpoints) aside=all_endpoints flush=true>
                <Latest list=known.endpoints line=endpoint_line empty=(Key::endpoints_none, Key::endpoints_none_text)
                    sign=Sign::Bolt/>
            </Card>
        </Stack>
    }
}

/// The latest of a list, or why there are none.
#[component]
fn Latest<T, F>(list: Remote<List<T>>, line: F, empty: (Key, Key), sign: Sign) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Copy + Send + Sync + 'static,
{
    let view = move |list: List<T>| {
        if list.data.is_empty() {
            return view! { <Empty sign title=tr(empty.0) text=tr(empty.1) small=true/> }.into_any();
        }
        view! { <Feed>{list.data.into_iter().take(SHOWN).map(line).collect_view()}</Feed> }.into_any()
    };
    view! { <Loaded remote=list view flush=true/> }
}

fn dataset_line(tenancy: Tenancy, dataset: Dataset) -> impl IntoView {
    let (status, tone, busy) = words::status(dataset.status);
    let size = dataset.rows.map(|rows| {
        let text = move || crate::i18n::count(Key::rows_one, Key::rows_many, rows);
        view! { <Muted>{text}</Muted> }
    });
    let id = dataset.id.to_string();
    view! {
        <FeedItem>
            <Link href=move || path::dataset(&tenancy.slug(), &id) text=dataset.name/>
            <Row>
                {size}
                <Badge text=tr(status) tone busy/>
                <Muted><Moment at=dataset.created_at/></Muted>
            </Row>
        </FeedItem>
    }
}

fn model_line(tenancy: Tenancy, model: Model) -> AnyView {
    let id = model.id.to_string();
    let version = model.version.to_string();
    let score = model
        .metrics
        .get(&model.metric)
        .map(|score| format!("{} {}", model.metric, figure::measured(*score)));
    let predicts = move || fill(Key::model_predicts, &[("target", &model.target)]);
    view! {
        <FeedItem>
            <Row>
                <Link href=move || path::model(&tenancy.slug(), &id) text=model.name/>
                <Badge text=move || fill(Key::model_version_mark, &[("version", &version)])/>
                <Muted>{predicts}</Muted>
            </Row>
            <Row>
                <Muted>{score}</Muted>
                <Muted><Moment at=model.created_at/></Muted>
            </Row>
        </FeedItem>
    }
    .into_any()
}

fn endpoint_line(tenancy: Tenancy, endpoint: Endpoint) -> AnyView {
    let name = endpoint.name.clone();
    let version = endpoint.model_version.to_string();
    let serves =
        move || fill(Key::endpoint_serves, &[("model", &endpoint.model_name), ("version", &version)]);
    view! {
        <FeedItem>
            <Row>
                <Link href=move || path::endpoint(&tenancy.slug(), &name) text=endpoint.name/>
                <Muted>{serves}</Muted>
            </Row>
            <Muted><Moment at=endpoint.updated_at/></Muted>
        </FeedItem>
    }
    .into_any()
}

/// The last lines of the audit log.
#[component]
pub fn Events(
    /// The lines.
    remote: Remote<List<AuditEvent>>,
) -> impl IntoView {
    view! {
        <Card title=tr(Key::home_audit) flush=true>
            <Latest list=remote line=event_line empty=(Key::audit_none, Key::audit_none_text) sign=Sign::Info/>
        </Card>
    }
}

fn event_line(event: AuditEvent) -> AnyView {
    let who = event.actor.name.or(event.actor.id).unwrap_or(event.actor.kind);
    let what = event.targets.into_iter().next().map(|target| target.name.unwrap_or(target.id));
    // Signing in and the like are done to oneself: once is enough.
    let what = what.filter(|what| *what != who);
    let refused = (event.outcome.result != "success").then(|| {
        let denied = event.outcome.result == "denied";
        let key = if denied { Key::outcome_denied } else { Key::outcome_failure };
        view! { <Badge text=tr(key) tone=Tone::Bad/> }
    });
    view! {
        <FeedItem>
            <Row>
                <Strong>{move || audit::action(&event.action)}</Strong>
                {refused}
                <Muted>{what}</Muted>
            </Row>
            <Muted>{who} " · " <Moment at=event.occurred_at/></Muted>
        </FeedItem>
    }
    .into_any()
}
