//! Checks the form, asks for the run and leads to it.

use super::{draft::Draft, words};
use crate::{
    i18n::{Key, fill, say},
    model::{
        path,
        plan::{
            self, Plan,
            numbers::{self, Kind, Takes},
        },
    },
    session::Tenancy,
};
use contract::{
    DatasetId,
    training::{Algorithm, Run, StartRun, StartRunBody},
};
use leptos::{prelude::*, text_prop::TextProp};
use leptos_router::hooks::use_navigate;

impl Draft {
    fn plan(self) -> Plan {
        let taken = self.features.get();
        let features =
            self.inputs().into_iter().map(|column| column.name).filter(|name| taken.contains(name));
        let classes = self.classes();
        let known = |class: &String| classes.contains(class);
        let mut class_weight = self.class_weight.get();
        class_weight.retain(|class, _| known(class));
        let mut costs = self.costs.get();
        costs.retain(|(actual, predicted), _| known(actual) && known(predicted));
        let held = numbers::ALL.iter().map(|takes| (takes.pointer, self.number(takes.pointer).get()));
        Plan {
            target: self.target.get(),
            task: self.task.get(),
            split: self.split.get(),
            split_column: self.split_column().map(|column| column.get()).unwrap_or_default(),
            effort: self.effort.get(),
            unit: self.unit.get(),
            metric: self.metric.get(),
            features: features.collect(),
            algorithms: self.algorithms(),
            scaling: self.scaling.get(),
            target_scaling: self.target_scaling.get(),
            imputation: self.imputation.get(),
            class_weights: self.class_weights.get(),
            class_weight,
            weight_column: self.weight_column.get(),
            monotone: if self.directed() { self.monotone.get() } else { Default::default() },
            costs,
            numbers: held.collect(),
        }
    }

    /// The families to ask for; none means all that fit.
    fn algorithms(self) -> Vec<String> {
        let without = self.without.get();
        let families: Vec<String> = self.families().iter().map(plan::name_of).collect();
        if !families.iter().any(|family| without.contains(family)) {
            return Vec::new();
        }
        let asked: Vec<String> = families.into_iter().filter(|family| !without.contains(family)).collect();
        if asked.is_empty() { vec![plan::name_of(&Algorithm::Baseline)] } else { asked }
    }
}

/// What is said of a field that holds no fit value.
fn wrong(pointer: &'static str) -> (&'static str, TextProp) {
    let text: TextProp = match pointer {
        "#/target" => TextProp::from(|| say(Key::train_wrong_target)),
        "#/features" => TextProp::from(|| say(Key::train_wrong_features)),
        "#/split/column" => TextProp::from(|| say(Key::train_wrong_column)),
        "#/class_weights" => TextProp::from(|| say(Key::train_wrong_weight)),
        "#/costs" => TextProp::from(|| say(Key::train_wrong_cost)),
        "#/budget_seconds" => TextProp::from(|| say(Key::train_wrong_budget)),
        _ => match numbers::at(pointer) {
            Some(takes) => TextProp::from(move || range(takes)),
            None => TextProp::from(|| say(Key::train_wrong_target)),
        },
    };
    (pointer, text)
}

/// What a field of numbers takes, in words.
fn range(takes: &Takes) -> String {
    let key = match takes.kind {
        Kind::Whole => Key::train_wrong_whole,
        Kind::Real => Key::train_wrong_number,
        Kind::Above => Key::train_wrong_above,
    };
    fill(key, &[("least", &words::bound(takes.least)), ("most", &words::bound(takes.most))])
}

/// What sends the form.
pub fn sender(draft: Draft, dataset: DatasetId) -> Callback<()> {
    let (tenancy, navigate) = (Tenancy::expect(), use_navigate());
    Callback::new(move |()| {
        let settings = untrack(|| draft.plan().settings());
        let mut faults: Vec<_> = settings.as_ref().err().into_iter().flatten().map(|at| wrong(at)).collect();
        let name = draft.name.get_untracked().trim().to_owned();
        if !(1..=200).contains(&name.chars().count()) {
            faults.push(("#/name", TextProp::from(|| say(Key::train_wrong_name))));
        }
        let (true, Ok(settings)) = (draft.form.refuse(faults), settings) else { return };
        let body = StartRunBody { dataset_id: dataset, name: Some(name), settings };
        let (slug, navigate) = (untrack(|| tenancy.slug()), navigate.clone());
        let ask = untrack(|| tenancy.ask::<StartRun>(&[])).body(&body);
        draft.form.send(ask.send(), move |run: Run| {
            navigate(&path::run(&slug, &run.id.to_string()), Default::default());
        });
    })
}
