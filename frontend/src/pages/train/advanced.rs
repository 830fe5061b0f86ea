//! What few people change: families, scaling, the seed, the penalty, the steps of gradient descent.

use super::{draft::Draft, words};
use crate::{
    i18n::{Key, tr},
    model::plan,
    ui::{Card, Choice, Fold, Grid, NumberField, SelectField, Tick, TickGroup},
};
use contract::training::{Scaling, TargetScaling, Task};
use leptos::prelude::*;

/// Where the folded fields stand in the body of the call.
const FIELDS: [&str; 8] = [
    "#/algorithms",
    "#/scaling",
    "#/target_scaling",
    "#/seed",
    "#/alpha",
    "#/gradient_descent/learning_rate",
    "#/gradient_descent/max_iterations",
    "#/gradient_descent/tolerance",
];

/// The fields, folded away.
pub fn fields(draft: Draft) -> AnyView {
    let scalings = Signal::derive(|| {
        [Scaling::Standard, Scaling::MinMax, Scaling::None]
            .map(|scaling| Choice::new(plan::name_of(&scaling), tr(words::scaling(scaling))))
            .to_vec()
    });
    let numbers = Memo::new(move |_| draft.asked_task() == Task::Regression);
    let families = move || {
        numbers.track();
        draft.families().iter().map(|family| tick(draft, *family)).collect_view()
    };
    // A fault that nobody sees can't be mended.
    let wrong = Signal::derive(move || draft.form.wrong_at(&FIELDS));
    let of_numbers = move || numbers.get().then(|| of_numbers(draft));
    view! {
        <Card>
            <Fold title=tr(Key::train_advanced) wanted=wrong>
                <TickGroup form=draft.form pointer="#/algorithms" label=tr(Key::train_families)
                    hint=tr(Key::train_families_hint)>
                    {families}
                </TickGroup>
                <Grid>
                    <SelectField form=draft.form pointer="#/scaling" label=tr(Key::train_scaling) choices=scalings
                        value=draft.scaling hint=tr(Key::train_scaling_hint)/>
                    <NumberField form=draft.form pointer="#/seed" label=tr(Key::train_seed) value=draft.seed
                        min="0" step="1" hint=tr(Key::train_seed_hint)/>
                    <NumberField form=draft.form pointer="#/alpha" label=tr(Key::train_alpha) value=draft.alpha
                        min="0" usual="1" hint=tr(Key::train_alpha_hint)/>
                </Grid>
                {of_numbers}
            </Fold>
        </Card>
    }
    .into_any()
}

fn tick(draft: Draft, family: contract::training::Algorithm) -> impl IntoView {
    let name = plan::name_of(&family);
    let held = name.clone();
    let taken = Signal::derive(move || draft.without.with(|without| !without.contains(&held)));
    let change = Callback::new(move |take: bool| {
        draft.without.update(|without| {
            if take {
                without.remove(&name);
            } else {
                without.insert(name.clone());
            }
        });
    });
    view! { <Tick text=tr(words::algorithm(family)) taken on_change=change/> }
}

/// What only predictions of numbers have.
fn of_numbers(draft: Draft) -> AnyView {
    let scalings = Signal::derive(|| {
        [TargetScaling::None, TargetScaling::MinMax, TargetScaling::Log]
            .map(|scaling| Choice::new(plan::name_of(&scaling), tr(words::target_scaling(scaling))))
            .to_vec()
    });
    let form = draft.form;
    view! {
        <Grid>
            <SelectField form pointer="#/target_scaling" label=tr(Key::train_target_scaling) choices=scalings
                value=draft.target_scaling hint=tr(Key::train_target_scaling_hint)/>
            <NumberField form pointer="#/gradient_descent/learning_rate" label=tr(Key::train_rate)
                value=draft.learning_rate min="0" usual="0.1" hint=tr(Key::train_rate_hint)/>
            <NumberField form pointer="#/gradient_descent/max_iterations" label=tr(Key::train_steps)
                value=draft.max_iterations min="1" max="1000000" step="1" usual="20000"/>
            <NumberField form pointer="#/gradient_descent/tolerance" label=tr(Key::train_tolerance)
                value=draft.tolerance min="0" max="1" usual="1e-8" hint=tr(Key::train_tolerance_hint)/>
        </Grid>
    }
    .into_any()
}
