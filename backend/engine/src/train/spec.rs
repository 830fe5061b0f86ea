//! What a trial is: a family with all that decides its fit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::families::trees::{BoostParameters, CategoryCoding};
use crate::settings::{Algorithm, Settings, TargetScaling};

/// How categories reach trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Categories {
    /// Splits by sets of levels.
    Sets,
    /// One number a level.
    Numbers,
}

impl Categories {
    /// What serves a train part of this many rows.
    pub fn usual(rows: usize) -> Self {
        match CategoryCoding::usual(rows) {
            CategoryCoding::Sets => Self::Sets,
            CategoryCoding::Ranks => Self::Numbers,
        }
    }

    /// The other way.
    pub fn other(self) -> Self {
        match self {
            Self::Sets => Self::Numbers,
            Self::Numbers => Self::Sets,
        }
    }
}

/// How boosting grows its trees; see [`crate::settings::BoostingSettings`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoostingPlan {
    pub max_rounds: u32,
    pub learning_rate: f64,
    pub max_leaves: u32,
    pub max_depth: u32,
    pub min_leaf_rows: u32,
    pub l2: f64,
    pub row_fraction: f64,
    pub column_fraction: f64,
    pub early_stopping_rounds: u32,
}

/// How a forest grows; see [`crate::settings::ForestSettings`]. What is not given is the family's usual choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForestPlan {
    pub trees: u32,
    pub max_depth: Option<u32>,
    pub min_leaf_rows: Option<u32>,
    pub column_fraction: Option<f64>,
}

/// What a family is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plan {
    /// Nothing but the settings.
    Settings,
    /// A penalty.
    Alpha(f64),
    /// The penalty of ridge regression that folds of the rows find best.
    FoldAlpha,
    /// Penalties of lasso and elastic net; folds find α when there is none.
    Net { alpha: Option<f64>, l1_ratio: f64 },
    /// Trees one after another.
    Boosting(BoostingPlan),
    /// Trees side by side.
    Forest(ForestPlan),
}

/// A family with all that decides its fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    pub algorithm: Algorithm,
    pub plan: Plan,
    pub target_scaling: TargetScaling,
    pub categories: Categories,
    /// Of the trees.
    pub seed: u64,
    /// Which cut into folds is learned on.
    pub partition: u32,
    /// Folds that are learned, from the first.
    pub folds: usize,
}

impl Spec {
    /// Whether chance alone tells it from another: the seed and the cut into folds.
    pub fn repeats(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm
            && self.plan == other.plan
            && self.target_scaling == other.target_scaling
            && self.categories == other.categories
    }

    /// Numbers that tell the trial from others of its family, by name.
    pub fn parameters(&self) -> BTreeMap<String, f64> {
        let mut found: Vec<(&str, f64)> = match &self.plan {
            Plan::Settings | Plan::FoldAlpha => Vec::new(),
            Plan::Alpha(alpha) => vec![("alpha", *alpha)],
            Plan::Net { alpha, l1_ratio } => {
                alpha.map(|alpha| ("alpha", alpha)).into_iter().chain([("l1_ratio", *l1_ratio)]).collect()
            }
            Plan::Boosting(b) => vec![
                ("max_rounds", f64::from(b.max_rounds)),
                ("learning_rate", b.learning_rate),
                ("max_leaves", f64::from(b.max_leaves)),
                ("max_depth", f64::from(b.max_depth)),
                ("min_leaf_rows", f64::from(b.min_leaf_rows)),
                ("l2", b.l2),
                ("row_fraction", b.row_fraction),
                ("column_fraction", b.column_fraction),
                ("early_stopping_rounds", f64::from(b.early_stopping_rounds)),
            ],
            Plan::Forest(f) => {
                let given = [
                    ("trees", Some(f64::from(f.trees))),
                    ("max_depth", f.max_depth.map(f64::from)),
                    ("min_leaf_rows", f.min_leaf_rows.map(f64::from)),
                    ("column_fraction", f.column_fraction),
                ];
                given.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect()
            }
        };
        if self.target_scaling == TargetScaling::Log {
            found.push(("log_target", 1.0));
        }
        if matches!(self.plan, Plan::Boosting(_) | Plan::Forest(_)) {
            found.push(("category_sets", f64::from(u8::from(self.categories == Categories::Sets))));
        }
        found.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// What of the data decides where a search begins.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// Rows that a model learns from, about.
    pub rows: usize,
    /// Whether any feature is a category.
    pub has_categories: bool,
    /// Whether any feature is a text.
    pub has_texts: bool,
    pub classes: usize,
    /// Whether the target is above 0 and leans to the right, so that its logarithm may be easier.
    pub leans: bool,
}

impl BoostingPlan {
    /// The recipe of the engine, with what the settings decide.
    pub fn recipe(facts: &Facts, settings: &Settings) -> Self {
        let recipe = BoostParameters::recipe(facts.rows);
        let plan = Self {
            max_rounds: if facts.classes > 10 { 500 } else { 3_000 },
            learning_rate: recipe.learning_rate,
            max_leaves: recipe.max_leaves as u32,
            max_depth: recipe.max_depth,
            min_leaf_rows: recipe.min_leaf_rows as u32,
            l2: recipe.l2,
            row_fraction: recipe.row_fraction,
            column_fraction: recipe.column_fraction,
            early_stopping_rounds: recipe.early_stopping_rounds,
        };
        plan.within(settings)
    }

    /// The plan with what the settings decide.
    pub fn within(self, settings: &Settings) -> Self {
        let given = &settings.boosting;
        Self {
            max_rounds: given.max_rounds.unwrap_or(self.max_rounds),
            learning_rate: given.learning_rate.unwrap_or(self.learning_rate),
            max_leaves: given.max_leaves.unwrap_or(self.max_leaves),
            max_depth: given.max_depth.unwrap_or(self.max_depth),
            min_leaf_rows: given.min_leaf_rows.unwrap_or(self.min_leaf_rows),
            l2: given.l2.unwrap_or(self.l2),
            row_fraction: given.row_fraction.unwrap_or(self.row_fraction),
            column_fraction: given.column_fraction.unwrap_or(self.column_fraction),
            early_stopping_rounds: given.early_stopping_rounds.unwrap_or(self.early_stopping_rounds),
        }
    }
}

impl ForestPlan {
    /// The usual forest of a family, with what the settings decide.
    pub fn usual(settings: &Settings) -> Self {
        Self { trees: 100, max_depth: None, min_leaf_rows: None, column_fraction: None }.within(settings)
    }

    /// The plan with what the settings decide.
    pub fn within(self, settings: &Settings) -> Self {
        let given = &settings.forest;
        Self {
            trees: given.trees.unwrap_or(self.trees),
            max_depth: given.max_depth.or(self.max_depth),
            min_leaf_rows: given.min_leaf_rows.or(self.min_leaf_rows),
            column_fraction: given.column_fraction.or(self.column_fraction),
        }
    }
}
