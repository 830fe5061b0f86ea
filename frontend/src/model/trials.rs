//! The trials of a run as they are told: a leaderboard that grows, the best score after each, and the time that is left.

use super::metric;
use contract::{
    Timestamp,
    training::{Algorithm, RunEvent, TrialFinished},
};
use std::collections::BTreeMap;

/// A trial that is fitted and scored.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Its number, from 1; the baseline is 0.
    pub number: u32,
    /// Its family.
    pub algorithm: Algorithm,
    /// What tells it from others of its family.
    pub parameters: BTreeMap<String, f64>,
    /// Its scores on rows that it did not learn from.
    pub scores: BTreeMap<String, f64>,
    /// Seconds that fitting took.
    pub fit_seconds: Option<f64>,
}

/// The trials so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trials {
    /// In the order in which they ended.
    pub done: Vec<Trial>,
    /// How many were asked for, when they were.
    pub asked: Option<u32>,
    /// When the time left was told, and the seconds.
    left: Option<(Timestamp, f64)>,
}

impl Trials {
    /// Takes a `trial_finished` step; one of an unknown shape does no harm.
    pub fn take(&mut self, event: &RunEvent) {
        let Ok(told) = serde_json::from_value::<TrialFinished>(event.data.clone()) else { return };
        let entry = told.entry;
        let scores = if entry.validation.is_empty() { entry.metrics } else { entry.validation };
        self.done.push(Trial {
            number: told.trial,
            algorithm: entry.algorithm,
            parameters: serde_json::from_value(entry.parameters).unwrap_or_default(),
            scores,
            fit_seconds: entry.fit_seconds,
        });
        self.asked = told.trials.or(self.asked);
        self.left = told.eta_seconds.map(|seconds| (event.at, seconds)).or(self.left);
    }

    /// Takes a family that was scored without a word of its trials.
    pub(super) fn take_family(&mut self, algorithm: Algorithm, event: &RunEvent) {
        if self.done.iter().any(|trial| trial.algorithm == algorithm) {
            return;
        }
        let scores = event.data.get("scores").cloned().unwrap_or_default();
        self.done.push(Trial {
            number: if algorithm == Algorithm::Baseline { 0 } else { self.searched() + 1 },
            algorithm,
            parameters: BTreeMap::new(),
            scores: serde_json::from_value(scores).unwrap_or_default(),
            fit_seconds: None,
        });
    }

    /// How many were searched: neither the baseline nor the ensemble, which bears the number of the last, is one more.
    pub fn searched(&self) -> u32 {
        self.done.iter().map(|trial| trial.number).max().unwrap_or_default()
    }

    /// The best first, those without the score last; of equals the first that ended.
    pub fn ranked(&self, name: &str) -> Vec<Trial> {
        let sign = if metric::greater_is_better(name) { -1.0 } else { 1.0 };
        let cost = |trial: &Trial| trial.scores.get(name).map_or(f64::INFINITY, |score| sign * score);
        let mut ranked = self.done.clone();
        ranked.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
        ranked
    }

    /// The trials that have the score, each with its place among them from 1 and the best score after it.
    pub fn best_line<'t>(&'t self, name: &'t str) -> impl Iterator<Item = (&'t Trial, (f64, f64))> {
        let scored = self.done.iter().filter_map(|trial| Some((trial, *trial.scores.get(name)?)));
        scored.enumerate().scan(None, move |best: &mut Option<f64>, (place, (trial, score))| {
            let now = best.filter(|best| !metric::better(name, score, *best)).unwrap_or(score);
            *best = Some(now);
            Some((trial, ((place + 1) as f64, now)))
        })
    }

    /// Seconds that are left at a moment, about.
    pub fn seconds_left(&self, now_millis: i64) -> Option<f64> {
        let (told, seconds) = self.left?;
        let since = (now_millis - told.millis()) as f64 / 1000.0;
        Some((seconds - since.max(0.0)).max(0.0))
    }

    /// What ranks them when nobody said it: the usual metric of the scores that they have.
    pub fn usual_metric(&self) -> Option<&'static str> {
        let has = |name: &str| self.done.iter().any(|trial| trial.scores.contains_key(name));
        ["log_loss", "rmse"].into_iter().find(|name| has(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn step(trial: u32, algorithm: &str, rmse: f64, more: Value) -> RunEvent {
        let mut data = json!({
            "trial": trial, "trials": 12, "best": false, "eta_seconds": 30.0,
            "entry": { "algorithm": algorithm, "trial": trial, "validation": { "rmse": rmse },
                "metrics": { "rmse": 99.0 }, "parameters": { "max_leaves": 31.0 }, "fit_seconds": 0.5 },
        });
        if let (Some(data), Some(more)) = (data.as_object_mut(), more.as_object()) {
            data.extend(more.clone());
        }
        let at = Timestamp::from_millis(60_000);
        let sequence = u64::from(trial) + 1;
        RunEvent {
            sequence,
            at,
            kind: "trial_finished".to_owned(),
            message: String::new(),
            progress: 0.5,
            data,
        }
    }

    fn trials() -> Trials {
        let mut trials = Trials::default();
        for (number, algorithm, rmse) in
            [(0, "baseline", 10.0), (1, "linear", 4.0), (2, "boosting", 2.0), (3, "forest", 3.0)]
        {
            trials.take(&step(number, algorithm, rmse, json!({})));
        }
        trials
    }

    #[test]
    fn the_best_on_rows_that_were_held_out_comes_first() {
        let ranked: Vec<_> = trials().ranked("rmse").into_iter().map(|trial| trial.number).collect();
        assert_eq!(ranked, [2, 3, 1, 0]);
        let first = &trials().ranked("rmse")[0];
        assert_eq!((first.parameters["max_leaves"], first.fit_seconds), (31.0, Some(0.5)));
        assert_eq!((trials().searched(), trials().asked), (3, Some(12)));
        assert_eq!(trials().usual_metric(), Some("rmse"));
    }

    #[test]
    fn an_ensemble_of_the_trials_is_ranked_and_is_no_trial_more() {
        let mut trials = trials();
        trials.take(&step(3, "ensemble", 1.5, json!({})));
        assert_eq!(trials.searched(), 3);
        assert_eq!(trials.ranked("rmse")[0].algorithm, Algorithm::Ensemble);
    }

    #[test]
    fn the_line_of_the_best_never_gets_worse() {
        let trials = trials();
        let line: Vec<_> = trials.best_line("rmse").map(|(_, point)| point).collect();
        assert_eq!(line, [(1.0, 10.0), (2.0, 4.0), (3.0, 2.0), (4.0, 2.0)]);
        assert_eq!(trials.best_line("auc").count(), 0);
    }

    #[test]
    fn the_time_left_runs_down_between_the_steps() {
        let trials = trials();
        assert_eq!(trials.seconds_left(70_000), Some(20.0));
        assert_eq!(trials.seconds_left(50_000), Some(30.0), "a clock that is behind adds nothing");
        assert_eq!(trials.seconds_left(900_000), Some(0.0));
        assert_eq!(Trials::default().seconds_left(0), None);
    }

    #[test]
    fn a_trial_of_an_unknown_shape_is_passed_over() {
        let mut trials = trials();
        let mut odd = step(4, "linear", 1.0, json!({}));
        odd.data = json!({ "trial": "four" });
        trials.take(&odd);
        assert_eq!(trials.done.len(), 4);
    }
}
