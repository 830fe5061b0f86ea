//! What a run was asked for, as names and values.

use crate::{
    i18n::{Key, fill, say, tr},
    model::{course, figure, metric, plan::numbers},
    pages::train::words,
    ui::{Pair, Pairs},
};
use contract::training::{ClassWeights, RunSettings, Split};
use leptos::prelude::*;

/// Settings as names and values; what was left open is not listed.
pub fn settings_pairs(settings: RunSettings) -> AnyView {
    let text = |key: Key, value: Option<String>| value.map(|value| view! { <Pair name=tr(key) value/> });
    let split = settings.split.clone();
    let families = settings.algorithms.clone();
    let families = move || match &families {
        Some(families) => {
            families.iter().map(|family| say(words::algorithm(*family))).collect::<Vec<_>>().join(", ")
        }
        None => say(Key::run_families_all).to_owned(),
    };
    let ranked = settings.metric.clone();
    let ranked = move || ranked.as_ref().map_or_else(usual, |name| words::metric(name));
    let (seconds, trials) = (settings.budget_seconds, settings.trials);
    let features = settings.features.as_ref().map(|features| figure::grouped(features.len() as u64));
    let filling = settings.imputation;
    view! {
        <Pairs>
            <Pair name=tr(Key::train_target) value=settings.target.clone()/>
            {settings.task.map(|task| view! { <Pair name=tr(Key::train_task) value=tr(words::task(task))/> })}
            <Pair name=tr(Key::train_split) value=move || split_text(split.as_ref())/>
            <Pair name=tr(Key::train_effort) value=move || effort(seconds, trials)/>
            <Pair name=tr(Key::train_metric) value=ranked/>
            {text(Key::run_features, features)}
            <Pair name=tr(Key::train_families) value=families/>
            {settings.scaling.map(|way| view! { <Pair name=tr(Key::train_scaling) value=tr(words::scaling(way))/> })}
            {settings.target_scaling.map(|way| {
                view! { <Pair name=tr(Key::train_target_scaling) value=tr(words::target_scaling(way))/> }
            })}
            {filling.map(|way| view! { <Pair name=tr(Key::train_imputation) value=tr(words::imputation(way))/> })}
            {text(Key::train_weight_column, settings.weight_column.clone())}
            {of_classes(&settings)}
            {directions(&settings)}
            {text(Key::train_seed, settings.seed.map(|seed| seed.to_string()))}
            {numbers_of(&settings)}
        </Pairs>
    }
    .into_any()
}

fn usual() -> String {
    say(Key::run_usual).to_owned()
}

fn split_text(split: Option<&Split>) -> String {
    let Some(split) = split else { return usual() };
    let named = say(words::split(split));
    let share =
        |share: Option<f64>| share.map(|share| format!(" · {}", metric::share(share))).unwrap_or_default();
    match split {
        Split::Random { test_fraction } | Split::Stratified { test_fraction } => {
            format!("{named}{}", share(Some(*test_fraction)))
        }
        Split::Column { column } => format!("{named} · {column}"),
        Split::Time { column, test_fraction } | Split::Group { column, test_fraction } => {
            format!("{named} · {column}{}", share(*test_fraction))
        }
        Split::Folds { folds } => format!("{named} · {folds}"),
    }
}

/// How hard was searched.
fn effort(seconds: Option<f64>, trials: Option<u32>) -> String {
    match (seconds, trials) {
        (Some(seconds), _) => course::lasted((seconds * 1000.0) as i64),
        (None, Some(trials)) => {
            fill(Key::run_effort_trials, &[("count", &figure::grouped(u64::from(trials)))])
        }
        (None, None) => say(Key::train_effort_quick).to_owned(),
    }
}

/// How classes weigh and what wrong answers cost.
fn of_classes(settings: &RunSettings) -> AnyView {
    let weights = settings.class_weights.clone();
    let weights = weights.map(|weights| {
        let value = move || match &weights {
            ClassWeights::None => say(Key::train_class_none).to_owned(),
            ClassWeights::Balanced => say(Key::train_class_balanced).to_owned(),
            ClassWeights::Given(given) => {
                let one = |(class, weight): (&String, &f64)| format!("{class} {}", figure::measured(*weight));
                given.iter().map(one).collect::<Vec<_>>().join(" · ")
            }
        };
        view! { <Pair name=tr(Key::train_class_weights) value/> }
    });
    let costs = settings
        .costs
        .iter()
        .map(|cost| format!("{} → {}: {}", cost.actual, cost.predicted, figure::measured(cost.cost)));
    let costs: Vec<_> = costs.collect();
    let costs =
        (!costs.is_empty()).then(|| view! { <Pair name=tr(Key::train_costs) value=costs.join(" · ")/> });
    view! { {weights}{costs} }.into_any()
}

fn directions(settings: &RunSettings) -> Option<AnyView> {
    let directions = settings.monotone.clone();
    let one = |(column, way): (&String, &contract::training::Monotone)| {
        format!("{column}: {}", say(words::direction_of(*way)))
    };
    (!directions.is_empty()).then(|| {
        let value = move || directions.iter().map(one).collect::<Vec<_>>().join(" · ");
        view! { <Pair name=tr(Key::train_directions) value/> }.into_any()
    })
}

/// The numbers that were given, each by its name; budget, split and seed are told above.
fn numbers_of(settings: &RunSettings) -> AnyView {
    let sent = serde_json::to_value(settings).unwrap_or_default();
    let told = ["#/budget_seconds", "#/trials", "#/split/test_fraction", "#/split/folds", "#/seed"];
    let left = numbers::ALL.iter().filter(|takes| !told.contains(&takes.pointer));
    let given = left.filter_map(|takes| {
        let number = sent.pointer(takes.pointer.trim_start_matches('#'))?.as_f64()?;
        Some(view! { <Pair name=tr(words::field(takes.pointer)) value=figure::measured(number)/> })
    });
    given.collect_view().into_any()
}
