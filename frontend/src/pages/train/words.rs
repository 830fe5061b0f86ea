//! What training is called on the screen: families, metrics, states, ways of scaling and splitting.

use crate::{
    i18n::{Key, say},
    model::metric,
    ui::Tone,
};
use contract::training::{Algorithm, RunStatus, Scaling, Split, TargetScaling, Task};

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
