//! What a form holds of a plan, and the settings that come of it.

use super::{
    DIRECTIONS,
    numbers::{self, Takes},
    word,
};
use crate::model::written;
use contract::training::{ClassWeights, Cost, Monotone, RunSettings, Split, Task};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The largest weight of a class and the largest cost.
const LARGEST: f64 = 1e9;

/// The plan as the form holds it: texts as they were typed, choices by their names on the wire.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The column to predict.
    pub target: String,
    /// `regression` or `classification`.
    pub task: String,
    /// The kind of split by its name on the wire.
    pub split: String,
    /// The column of the split.
    pub split_column: String,
    /// How hard is searched: `quick`, `seconds` or `trials`.
    pub effort: String,
    /// The unit of the time: `seconds`, `minutes` or `hours`.
    pub unit: String,
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
    /// What stands in for missing numbers.
    pub imputation: String,
    /// `none`, `balanced` or `given`.
    pub class_weights: String,
    /// The weights of classes where they are given; an empty text is 1.
    pub class_weight: BTreeMap<String, String>,
    /// The column of weights; empty for none.
    pub weight_column: String,
    /// The directions of columns by their names on the wire.
    pub monotone: BTreeMap<String, String>,
    /// What it costs to answer the second class where the first one is so; an empty text is 1.
    pub costs: BTreeMap<(String, String), String>,
    /// The fields of numbers by their pointers; an empty text leaves it to the engine.
    pub numbers: BTreeMap<&'static str, String>,
}

impl Plan {
    /// The settings to ask for, or the pointers of the fields that hold no fit value.
    pub fn settings(&self) -> Result<RunSettings, Vec<&'static str>> {
        let mut reader = Reader { plan: self, wrong: Vec::new() };
        let task: Option<Task> = word(&self.task);
        let numeric = task == Some(Task::Regression);
        reader.need("#/target", !self.target.is_empty());
        reader.need("#/features", !self.features.is_empty());
        let algorithms: Vec<_> = self.algorithms.iter().filter_map(|name| word(name)).collect();
        let descends = numeric && self.tries(&["gradient_descent"]);
        let nets = numeric && self.tries(&["lasso", "elastic_net"]);
        let settings = RunSettings {
            target: self.target.clone(),
            task,
            features: Some(self.features.clone()),
            split: Some(reader.split(task)),
            algorithms: (!algorithms.is_empty()).then_some(algorithms),
            scaling: word(&self.scaling),
            target_scaling: word(&self.target_scaling).filter(|_| numeric),
            metric: Some(self.metric.clone()).filter(|metric| !metric.is_empty()),
            seed: reader.number("#/seed").map(|seed| seed as u64),
            budget_seconds: reader.seconds(),
            trials: (self.effort == "trials").then(|| reader.needed("#/trials") as u32),
            imputation: word(&self.imputation),
            max_levels: reader.number("#/max_levels").map(|levels| levels as u32),
            text_terms: reader.number("#/text_terms").map(|terms| terms as u32),
            class_weights: (!numeric).then(|| reader.class_weights()).flatten(),
            weight_column: Some(self.weight_column.clone()).filter(|column| !column.is_empty()),
            monotone: self.directions(),
            costs: if numeric { Vec::new() } else { reader.costs() },
            boosting: self.tries(&["boosting"]).then(|| reader.group("boosting")).flatten(),
            forest: self.tries(&["forest", "extra_trees"]).then(|| reader.group("forest")).flatten(),
            elastic_net: nets.then(|| reader.group("elastic_net")).flatten(),
            alpha: reader.number("#/alpha"),
            gradient_descent: descends.then(|| reader.group("gradient_descent")).flatten(),
        };
        if reader.wrong.is_empty() { Ok(settings) } else { Err(reader.wrong) }
    }

    /// Whether one of the families is tried, as far as the plan leaves any out.
    fn tries(&self, families: &[&str]) -> bool {
        self.algorithms.is_empty()
            || families.iter().any(|family| self.algorithms.iter().any(|one| one == family))
    }

    fn directions(&self) -> BTreeMap<String, Monotone> {
        let known = |name: &String| DIRECTIONS.into_iter().find(|one| super::name_of(one) == *name);
        let held = self.monotone.iter().filter(|(column, _)| self.features.contains(column));
        held.filter_map(|(column, name)| Some((column.clone(), known(name)?))).collect()
    }
}

/// Reads a plan and remembers what could not be read.
struct Reader<'p> {
    plan: &'p Plan,
    wrong: Vec<&'static str>,
}

impl Reader<'_> {
    fn need(&mut self, pointer: &'static str, holds: bool) {
        if !holds {
            self.wrong.push(pointer);
        }
    }

    /// The number of a field; none where it is empty.
    fn number(&mut self, pointer: &'static str) -> Option<f64> {
        let text = self.plan.numbers.get(pointer).filter(|text| !text.trim().is_empty())?;
        let number = numbers::at(pointer).and_then(|takes| takes.read(text));
        self.need(pointer, number.is_some());
        number
    }

    /// The number of a field that may not be empty.
    fn needed(&mut self, pointer: &'static str) -> f64 {
        let number = self.number(pointer);
        if !self.wrong.contains(&pointer) {
            self.need(pointer, number.is_some());
        }
        number.unwrap_or_default()
    }

    fn seconds(&mut self) -> Option<f64> {
        if self.plan.effort != "seconds" {
            return None;
        }
        let length = match self.plan.unit.as_str() {
            "hours" => 3600.0,
            "minutes" => 60.0,
            _ => 1.0,
        };
        let seconds = self.needed("#/budget_seconds") * length;
        // Below nothing is told already.
        self.need("#/budget_seconds", seconds == 0.0 || seconds >= 1.0);
        Some(seconds)
    }

    fn split(&mut self, task: Option<Task>) -> Split {
        let kind = self.plan.split.as_str();
        let named = matches!(kind, "column" | "time" | "group");
        self.need("#/split/column", !named || !self.plan.split_column.is_empty());
        let column = self.plan.split_column.clone();
        let shared = !matches!(kind, "column" | "folds");
        let share = shared.then(|| self.number("#/split/test_fraction")).flatten();
        let share = share.map(|percent| percent / 100.0);
        let test_fraction = share.unwrap_or(0.2);
        match kind {
            "column" => Split::Column { column },
            "time" => Split::Time { column, test_fraction: share },
            "group" => Split::Group { column, test_fraction: share },
            "folds" => Split::Folds { folds: self.needed("#/split/folds") as u32 },
            "stratified" if task == Some(Task::Classification) => Split::Stratified { test_fraction },
            _ => Split::Random { test_fraction },
        }
    }

    fn class_weights(&mut self) -> Option<ClassWeights> {
        match self.plan.class_weights.as_str() {
            "balanced" => Some(ClassWeights::Balanced),
            "given" => {
                let given = self.plan.class_weight.iter().filter(|(_, text)| !text.trim().is_empty());
                let read =
                    given.map(|(class, text)| Some((class.clone(), figure(text, |weight| weight > 0.0)?)));
                let read: Option<BTreeMap<_, _>> = read.collect();
                self.need("#/class_weights", read.is_some());
                read.filter(|given| !given.is_empty()).map(ClassWeights::Given)
            }
            _ => None,
        }
    }

    fn costs(&mut self) -> Vec<Cost> {
        let given = self.plan.costs.iter().filter(|(_, text)| !text.trim().is_empty());
        let cost = |((actual, predicted), text): (&(String, String), &String)| {
            let cost = figure(text, |cost| cost >= 0.0)?;
            Some(Cost { actual: actual.clone(), predicted: predicted.clone(), cost })
        };
        let costs: Option<Vec<_>> = given.map(cost).collect();
        self.need("#/costs", costs.is_some());
        costs.unwrap_or_default()
    }

    /// The fields of a group as far as they hold something.
    fn group<T: DeserializeOwned>(&mut self, group: &str) -> Option<T> {
        let mut fields = Map::new();
        for (name, takes) in Takes::of_group(group) {
            if let Some(number) = self.number(takes.pointer) {
                fields.insert(name.to_owned(), takes.sent(number));
            }
        }
        let told = !fields.is_empty();
        told.then(|| serde_json::from_value(Value::Object(fields)).ok()).flatten()
    }
}

fn figure(text: &str, fits: impl Fn(f64) -> bool) -> Option<f64> {
    written::number(text).filter(|number| *number <= LARGEST && fits(*number))
}
