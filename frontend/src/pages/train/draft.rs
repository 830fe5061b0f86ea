//! What the form holds: guessed from the profile, changed by hand, guessed anew where nobody changed it.

use super::effort;
use crate::{
    i18n::{Key, count, fill},
    model::plan::{self, Reason, numbers},
    ui::FormState,
};
use contract::{
    datasets::{ColumnKind, ColumnProfile, Dataset, Profile},
    training::{Algorithm, Task},
};
use leptos::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The form's values.
#[derive(Clone, Copy)]
pub struct Draft {
    /// What the form is doing.
    pub form: FormState,
    /// The data set's profile.
    pub profile: StoredValue<Profile>,
    /// The column to predict.
    pub target: RwSignal<String>,
    /// The kind of answer.
    pub task: RwSignal<String>,
    /// The model's name.
    pub name: RwSignal<String>,
    /// The kind of split.
    pub split: RwSignal<String>,
    /// The column that names the parts of the split.
    pub parts_column: RwSignal<String>,
    /// The column that says when.
    pub time_column: RwSignal<String>,
    /// The column that names groups.
    pub group_column: RwSignal<String>,
    /// How hard is searched: `quick`, `seconds` or `trials`.
    pub effort: RwSignal<String>,
    /// The unit of the time.
    pub unit: RwSignal<String>,
    /// The metric.
    pub metric: RwSignal<String>,
    /// The columns that are taken.
    pub features: RwSignal<BTreeSet<String>>,
    /// The families that are left out.
    pub without: RwSignal<BTreeSet<String>>,
    /// How numbers are scaled.
    pub scaling: RwSignal<String>,
    /// How the target is scaled.
    pub target_scaling: RwSignal<String>,
    /// What stands in for missing numbers.
    pub imputation: RwSignal<String>,
    /// How classes weigh: `none`, `balanced` or `given`.
    pub class_weights: RwSignal<String>,
    /// The weights of classes.
    pub class_weight: RwSignal<BTreeMap<String, String>>,
    /// The column of weights.
    pub weight_column: RwSignal<String>,
    /// The directions of columns.
    pub monotone: RwSignal<BTreeMap<String, String>>,
    /// The costs of wrong answers, by what is so and what is answered.
    pub costs: RwSignal<BTreeMap<(String, String), String>>,
    /// The fields of numbers, in the order of [`numbers::ALL`].
    pub numbers: StoredValue<Vec<RwSignal<String>>>,
}

impl Draft {
    /// The first guesses.
    pub fn new(dataset: &Dataset, profile: Profile) -> Self {
        let target = plan::likely_target(&profile).map(|column| column.name.clone()).unwrap_or_default();
        let parts = plan::split_column(&profile).map(|column| column.name.clone());
        let dates = profile.columns.iter().find(|column| column.kind == ColumnKind::DateTime);
        let when = dates.map(|column| column.name.clone());
        let useful = profile.columns.iter().filter(|column| plan::useful(column));
        let features = useful.map(|column| column.name.clone()).collect();
        let text = |text: &str| RwSignal::new(text.to_owned());
        let draft = Self {
            form: FormState::default(),
            profile: StoredValue::new(profile),
            target: RwSignal::new(target),
            task: text(""),
            name: text(""),
            split: text(if parts.is_some() { "column" } else { "random" }),
            parts_column: RwSignal::new(parts.unwrap_or_default()),
            time_column: RwSignal::new(when.unwrap_or_default()),
            group_column: text(""),
            effort: text("quick"),
            unit: text("minutes"),
            metric: text(""),
            features: RwSignal::new(features),
            without: RwSignal::new(BTreeSet::new()),
            scaling: text("standard"),
            target_scaling: text("none"),
            imputation: text("mean"),
            class_weights: text("none"),
            class_weight: RwSignal::default(),
            weight_column: text(""),
            monotone: RwSignal::default(),
            costs: RwSignal::default(),
            numbers: StoredValue::new(numbers::ALL.iter().map(|takes| text(first(takes.pointer))).collect()),
        };
        draft.follow(dataset.name.clone());
        draft
    }

    /// What depends on the target and the task is guessed anew when those change.
    fn follow(self, dataset: String) {
        Effect::new(move |before: Option<String>| {
            let target = self.target.get();
            let task = self.column(&target).map_or(Task::Regression, |column| self.guess(&column).0);
            self.task.set(plan::name_of(&task));
            let name = |target: &str| format!("{dataset} {target}").trim().to_owned();
            // A name that somebody wrote stays.
            let untouched = self.name.with_untracked(|now| {
                now.is_empty() || before.as_ref().is_some_and(|before| *now == name(before))
            });
            if untouched {
                self.name.set(name(&target));
            }
            target
        });
        Effect::new(move |_| {
            let fit = effort::metrics(self.asked_task());
            if !self.metric.with_untracked(|metric| fit.contains(&metric.as_str())) {
                self.metric.set(fit.first().copied().unwrap_or_default().to_owned());
            }
            if self.split.get_untracked() == "stratified" && self.asked_task() == Task::Regression {
                self.split.set("random".to_owned());
            }
        });
    }

    /// A column by its name.
    pub fn column(self, name: &str) -> Option<ColumnProfile> {
        self.profile.with_value(|profile| profile.columns.iter().find(|column| column.name == name).cloned())
    }

    fn guess(self, column: &ColumnProfile) -> (Task, Reason) {
        plan::task_of(column, self.profile.with_value(|profile| profile.rows))
    }

    /// The kind of answer that is asked for.
    pub fn asked_task(self) -> Task {
        self.task.with(|task| plan::word(task)).unwrap_or(Task::Regression)
    }

    /// Whether the target can hardly be predicted with sense.
    pub fn target_is_odd(self) -> bool {
        self.column(&self.target.get()).is_some_and(|column| !plan::predictable(&column))
    }

    /// Why the kind of answer was guessed, in a sentence.
    pub fn reason(self) -> String {
        let target = self.target.get();
        let Some(column) = self.column(&target) else { return String::new() };
        let number = |number| crate::model::figure::grouped(number);
        let said = |key, distinct| fill(key, &[("name", &target), ("count", &number(distinct))]);
        match self.guess(&column).1 {
            Reason::Words(distinct) => said(Key::train_reason_words, distinct),
            Reason::Few(distinct) => said(Key::train_reason_few, distinct),
            Reason::Many(distinct) => said(Key::train_reason_many, distinct),
        }
    }

    /// The column of the split, if it is by one.
    pub fn split_column(self) -> Option<RwSignal<String>> {
        match self.split.get().as_str() {
            "column" => Some(self.parts_column),
            "time" => Some(self.time_column),
            "group" => Some(self.group_column),
            _ => None,
        }
    }

    /// The columns that can be learned from: all but the target, the split's and the weights'.
    pub fn inputs(self) -> Vec<ColumnProfile> {
        let parts = self.split_column().map(|column| column.get());
        let taken = [Some(self.target.get()), parts, Some(self.weight_column.get())];
        let other = |column: &&ColumnProfile| !taken.iter().flatten().any(|name| *name == column.name);
        self.profile.with_value(|profile| profile.columns.iter().filter(other).cloned().collect())
    }

    /// The names of the columns of a kind, apart from the target.
    pub fn columns(self, fit: fn(&ColumnProfile) -> bool) -> Vec<String> {
        let target = self.target.get();
        self.profile.with_value(|profile| {
            let fitting = profile.columns.iter().filter(|column| column.name != target && fit(column));
            fitting.map(|column| column.name.clone()).collect()
        })
    }

    /// The classes of the target; none when it has none, or too many to list.
    pub fn classes(self) -> Vec<String> {
        let target = self.target.get();
        let column = (self.asked_task() == Task::Classification).then(|| self.column(&target)).flatten();
        column.map(|column| plan::classes(&column)).unwrap_or_default()
    }

    /// Whether an answer has a direction to move in: a number, or one of two classes.
    pub fn has_directions(self) -> bool {
        self.asked_task() == Task::Regression || self.classes().len() == 2
    }

    /// Whether directions are set.
    pub fn directed(self) -> bool {
        self.has_directions() && self.monotone.with(|monotone| !monotone.is_empty())
    }

    /// The families that can be tried; the baseline always runs beside them.
    pub fn families(self) -> Vec<Algorithm> {
        let directed = self.directed();
        let fits = |family: &Algorithm| !directed || plan::keeps_directions(*family);
        plan::families(self.asked_task()).iter().copied().filter(fits).collect()
    }

    /// Whether one of these families is tried.
    pub fn tries(self, any: &[Algorithm]) -> bool {
        let without = self.without.get();
        self.families().iter().any(|family| any.contains(family) && !without.contains(&plan::name_of(family)))
    }

    /// What stands in a field of numbers.
    pub fn number(self, pointer: &str) -> RwSignal<String> {
        let place = numbers::ALL.iter().position(|takes| takes.pointer == pointer).unwrap_or_default();
        self.numbers.with_value(|numbers| numbers.get(place).copied()).unwrap_or_default()
    }

    /// How many columns are taken, in words.
    pub fn taken(self) -> String {
        let taken = self.features.get();
        let number = self.inputs().iter().filter(|column| taken.contains(&column.name)).count();
        count(Key::train_taken_one, Key::train_taken_many, number as u64)
    }
}

/// What stands in a field of numbers at first.
fn first(pointer: &str) -> &'static str {
    match pointer {
        "#/budget_seconds" => "2",
        "#/trials" => "30",
        "#/split/test_fraction" => "20",
        "#/split/folds" => "5",
        "#/seed" => "42",
        _ => "",
    }
}
