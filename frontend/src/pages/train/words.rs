//! What training is called on the screen: families, metrics, states, ways of scaling and splitting.

use crate::{
    i18n::{Key, fill, say},
    model::{figure, metric, plan},
    ui::Tone,
};
use contract::training::{Algorithm, Imputation, Monotone, RunStatus, Scaling, Split, TargetScaling, Task};

/// A family.
pub fn algorithm(algorithm: Algorithm) -> Key {
    match algorithm {
        Algorithm::Baseline => Key::train_family_baseline,
        Algorithm::Linear => Key::train_family_linear,
        Algorithm::GradientDescent => Key::train_family_gradient_descent,
        Algorithm::Ridge => Key::train_family_ridge,
        Algorithm::Lasso => Key::train_family_lasso,
        Algorithm::ElasticNet => Key::train_family_elastic_net,
        Algorithm::Logistic => Key::train_family_logistic,
        Algorithm::Forest => Key::train_family_forest,
        Algorithm::ExtraTrees => Key::train_family_extra_trees,
        Algorithm::Boosting => Key::train_family_boosting,
        Algorithm::Ensemble => Key::train_family_ensemble,
    }
}

/// What a family is, in a line.
pub fn about(algorithm: Algorithm) -> Key {
    match algorithm {
        Algorithm::Baseline => Key::train_about_baseline,
        Algorithm::Linear => Key::train_about_linear,
        Algorithm::GradientDescent => Key::train_about_gradient_descent,
        Algorithm::Ridge => Key::train_about_ridge,
        Algorithm::Lasso => Key::train_about_lasso,
        Algorithm::ElasticNet => Key::train_about_elastic_net,
        Algorithm::Logistic => Key::train_about_logistic,
        Algorithm::Forest => Key::train_about_forest,
        Algorithm::ExtraTrees => Key::train_about_extra_trees,
        Algorithm::Boosting => Key::train_about_boosting,
        Algorithm::Ensemble => Key::train_about_ensemble,
    }
}

/// A kind of answer.
pub fn task(task: Task) -> Key {
    match task {
        Task::Regression => Key::train_task_regression,
        Task::Classification => Key::train_task_classification,
    }
}

/// Where a run stands: the word, its colour, and whether something is going on.
pub fn run_status(status: RunStatus) -> (Key, Tone, bool) {
    match status {
        RunStatus::Queued => (Key::run_status_queued, Tone::Plain, true),
        RunStatus::Running => (Key::run_status_running, Tone::Accent, true),
        RunStatus::Succeeded => (Key::run_status_succeeded, Tone::Good, false),
        RunStatus::Failed => (Key::run_status_failed, Tone::Bad, false),
        RunStatus::Cancelled => (Key::run_status_cancelled, Tone::Plain, false),
        RunStatus::Dead => (Key::run_status_dead, Tone::Bad, false),
    }
}

/// A metric.
pub fn metric(name: &str) -> String {
    let key = match name {
        "rmse" => Key::metric_rmse,
        "mae" => Key::metric_mae,
        "r2" => Key::metric_r2,
        "mse" => Key::metric_mse,
        "median_absolute_error" => Key::metric_median_absolute_error,
        "mape" => Key::metric_mape,
        "log_loss" => Key::metric_log_loss,
        "accuracy" => Key::metric_accuracy,
        "balanced_accuracy" => Key::metric_balanced_accuracy,
        "f1" => Key::metric_f1,
        "auc" => Key::metric_auc,
        "brier" => Key::metric_brier,
        "average_precision" => Key::metric_average_precision,
        "mcc" => Key::metric_mcc,
        "calibration_error" => Key::metric_calibration_error,
        _ => return name.replace('_', " "),
    };
    say(key).to_owned()
}

/// Which way a metric is better.
pub fn direction(name: &str) -> Key {
    if metric::greater_is_better(name) { Key::metric_greater } else { Key::metric_less }
}

/// A way of scaling numbers.
pub fn scaling(scaling: Scaling) -> Key {
    match scaling {
        Scaling::Standard => Key::train_scaling_standard,
        Scaling::MinMax => Key::train_scaling_min_max,
        Scaling::None => Key::train_scaling_none,
    }
}

/// A way of scaling the target.
pub fn target_scaling(scaling: TargetScaling) -> Key {
    match scaling {
        TargetScaling::None => Key::train_scaling_none,
        TargetScaling::MinMax => Key::train_scaling_min_max,
        TargetScaling::Log => Key::train_scaling_log,
    }
}

/// What stands in for a missing number.
pub fn imputation(filling: Imputation) -> Key {
    match filling {
        Imputation::Mean => Key::train_imputation_mean,
        Imputation::Median => Key::train_imputation_median,
    }
}

/// How an answer must move with a column.
pub fn direction_of(monotone: Monotone) -> Key {
    match monotone {
        Monotone::Increasing => Key::train_direction_rising,
        Monotone::Decreasing => Key::train_direction_falling,
    }
}

/// A kind of split.
pub fn split(split: &Split) -> Key {
    match split {
        Split::Random { .. } => Key::train_split_random,
        Split::Stratified { .. } => Key::train_split_stratified,
        Split::Column { .. } => Key::train_split_column,
        Split::Time { .. } => Key::train_split_time,
        Split::Group { .. } => Key::train_split_group,
        Split::Folds { .. } => Key::train_split_folds,
    }
}

/// A field of numbers by its place in the body of the call.
pub fn field(pointer: &str) -> Key {
    match pointer {
        "#/budget_seconds" => Key::train_budget,
        "#/trials" => Key::train_trials,
        "#/split/test_fraction" => Key::train_share,
        "#/split/folds" => Key::train_folds,
        "#/max_levels" => Key::train_max_levels,
        "#/text_terms" => Key::train_text_terms,
        "#/alpha" => Key::train_alpha,
        "#/elastic_net/alpha" => Key::train_net_alpha,
        "#/elastic_net/l1_ratio" => Key::train_net_l1,
        "#/gradient_descent/learning_rate" => Key::train_rate,
        "#/gradient_descent/max_iterations" => Key::train_steps,
        "#/gradient_descent/tolerance" => Key::train_tolerance,
        "#/boosting/max_rounds" => Key::train_rounds,
        "#/boosting/learning_rate" => Key::train_shrinkage,
        "#/boosting/max_leaves" => Key::train_leaves,
        "#/boosting/max_depth" | "#/forest/max_depth" => Key::train_depth,
        "#/boosting/min_leaf_rows" | "#/forest/min_leaf_rows" => Key::train_leaf_rows,
        "#/boosting/l2" => Key::train_l2,
        "#/boosting/row_fraction" => Key::train_row_share,
        "#/boosting/column_fraction" => Key::train_column_share,
        "#/boosting/early_stopping_rounds" => Key::train_patience,
        "#/forest/trees" => Key::train_trees,
        "#/forest/column_fraction" => Key::train_cut_share,
        _ => Key::train_seed,
    }
}

/// What is worth knowing about a field of numbers.
pub fn hint(pointer: &str) -> Option<Key> {
    Some(match pointer {
        "#/budget_seconds" => Key::train_budget_hint,
        "#/trials" => Key::train_trials_hint,
        "#/split/folds" => Key::train_folds_hint,
        "#/seed" => Key::train_seed_hint,
        "#/max_levels" => Key::train_max_levels_hint,
        "#/text_terms" => Key::train_text_terms_hint,
        "#/alpha" => Key::train_alpha_hint,
        "#/elastic_net/alpha" => Key::train_net_alpha_hint,
        "#/elastic_net/l1_ratio" => Key::train_net_l1_hint,
        "#/gradient_descent/learning_rate" => Key::train_rate_hint,
        "#/gradient_descent/max_iterations" => Key::train_steps_hint,
        "#/gradient_descent/tolerance" => Key::train_tolerance_hint,
        "#/boosting/early_stopping_rounds" => Key::train_patience_hint,
        "#/boosting/min_leaf_rows" | "#/forest/min_leaf_rows" => Key::train_leaf_rows_hint,
        _ => return None,
    })
}

/// What tells a trial from others of its family, by its name on the wire.
pub fn parameter(name: &str) -> String {
    let key = match name {
        "learning_rate" => Key::run_parameter_learning_rate,
        "max_rounds" => Key::run_parameter_max_rounds,
        "max_leaves" => Key::run_parameter_max_leaves,
        "max_depth" => Key::run_parameter_max_depth,
        "min_leaf_rows" => Key::run_parameter_min_leaf_rows,
        "l2" => Key::run_parameter_l2,
        "row_fraction" => Key::run_parameter_row_fraction,
        "column_fraction" => Key::run_parameter_column_fraction,
        "early_stopping_rounds" => Key::run_parameter_early_stopping_rounds,
        "trees" => Key::run_parameter_trees,
        "alpha" => Key::run_parameter_alpha,
        "l1_ratio" => Key::run_parameter_l1_ratio,
        "log_target" => Key::run_parameter_log_target,
        "category_sets" => Key::run_parameter_category_sets,
        "rounds" => Key::run_parameter_rounds,
        "iterations" => Key::run_parameter_iterations,
        "models" => Key::run_parameter_models,
        "trials" => Key::run_parameter_trials,
        "fall_back_penalty" => Key::run_parameter_fall_back_penalty,
        "non_zero" => Key::run_parameter_non_zero,
        _ => return share_of(name).unwrap_or_else(|| name.replace('_', " ")),
    };
    say(key).to_owned()
}

/// How much a family has of an ensemble.
fn share_of(name: &str) -> Option<String> {
    let family: Algorithm = plan::word(name.strip_prefix("share_of_")?)?;
    Some(fill(Key::run_parameter_share_of, &[("family", say(algorithm(family)))]))
}

/// A bound of a field of numbers: whole ones in full.
pub fn bound(number: f64) -> String {
    let whole = number.fract() == 0.0 && (0.0..1e9).contains(&number);
    if whole { figure::grouped(number as u64) } else { number.to_string() }
}
