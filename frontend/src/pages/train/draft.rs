//! What the form holds: guessed from the profile, changed by hand, guessed anew where nobody changed it.

use crate::{
    i18n::{Key, count, fill},
    model::{
        metric, path,
        plan::{self, Plan, Reason},
    },
    session::Tenancy,
    ui::FormState,
};
use contract::{
    DatasetId,
    datasets::{ColumnProfile, Dataset, Profile},
    training::{Algorithm, Run, StartRun, StartRunBody, Task},
};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use std::collections::BTreeSet;

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
    /// The share of rows that test, in percent.
    pub test_percent: RwSignal<String>,
    /// The column of the split.
    pub split_column: RwSignal<String>,
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
    /// The seed.
    pub seed: RwSignal<String>,
    /// The penalty.
    pub alpha: RwSignal<String>,
    /// Of gradient descent: the learning rate.
    pub learning_rate: RwSignal<String>,
    /// Of gradient descent: the most steps.
    pub max_iterations: RwSignal<String>,
    /// Of gradient descent: when to stop.
    pub tolerance: RwSignal<String>,
}

impl Draft {
    /// The first guesses.
    pub fn new(dataset: &Dataset, profile: Profile) -> Self {
        let target = plan::likely_target(&profile).map(|column| column.name.clone()).unwrap_or_default();
        let parts = plan::split_column(&profile).map(|column| column.name.clone());
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
            test_percent: text("20"),
            split_column: RwSignal::new(parts.unwrap_or_default()),
            metric: text(""),
            features: RwSignal::new(features),
            without: RwSignal::new(BTreeSet::new()),
            scaling: text("standard"),
            target_scaling: text("none"),
            seed: text("42"),
            alpha: text(""),
            learning_rate: text(""),
            max_iterations: text(""),
            tolerance: text(""),
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
            let fit = metric::of(self.asked_task());
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

    /// The columns that can be learned from: all but the target and the split's.
    pub fn inputs(self) -> Vec<ColumnProfile> {
        let (target, parts) = (self.target.get(), self.parts_column());
        let other = |column: &&ColumnProfile| column.name != target && Some(&column.name) != parts.as_ref();
        self.profile.with_value(|profile| profile.columns.iter().filter(other).cloned().collect())
    }

    /// The column that names the parts, if the split is by one.
    fn parts_column(self) -> Option<String> {
        (self.split.get() == "column").then(|| self.split_column.get())
    }

    /// The families that serve the task; the baseline always runs beside them.
    pub fn families(self) -> &'static [Algorithm] {
        match self.asked_task() {
            Task::Regression => &[Algorithm::Linear, Algorithm::Ridge, Algorithm::GradientDescent],
            Task::Classification => &[Algorithm::Logistic],
        }
    }

    /// How many columns are taken, in words.
    pub fn taken(self) -> String {
        let taken = self.features.get();
        let number = self.inputs().iter().filter(|column| taken.contains(&column.name)).count();
        count(Key::train_taken_one, Key::train_taken_many, number as u64)
    }

    fn plan(self) -> Plan {
        let taken = self.features.get();
        let inputs = self.inputs().into_iter().map(|column| column.name);
        let without = self.without.get();
        let families: Vec<String> = self.families().iter().map(plan::name_of).collect();
        let some_left_out = families.iter().any(|family| without.contains(family));
        let mut asked: Vec<String> =
            families.into_iter().filter(|family| !without.contains(family)).collect();
        if asked.is_empty() {
            asked.push(plan::name_of(&Algorithm::Baseline));
        }
        Plan {
            target: self.target.get(),
            task: self.task.get(),
            split: self.split.get(),
            test_percent: self.test_percent.get(),
            split_column: self.split_column.get(),
            metric: self.metric.get(),
            features: inputs.filter(|name| taken.contains(name)).collect(),
            algorithms: if some_left_out { asked } else { Vec::new() },
            scaling: self.scaling.get(),
            target_scaling: self.target_scaling.get(),
            seed: self.seed.get(),
            alpha: self.alpha.get(),
            learning_rate: self.learning_rate.get(),
            max_iterations: self.max_iterations.get(),
            tolerance: self.tolerance.get(),
        }
    }
}

/// The fields that are checked before anything is sent, with what each says.
const CHECKED: [(&str, Key); 9] = [
    ("#/target", Key::train_wrong_target),
    ("#/features", Key::train_wrong_features),
    ("#/split/test_fraction", Key::train_wrong_share),
    ("#/split/column", Key::train_wrong_column),
    ("#/seed", Key::train_wrong_whole),
    ("#/alpha", Key::train_wrong_alpha),
    ("#/gradient_descent/learning_rate", Key::train_wrong_rate),
    ("#/gradient_descent/max_iterations", Key::train_wrong_steps),
    ("#/gradient_descent/tolerance", Key::train_wrong_tolerance),
];

/// Checks the form, asks for the run and leads to it.
pub fn sender(draft: Draft, dataset: DatasetId) -> Callback<()> {
    let (tenancy, navigate) = (Tenancy::expect(), use_navigate());
    Callback::new(move |()| {
        let settings = untrack(|| draft.plan().settings());
        let wrong = settings.as_ref().err().cloned().unwrap_or_default();
        let mut checks = CHECKED.map(|(at, key)| (at, key, !wrong.contains(&at))).to_vec();
        let name = draft.name.get_untracked().trim().to_owned();
        checks.push(("#/name", Key::train_wrong_name, (1..=200).contains(&name.chars().count())));
        let (true, Ok(settings)) = (draft.form.check(&checks), settings) else { return };
        let body = StartRunBody { dataset_id: dataset, name: Some(name), settings };
        let (slug, navigate) = (untrack(|| tenancy.slug()), navigate.clone());
        let ask = untrack(|| tenancy.ask::<StartRun>(&[])).body(&body);
        draft.form.send(ask.send(), move |run: Run| {
            navigate(&path::run(&slug, &run.id.to_string()), Default::default());
        });
    })
}
