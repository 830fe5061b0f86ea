//! Columns with a part of their own: what is learned from, what weighs, what the answer must follow.

use std::collections::BTreeSet;

use super::{Excluded, Faults, Monotone, Settings, Task, classes, clip, names};
use crate::table::{Column, ColumnData, ColumnKind, Table};

/// Columns that are not learned from because they serve another end.
pub(super) struct Reserved {
    pub target: Option<usize>,
    pub split: Option<usize>,
    pub weight: Option<usize>,
}

impl Reserved {
    /// What the column serves.
    fn end(&self, at: usize) -> Option<&'static str> {
        let at = Some(at);
        if at == self.target {
            Some("the target")
        } else if at == self.split {
            Some("the column of the split")
        } else if at == self.weight {
            Some("the column of weights")
        } else {
            None
        }
    }
}

impl Settings {
    pub(super) fn check_features(
        &self,
        table: &Table,
        reserved: &Reserved,
        faults: &mut Faults,
    ) -> (Vec<usize>, Vec<Excluded>) {
        let (mut features, mut excluded) = (Vec::new(), Vec::new());
        let mut wanted = vec![self.features.is_none(); table.columns.len()];
        let mut seen = BTreeSet::new();
        for (i, name) in self.features.iter().flatten().enumerate() {
            let pointer = format!("/features/{i}");
            let Some(at) = table.position(name) else {
                let message = format!("the table has no column \"{}\"", clip(name));
                faults.add(&pointer, "unknown_column", message, format!("name one of {}", names(table)));
                continue;
            };
            if let Some(end) = reserved.end(at) {
                let message = format!("column \"{}\" is {end}", clip(name));
                faults.add(&pointer, "bad_feature", message, "leave it out of the features");
            } else if !seen.insert(at) {
                let message = format!("column \"{}\" is named twice", clip(name));
                faults.add(&pointer, "bad_feature", message, "name it once");
            } else {
                wanted[at] = true;
            }
        }
        for (at, column) in table.columns.iter().enumerate() {
            let reason = match reserved.end(at) {
                Some(_) if Some(at) == reserved.target => continue,
                Some(end) => Some(format!("it is {end}")),
                None if !wanted[at] => continue,
                None => unfit(column, self.features.is_some()),
            };
            match reason {
                Some(reason) => excluded.push(Excluded { column: column.name.clone(), reason }),
                None => features.push(at),
            }
        }
        if features.is_empty() && reserved.target.is_some() && faults.0.is_empty() {
            let message = "no column is left to learn from".to_owned();
            let fix = "add columns of numbers, categories or text; ids are not learned from";
            faults.add("/features", "no_features", message, fix);
        }
        (features, excluded)
    }

    /// The column of weights: numbers, 0 or above, present wherever there is a target, not all 0.
    pub(super) fn check_weight_column(
        &self,
        table: &Table,
        target: Option<&Column>,
        split: Option<usize>,
        faults: &mut Faults,
    ) -> Option<usize> {
        let name = self.weight_column.as_ref()?;
        let mut fault = |code: &str, message: String, fix: String| {
            faults.add("/weight_column", code, message, fix);
            None
        };
        let Some(at) = table.position(name) else {
            let message = format!("the table has no column \"{}\"", clip(name));
            return fault("unknown_column", message, format!("name one of {}", names(table)));
        };
        let other = "name a column of numbers that is neither the target nor the split".to_owned();
        if *name == self.target || Some(at) == split {
            let message = format!("column \"{}\" is the target or the split", clip(name));
            return fault("bad_weight_column", message, other);
        }
        let column = table.columns.get(at)?;
        let ColumnData::Numbers(values) = &column.data else {
            let message = format!("column \"{}\" holds words ({})", clip(name), column.reason);
            return fault("bad_weight_column", message, other);
        };
        if column.kind == ColumnKind::DateTime {
            let message = format!("column \"{}\" holds dates", clip(name));
            return fault("bad_weight_column", message, other);
        }
        let used = |row: &usize| target.is_none_or(|target| !target.is_missing(*row));
        let mut some = false;
        for row in (0..values.len()).filter(used) {
            let weight = values[row];
            if weight.is_nan() || weight < 0.0 {
                let what = if weight.is_nan() { "is missing".to_owned() } else { format!("is {weight}") };
                let message = format!("the weight of row {} {what}", row + 1);
                return fault("bad_weight", message, "give every row a weight, 0 or above".to_owned());
            }
            some |= weight > 0.0;
        }
        if !some {
            return fault("bad_weight", "every weight is 0".to_owned(), "give some rows a weight".to_owned());
        }
        Some(at)
    }

    /// How the answer must move with each of the features.
    pub(super) fn check_monotone(
        &self,
        table: &Table,
        features: &[usize],
        task: Option<Task>,
        target: Option<&Column>,
        faults: &mut Faults,
    ) -> Vec<Option<Monotone>> {
        let mut directions = vec![None; features.len()];
        if self.monotone.is_empty() {
            return directions;
        }
        let two_classes = || target.is_none_or(|target| classes::of(target).is_none_or(|c| c.len() == 2));
        if task == Some(Task::Classification) && !two_classes() {
            let message = "more than two classes have no direction to move in".to_owned();
            faults.add("/monotone", "task_mismatch", message, "leave monotone out, or predict a number");
        }
        for (name, direction) in &self.monotone {
            let pointer = format!("/monotone/{}", super::pointer_part(name));
            let at = table.position(name);
            let place = features.iter().position(|feature| Some(*feature) == at);
            let column = at.and_then(|at| table.columns.get(at));
            let amounts = column.is_some_and(|column| {
                matches!(column.data, ColumnData::Numbers(_)) && column.kind != ColumnKind::DateTime
            });
            let message = match (column, place) {
                (None, _) => format!("the table has no column \"{}\"", clip(name)),
                (Some(_), None) => format!("column \"{}\" is not learned from", clip(name)),
                (Some(_), Some(_)) if !amounts => {
                    format!("column \"{}\" holds words or dates, which have no direction", clip(name))
                }
                (Some(_), Some(place)) => {
                    directions[place] = Some(*direction);
                    continue;
                }
            };
            faults.add(&pointer, "bad_monotone", message, "name a feature that is a column of numbers");
        }
        directions
    }
}

/// Why a column cannot be learned from. An id of whole numbers may be, if it is asked for by name.
fn unfit(column: &Column, asked_by_name: bool) -> Option<String> {
    let numbers = matches!(column.data, ColumnData::Numbers(_));
    match column.kind {
        ColumnKind::Id if !(asked_by_name && numbers) => {
            Some(format!("an id says nothing ({})", column.reason))
        }
        _ if (0..column.len()).all(|row| column.is_missing(row)) => Some("every value is missing".to_owned()),
        _ => None,
    }
}
