//! Settings against a table: every fault at once, each with its place and its cure.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Algorithm, Settings, Split, TargetScaling, Task};
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
    pub(crate) split_column: Option<usize>,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) metric: Metric,
    pub(crate) excluded: Vec<Excluded>,
    pub(crate) dataset_sha256: String,
}

impl CheckedSettings {
    /// Names the file that is learned from, by its SHA-256 in hexadecimal, for the artefact's lineage.
    #[must_use]
    pub fn for_dataset(mut self, sha256: &str) -> Self {
        sha256.clone_into(&mut self.dataset_sha256);
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
        let split_column = self.check_split(table, &mut faults);
        let task = self.check_task(target.and_then(|at| table.columns.get(at)), &mut faults);
        let (features, excluded) = self.check_features(table, target, split_column, &mut faults);
        let (algorithms, metric) = match task {
            Some(task) => (self.check_algorithms(task, &mut faults), self.check_metric(task, &mut faults)),
            None => (Vec::new(), None),
        };
        self.check_numbers(&mut faults);
        match (target, task, metric) {
            (Some(target), Some(task), Some(metric)) if faults.0.is_empty() => Ok(CheckedSettings {
                settings: self.clone(),
                task,
                target,
                features,
                split_column,
                algorithms,
                metric,
                excluded,
                dataset_sha256: String::new(),
            }),
            _ => Err(faults.0),
        }
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

    fn check_split(&self, table: &Table, faults: &mut Faults) -> Option<usize> {
        match &self.split {
            Split::Random { test_fraction } | Split::Stratified { test_fraction } => {
                if !(*test_fraction > 0.0 && *test_fraction < 1.0) {
                    let message = format!("the test fraction is {test_fraction}");
                    faults.add(
                        "/split/test_fraction",
                        "out_of_range",
                        message,
                        "give a number between 0 and 1",
                    );
                }
                None
            }
            Split::Column { column } => {
                let found = table.position(column);
                let message = match found {
                    None => format!("the table has no column \"{}\"", clip(column)),
                    Some(_) if *column == self.target => "the split column is the target".to_owned(),
                    Some(at) if !has_parts(table.columns.get(at)) => {
                        format!("column \"{}\" lacks the values train and test", clip(column))
                    }
                    Some(_) => return found,
                };
                let fix = "name a column with the values train, test and optionally validation";
                faults.add("/split/column", "bad_split_column", message, fix);
                None
            }
            Split::Time { .. } | Split::Group { .. } | Split::Folds { .. } => None,
        }
    }

    fn check_task(&self, target: Option<&Column>, faults: &mut Faults) -> Option<Task> {
        let target = target?;
        let numeric = matches!(target.data, ColumnData::Numbers(_));
        if target.kind == ColumnKind::DateTime {
            let message = format!("column \"{}\" holds dates, which cannot be predicted", clip(&target.name));
            faults.add("/target", "bad_target", message, "choose a column of numbers or of classes");
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

    fn check_features(
        &self,
        table: &Table,
        target: Option<usize>,
        split_column: Option<usize>,
        faults: &mut Faults,
    ) -> (Vec<usize>, Vec<Excluded>) {
        let (mut features, mut excluded) = (Vec::new(), Vec::new());
        let mut wanted = vec![self.features.is_none(); table.columns.len()];
        let mut seen = BTreeSet::new();
        for (i, name) in self.features.iter().flatten().enumerate() {
            let pointer = format!("/features/{i}");
            match table.position(name) {
                None => {
                    let message = format!("the table has no column \"{}\"", clip(name));
                    faults.add(&pointer, "unknown_column", message, format!("name one of {}", names(table)));
                }
                Some(at) if Some(at) == target || Some(at) == split_column => {
                    let message = format!("column \"{}\" is the target or the split", clip(name));
                    faults.add(&pointer, "bad_feature", message, "leave it out of the features");
                }
                Some(at) if !seen.insert(at) => {
                    let message = format!("column \"{}\" is named twice", clip(name));
                    faults.add(&pointer, "bad_feature", message, "name it once");
                }
                Some(at) => wanted[at] = true,
            }
        }
        for (at, column) in table.columns.iter().enumerate() {
            if !wanted[at] || Some(at) == target || Some(at) == split_column {
                continue;
            }
            match unfit(column, self.features.is_some()) {
                Some(reason) => excluded.push(Excluded { column: column.name.clone(), reason }),
                None => features.push(at),
            }
        }
        if features.is_empty() && target.is_some() && faults.0.is_empty() {
            let message = "no column is left to learn from".to_owned();
            let fix = "add columns of numbers or categories; free text and ids are not learned from";
            faults.add("/features", "no_features", message, fix);
        }
        (features, excluded)
    }

    fn check_algorithms(&self, task: Task, faults: &mut Faults) -> Vec<Algorithm> {
        for (i, algorithm) in self.algorithms.iter().flatten().enumerate() {
            if !algorithm.serves(task) {
                let message = format!("{} does not serve the task", algorithm.as_str());
                let serving = Algorithm::ALL.iter().filter(|a| a.serves(task)).map(|a| a.as_str());
                let fix = format!("choose among {}", serving.collect::<Vec<_>>().join(", "));
                faults.add(&format!("/algorithms/{i}"), "task_mismatch", message, fix);
            }
        }
        let asked = |algorithm: &Algorithm| match &self.algorithms {
            Some(list) => *algorithm == Algorithm::Baseline || list.contains(algorithm),
            None => true,
        };
        let here = |a: &Algorithm| {
            !matches!(
                a,
                Algorithm::Lasso
                    | Algorithm::ElasticNet
                    | Algorithm::Forest
                    | Algorithm::ExtraTrees
                    | Algorithm::Boosting
                    | Algorithm::Ensemble
            )
        };
        Algorithm::ALL.into_iter().filter(|a| a.serves(task) && asked(a) && here(a)).collect()
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

    fn check_numbers(&self, faults: &mut Faults) {
        let mut range = |pointer: &str, good: bool, value: String, fix: &str| {
            if !good {
                faults.add(pointer, "out_of_range", format!("{value} is out of range"), fix);
            }
        };
        let (alpha, descent) = (self.ridge_alpha, &self.gradient_descent);
        let alpha_good = (0.0..=1e12).contains(&alpha);
        range("/ridge_alpha", alpha_good, alpha.to_string(), "give a number from 0 to 1e12");
        let rate = descent.learning_rate;
        let rate_good = rate > 0.0 && rate <= 1e6;
        range(
            "/gradient_descent/learning_rate",
            rate_good,
            rate.to_string(),
            "give a number above 0, such as 0.1",
        );
        let steps = descent.max_iterations;
        let steps_good = (1..=1_000_000).contains(&steps);
        range("/gradient_descent/max_iterations", steps_good, steps.to_string(), "give 1 to 1000000");
        let tolerance = descent.tolerance;
        let tolerance_good = (0.0..1.0).contains(&tolerance);
        range(
            "/gradient_descent/tolerance",
            tolerance_good,
            tolerance.to_string(),
            "give 0 or more, below 1",
        );
        let levels = self.max_levels;
        range("/max_levels", (1..=1_000).contains(&levels), levels.to_string(), "give 1 to 1000");
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

/// Why a column cannot be learned from. An id of whole numbers may be, if it is asked for by name.
fn unfit(column: &Column, asked_by_name: bool) -> Option<String> {
    let numbers = matches!(column.data, ColumnData::Numbers(_));
    match column.kind {
        ColumnKind::Text => Some(format!("free text is not learned from yet ({})", column.reason)),
        ColumnKind::Id if !(asked_by_name && numbers) => {
            Some(format!("an id says nothing ({})", column.reason))
        }
        _ if (0..column.len()).all(|row| column.is_missing(row)) => Some("every value is missing".to_owned()),
        _ => None,
    }
}

fn has_parts(column: Option<&Column>) -> bool {
    let Some(Column { data: ColumnData::Categories { levels, .. }, .. }) = column else { return false };
    ["train", "test"].iter().all(|part| levels.iter().any(|level| level == part))
}

/// Some names of the table's columns, for a message.
fn names(table: &Table) -> String {
    let shown: Vec<String> =
        table.columns.iter().take(10).map(|c| format!("\"{}\"", clip(&c.name))).collect();
    let more = table.columns.len().saturating_sub(shown.len());
    let list = shown.join(", ");
    if more == 0 { list } else { format!("{list} and {more} more") }
}

fn clip(text: &str) -> String {
    text.chars().take(60).collect()
}
