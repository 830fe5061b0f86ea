//! The plan of a training run as a form holds it: good guesses from the profile, and the settings that are asked for.

use contract::{
    datasets::{ColumnKind, ColumnProfile, Profile},
    training::{GradientDescent, RunSettings, Split, Task},
};
use serde::de::DeserializeOwned;

/// Why a kind of answer was guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The column holds words: so many classes.
    Words(u64),
    /// The column holds few whole numbers, each many times.
    Few(u64),
    /// The column holds many numbers.
    Many(u64),
}

/// The kind of answer for a target, as the engine would guess it, and why.
pub fn task_of(target: &ColumnProfile, rows: u64) -> (Task, Reason) {
    let distinct = target.distinct;
    match target.kind {
        ColumnKind::Integer if (2..=10).contains(&distinct) && distinct * 5 <= rows => {
            (Task::Classification, Reason::Few(distinct))
        }
        ColumnKind::Integer | ColumnKind::Number => (Task::Regression, Reason::Many(distinct)),
        _ if target.min.is_some() && target.kind == ColumnKind::Id => {
            (Task::Regression, Reason::Many(distinct))
        }
        _ => (Task::Classification, Reason::Words(distinct)),
    }
}

/// Whether a column can be predicted with sense: neither free text, nor moments, nor names of rows, nor always the same.
pub fn predictable(column: &ColumnProfile) -> bool {
    let kind = !matches!(column.kind, ColumnKind::Text | ColumnKind::DateTime | ColumnKind::Id);
    kind && column.distinct > 1
}

/// The column that names the parts `train` and `test`, if there is one.
pub fn split_column(profile: &Profile) -> Option<&ColumnProfile> {
    profile.columns.iter().find(|column| {
        let holds = |part: &str| column.common.iter().any(|value| value.value == part);
        let only = || {
            let part = |value: &str| matches!(value, "train" | "test" | "validation");
            column.common.iter().all(|value| part(&value.value))
        };
        (2..=3).contains(&column.distinct) && holds("train") && holds("test") && only()
    })
}

/// The column that people most likely want to predict: the last one that can be, apart from the split's.
pub fn likely_target(profile: &Profile) -> Option<&ColumnProfile> {
    let split = split_column(profile).map(|column| &column.name);
    let other = |column: &&ColumnProfile| Some(&column.name) != split;
    let mut backwards = profile.columns.iter().rev().filter(other);
    backwards.clone().find(|column| predictable(column)).or_else(|| backwards.next())
}

/// Whether a column is learned from unless somebody says otherwise.
pub fn useful(column: &ColumnProfile) -> bool {
    let suspect = |name: &String| matches!(name.as_str(), "constant" | "empty" | "id_like" | "leak");
    learnable(column) && !column.suspects.iter().any(suspect)
}

/// Whether the engine can learn from a column at all.
pub fn learnable(column: &ColumnProfile) -> bool {
    let words_as_id = column.kind == ColumnKind::Id && column.min.is_none();
    column.kind != ColumnKind::Text && !words_as_id
}

/// How many rows learn and how many test, as the engine draws them; none for a share that it refuses.
pub fn parts(rows: u64, test_fraction: f64) -> Option<(u64, u64)> {
    if !(0.01..=0.9).contains(&test_fraction) || rows < 2 {
        return None;
    }
    let test = ((rows as f64 * test_fraction).ceil() as u64).min(rows - 1);
    Some((rows - test, test))
}

/// How many rows a split column names for learning and for testing.
pub fn named_parts(column: &ColumnProfile) -> (u64, u64) {
    let count =
        |part: &str| column.common.iter().find(|value| value.value == part).map_or(0, |value| value.count);
    (count("train"), count("test"))
}

/// The plan as the form holds it: texts as they were typed, choices by their names on the wire.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The column to predict.
    pub target: String,
    /// `regression` or `classification`.
    pub task: String,
    /// `random`, `stratified` or `column`.
    pub split: String,
    /// The share of rows that test, in percent.
    pub test_percent: String,
    /// The column of the split.
    pub split_column: String,
    /// The metric.
    pub metric: String,
    /// The columns to learn from.
    pub features: Vec<String>,
    /// The families; none means all that fit.
    pub algorithms: Vec<String>,
    /// How numbers are scaled.
    pub scaling: String,
    /// How the target is scaled.
    pub target_scaling: String,
    /// The seed.
    pub seed: String,
    /// The penalty.
    pub alpha: String,
    /// The learning rate; empty leaves it to the engine, like the two below.
    pub learning_rate: String,
    /// The most steps.
    pub max_iterations: String,
    /// When to stop.
    pub tolerance: String,
}

impl Plan {
    /// The settings to ask for, or the pointers of the fields that hold no fit value.
    pub fn settings(&self) -> Result<RunSettings, Vec<&'static str>> {
        let mut wrong = Vec::new();
        let task: Option<Task> = word(&self.task);
        let percent = number(&self.test_percent, 1.0..=90.0, "#/split/test_fraction", &mut wrong);
        let test_fraction = percent.map_or(0.2, |percent| percent / 100.0);
        let split = match self.split.as_str() {
            "column" => Split::Column { column: self.split_column.clone() },
            "stratified" if task == Some(Task::Classification) => Split::Stratified { test_fraction },
            _ => Split::Random { test_fraction },
        };
        if matches!(split, Split::Column { .. }) {
            wrong.retain(|pointer| *pointer != "#/split/test_fraction");
            if self.split_column.is_empty() {
                wrong.push("#/split/column");
            }
        }
        if self.target.is_empty() {
            wrong.push("#/target");
        }
        if self.features.is_empty() {
            wrong.push("#/features");
        }
        let alpha = number(&self.alpha, 0.0..=1e12, "#/alpha", &mut wrong);
        let seed = whole(&self.seed, "#/seed", &mut wrong);
        let gradient_descent = self.gradient_descent(&mut wrong);
        let algorithms: Vec<_> = self.algorithms.iter().filter_map(|name| word(name)).collect();
        let settings = RunSettings {
            target: self.target.clone(),
            task,
            features: Some(self.features.clone()),
            split: Some(split),
            algorithms: (!algorithms.is_empty()).then_some(algorithms),
            scaling: word(&self.scaling),
            target_scaling: word(&self.target_scaling).filter(|_| task == Some(Task::Regression)),
            metric: Some(self.metric.clone()).filter(|metric| !metric.is_empty()),
            seed,
            alpha,
            gradient_descent,
            ..RunSettings::default()
        };
        if wrong.is_empty() { Ok(settings) } else { Err(wrong) }
    }

    fn gradient_descent(&self, wrong: &mut Vec<&'static str>) -> Option<GradientDescent> {
        if self.task != "regression" {
            return None;
        }
        let rate = "#/gradient_descent/learning_rate";
        let learning_rate = number(&self.learning_rate, f64::MIN_POSITIVE..=1e6, rate, wrong);
        let steps = "#/gradient_descent/max_iterations";
        let max_iterations = whole(&self.max_iterations, steps, wrong).and_then(|steps_asked| {
            let fit = u32::try_from(steps_asked).ok().filter(|asked| (1..=1_000_000).contains(asked));
            if fit.is_none() {
                wrong.push(steps);
            }
            fit
        });
        let tolerance = number(&self.tolerance, 0.0..=0.999_999, "#/gradient_descent/tolerance", wrong);
        let told = learning_rate.is_some() || max_iterations.is_some() || tolerance.is_some();
        told.then_some(GradientDescent { learning_rate, max_iterations, tolerance })
    }
}

/// A value of the contract by its name on the wire.
pub fn word<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// The name on the wire of a value of the contract.
pub fn name_of(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    value.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

fn number(
    text: &str,
    range: std::ops::RangeInclusive<f64>,
    pointer: &'static str,
    wrong: &mut Vec<&'static str>,
) -> Option<f64> {
    let text = text.trim();
    let number = text.parse::<f64>().ok().filter(|number| range.contains(number));
    if number.is_none() && !text.is_empty() {
        wrong.push(pointer);
    }
    number
}

fn whole(text: &str, pointer: &'static str, wrong: &mut Vec<&'static str>) -> Option<u64> {
    let text = text.trim();
    let number = text.parse::<u64>().ok();
    if number.is_none() && !text.is_empty() {
        wrong.push(pointer);
    }
    number
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
