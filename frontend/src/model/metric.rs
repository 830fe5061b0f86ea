//! Scores: which there are, which way is better, and how they are written.

use super::figure;
use contract::{
    models::{Model, ScoreInterval},
    training::Task,
};

/// The metrics of a task, the usual one first.
pub const fn of(task: Task) -> &'static [&'static str] {
    match task {
        Task::Regression => &["rmse", "mae", "r2", "mse", "median_absolute_error", "mape"],
        Task::Classification => &["log_loss", "accuracy", "balanced_accuracy", "f1", "auc", "brier"],
    }
}

/// Whether a greater score is a better one.
pub fn greater_is_better(metric: &str) -> bool {
    matches!(metric, "r2" | "accuracy" | "balanced_accuracy" | "f1" | "auc" | "average_precision" | "mcc")
}

/// Whether the first score is better than the second.
pub fn better(metric: &str, first: f64, second: f64) -> bool {
    if greater_is_better(metric) { first > second } else { first < second }
}

/// A score as people read it: shares in percent, the rest as numbers.
pub fn shown(metric: &str, score: f64) -> String {
    if is_share(metric) && (0.0..=1e6).contains(&score) { share(score) } else { figure::measured(score) }
}

fn is_share(metric: &str) -> bool {
    matches!(metric, "accuracy" | "balanced_accuracy" | "mape")
}

/// A score and how far it may be off: `87 % ± 2`, `812 ± 14`; with both ends where one side is much the longer one.
pub fn with_interval(metric: &str, score: f64, interval: Option<ScoreInterval>) -> String {
    let plain = shown(metric, score);
    let Some(ScoreInterval { low, high }) = interval else { return plain };
    let half = (high - low) / 2.0;
    if !half.is_finite() || half <= 0.0 {
        return plain;
    }
    // What is written says no more than is known.
    let exact = |number: f64| match figure::as_exact_as(number, half) {
        Some((number, _)) if !is_share(metric) => number,
        _ => shown(metric, number),
    };
    if ((high - score) - (score - low)).abs() > half {
        return format!("{} ({} – {})", exact(score), exact(low), exact(high));
    }
    match half * 100.0 {
        points if is_share(metric) && points >= 0.95 => format!("{:.0} % ± {points:.0}", score * 100.0),
        points if is_share(metric) => format!("{:.1} % ± {:.1}", score * 100.0, points.max(0.1)),
        _ => figure::as_exact_as(score, half).map_or(plain, |(score, off)| format!("{score} ± {off}")),
    }
}

/// A share from 0 to 1 in percent, never rounded to nothing or to all.
pub fn share(share: f64) -> String {
    const WHOLE: f64 = 1e9;
    figure::percent((share.max(0.0) * WHOLE).round() as u64, WHOLE as u64)
}

/// How good a model is, in the numbers of one sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Right so often, with how far that may be off; always guessing the commonest class is right so often.
    Right {
        /// The model's share.
        model: String,
        /// The baseline's share.
        baseline: String,
    },
    /// Off by so much on average; always guessing the mean is off by so much.
    Off {
        /// The model's mean absolute error, with how far that may be off.
        model: String,
        /// Its root mean squared error.
        rmse: String,
        /// The baseline's mean absolute error.
        baseline: String,
        /// The share of the differences that is explained.
        explained: String,
    },
}

/// The sentence's numbers; none when the scores that it needs are not defined.
pub fn verdict(model: &Model) -> Option<Verdict> {
    let of = |name: &str| Some((*model.metrics.get(name)?, *model.baseline.get(name)?));
    match model.task {
        Task::Classification => {
            let (score, baseline) = of("accuracy")?;
            let model = with_interval("accuracy", score, model.intervals.get("accuracy").copied());
            Some(Verdict::Right { model, baseline: share(baseline) })
        }
        Task::Regression => {
            let (mae, baseline) = of("mae")?;
            let (rmse, r2) = (model.metrics.get("rmse")?, model.metrics.get("r2").copied().unwrap_or(0.0));
            Some(Verdict::Off {
                model: with_interval("mae", mae, model.intervals.get("mae").copied()),
                rmse: figure::measured(*rmse),
                baseline: figure::measured(baseline),
                explained: share(r2),
            })
        }
    }
}

/// Whether the model beats the baseline by the metric that ranked it; unknown without both scores.
pub fn beats_baseline(model: &Model) -> Option<bool> {
    let (score, baseline) = (model.metrics.get(&model.metric)?, model.baseline.get(&model.metric)?);
    Some(better(&model.metric, *score, *baseline))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_metric_knows_which_way_is_better() {
        assert!(better("rmse", 1.0, 2.0) && !better("rmse", 2.0, 1.0));
        assert!(better("auc", 0.9, 0.8) && !better("auc", 0.8, 0.8));
        for task in [Task::Regression, Task::Classification] {
            assert_eq!(of(task).len(), 6);
        }
    }

    #[test]
    fn shares_are_in_percent_and_errors_are_numbers() {
        assert_eq!(shown("accuracy", 0.8725), "87 %");
        assert_eq!(shown("accuracy", 0.99999), "> 99.9 %");
        assert_eq!(shown("rmse", 1234.56), "1,234.6");
        assert_eq!(shown("auc", 0.91), "0.91");
        assert_eq!(share(-0.3), "0 %");
    }

    fn model(task: Task, metrics: &[(&str, f64)], baseline: &[(&str, f64)]) -> Model {
        let map = |pairs: &[(&str, f64)]| {
            pairs.iter().map(|(name, score)| ((*name).to_owned(), *score)).collect::<serde_json::Value>()
        };
        let text = serde_json::json!({
            "id": contract::ModelId::from_bits(1), "name": "m", "version": 1, "task": task, "target": "y",
            "algorithm": "linear", "metric": metrics[0].0, "metrics": map(metrics), "baseline": map(baseline),
            "features": [], "run_id": contract::RunId::from_bits(1),
            "dataset_id": contract::DatasetId::from_bits(1), "artefact_sha256": "", "artefact_size_bytes": 1,
            "created_at": "2026-11-23T11:00:00.123Z",
        });
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn the_sentence_sets_the_model_beside_always_guessing_the_same() {
        let classes = model(Task::Classification, &[("accuracy", 0.87)], &[("accuracy", 0.61)]);
        let right = Verdict::Right { model: "87 %".to_owned(), baseline: "61 %".to_owned() };
        assert_eq!(verdict(&classes), Some(right));
        let scores = [("rmse", 1200.5), ("mae", 812.0), ("r2", 0.884)];
        let numbers = model(Task::Regression, &scores, &[("mae", 3989.0), ("rmse", 5000.0)]);
        let Some(Verdict::Off { model: off, explained, .. }) = verdict(&numbers) else { panic!() };
        assert_eq!((off.as_str(), explained.as_str()), ("812", "88 %"));
        assert_eq!(beats_baseline(&numbers), Some(true));
    }

    #[test]
    fn a_score_says_how_far_it_may_be_off() {
        let between = |low, high| Some(ScoreInterval { low, high });
        assert_eq!(with_interval("accuracy", 0.87, between(0.85, 0.89)), "87 % ± 2");
        assert_eq!(with_interval("accuracy", 0.978, between(0.974, 0.982)), "97.8 % ± 0.4");
        assert_eq!(with_interval("accuracy", 0.087, between(0.067, 0.107)), "9 % ± 2");
        assert_eq!(with_interval("mae", 812.34, between(798.34, 826.34)), "812 ± 14");
        assert_eq!(with_interval("auc", 0.9123, between(0.8234, 0.9234)), "0.912 (0.823 – 0.923)");
        assert_eq!(with_interval("auc", 0.91, None), "0.91");
        assert_eq!(with_interval("auc", 1.0, between(1.0, 1.0)), "1");
    }

    #[test]
    fn without_scores_there_is_no_sentence() {
        assert_eq!(verdict(&model(Task::Regression, &[("rmse", 1.0)], &[])), None);
    }
}
