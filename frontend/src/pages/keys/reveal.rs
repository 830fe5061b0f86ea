//! The secret of a key, this once: to be copied, tried out on a real endpoint, and then forgotten by the page.

use crate::{
    client::{Ask, Failure, Remote},
    i18n::{Key, fill, tr},
    model::{
        draft, figure,
        snippet::{Dialect, Snippet, Wishes},
    },
    pages::playground::predict_address,
    session::Tenancy,
    ui::{
        Button, CodeBlock, Dialog, Kind, Loaded, Muted, Notice, ProblemPanel, Row, Sign, Stack, Strong, Tone,
    },
};
use contract::{
    ListQuery,
    api_keys::{ApiKey, CreatedApiKey, KeyScope},
    endpoints::{GetEndpointSchema, ListEndpoints},
    predictions::{Predict, PredictAnswer, PredictBody, Prediction},
};
use leptos::{ev, prelude::*, task::spawn_local};
use serde_json::Value;

/// The dialog; it is open as long as there is a secret, and only its button closes it.
#[component]
pub fn Reveal(
    /// The key with its secret.
    created: RwSignal<Option<CreatedApiKey>>,
    /// Takes the key when its secret is stored.
    #[prop(into)]
    on_stored: Callback<ApiKey>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if created.with(Option::is_some) {
            open.set(true);
        }
    });
    let guard = window_event_listener(ev::beforeunload, move |event| {
        if created.with_untracked(Option::is_some) {
            event.prevent_default();
        }
    });
    on_cleanup(move || guard.remove());
    let stored = Callback::new(move |()| {
        open.set(false);
        if let Some(created) = created.try_update(Option::take).flatten() {
            on_stored.run(created.key);
        }
    });
    let foot = move || {
        view! { <Button text=tr(Key::key_stored) kind=Kind::Primary sign=Sign::Check on_press=stored/> }
    };
    let body = move || {
        created.get_untracked().map(|created| {
            let secret = Signal::stored(created.secret.clone());
            view! {
                <Notice tone=Tone::Warn text=tr(Key::key_once)/>
                <CodeBlock label=tr(Key::key_secret) text=secret breaks=true/>
                <TryOut created/>
            }
        })
    };
    view! { <Dialog open title=tr(Key::key_secret_title) foot held=true>{body()}</Dialog> }
}

/// An endpoint that the key may call, with a row for it.
type Target = (String, Vec<(String, Value)>);

async fn target(tenancy: Tenancy, allowed: Option<Vec<String>>) -> Result<Option<Target>, Failure> {
    let query = ListQuery { limit: Some(100), cursor: None };
    let list = untrack(|| tenancy.ask::<ListEndpoints>(&[]).query(&query)).send().await?;
    let may = |name: &String| allowed.as_ref().is_none_or(|allowed| allowed.contains(name));
    let name = list.data.into_iter().map(|endpoint| endpoint.name).find(may);
    let Some(name) = name else { return Ok(None) };
    let schema = untrack(|| tenancy.ask::<GetEndpointSchema>(&[&name])).send().await?;
    let row = draft::row(&schema.features, &draft::typical(&schema.features));
    Ok(Some((name, row)))
}

#[component]
fn TryOut(created: CreatedApiKey) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let CreatedApiKey { key, secret } = created;
    if !key.scopes.contains(&KeyScope::Predict) {
        return view! { <Muted>{tr(Key::key_try_no_predict)}</Muted> }.into_any();
    }
    let target = Remote::new(move || target(tenancy, key.endpoints.clone()));
    let view = move |target: Option<Target>| match target {
        None => view! { <Muted>{tr(Key::key_try_no_endpoint)}</Muted> }.into_any(),
        Some((name, row)) => view! { <Trial secret=secret.clone() name row/> }.into_any(),
    };
    view! { <Loaded remote=target view/> }.into_any()
}

#[component]
fn Trial(secret: String, name: String, row: Vec<(String, Value)>) -> impl IntoView {
    let url = predict_address(&name);
    let line = Snippet { url: &url, row: &row, secret: Some(&secret), wishes: Wishes::default() };
    let line = line.write(Dialect::Curl);
    let (busy, outcome) = (RwSignal::new(false), RwSignal::new(None::<Result<String, Failure>>));
    let title = fill(Key::key_try, &[("name", &name)]);
    let (label, line) = (title.clone(), Signal::stored(line));
    let body = PredictBody { rows: vec![row.into_iter().collect()], ..PredictBody::default() };
    let test = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        outcome.set(None);
        let ask = Ask::<Predict>::new(&[&name]).bearer(&secret).json(&body);
        spawn_local(async move {
            let began = js_sys::Date::now();
            let answer = ask.text().await.and_then(|(status, text)| {
                serde_json::from_str::<PredictAnswer>(&text).map_err(|_| Failure::Garbled(status))
            });
            let millis = (js_sys::Date::now() - began).max(0.0) as u64;
            busy.try_set(false);
            outcome.try_set(Some(answer.map(|answer| said(answer, millis))));
        });
    });
    let shown = move || match outcome.get()? {
        Ok(text) => Some(view! { <Notice tone=Tone::Good text/> }.into_any()),
        Err(failure) => Some(view! { <ProblemPanel failure/> }.into_any()),
    };
    view! {
        <Stack>
            <Strong>{title}</Strong>
            <CodeBlock label text=line/>
            <Row><Button text=tr(Key::key_test) sign=Sign::Bolt on_press=test off=busy/></Row>
            {shown}
        </Stack>
    }
}

/// The answer in a sentence.
fn said(answer: PredictAnswer, millis: u64) -> String {
    let value = match answer.predictions.into_iter().next() {
        Some(Prediction::Value { value, .. }) => figure::measured(value),
        Some(Prediction::Label { label, .. }) => label,
        None => "–".to_owned(),
    };
    fill(Key::key_test_worked, &[("value", &value), ("millis", &figure::grouped(millis))])
}
