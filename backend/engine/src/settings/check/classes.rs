//! What is said of single classes: their weights, the costs of wrong answers.

use std::collections::BTreeSet;

use super::{Faults, Settings, Task, clip, pointer_part};
use crate::settings::ClassWeights;
use crate::table::{Column, ColumnData};

/// Classes that are looked for before a target counts as having too many to name.
const MANY: usize = 1_000;
/// The largest weight and cost.
const LARGEST: f64 = 1e9;

/// The names of the classes of a target, as training will name them; `None` when there are very many.
pub(super) fn of(target: &Column) -> Option<BTreeSet<String>> {
    match &target.data {
        ColumnData::Categories { levels, .. } => {
            let mut held = BTreeSet::new();
            let ColumnData::Categories { codes, .. } = &target.data else { return None };
            let codes: BTreeSet<u32> = codes.iter().copied().collect();
            held.extend(codes.iter().filter_map(|code| levels.get(*code as usize)).cloned());
            Some(held).filter(|held| held.len() <= MANY)
        }
        ColumnData::Numbers(values) => {
            let mut bits = BTreeSet::new();
            for value in values.iter().filter(|v| !v.is_nan()) {
                bits.insert((value + 0.0).to_bits());
                if bits.len() > MANY {
                    return None;
                }
            }
            Some(bits.into_iter().map(|bits| f64::from_bits(bits).to_string()).collect())
        }
    }
}

impl Settings {
    pub(super) fn check_class_weights(&self, task: Task, target: &Column, faults: &mut Faults) {
        if self.class_weights == ClassWeights::None {
            return;
        }
        if task == Task::Regression {
            let message = "a number has no classes to weigh".to_owned();
            let fix = "leave class_weights out, use weight_column, or choose classification";
            faults.add("/class_weights", "task_mismatch", message, fix);
            return;
        }
        let ClassWeights::Given(given) = &self.class_weights else { return };
        let known = of(target);
        for (class, weight) in given {
            let pointer = format!("/class_weights/given/{}", pointer_part(class));
            check_class(&pointer, class, known.as_ref(), faults);
            if !(*weight > 0.0 && *weight <= LARGEST) {
                let message = format!("the weight {weight} is out of range");
                faults.add(&pointer, "out_of_range", message, "give a number above 0, to 1e9");
            }
        }
    }

    pub(super) fn check_costs(&self, task: Task, target: &Column, faults: &mut Faults) {
        if self.costs.is_empty() {
            return;
        }
        if task == Task::Regression {
            let message = "a number has no classes to take for one another".to_owned();
            faults.add("/costs", "task_mismatch", message, "leave costs out, or choose classification");
            return;
        }
        let known = of(target);
        let mut seen = BTreeSet::new();
        for (i, cost) in self.costs.iter().enumerate() {
            check_class(&format!("/costs/{i}/actual"), &cost.actual, known.as_ref(), faults);
            check_class(&format!("/costs/{i}/predicted"), &cost.predicted, known.as_ref(), faults);
            if !(0.0..=LARGEST).contains(&cost.cost) {
                let message = format!("the cost {} is out of range", cost.cost);
                faults.add(
                    &format!("/costs/{i}/cost"),
                    "out_of_range",
                    message,
                    "give a number from 0 to 1e9",
                );
            }
            if !seen.insert((&cost.actual, &cost.predicted)) {
                let (actual, predicted) = (clip(&cost.actual), clip(&cost.predicted));
                let message = format!("the cost of \"{predicted}\" for \"{actual}\" is given twice");
                faults.add(&format!("/costs/{i}"), "duplicate", message, "give it once");
            }
        }
    }
}

fn check_class(pointer: &str, class: &str, known: Option<&BTreeSet<String>>, faults: &mut Faults) {
    let Some(known) = known.filter(|known| !known.contains(class)) else { return };
    let shown: Vec<String> = known.iter().take(10).map(|name| format!("\"{}\"", clip(name))).collect();
    let more = known.len().saturating_sub(shown.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!("the target has no class \"{}\"", clip(class));
    faults.add(pointer, "unknown_class", message, format!("name one of {}{more}", shown.join(", ")));
}
