//! The fields of numbers: where each stands in the body of the call, and what it takes.

use crate::model::written;
use serde_json::Value;

/// Which numbers between the least and the most are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole ones.
    Whole,
    /// Any.
    Real,
    /// Any but the least itself.
    Above,
}

/// A field of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Takes {
    /// Where it stands in the body of the call.
    pub pointer: &'static str,
    /// The least that is taken.
    pub least: f64,
    /// The most that is taken.
    pub most: f64,
    /// Which between them.
    pub kind: Kind,
    /// What holds while the field is empty; empty where that depends on the data or on the search.
    pub usual: &'static str,
}

const fn takes(pointer: &'static str, kind: Kind, least: f64, most: f64, usual: &'static str) -> Takes {
    Takes { pointer, least, most, kind, usual }
}

/// The largest whole number that JSON readers hold exactly.
const EXACT: f64 = 9_007_199_254_740_991.0;

/// Every field.
pub const ALL: [Takes; 26] = [
    takes("#/budget_seconds", Kind::Above, 0.0, 86_400.0, ""),
    takes("#/trials", Kind::Whole, 1.0, 1_000.0, ""),
    takes("#/split/test_fraction", Kind::Real, 1.0, 90.0, "20"),
    takes("#/split/folds", Kind::Whole, 2.0, 20.0, ""),
    takes("#/seed", Kind::Whole, 0.0, EXACT, "42"),
    takes("#/max_levels", Kind::Whole, 1.0, 1_000.0, "100"),
    takes("#/text_terms", Kind::Whole, 1.0, 2_048.0, "1024"),
    takes("#/alpha", Kind::Real, 0.0, 1e12, "1"),
    takes("#/elastic_net/alpha", Kind::Above, 0.0, 1e12, ""),
    takes("#/elastic_net/l1_ratio", Kind::Real, 0.0, 1.0, "0.5"),
    takes("#/gradient_descent/learning_rate", Kind::Above, 0.0, 1e6, ""),
    takes("#/gradient_descent/max_iterations", Kind::Whole, 1.0, 1e6, "20000"),
    takes("#/gradient_descent/tolerance", Kind::Real, 0.0, 0.999_999, "1e-8"),
    takes("#/boosting/max_rounds", Kind::Whole, 1.0, 20_000.0, ""),
    takes("#/boosting/learning_rate", Kind::Above, 0.0, 1.0, ""),
    takes("#/boosting/max_leaves", Kind::Whole, 2.0, 4_096.0, ""),
    takes("#/boosting/max_depth", Kind::Whole, 1.0, 64.0, ""),
    takes("#/boosting/min_leaf_rows", Kind::Whole, 1.0, 1e6, ""),
    takes("#/boosting/l2", Kind::Real, 0.0, 1e6, ""),
    takes("#/boosting/row_fraction", Kind::Above, 0.0, 1.0, ""),
    takes("#/boosting/column_fraction", Kind::Above, 0.0, 1.0, ""),
    takes("#/boosting/early_stopping_rounds", Kind::Whole, 0.0, 10_000.0, ""),
    takes("#/forest/trees", Kind::Whole, 1.0, 5_000.0, ""),
    takes("#/forest/max_depth", Kind::Whole, 1.0, 64.0, ""),
    takes("#/forest/min_leaf_rows", Kind::Whole, 1.0, 1e6, ""),
    takes("#/forest/column_fraction", Kind::Above, 0.0, 1.0, ""),
];

impl Takes {
    /// The number of a text; none when it is none that is taken.
    pub fn read(&self, text: &str) -> Option<f64> {
        let number = written::number(text)?;
        let fits = match self.kind {
            Kind::Whole => number.fract() == 0.0 && number >= self.least,
            Kind::Real => number >= self.least,
            Kind::Above => number > self.least,
        };
        (fits && number <= self.most).then_some(number)
    }

    /// The number as it is sent: whole ones without a fraction.
    pub fn sent(&self, number: f64) -> Value {
        if self.kind == Kind::Whole { Value::from(number as u64) } else { Value::from(number) }
    }

    /// The fields of a group such as `boosting`, with their names in it.
    pub fn of_group(group: &str) -> impl Iterator<Item = (&'static str, &'static Takes)> {
        let named = move |takes: &'static Takes| {
            let name = takes.pointer.strip_prefix("#/")?.strip_prefix(group)?.strip_prefix('/')?;
            Some((name, takes))
        };
        ALL.iter().filter_map(named)
    }
}

/// The field at a pointer.
pub fn at(pointer: &str) -> Option<&'static Takes> {
    ALL.iter().find(|takes| takes.pointer == pointer)
}
