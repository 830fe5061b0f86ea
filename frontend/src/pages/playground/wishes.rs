//! What an answer is to come with: an interval or a set of a level, and what the columns add. Offers what the model has.

use super::Bench;
use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    session::Tenancy,
    ui::{Slider, Stack, Tick},
};
use contract::{
    models::{Certainty, GetModel, Model},
    training::Task,
};
use leptos::prelude::*;

/// The switches; nothing for a model that has neither.
#[component]
pub fn WishList(
    /// What the tabs share.
    bench: Bench,
    /// The model that answers.
    model: String,
) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let model = Remote::new(move || tenancy.ask::<GetModel>(&[&model]).send());
    let has = Memo::new(move |_| {
        let known = |model: &Model| (model.certainty.clone(), model.task);
        model.state().with(|state| state.value().map(known))
    });
    move || has.get().map(|(certainty, task)| switches(bench, &certainty, task))
}

fn switches(bench: Bench, certainty: &Certainty, task: Task) -> AnyView {
    if !certainty.intervals && !certainty.contributions {
        return ().into_any();
    }
    let name = match task {
        Task::Regression => Key::play_wish_interval,
        Task::Classification => Key::play_wish_set,
    };
    let said = move || fill(Key::play_level_said, &[("level", &bench.level.get().to_string())]);
    let level = move || {
        bench.interval.get().then(|| {
            view! {
                <Slider label=tr(Key::play_level) range=(50.0, 99.0) step=1.0 value=bench.level shown=said
                    on_slide=move |level: f64| bench.level.set(level)/>
            }
        })
    };
    let interval = certainty.intervals.then(|| {
        view! {
            <Tick text=tr(name) taken=bench.interval on_change=move |taken: bool| bench.interval.set(taken)/>
            {level}
        }
    });
    let explain = certainty.contributions.then(|| {
        view! {
            <Tick text=tr(Key::play_wish_explain) taken=bench.explain
                on_change=move |taken: bool| bench.explain.set(taken)/>
        }
    });
    view! { <Stack>{interval}{explain}</Stack> }.into_any()
}
