//! Which steps of the engine are told, and how: a person who watches needs every trial and a point of a curve now and
//! then, and the events of a run must not grow without end.

use super::{
    learned::{finished, same},
    protocol::{Search, Step},
};
use contract::training::{BestSoFar, TrialFinished};
use engine::{FinishedTrial, Metric, Progress, ProgressKind};
use serde_json::Value;
use std::time::{Duration, Instant};

/// How often the child says that it still works.
const ALIVE: Duration = Duration::from_secs(1);
/// How long the child waits at least between two points of a loss curve, whose whole comes with the model.
const BREATH: Duration = Duration::from_millis(100);
/// Points of loss curves that are told of a run.
const MOST_POINTS: usize = 1_000;
/// Trials that are told of a run, whatever they came to; after them only those that are the best so far.
const MOST_TRIALS: u32 = 1_000;

/// Tells steps.
pub struct Steps {
    metric: Metric,
    /// Trials that were asked for, when they were.
    trials: Option<u32>,
    told: Instant,
    points: usize,
    search: Search,
}

impl Steps {
    /// Nothing is told yet.
    pub fn new(metric: Metric, trials: Option<u32>) -> Self {
        Self { metric, trials, told: Instant::now(), points: 0, search: Search::default() }
    }

    /// Whether there is no need yet to say that the child still works.
    pub fn is_silent(&self) -> bool {
        self.told.elapsed() < ALIVE
    }

    /// Something was said.
    pub fn told(&mut self) {
        self.told = Instant::now();
    }

    /// The step as it is told; none where nothing needs to be said. One without a kind moves the run along and leaves no
    /// event.
    pub fn next(&mut self, progress: Progress) -> serde_json::Result<Option<Step>> {
        let Progress { fraction, eta_seconds, message, kind } = progress;
        self.search.eta_seconds = eta_seconds;
        let mut data = serde_json::to_value(&kind)?;
        let kind = match kind {
            ProgressKind::Working if self.is_silent() => return Ok(None),
            ProgressKind::Working => "",
            ProgressKind::Prepared { .. } => "prepared",
            ProgressKind::FamilyStarted { .. } => "family_started",
            ProgressKind::Loss { .. } if self.told.elapsed() < BREATH || self.points >= MOST_POINTS => {
                return Ok(None);
            }
            ProgressKind::Loss { .. } => {
                self.points += 1;
                "loss"
            }
            ProgressKind::TrialStarted { .. } => return Ok(None),
            ProgressKind::TrialFinished { finished } => {
                data = self.trial(&finished)?;
                let is_told = finished.trial <= MOST_TRIALS || finished.rank == 1;
                if is_told { "trial_finished" } else { "" }
            }
            ProgressKind::FamilyFinished { .. } => "family_finished",
        };
        let search = Some(self.search.clone());
        Ok(Some(Step { kind: kind.to_owned(), message, progress: fraction, data, search }))
    }

    fn trial(&mut self, trial: &FinishedTrial) -> serde_json::Result<Value> {
        let metric = self.metric.as_str();
        let is_best = trial.rank == 1;
        self.search.trials_done = self.search.trials_done.max(trial.trial);
        if is_best && let Some(score) = trial.validation.get(metric).or_else(|| trial.metrics.get(metric)) {
            self.search.best = Some(BestSoFar {
                trial: trial.trial,
                algorithm: same(&trial.algorithm)?,
                metric: metric.to_owned(),
                score: *score,
            });
        }
        serde_json::to_value(TrialFinished {
            trial: trial.trial,
            trials: self.trials,
            entry: finished(trial)?,
            best: is_best,
            eta_seconds: self.search.eta_seconds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn progress(kind: ProgressKind) -> Progress {
        Progress { fraction: 0.5, eta_seconds: Some(3.0), message: String::new(), kind }
    }

    fn trial(number: u32, rank: usize, rmse: f64) -> ProgressKind {
        let scores = BTreeMap::from([("rmse".to_owned(), rmse)]);
        ProgressKind::TrialFinished {
            finished: FinishedTrial {
                trial: number,
                rank,
                algorithm: engine::Algorithm::Boosting,
                parameters: BTreeMap::new(),
                validation: scores.clone(),
                metrics: scores,
                fit_seconds: None,
            },
        }
    }

    #[test]
    fn the_events_of_an_endless_search_come_to_an_end_but_not_its_best() {
        let mut steps = Steps::new(Metric::Rmse, None);
        let mut told = 0;
        for number in 1..=3 * MOST_TRIALS {
            let step = steps.next(progress(trial(number, 2, 9.0))).unwrap().unwrap();
            told += u32::from(!step.kind.is_empty());
            assert_eq!(step.search.unwrap().trials_done, number, "the row is told in any case");
        }
        assert_eq!(told, MOST_TRIALS);
        let step = steps.next(progress(trial(9_999, 1, 1.5))).unwrap().unwrap();
        assert_eq!(step.kind, "trial_finished");
        let best = step.search.unwrap().best.unwrap();
        assert_eq!((best.trial, best.score), (9_999, 1.5));
        let data: TrialFinished = serde_json::from_value(step.data).unwrap();
        assert!(data.best && data.eta_seconds == Some(3.0));
    }
}
