//! The first run: from a file to the first call, ticked by what is really there.

use super::{Known, samples::Samples};
use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    model::{
        checklist::{Seen, Step},
        path,
    },
    session::Tenancy,
    theme,
    ui::{Button, ButtonLink, Card, Kind, Muted, Row, StepItem, Steps},
};
use contract::{
    ListQuery, Page as List,
    api_keys::{ApiKey, ListApiKeys},
    datasets::DatasetStatus,
    quotas::Quotas,
};
use leptos::prelude::*;

fn seen(known: Known, keys: Remote<List<ApiKey>>) -> Option<Seen> {
    let some = |count: Option<usize>| count.map(|count| count > 0);
    let called = |quotas: Quotas| {
        quotas.data.iter().any(|quota| quota.name == "predictions_per_month" && quota.used > 0)
    };
    Some(Seen {
        dataset: some(known.datasets.value().map(|list| list.data.len()))?,
        model: some(known.models.value().map(|list| list.data.len()))?,
        endpoint: some(known.endpoints.value().map(|list| list.data.len()))?,
        key: some(keys.value().map(|list| list.data.len()))?,
        call: called(known.quotas.value()?),
    })
}

fn words(step: Step) -> (Key, Key) {
    match step {
        Step::Data => (Key::step_data, Key::step_data_hint),
        Step::Model => (Key::step_model, Key::step_model_hint),
        Step::Endpoint => (Key::step_endpoint, Key::step_endpoint_hint),
        Step::Key => (Key::step_key, Key::step_key_hint),
        Step::Call => (Key::step_call, Key::step_call_hint),
    }
}

/// The page where a step is done, once what it needs is there.
fn way(step: Step, known: Known, tenant: &str) -> Option<String> {
    match step {
        Step::Data => Some(path::datasets(tenant)),
        Step::Model => {
            let datasets = known.datasets.value()?.data;
            let ready = datasets.into_iter().find(|dataset| dataset.status == DatasetStatus::Ready)?;
            Some(path::train(tenant, &ready.id.to_string()))
        }
        Step::Endpoint => {
            let model = known.models.value()?.data.into_iter().next()?;
            Some(format!("{}?model={}", path::endpoints(tenant), model.id))
        }
        Step::Key => Some(format!("{}?create=1", path::keys(tenant))),
        Step::Call => {
            let endpoint = known.endpoints.value()?.data.into_iter().next()?;
            Some(format!("{}?tab=code", path::endpoint(tenant, &endpoint.name)))
        }
    }
}

fn action(step: Step) -> Key {
    match step {
        Step::Data => Key::step_data_action,
        Step::Model => Key::step_model_action,
        Step::Endpoint => Key::endpoint_create,
        Step::Key => Key::key_create,
        Step::Call => Key::step_call_action,
    }
}

/// The checklist; it goes when it is done or hidden.
#[component]
pub fn FirstRun(
    /// What home knows.
    known: Known,
) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let keys = Remote::new(move || {
        let query = ListQuery { limit: Some(1), cursor: None };
        tenancy.ask::<ListApiKeys>(&[]).query(&query).send()
    });
    let place = move || format!("amaas.first-run.{}", tenancy.slug());
    let hidden = RwSignal::new(false);
    Effect::new(move |_| hidden.set(theme::recall(&place()).is_some()));
    let hide = Callback::new(move |()| {
        theme::remember(&untrack(place), Some("hidden"));
        hidden.set(true);
    });
    let open = Memo::new(move |_| seen(known, keys).filter(|seen| !seen.complete() && !hidden.get()));
    move || {
        open.get().map(|seen| {
            let counted = move || {
                let (done, all) = (seen.done().to_string(), seen.steps().len().to_string());
                fill(Key::first_run_count, &[("done", &done), ("all", &all)])
            };
            let aside = move || {
                view! {
                    <Row>
                        <Muted>{counted}</Muted>
                        <Button text=tr(Key::first_run_hide) kind=Kind::Quiet on_press=hide/>
                    </Row>
                }
            };
            let first_open = seen.steps().into_iter().find(|(_, done)| !done).map(|(step, _)| step);
            let line = |(place, (step, done)): (usize, (Step, bool))| {
                let (name, hint) = words(step);
                let kind = if first_open == Some(step) { Kind::Primary } else { Kind::Secondary };
                let href = (!done).then(|| way(step, known, &tenancy.slug())).flatten();
                let way = href.map(|href| view! { <ButtonLink href text=tr(action(step)) kind/> });
                view! { <StepItem number=place + 1 done name=tr(name) hint=tr(hint)>{way}</StepItem> }
            };
            let steps = seen.steps().into_iter().enumerate().map(line).collect_view();
            view! {
                <Card title=tr(Key::first_run_title) aside flush=true>
                    <Steps>{steps}</Steps>
                </Card>
                <Samples/>
            }
        })
    }
}
