//! What few people change, folded away part by part; a fault in a part opens it.

use super::{classes, directions, draft::Draft, field::number, words};
use crate::{
    i18n::{Key, tr},
    model::plan,
    ui::{Card, Choice, Fields, Fold, SelectField, Stack},
};
use contract::training::{Algorithm, Imputation, Scaling, TargetScaling, Task};
use leptos::prelude::*;

const PREPARE: [&str; 6] =
    ["#/scaling", "#/target_scaling", "#/imputation", "#/max_levels", "#/text_terms", "#/seed"];
const WEIGHTS: [&str; 3] = ["#/weight_column", "#/class_weights", "#/costs"];
const LINEAR: [&str; 3] = ["#/alpha", "#/elastic_net", "#/gradient_descent"];
const BOOSTING: [&str; 9] = [
    "#/boosting/max_rounds",
    "#/boosting/learning_rate",
    "#/boosting/max_leaves",
    "#/boosting/max_depth",
    "#/boosting/min_leaf_rows",
    "#/boosting/l2",
    "#/boosting/row_fraction",
    "#/boosting/column_fraction",
    "#/boosting/early_stopping_rounds",
];
const FOREST: [&str; 4] =
    ["#/forest/trees", "#/forest/max_depth", "#/forest/min_leaf_rows", "#/forest/column_fraction"];

/// The parts.
pub fn fields(draft: Draft) -> AnyView {
    let boosts = Memo::new(move |_| draft.tries(&[Algorithm::Boosting]));
    let grows = Memo::new(move |_| draft.tries(&[Algorithm::Forest, Algorithm::ExtraTrees]));
    let directions = Memo::new(move |_| draft.has_directions());
    view! {
        <Card title=tr(Key::train_advanced)>
            <Stack>
                {part(draft, Key::train_fold_prepare, &PREPARE, prepare)}
                {part(draft, Key::train_fold_weights, &WEIGHTS, classes::fields)}
                {move || directions.get().then(|| {
                    part(draft, Key::train_fold_directions, &["#/monotone"], directions::fields)
                })}
                {part(draft, Key::train_fold_linear, &LINEAR, linear)}
                {move || boosts.get().then(|| {
                    part(draft, Key::train_fold_boosting, &BOOSTING, |draft| all(draft, &BOOSTING))
                })}
                {move || grows.get().then(|| {
                    part(draft, Key::train_fold_forest, &FOREST, |draft| all(draft, &FOREST))
                })}
            </Stack>
        </Card>
    }
    .into_any()
}

/// A part. A fault that nobody sees can't be mended.
fn part(
    draft: Draft,
    title: Key,
    pointers: &'static [&'static str],
    fields: impl FnOnce(Draft) -> AnyView + Send + 'static,
) -> AnyView {
    let wanted = Signal::derive(move || draft.form.wrong_below(pointers));
    let fields = fields(draft);
    view! { <Fold title=tr(title) wanted>{fields}</Fold> }.into_any()
}

/// Fields of numbers beside each other.
fn all(draft: Draft, pointers: &'static [&'static str]) -> AnyView {
    let fields = pointers.iter().map(|pointer| number(draft, pointer)).collect_view();
    view! { <Fields>{fields}</Fields> }.into_any()
}

/// How columns are prepared, and the seed.
fn prepare(draft: Draft) -> AnyView {
    let form = draft.form;
    let scalings = Signal::derive(|| {
        [Scaling::Standard, Scaling::MinMax, Scaling::None]
            .map(|scaling| Choice::new(plan::name_of(&scaling), tr(words::scaling(scaling))))
            .to_vec()
    });
    let fillings = Signal::derive(|| {
        [Imputation::Mean, Imputation::Median]
            .map(|filling| Choice::new(plan::name_of(&filling), tr(words::imputation(filling))))
            .to_vec()
    });
    let of_targets = Signal::derive(|| {
        [TargetScaling::None, TargetScaling::MinMax, TargetScaling::Log]
            .map(|scaling| Choice::new(plan::name_of(&scaling), tr(words::target_scaling(scaling))))
            .to_vec()
    });
    let numeric = Memo::new(move |_| draft.asked_task() == Task::Regression);
    let target = move || {
        numeric.get().then(|| {
            view! {
                <SelectField form pointer="#/target_scaling" label=tr(Key::train_target_scaling) choices=of_targets
                    value=draft.target_scaling hint=tr(Key::train_target_scaling_hint)/>
            }
        })
    };
    view! {
        <Fields>
            <SelectField form pointer="#/scaling" label=tr(Key::train_scaling) choices=scalings value=draft.scaling
                hint=tr(Key::train_scaling_hint)/>
            {target}
            <SelectField form pointer="#/imputation" label=tr(Key::train_imputation) choices=fillings
                value=draft.imputation hint=tr(Key::train_imputation_hint)/>
            {number(draft, "#/max_levels")}
            {number(draft, "#/text_terms")}
            {number(draft, "#/seed")}
        </Fields>
    }
    .into_any()
}

/// The penalties of families with weights, and the steps of gradient descent.
fn linear(draft: Draft) -> AnyView {
    let nets = Memo::new(move |_| draft.tries(&[Algorithm::Lasso, Algorithm::ElasticNet]));
    let descends = Memo::new(move |_| draft.tries(&[Algorithm::GradientDescent]));
    let of_nets = move || {
        nets.get().then(
            || view! { {number(draft, "#/elastic_net/alpha")}{number(draft, "#/elastic_net/l1_ratio")} },
        )
    };
    let of_descent = move || {
        descends.get().then(|| {
            view! {
                {number(draft, "#/gradient_descent/learning_rate")}
                {number(draft, "#/gradient_descent/max_iterations")}
                {number(draft, "#/gradient_descent/tolerance")}
            }
        })
    };
    view! { <Fields>{number(draft, "#/alpha")}{of_nets}{of_descent}</Fields> }.into_any()
}
