//! The configurations of a search: a fixed list beside the recipe, and changes drawn around one.

use super::spec::{BoostingPlan, ForestPlan, Plan, Spec};
use crate::random::SplitMix64;
use crate::settings::Settings;

/// Rows that each round of a quick boosting is grown on, about.
const QUICK_ROWS: f64 = 50_000.0;

/// Boosting that is done in a moment on any number of rows: a usable model before the first real one.
pub fn quick(recipe: BoostingPlan, rows: usize) -> BoostingPlan {
    let row_fraction = recipe.row_fraction.min(QUICK_ROWS / rows.max(1) as f64);
    BoostingPlan { max_rounds: 40, learning_rate: 0.3, early_stopping_rounds: 5, row_fraction, ..recipe }
}

/// Unlike one another, so that the best of them says where to look.
pub fn boosting(recipe: BoostingPlan) -> Vec<BoostingPlan> {
    let few = |rows: u32| rows.min(recipe.min_leaf_rows.max(1));
    vec![
        // Every column for every tree: where one of them says most, trees without it are wasted.
        BoostingPlan { max_depth: 14, column_fraction: 1.0, ..recipe },
        BoostingPlan { max_leaves: 8, max_depth: 3, min_leaf_rows: few(5), column_fraction: 0.6, ..recipe },
        BoostingPlan {
            max_leaves: 16,
            max_depth: 4,
            l2: 3.0,
            row_fraction: 0.6,
            column_fraction: 0.5,
            min_leaf_rows: few(3),
            ..recipe
        },
        BoostingPlan {
            learning_rate: 0.03,
            max_leaves: 31,
            max_depth: 6,
            l2: 5.0,
            row_fraction: 0.7,
            column_fraction: 0.4,
            min_leaf_rows: few(2),
            ..recipe
        },
        BoostingPlan {
            learning_rate: 0.03,
            max_leaves: 63,
            max_depth: 10,
            l2: 10.0,
            column_fraction: 0.6,
            min_leaf_rows: few(10),
            ..recipe
        },
        BoostingPlan { max_leaves: 4, max_depth: 2, learning_rate: 0.1, column_fraction: 0.8, ..recipe },
        BoostingPlan {
            learning_rate: 0.02,
            max_leaves: 24,
            max_depth: 7,
            l2: 0.3,
            row_fraction: 0.9,
            column_fraction: 0.3,
            ..recipe
        },
    ]
}

/// Deeper, shallower, and with other shares of columns.
pub fn forests(usual: ForestPlan) -> Vec<ForestPlan> {
    vec![
        ForestPlan { min_leaf_rows: Some(1), column_fraction: Some(0.6), ..usual },
        ForestPlan { min_leaf_rows: Some(5), column_fraction: Some(0.4), ..usual },
        ForestPlan { min_leaf_rows: Some(1), column_fraction: Some(1.0), ..usual },
    ]
}

/// A trial near another.
pub fn changed(spec: &Spec, settings: &Settings, random: &mut SplitMix64) -> Spec {
    let mut pick = |factors: &[f64]| {
        let at = random.below(factors.len() as u64) as usize;
        factors.get(at).copied().unwrap_or(1.0)
    };
    let scaled = |value: u32, factor: f64, low: u32, high: u32| {
        ((f64::from(value) * factor).round() as u32).clamp(low, high)
    };
    let mut changed = spec.clone();
    match &mut changed.plan {
        Plan::Boosting(plan) => {
            *plan = BoostingPlan {
                learning_rate: (plan.learning_rate * pick(&[0.6, 1.0, 1.0, 1.4])).clamp(0.01, 0.3),
                max_leaves: scaled(plan.max_leaves, pick(&[0.6, 0.8, 1.0, 1.3, 1.8]), 3, 255),
                max_depth: scaled(plan.max_depth, pick(&[0.7, 1.0, 1.0, 1.35]), 2, 14),
                min_leaf_rows: scaled(plan.min_leaf_rows, pick(&[0.5, 1.0, 1.0, 2.0]), 1, 200),
                l2: (plan.l2 * pick(&[0.2, 0.6, 1.0, 1.8, 5.0])).clamp(0.01, 100.0),
                row_fraction: (plan.row_fraction + pick(&[-0.15, 0.0, 0.1])).clamp(0.4, 1.0),
                column_fraction: (plan.column_fraction * pick(&[0.6, 0.8, 1.0, 1.3])).clamp(0.15, 1.0),
                ..*plan
            }
            .within(settings);
            if pick(&[0.0, 0.0, 0.0, 1.0]) > 0.5 {
                changed.categories = spec.categories.other();
            }
        }
        Plan::Forest(plan) => {
            let share = plan.column_fraction.unwrap_or(0.5) * pick(&[0.7, 1.0, 1.4]);
            *plan = ForestPlan {
                min_leaf_rows: Some(scaled(plan.min_leaf_rows.unwrap_or(2), pick(&[0.5, 1.0, 2.0]), 1, 100)),
                column_fraction: Some(share.clamp(0.1, 1.0)),
                ..*plan
            }
            .within(settings);
        }
        Plan::Alpha(alpha) => *alpha = (*alpha * pick(&[0.1, 0.3, 3.0, 10.0])).clamp(1e-4, 1e6),
        Plan::Net { .. } | Plan::FoldAlpha | Plan::Settings => {}
    }
    changed
}
