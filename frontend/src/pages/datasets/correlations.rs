//! How the columns of numbers move together: all pairs in a picture, and the companions of the column in the address.

use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    model::{correlation, path},
    session::Tenancy,
    ui::{Bones, Card, Choice, Empty, Heat, Loaded, Muted, Select, Sign, Stack, Weight, Weights},
};
use contract::datasets::{Correlations as Value, GetProfile, Profile};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

/// The view.
#[component]
pub fn Correlations(
    /// The data set.
    id: String,
) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let asked = id.clone();
    let profile = Remote::new(move || tenancy.ask::<GetProfile>(&[&asked]).send());
    view! { <Loaded remote=profile view=move |profile| body(&id, profile) bones=Bones::Cards/> }
}

fn body(id: &str, profile: Profile) -> AnyView {
    let correlations = profile.correlations.filter(|correlations| correlations.columns.len() > 1);
    let Some(correlations) = correlations else {
        return view! {
            <Card><Empty sign=Sign::Table title=tr(Key::correlation_none) text=tr(Key::correlation_none_text)/></Card>
        }
        .into_any();
    };
    let (id, all) = (id.to_owned(), correlations.clone());
    view! {
        <Stack>
            <Muted>{tr(Key::correlation_lead)}</Muted>
            <Card title=tr(Key::correlation_all)><Heat label=tr(Key::correlation_all) correlations=all/></Card>
            <Companions id correlations/>
        </Stack>
    }
    .into_any()
}

/// What moves most with one column.
#[component]
fn Companions(id: String, correlations: Value) -> impl IntoView {
    let (tenancy, query, navigate) = (Tenancy::expect(), use_query_map(), use_navigate());
    let correlations = StoredValue::new(correlations);
    let place = Memo::new(move |_| {
        let name = query.with(|query| query.get("column")).unwrap_or_default();
        correlations.with_value(|correlations| correlation::place(correlations, &name))
    });
    let names = move || correlations.with_value(|correlations| correlations.columns.clone());
    let choices = Signal::derive(move || {
        names().into_iter().map(|name| Choice::new(name.clone(), name)).collect::<Vec<_>>()
    });
    let value = Signal::derive(move || names().get(place.get()).cloned().unwrap_or_default());
    let choose = Callback::new(move |name: String| {
        let page = untrack(|| path::dataset(&tenancy.slug(), &id));
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&path::with_query(&page, &[("tab", "correlations"), ("column", &name)]), options);
    });
    let weights = Signal::derive(move || {
        let weight = |(name, value)| Weight { name, value };
        let pairs = correlations.with_value(|correlations| correlation::strongest(correlations, place.get()));
        pairs.into_iter().map(weight).collect::<Vec<_>>()
    });
    let untold =
        move || weights.with(Vec::is_empty).then(|| view! { <Muted>{tr(Key::correlation_alone)}</Muted> });
    let label = move || fill(Key::correlation_most, &[("column", &value.get())]);
    view! {
        <Card title=label aside=move || view! {
            <Select label=tr(Key::correlation_column) choices value on_choose=choose/>
        }>
            <Weights label weights full=1.0/>
            {untold}
        </Card>
    }
}
