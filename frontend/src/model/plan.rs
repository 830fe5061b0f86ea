//! The plan of a training run as a form holds it: good guesses from the profile, and the settings that are asked for.

pub mod numbers;
mod target;
mod wish;

pub use target::likely_target;
pub use wish::Plan;

use contract::{
    datasets::{ColumnKind, ColumnProfile, Profile},
    training::{Algorithm, Monotone, Task},
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

/// Whether a column tells when: dates, else numbers that grow.
pub fn tells_when(column: &ColumnProfile) -> bool {
    column.distinct > 1 && (column.kind == ColumnKind::DateTime || counts(column))
}

/// Whether a column holds amounts: numbers that are no dates.
pub fn counts(column: &ColumnProfile) -> bool {
    matches!(column.kind, ColumnKind::Integer | ColumnKind::Number)
}

/// Whether a column can name groups of rows.
pub fn names_groups(column: &ColumnProfile) -> bool {
    column.distinct > 1 && !matches!(column.kind, ColumnKind::Number | ColumnKind::DateTime)
}

/// The classes of a target, the commonest first; none when there are more than the profile lists.
pub fn classes(target: &ColumnProfile) -> Vec<String> {
    let all = target.common.len() as u64 == target.distinct;
    let names = target.common.iter().filter(|_| all);
    names.map(|value| value.value.clone()).collect()
}

/// The families that serve a task, the simple ones first; the baseline always runs beside them.
pub const fn families(task: Task) -> &'static [Algorithm] {
    match task {
        Task::Regression => &[
            Algorithm::Linear,
            Algorithm::Ridge,
            Algorithm::Lasso,
            Algorithm::ElasticNet,
            Algorithm::GradientDescent,
            Algorithm::Forest,
            Algorithm::ExtraTrees,
            Algorithm::Boosting,
            Algorithm::Ensemble,
        ],
        Task::Classification => &[
            Algorithm::Logistic,
            Algorithm::Forest,
            Algorithm::ExtraTrees,
            Algorithm::Boosting,
            Algorithm::Ensemble,
        ],
    }
}

/// Whether the answers of a family can be held to directions of columns.
pub const fn keeps_directions(family: Algorithm) -> bool {
    matches!(family, Algorithm::Baseline | Algorithm::Boosting | Algorithm::Ensemble)
}

/// The directions that an answer may be held to.
pub const DIRECTIONS: [Monotone; 2] = [Monotone::Increasing, Monotone::Decreasing];

/// Whether a column is learned from unless somebody says otherwise.
pub fn useful(column: &ColumnProfile) -> bool {
    let suspect = |name: &String| matches!(name.as_str(), "constant" | "empty" | "id_like" | "leak");
    learnable(column) && !column.suspects.iter().any(suspect)
}

/// Whether the engine can learn from a column at all.
pub fn learnable(column: &ColumnProfile) -> bool {
    let words_as_id = column.kind == ColumnKind::Id && column.min.is_none();
    column.distinct > 0 && !words_as_id
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

/// A value of the contract by its name on the wire.
pub fn word<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// The name on the wire of a value of the contract.
pub fn name_of(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    value.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
