//! What the caller sees while a model is learned, and how it says stop.

use serde::{Deserialize, Serialize};

use super::{RowCounts, TrainError};
use crate::metrics::ScoreMap;
use crate::settings::{Algorithm, CheckedSettings, Excluded};

/// The caller's answer to progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continue {
    /// Go on.
    Go,
    /// Stop as soon as possible; training ends with [`TrainError::Stopped`].
    Stop,
}

/// A point of a loss curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LossPoint {
    /// Steps taken.
    pub iteration: u32,
    /// The loss on the train part: mean squared error of the scaled target, or mean log-loss with its penalty.
    pub loss: f64,
}

/// A step of training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// How much is done, from 0 to 1; never falls.
    pub fraction: f64,
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
    /// A point of a family's loss curve; about eight for every doubling of the steps.
    Loss {
        /// The family.
        algorithm: Algorithm,
        /// The point.
        point: LossPoint,
    },
    /// Nothing to record: the caller is only asked whether to go on.
    Working,
    /// A family is fitted and scored.
    FamilyFinished {
        /// The family.
        algorithm: Algorithm,
        /// Its scores on the test part.
        scores: ScoreMap,
    },
}

/// The share of the work that reading and splitting is taken for.
const PREPARED: f64 = 0.05;

/// Tells the caller, and turns its "stop" into an error.
pub struct Reporter<'a> {
    observe: &'a mut dyn FnMut(Progress) -> Continue,
    families: usize,
    done: usize,
    current: Algorithm,
    /// How much of the current family is done.
    within: f64,
}

impl<'a> Reporter<'a> {
    pub fn new(observe: &'a mut dyn FnMut(Progress) -> Continue, families: usize) -> Self {
        Self { observe, families, done: 0, current: Algorithm::Baseline, within: 0.0 }
    }

    fn tell(&mut self, within: f64, message: String, kind: ProgressKind) -> Result<(), TrainError> {
        let families = (self.done as f64 + within) / self.families.max(1) as f64;
        let fraction = (PREPARED + (1.0 - PREPARED) * families).min(1.0);
        match (self.observe)(Progress { fraction, message, kind }) {
            Continue::Go => Ok(()),
            Continue::Stop => Err(TrainError::Stopped),
        }
    }

    pub fn prepared(&mut self, rows: RowCounts, checked: &CheckedSettings) -> Result<(), TrainError> {
        let features = checked.features.len();
        let message =
            format!("{} rows to learn from, {} to score on, {features} columns", rows.train, rows.test);
        self.tell(0.0, message, ProgressKind::Prepared { rows, features, excluded: checked.excluded.clone() })
    }

    pub fn started(&mut self, algorithm: Algorithm) -> Result<(), TrainError> {
        self.current = algorithm;
        self.within = 0.0;
        self.tell(0.0, format!("{} begins", algorithm.as_str()), ProgressKind::FamilyStarted { algorithm })
    }

    pub fn finished(&mut self, algorithm: Algorithm, scores: &ScoreMap) -> Result<(), TrainError> {
        self.done += 1;
        let message = format!("{} is fitted and scored", algorithm.as_str());
        self.tell(0.0, message, ProgressKind::FamilyFinished { algorithm, scores: scores.clone() })
    }

    /// Asks whether to go on.
    pub fn working(&mut self) -> bool {
        self.tell(self.within, String::new(), ProgressKind::Working).is_ok()
    }

    /// Tells of a point of the loss curve if it is one of those told of; asks whether to go on in any case.
    pub fn loss(&mut self, point: LossPoint) -> bool {
        let octave = point.iteration.checked_ilog2().unwrap_or(0);
        if octave >= 3 && !point.iteration.is_multiple_of(1 << (octave - 3)) {
            return self.working();
        }
        let algorithm = self.current;
        let message =
            format!("{}: loss {:.6} after {} steps", algorithm.as_str(), point.loss, point.iteration);
        self.within = f64::from(octave) / 32.0;
        self.tell(self.within, message, ProgressKind::Loss { algorithm, point }).is_ok()
    }
}
