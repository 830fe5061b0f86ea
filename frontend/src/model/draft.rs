//! A row in the making, for the playground: what stands in each field, and what is sent for it.

use super::{figure, moment, written};
use contract::{Timestamp, datasets::ColumnKind, models::Feature};
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;

/// More levels than this are written with suggestions, not chosen from a list.
pub const FEW_LEVELS: usize = 30;
const DAY_SECONDS: f64 = 86_400.0;

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// A number.
    Number,
    /// A date.
    Date,
    /// A date and a time, in UTC.
    Moment,
    /// One of a few levels.
    Choice,
    /// A text, perhaps with levels as suggestions.
    Text,
    /// Free text of any length.
    Prose,
}

impl Take {
    /// What the field of a column takes.
    pub fn of(feature: &Feature) -> Self {
        match (feature.levels.len(), feature.kind) {
            (_, ColumnKind::Text) => Take::Prose,
            (0, ColumnKind::DateTime) if whole_days(feature) => Take::Date,
            (0, ColumnKind::DateTime) => Take::Moment,
            (0, ColumnKind::Number | ColumnKind::Integer) => Take::Number,
            (0, _) if feature.min.is_some() => Take::Number,
            (0, _) => Take::Text,
            (1..=FEW_LEVELS, _) => Take::Choice,
            _ => Take::Text,
        }
    }
}

fn whole_days(feature: &Feature) -> bool {
    let seen = [feature.min, feature.max, feature.example.as_f64()];
    seen.into_iter().flatten().all(|seconds| seconds.rem_euclid(DAY_SECONDS) == 0.0)
}

/// What stands in a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What is written or chosen.
    pub text: String,
    /// Whether the value is said to be missing, whatever is written.
    pub missing: bool,
}

impl Entry {
    /// What stands in the field for a value.
    pub fn of(take: Take, value: &Value) -> Self {
        let text = match (take, value) {
            (_, Value::Null) => return Self { text: String::new(), missing: true },
            (Take::Date | Take::Moment, Value::Number(seconds)) => {
                written_moment(take, seconds.as_f64().unwrap_or_default())
            }
            (Take::Date | Take::Moment, Value::String(text)) => match seconds_of(text) {
                Some(seconds) => written_moment(take, seconds),
                None => text.clone(),
            },
            (_, Value::Number(number)) if number.is_f64() => number.as_f64().unwrap_or_default().to_string(),
            (_, Value::String(text)) => text.clone(),
            (_, other) => other.to_string(),
        };
        Self { text, missing: false }
    }

    /// Whether neither a value nor its absence is said.
    pub fn open(&self) -> bool {
        !self.missing && self.text.trim().is_empty()
    }

    /// What is sent. A text that is no number is sent as it is: the server says what is wrong with it.
    pub fn value(&self, take: Take) -> Value {
        if self.missing || self.text.is_empty() {
            return Value::Null;
        }
        match take {
            Take::Number => number(&self.text).map_or_else(|| self.text.as_str().into(), Value::Number),
            Take::Moment if self.text.len() >= 16 && !self.text.ends_with('Z') => {
                format!("{}Z", self.text).into()
            }
            Take::Date | Take::Moment | Take::Choice | Take::Text | Take::Prose => self.text.as_str().into(),
        }
    }
}

fn number(text: &str) -> Option<Number> {
    let text = written::plain(text);
    match text.parse::<i64>() {
        Ok(whole) => Some(whole.into()),
        Err(_) => text.parse::<f64>().ok().and_then(Number::from_f64),
    }
}

/// As the browser's own date fields hold it.
fn written_moment(take: Take, seconds: f64) -> String {
    let text = Timestamp::from_millis((seconds * 1000.0) as i64).to_string();
    let length = if take == Take::Date { 10 } else { 19 };
    text.chars().take(length).collect()
}

fn seconds_of(text: &str) -> Option<f64> {
    let moment = Timestamp::parse(text).or_else(|| Timestamp::parse(&format!("{text}Z")));
    let moment = moment.or_else(|| Timestamp::parse(&format!("{text}:00Z")))?;
    Some(moment.millis() as f64 / 1000.0)
}

/// What stands in the fields, by column.
pub type Draft = BTreeMap<String, Entry>;

/// The fields with the typical values of their columns.
pub fn typical(features: &[Feature]) -> Draft {
    features.iter().map(|feature| entry(feature, &feature.example)).collect()
}

/// The fields with the values of a row; what the row lacks is missing.
pub fn of_row(features: &[Feature], row: &Map<String, Value>) -> Draft {
    features.iter().map(|feature| entry(feature, row.get(&feature.name).unwrap_or(&Value::Null))).collect()
}

fn entry(feature: &Feature, value: &Value) -> (String, Entry) {
    (feature.name.clone(), Entry::of(Take::of(feature), value))
}

/// What is sent, in the order of the columns.
pub fn row(features: &[Feature], draft: &Draft) -> Vec<(String, Value)> {
    let cell = |feature: &Feature| {
        let value = draft.get(&feature.name).map_or(Value::Null, |entry| entry.value(Take::of(feature)));
        (feature.name.clone(), value)
    };
    features.iter().map(cell).collect()
}

/// Where a cell of the only row stands in the body of the call.
pub fn pointer(column: &str) -> String {
    format!("#/rows/0/{}", column.replace('~', "~0").replace('/', "~1"))
}

/// The least and the largest value seen in training, as people read them.
pub fn range(feature: &Feature) -> Option<(String, String)> {
    let shown = |value: f64| match Take::of(feature) {
        Take::Date => written_moment(Take::Date, value),
        Take::Moment => moment::stamp((value * 1000.0) as i64, 0),
        _ => figure::measured(value),
    };
    Some((shown(feature.min?), shown(feature.max?)))
}

/// Whether a value lies outside of what was seen in training.
pub fn outside(feature: &Feature, entry: &Entry) -> bool {
    let value = match Take::of(feature) {
        _ if entry.missing => None,
        Take::Number => number(&entry.text).and_then(|number| number.as_f64()),
        Take::Date | Take::Moment => seconds_of(&entry.text),
        Take::Choice | Take::Text | Take::Prose => None,
    };
    let (Some(value), Some(min), Some(max)) = (value, feature.min, feature.max) else { return false };
    value < min || value > max
}

/// The number a step up or down from what is written; about a hundred steps lead through the range seen in training.
pub fn stepped(feature: &Feature, text: &str, up: bool) -> Option<String> {
    let now = if text.trim().is_empty() { feature.min? } else { number(text)?.as_f64()? };
    let width = feature.max.zip(feature.min).map_or(1.0, |(max, min)| max - min);
    let fits = width > 0.0 && width.is_finite();
    let power = if fits { (width / 100.0).log10().floor().clamp(-9.0, 15.0) as i32 } else { 0 };
    let power = if feature.kind == ColumnKind::Integer { power.max(0) } else { power };
    let step = 10_f64.powi(power);
    let next = if up { now + step } else { now - step };
    let decimals = usize::try_from(-power).unwrap_or_default();
    Some(format!("{next:.decimals$}"))
}

#[cfg(test)]
mod tests;
