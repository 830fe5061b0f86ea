//! The row on one side, its answer on the other.

use super::{Bench, Outcome, answer::Answer, fields::Fields, wishes::WishList};
use crate::{
    client::{Failure, Remote},
    i18n::{Key, tr},
    model::{
        draft::{self, Entry},
        faults, path,
    },
    session::Tenancy,
    ui::{
        Bones, Button, ButtonLink, Card, Columns, Form, FormState, Kind, Loaded, Muted, ProblemPanel, Row,
        Sign, Stack, Sticky, focus_first_fault,
    },
};
use contract::{
    endpoints::EndpointSchema,
    models::{Example, Feature, GetEvaluation},
    predictions::{Explain, Predict, PredictAnswer, PredictBody},
};
use leptos::{prelude::*, task::spawn_local};

/// The second tab.
#[component]
pub fn Playground(
    /// What the tabs share.
    bench: Bench,
) -> impl IntoView {
    let view = move |schema: EndpointSchema| view! { <Desk bench schema/> }.into_any();
    view! { <Loaded remote=bench.schema view bones=Bones::Cards/> }
}

#[component]
fn Desk(bench: Bench, schema: EndpointSchema) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let features = StoredValue::new(schema.features.clone());
    let predict = Callback::new(move |()| predict(tenancy, bench, features));
    let code = format!("{}?tab=code", path::endpoint(&tenancy.slug(), &bench.name.get_untracked()));
    let busy: Signal<bool> = bench.busy.into();
    let model = schema.model_id.to_string();
    let served = model.clone();
    let fields = schema.features.clone();
    // The fields show their own faults; the form only brings the Enter key and the tab order.
    let form = FormState::default();
    view! {
        <Columns>
            <Card title=tr(Key::play_row) aside=move || view! { <Sources bench model=model.clone() features/> }>
                <Form state=form on_send=predict>
                    <Fields bench features=fields/>
                    <WishList bench model=served/>
                    <Row>
                        <Button text=tr(Key::play_predict) kind=Kind::Primary sign=Sign::Bolt submits=true off=busy/>
                        <ButtonLink href=code text=tr(Key::play_as_code) kind=Kind::Quiet/>
                    </Row>
                </Form>
            </Card>
            <Sticky label=tr(Key::play_answer)>
                <Trouble bench features/>
                <Answer bench target=schema.target/>
            </Sticky>
        </Columns>
    }
}

/// Rows to begin with: of the test part, and a typical one.
#[component]
fn Sources(bench: Bench, model: String, features: StoredValue<Vec<Feature>>) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let evaluation = Remote::new(move || tenancy.ask::<GetEvaluation>(&[&model]).send());
    let examples = Memo::new(move |_| {
        let state = evaluation.state();
        state.with(|state| state.value().map(|evaluation| evaluation.examples.clone()))
    });
    let none = Signal::derive(move || examples.with(|examples| examples.as_ref().is_none_or(Vec::is_empty)));
    let draw = Callback::new(move |()| {
        let drawn = examples.with_untracked(|examples| {
            let examples = examples.as_deref().unwrap_or_default();
            let place = (js_sys::Math::random() * examples.len() as f64) as usize;
            examples.get(place.min(examples.len().saturating_sub(1))).cloned()
        });
        if let Some(Example { row, actual, .. }) = drawn {
            let row = features.with_value(|features| draft::of_row(features, &row));
            bench.drawn.set(Some((row.clone(), actual)));
            bench.fill(row);
        }
    });
    let typical = Callback::new(move |()| {
        bench.drawn.set(None);
        bench.fill(features.with_value(|features| draft::typical(features)));
    });
    let lacking = move || {
        let empty = examples.with(|examples| examples.as_ref().is_some_and(Vec::is_empty));
        let failed = matches!(evaluation.state().get(), crate::client::State::Failed(_));
        (empty || failed).then(|| view! { <Muted>{tr(Key::play_no_examples)}</Muted> })
    };
    view! {
        <Row>
            {lacking}
            <Button text=tr(Key::play_typical) kind=Kind::Quiet on_press=typical/>
            <Button text=tr(Key::play_random) sign=Sign::Refresh on_press=draw off=none/>
        </Row>
    }
}

/// The failure as far as no field shows it.
#[component]
fn Trouble(bench: Bench, features: StoredValue<Vec<Feature>>) -> impl IntoView {
    let homeless = move || {
        let Failure::Refused(mut problem) = bench.failure.get()? else { return bench.failure.get() };
        let pointers: Vec<String> = features
            .with_value(|features| features.iter().map(|feature| draft::pointer(&feature.name)).collect());
        let pointers: Vec<&str> = pointers.iter().map(String::as_str).collect();
        let rest: Vec<_> = faults::elsewhere(&problem, &pointers).into_iter().cloned().collect();
        let placed = rest.is_empty() && !problem.errors.is_empty();
        problem.errors = rest;
        (!placed).then_some(Failure::Refused(problem))
    };
    move || homeless().map(|failure| view! { <Stack><ProblemPanel failure/></Stack> })
}

/// Asks for the answer to the row as it stands.
fn predict(tenancy: Tenancy, bench: Bench, features: StoredValue<Vec<Feature>>) {
    if bench.busy.get_untracked() {
        return;
    }
    let asked = bench.draft.get_untracked();
    let open: Vec<String> = features.with_value(|features| {
        let open = |feature: &&Feature| asked.get(&feature.name).is_none_or(Entry::open);
        features.iter().filter(open).map(|feature| feature.name.clone()).collect()
    });
    bench.failure.set(None);
    let ready = open.is_empty();
    bench.open.set(open);
    if !ready {
        focus_first_fault();
        return;
    }
    let row = features.with_value(|features| untrack(|| bench.row(features)));
    let wishes = untrack(|| bench.wishes());
    let body = PredictBody {
        rows: vec![row.into_iter().collect()],
        explain: wishes.explain.then_some(Explain::All(true)),
        interval: wishes.interval,
    };
    let ask = untrack(|| tenancy.ask::<Predict>(&[&bench.name.get()]).json(&body));
    let drawn = bench.drawn.get_untracked();
    let actual = drawn.filter(|(row, _)| *row == asked).map(|(_, actual)| actual);
    bench.busy.set(true);
    let began = js_sys::Date::now();
    spawn_local(async move {
        let answer = ask.text().await.and_then(|(status, text)| {
            serde_json::from_str::<PredictAnswer>(&text).map_err(|_| Failure::Garbled(status))
        });
        let millis = (js_sys::Date::now() - began).max(0.0) as u64;
        bench.busy.try_set(false);
        match answer {
            Ok(answer) => {
                bench.outcome.try_set(Some(Outcome { asked, wishes, answer, actual, millis }));
            }
            Err(failure) => {
                bench.failure.try_set(Some(failure));
                focus_first_fault();
            }
        }
    });
}
