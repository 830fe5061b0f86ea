//! Settings against a table: every fault at once, each with its place and its cure.

mod algorithms;
mod classes;
mod columns;
mod ranges;
mod splits;

use std::collections::BTreeSet;

use columns::Reserved;
use serde::{Deserialize, Serialize};

use super::{Algorithm, Monotone, Settings, Split, TargetScaling, Task};
use crate::metrics::Metric;
use crate::table::{Column, ColumnData, ColumnKind, Table};

/// One thing wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsFault {
    /// Its place, as a JSON pointer into the settings: `/target`.
    pub pointer: String,
    /// A stable name for programs.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub fix: String,
}

/// A column that is not learned from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excluded {
    /// Its name.
    pub column: String,
    /// Why.
    pub reason: String,
}

/// Settings that fit their table.
#[derive(Debug, Clone)]
pub struct CheckedSettings {
    pub(crate) settings: Settings,
    pub(crate) task: Task,
    pub(crate) target: usize,
    pub(crate) features: Vec<usize>,
    /// The column of [`Split::Column`].
    pub(crate) split_column: Option<usize>,
    /// The column of [`Split::Time`].
    pub(crate) time_column: Option<usize>,
    /// The column of [`Split::Group`].
    pub(crate) group_column: Option<usize>,
    /// The column of weights: numbers, 0 or above, some above 0, none missing where there is a target.
    pub(crate) weight_column: Option<usize>,
    /// How the answer must move with each of `features`.
    pub(crate) monotone: Vec<Option<Monotone>>,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) metric: Metric,
    pub(crate) excluded: Vec<Excluded>,
    /// What the settings led to that the reader should know, a sentence each.
    pub(crate) notes: Vec<String>,
    pub(crate) dataset_sha256: String,
    /// Trials after which the search ends whatever the settings say; see [`CheckedSettings::replaying`].
    pub(crate) replayed_trials: Option<u32>,
}

impl CheckedSettings {
    /// Names the file that is learned from, by its SHA-256 in hexadecimal, for the artefact's lineage.
    #[must_use]
    pub fn for_dataset(mut self, sha256: &str) -> Self {
        sha256.clone_into(&mut self.dataset_sha256);
        self
    }

    /// Ends the search after as many trials as an earlier run came to ([`crate::Lineage::trials`]), so that the very
    /// same artefact is made although a budget in seconds, or the caller, ended that run. The artefact holds the
    /// settings as they were given.
    #[must_use]
    pub fn replaying(mut self, trials: u32) -> Self {
        self.replayed_trials = Some(trials);
        self
    }

    /// The settings as they were given.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The kind of answer, given or found.
    pub fn task(&self) -> Task {
        self.task
    }

    /// The families that will be tried, the baseline first.
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// What decides which model is best.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// What the settings led to that the reader should know, a sentence each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The columns that are not learned from, and why.
    pub fn excluded(&self) -> &[Excluded] {
        &self.excluded
    }
}

impl Settings {
    /// Checks the settings against the table they are for.
    ///
    /// # Errors
    /// Every fault found, in the order of the fields.
    pub fn check(&self, table: &Table) -> Result<CheckedSettings, Vec<SettingsFault>> {
        let mut faults = Faults(Vec::new());
        let target = self.check_target(table, &mut faults);
        let target_column = target.and_then(|at| table.columns.get(at));
        let split = self.check_split(table, target_column, &mut faults);
        let task = self.check_task(target_column, &mut faults);
        let weight = self.check_weight_column(table, target_column, split, &mut faults);
        let reserved = Reserved { target, split, weight };
        let (features, excluded) = self.check_features(table, &reserved, &mut faults);
        let mut notes = Vec::new();
        let (algorithms, metric) = match task {
            Some(task) => {
                (self.check_algorithms(task, &mut notes, &mut faults), self.check_metric(task, &mut faults))
            }
            None => (Vec::new(), None),
        };
        self.check_ranges(&mut faults);
        let monotone = self.check_monotone(table, &features, task, target_column, &mut faults);
        if let (Some(task), Some(target)) = (task, target_column) {
            self.check_class_weights(task, target, &mut faults);
            self.check_costs(task, target, &mut faults);
        }
        match (target, task, metric) {
            (Some(target), Some(task), Some(metric)) if faults.0.is_empty() => Ok(CheckedSettings {
                settings: self.clone(),
                task,
                target,
                features,
                split_column: split.filter(|_| matches!(self.split, Split::Column { .. })),
                time_column: split.filter(|_| matches!(self.split, Split::Time { .. })),
                group_column: split.filter(|_| matches!(self.split, Split::Group { .. })),
                weight_column: weight,
                monotone,
                algorithms,
                metric,
                excluded,
                notes,
                dataset_sha256: String::new(),
                replayed_trials: None,
            }),
            _ => Err(faults.0),
        }
    }

    /// Checks what can be told before there is a table: numbers out of range, and settings that exclude each other.
    /// Every fault found; [`Settings::check`] finds them too.
    pub fn check_alone(&self) -> Vec<SettingsFault> {
        let mut faults = Faults(Vec::new());
        self.check_ranges(&mut faults);
        faults.0
    }

    fn check_target(&self, table: &Table, faults: &mut Faults) -> Option<usize> {
        let found = table.position(&self.target);
        if found.is_none() {
            let message = if self.target.is_empty() {
                "no target is named".to_owned()
            } else {
                format!("the table has no column \"{}\"", clip(&self.target))
            };
            faults.add("/target", "unknown_column", message, format!("name one of {}", names(table)));
        }
        found
    }

    fn check_task(&self, target: Option<&Column>, faults: &mut Faults) -> Option<Task> {
        let target = target?;
        let numeric = matches!(target.data, ColumnData::Numbers(_));
        if target.kind == ColumnKind::DateTime {
            let message = format!("column \"{}\" holds dates, which cannot be predicted", clip(&target.name));
            faults.add("/target", "bad_target", message, "choose a column of numbers or of classes");
            return None;
        }
        if self.task.is_none() && is_spoiled(target) {
            let words: Vec<String> = odd_words(target).iter().map(|w| format!("\"{}\"", clip(w))).collect();
            let words = words.join(", ");
            let message =
                format!("column \"{}\" mixes kinds, such as {words}: {}", clip(&target.name), target.reason);
            let fix = format!(
                "mend those cells, name {words} as missing, or choose classification if each value is a class"
            );
            faults.add("/target", "mixed_target", message, fix);
            return None;
        }
        let task = self.task.unwrap_or_else(|| found_task(target));
        if task == Task::Regression && !numeric {
            let message = format!("column \"{}\" holds words ({})", clip(&target.name), target.reason);
            faults.add("/task", "task_mismatch", message, "choose classification, or a target of numbers");
            return None;
        }
        if task == Task::Classification && self.target_scaling != TargetScaling::None {
            let message = "classes cannot be scaled".to_owned();
            faults.add("/target_scaling", "task_mismatch", message, "choose none, or the task regression");
        }
        if task == Task::Regression && matches!(self.split, Split::Stratified { .. }) {
            let message = "a stratified split needs classes".to_owned();
            faults.add("/split/kind", "task_mismatch", message, "choose random, or the task classification");
        }
        if self.target_scaling == TargetScaling::Log
            && let ColumnData::Numbers(values) = &target.data
            && let Some(low) = values.iter().find(|v| **v <= -1.0)
        {
            let message = format!("the target holds {low}; a logarithm needs values above -1");
            faults.add("/target_scaling", "out_of_range", message, "choose min_max or none");
        }
        Some(task)
    }

    fn check_metric(&self, task: Task, faults: &mut Faults) -> Option<Metric> {
        let metric = self.metric.unwrap_or_else(|| Metric::default_for(task));
        if metric.task() == task {
            return Some(metric);
        }
        let message = format!("{} does not measure the task", metric.as_str());
        let measuring = Metric::ALL.iter().filter(|m| m.task() == task).map(|m| m.as_str());
        let fix = format!("choose among {}", measuring.collect::<Vec<_>>().join(", "));
        faults.add("/metric", "task_mismatch", message, fix);
        None
    }
}

/// Faults while they are collected.
struct Faults(Vec<SettingsFault>);

impl Faults {
    fn add(&mut self, pointer: &str, code: &str, message: String, fix: impl Into<String>) {
        self.0.push(SettingsFault {
            pointer: pointer.to_owned(),
            code: code.to_owned(),
            message,
            fix: fix.into(),
        });
    }
}

/// Values that a target of numbers and a few words has at most to be taken for classes without being told.
const FEW_CLASSES: usize = 20;

/// Whether almost all cells are numbers, too many to be classes, and a few are not.
fn is_spoiled(target: &Column) -> bool {
    let ColumnData::Categories { levels, .. } = &target.data else { return false };
    !target.disagreeing.is_empty() && levels.len() > FEW_CLASSES
}

/// The first words that stand among the numbers, each once.
fn odd_words(target: &Column) -> Vec<&str> {
    let mut words: Vec<&str> = Vec::new();
    for odd in &target.disagreeing {
        if words.len() < 3 && !words.contains(&odd.value.as_str()) {
            words.push(&odd.value);
        }
    }
    words
}

/// Words are classes, numbers amounts, except whole numbers of at most ten values, each repeated five times or more
/// on average.
fn found_task(target: &Column) -> Task {
    let ColumnData::Numbers(values) = &target.data else { return Task::Classification };
    if target.kind != ColumnKind::Integer {
        return Task::Regression;
    }
    let mut distinct = BTreeSet::new();
    for value in values.iter().filter(|v| !v.is_nan()) {
        distinct.insert(value.to_bits());
        if distinct.len() > 10 {
            return Task::Regression;
        }
    }
    let repeated = distinct.len() > 1 && distinct.len() * 5 <= values.len();
    if repeated { Task::Classification } else { Task::Regression }
}

/// Some names of the table's columns, for a message.
fn names(table: &Table) -> String {
    let shown: Vec<String> =
        table.columns.iter().take(10).map(|c| format!("\"{}\"", clip(&c.name))).collect();
    let more = table.columns.len().saturating_sub(shown.len());
    let list = shown.join(", ");
    if more == 0 { list } else { format!("{list} and {more} more") }
}

/// A name as a part of a JSON pointer (RFC 6901).
fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn clip(text: &str) -> String {
    text.chars().take(60).collect()
}
