//! Data sets that come with the program: one press, and there is something to learn from.

use crate::{
    client::{Failure, Remote},
    i18n::{Key, count, fill, tr},
    model::{figure, path},
    session::Tenancy,
    ui::{Button, Card, Grid, Loaded, Muted, Pair, Pairs, ProblemPanel, Stack},
};
use contract::samples::{ListSamples, LoadSample, Sample, Samples as Value};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;

/// The samples, a card each.
#[component]
pub fn Samples() -> impl IntoView {
    let (tenancy, navigate) = (Tenancy::expect(), use_navigate());
    let samples = Remote::new(move || tenancy.ask::<ListSamples>(&[]).send());
    let (loading, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let load = Callback::new(move |name: String| {
        if loading.get_untracked() {
            return;
        }
        loading.set(true);
        failure.set(None);
        let (ask, slug) = untrack(|| (tenancy.ask::<LoadSample>(&[&name]), tenancy.slug()));
        let navigate = navigate.clone();
        spawn_local(async move {
            let answer = ask.send().await;
            loading.try_set(false);
            match answer {
                Ok(dataset) => {
                    navigate(&path::dataset(&slug, &dataset.id.to_string()), Default::default());
                }
                Err(refused) => {
                    failure.try_set(Some(refused));
                }
            }
        });
    });
    let view = move |samples: Value| {
        let card = move |sample: Sample| sample_card(sample, loading.into(), load);
        view! { <Grid>{samples.data.into_iter().map(card).collect_view()}</Grid> }.into_any()
    };
    let refused = move || failure.get().map(|failure| view! { <ProblemPanel failure/> });
    view! {
        <Card title=tr(Key::sample_title)>
            <Stack>
                <Muted>{tr(Key::sample_lead)}</Muted>
                {refused}
                <Loaded remote=samples view/>
            </Stack>
        </Card>
    }
}

fn sample_card(sample: Sample, loading: Signal<bool>, load: Callback<String>) -> AnyView {
    let name = sample.name.clone();
    let (rows, columns) = (sample.rows, figure::grouped(sample.columns.into()));
    let size = move || {
        let rows = count(Key::rows_one, Key::rows_many, rows);
        fill(Key::sample_size, &[("rows", &rows), ("columns", &columns)])
    };
    let named = sample.name.clone();
    let text = move || fill(Key::sample_load, &[("name", &named)]);
    view! {
        <Card title=sample.name>
            <Stack>
                <Muted>{size}</Muted>
                <Pairs>
                    <Pair name=tr(Key::sample_target) value=sample.target/>
                    <Pair name=tr(Key::column_size) value=figure::bytes(sample.size_bytes)/>
                </Pairs>
                <Button text off=loading on_press=move |()| load.run(name.clone())/>
            </Stack>
        </Card>
    }
    .into_any()
}
