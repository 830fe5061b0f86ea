//! Training on a data set: good guesses from its profile, everything changeable, the rare things folded away.

mod advanced;
mod classes;
mod columns;
mod directions;
mod draft;
mod effort;
mod families;
mod field;
mod send;
mod split;
pub(super) mod words;

use crate::{
    client::Remote,
    i18n::{Key, fill, say, tr},
    model::{path, plan},
    pages::words as common,
    session::Tenancy,
    ui::{
        Button, ButtonLink, Card, Choice, Empty, Field, Form, Gap, Kind, Loaded, Notice, Page, Row,
        SegmentField, SelectField, Sign, Stack, Tone, Trail,
    },
};
use contract::{
    datasets::{Dataset, DatasetStatus, GetDataset, GetProfile, Profile},
    training::Task,
};
use draft::Draft;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The form that starts a run.
#[component]
pub fn Train() -> impl IntoView {
    let (tenancy, params) = (Tenancy::expect(), use_params_map());
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let dataset = Remote::new(move || tenancy.ask::<GetDataset>(&[&id.get()]).send());
    let title = move || match dataset.value() {
        Some(dataset) => fill(Key::train_title_on, &[("name", &dataset.name)]),
        None => say(Key::train_title).to_owned(),
    };
    let trail = move || {
        let name = dataset.value().map_or_else(|| say(Key::dataset_title).to_owned(), |dataset| dataset.name);
        view! { <Trail href=path::dataset(&tenancy.slug(), &id.get()) text=name/> }
    };
    let view = move |dataset: Dataset| body(tenancy, dataset);
    view! {
        <Page title lead=tr(Key::train_lead) trail>
            <Loaded remote=dataset view/>
        </Page>
    }
}

fn body(tenancy: Tenancy, dataset: Dataset) -> AnyView {
    if !tenancy.rights().builds() {
        return view! {
            <Card><Empty sign=Sign::Lock title=tr(Key::train_denied) text=tr(Key::train_denied_text)/></Card>
        }
        .into_any();
    }
    if dataset.status != DatasetStatus::Ready {
        let href = path::dataset(&tenancy.slug(), &dataset.id.to_string());
        return view! {
            <Notice tone=Tone::Warn text=tr(Key::train_not_ready)>
                <ButtonLink href text=tr(Key::train_to_dataset)/>
            </Notice>
        }
        .into_any();
    }
    let id = dataset.id.to_string();
    let profile = Remote::new(move || untrack(|| tenancy.ask::<GetProfile>(&[&id])).send());
    let view = move |profile: Profile| form(&dataset, profile);
    view! { <Loaded remote=profile view/> }.into_any()
}

fn form(dataset: &Dataset, profile: Profile) -> AnyView {
    if profile.columns.len() < 2 || profile.rows < 2 {
        return view! {
            <Card><Empty sign=Sign::Table title=tr(Key::train_too_small) text=tr(Key::train_too_small_text)/></Card>
        }
        .into_any();
    }
    let draft = Draft::new(dataset, profile);
    let send = send::sender(draft, dataset.id);
    view! {
        <Form state=draft.form on_send=send>
            <Stack gap=Gap::Loose>
                <Card title=tr(Key::train_what)>{what(draft)}</Card>
                <Card title=tr(Key::train_split)>{split::fields(draft)}</Card>
                <Card title=tr(Key::train_features)>{columns::fields(draft)}</Card>
                <Card title=tr(Key::train_effort)>{effort::fields(draft)}</Card>
                <Card title=tr(Key::train_families)>{families::fields(draft)}</Card>
                <Card title=tr(Key::train_ranking)>{effort::ranking(draft)}</Card>
                {advanced::fields(draft)}
                <Row>
                    <Button text=tr(Key::train_start) kind=Kind::Primary sign=Sign::Bolt submits=true
                        off=draft.form.busy()/>
                </Row>
            </Stack>
        </Form>
    }
    .into_any()
}

/// The target, the kind of answer with the reason for the guess, and the name.
fn what(draft: Draft) -> AnyView {
    let targets = Signal::derive(move || {
        let choice = |column: &contract::datasets::ColumnProfile| {
            let (name, kind) = (column.name.clone(), common::kind(column.kind));
            Choice::new(column.name.clone(), move || format!("{name} · {}", say(kind)))
        };
        draft.profile.with_value(|profile| profile.columns.iter().map(choice).collect())
    });
    let tasks = Signal::derive(move || {
        [Task::Regression, Task::Classification]
            .map(|task| Choice::new(plan::name_of(&task), tr(words::task(task))))
            .to_vec()
    });
    let reason = move || draft.reason();
    let odd = move || {
        draft.target_is_odd().then(|| view! { <Notice tone=Tone::Warn text=tr(Key::train_target_odd)/> })
    };
    view! {
        <SelectField form=draft.form pointer="#/target" label=tr(Key::train_target) choices=targets
            value=draft.target hint=tr(Key::train_target_hint)/>
        {odd}
        <SegmentField form=draft.form pointer="#/task" label=tr(Key::train_task) choices=tasks value=draft.task
            hint=reason/>
        <Field form=draft.form pointer="#/name" label=tr(Key::train_name) value=draft.name
            hint=tr(Key::train_name_hint)/>
    }
    .into_any()
}
