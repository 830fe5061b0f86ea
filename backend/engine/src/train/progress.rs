//! What the caller sees while models are learned, and how it says stop.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::RowCounts;
use super::resources::Signal;
use super::spec::Spec;
use crate::metrics::ScoreMap;
use crate::settings::{Algorithm, CheckedSettings, Excluded};

/// The caller's answer to progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continue {
    /// Go on.
    Go,
    /// End the search and keep the best model so far.
    Keep,
    /// Stop as soon as possible; training ends with [`super::TrainError::Stopped`].
    Stop,
}

/// A point of a loss curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LossPoint {
    /// Steps taken; trees grown.
    pub iteration: u32,
    /// The loss on the rows that are learned from: mean squared error of the scaled target, or mean log-loss with its
    /// penalty. Of boosting on the rows that end it.
    pub loss: f64,
}

/// A step of training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// How much is done, from 0 to 1; never falls.
    pub fraction: f64,
    /// Seconds that are left, about; none where nobody counts or nothing is known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eta_seconds: Option<f64>,
    /// What happened, in a sentence.
    pub message: String,
    /// What happened, for programs.
    #[serde(flatten)]
    pub kind: ProgressKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProgressKind {
    /// Rows are split and columns measured.
    Prepared {
        /// How many rows went where.
        rows: RowCounts,
        /// Columns that are learned from.
        features: usize,
        /// Columns that are not, and why.
        excluded: Vec<Excluded>,
    },
    /// A family begins.
    FamilyStarted {
        /// The family.
        algorithm: Algorithm,
    },
    /// A trial begins.
    TrialStarted {
        /// Its number, from 1; the baseline is 0.
        trial: u32,
        /// Its family.
        algorithm: Algorithm,
        /// What tells it from others of its family.
        parameters: BTreeMap<String, f64>,
    },
    /// A point of a family's loss curve; about eight for every doubling of the steps.
    Loss {
        /// The family.
        algorithm: Algorithm,
        /// The point.
        point: LossPoint,
    },
    /// Nothing to record: the caller is only asked whether to go on.
    Working,
    /// A trial is fitted and validated.
    TrialFinished {
        /// What it came to.
        finished: FinishedTrial,
    },
    /// A family is fitted and scored for the first time.
    FamilyFinished {
        /// The family.
        algorithm: Algorithm,
        /// Its scores on the test part.
        scores: ScoreMap,
    },
}

/// A trial that is done, as a line of the growing leaderboard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FinishedTrial {
    /// Its number, from 1; the baseline is 0.
    pub trial: u32,
    /// Its place among the trials so far, from 1.
    pub rank: usize,
    /// Its family.
    pub algorithm: Algorithm,
    /// Numbers that describe it, by name.
    pub parameters: BTreeMap<String, f64>,
    /// Its scores on rows that it did not learn from.
    pub validation: ScoreMap,
    /// Its scores on the test part.
    pub metrics: ScoreMap,
    /// Seconds that its fits took together; none where nobody counts.
    pub fit_seconds: Option<f64>,
}

/// The share of the work that reading and splitting is taken for.
const PREPARED: f64 = 0.05;
/// The share after which only the best model's pictures are missing.
const SEARCHED: f64 = 0.95;

/// Tells the caller, and passes its answer on to the fits.
pub struct Reporter<'a> {
    observe: &'a mut dyn FnMut(Progress) -> Continue,
    signal: &'a Signal<'a>,
    budget: Option<f64>,
    /// Fits that are planned; infinite until that is known, so that the first fit is not taken for all of them.
    planned: f64,
    done: f64,
    /// Never falls.
    fraction: f64,
    begun: BTreeSet<Algorithm>,
    finished: BTreeSet<Algorithm>,
}

impl<'a> Reporter<'a> {
    pub fn new(
        observe: &'a mut dyn FnMut(Progress) -> Continue,
        signal: &'a Signal<'a>,
        budget: Option<f64>,
    ) -> Self {
        Self {
            observe,
            signal,
            budget,
            planned: f64::INFINITY,
            done: 0.0,
            fraction: 0.0,
            begun: BTreeSet::new(),
            finished: BTreeSet::new(),
        }
    }

    fn tell(&mut self, message: String, kind: ProgressKind) {
        if self.signal.is_stopped() {
            return;
        }
        let seconds = self.signal.seconds();
        let by_work = self.done / self.planned.max(1.0);
        let by_time = match (seconds, self.budget) {
            (Some(seconds), Some(budget)) if budget > 0.0 => seconds / budget,
            _ => 0.0,
        };
        let share = by_work.max(by_time).clamp(0.0, 1.0);
        self.fraction = self.fraction.max((SEARCHED - PREPARED).mul_add(share, PREPARED));
        let eta_seconds = match (seconds, self.budget) {
            (Some(seconds), Some(budget)) => Some((budget - seconds).max(0.0)),
            (Some(seconds), None) if self.fraction > 2.0 * PREPARED => {
                Some(seconds * (1.0 - self.fraction) / self.fraction)
            }
            _ => None,
        };
        let progress = Progress { fraction: self.fraction, eta_seconds, message, kind };
        self.signal.raise((self.observe)(progress));
    }

    pub fn prepared(&mut self, rows: RowCounts, checked: &CheckedSettings) {
        let features = checked.features.len();
        let message =
            format!("{} rows to learn from, {} to score on, {features} columns", rows.train, rows.test);
        self.tell(message, ProgressKind::Prepared { rows, features, excluded: checked.excluded.clone() });
    }

    /// Says how many fits there will be, as far as that is known.
    pub fn plan(&mut self, fits: f64) {
        self.planned = if self.planned.is_finite() { self.planned.max(fits) } else { fits };
    }

    pub fn started(&mut self, trial: u32, spec: &Spec) {
        let algorithm = spec.algorithm;
        if self.begun.insert(algorithm) {
            self.tell(format!("{} begins", algorithm.as_str()), ProgressKind::FamilyStarted { algorithm });
        }
        let message = format!("trial {trial}: {}", algorithm.as_str());
        let parameters = spec.parameters();
        self.tell(message, ProgressKind::TrialStarted { trial, algorithm, parameters });
    }

    /// Counts a fit.
    pub fn fitted(&mut self) {
        self.done += 1.0;
        self.working();
    }

    pub fn finished(&mut self, finished: FinishedTrial) {
        let (algorithm, scores) = (finished.algorithm, finished.metrics.clone());
        let message = format!("{} is fitted and validated: place {}", algorithm.as_str(), finished.rank);
        self.tell(message, ProgressKind::TrialFinished { finished });
        if self.finished.insert(algorithm) {
            let message = format!("{} is fitted and scored", algorithm.as_str());
            self.tell(message, ProgressKind::FamilyFinished { algorithm, scores });
        }
    }

    /// Says that the search is over.
    pub fn finishing(&mut self) {
        self.fraction = self.fraction.max(SEARCHED);
        self.working();
    }

    /// Says that everything is done.
    pub fn all_done(&mut self) {
        self.fraction = 1.0;
        self.working();
    }

    /// Asks whether to go on.
    pub fn working(&mut self) {
        self.tell(String::new(), ProgressKind::Working);
    }

    /// Tells of a point of the loss curve if it is one of those told of; asks whether to go on in any case.
    pub fn loss(&mut self, algorithm: Algorithm, point: LossPoint) {
        let octave = point.iteration.checked_ilog2().unwrap_or(0);
        if octave >= 3 && !point.iteration.is_multiple_of(1 << (octave - 3)) {
            return self.working();
        }
        let message =
            format!("{}: loss {:.6} after {} steps", algorithm.as_str(), point.loss, point.iteration);
        self.tell(message, ProgressKind::Loss { algorithm, point });
    }
}
