//! Which steps of the engine are told, and how: a person who watches needs every trial and a point of a curve now and
//! then, and the events of a run must not grow without end.

use super::{
    learned::{entry, same},
    protocol::{Search, Step},
};
use contract::training::{BestSoFar, TrialFinished};
use engine::{Metric, Progress, ProgressKind};
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
    told: Instant,
    points: usize,
    search: Search,
}

impl Steps {
    /// Nothing is told yet.
    pub fn new(metric: Metric) -> Self {
        Self { metric, told: Instant::now(), points: 0, search: Search::default() }
    }

    /// Whether there is no need yet to say that the child still works.
    pub fn is_silent(&self) -> bool {
        self.told.elapsed() < ALIVE
    }

    /// Something was said.
    pub fn told(&mut self) {
        self.told = Instant::now();
    }

    /// The step as it is told; none where nothing needs to be said.
    pub fn next(&mut self, progress: Progress) -> serde_json::Result<Option<Step>> {
        let data = serde_json::to_value(&progress.kind)?;
        let (kind, data) = match progress.kind {
            ProgressKind::Working => return Ok(None),
            ProgressKind::Prepared { .. } => ("prepared", data),
            ProgressKind::FamilyStarted { .. } => ("family_started", data),
            ProgressKind::Loss { .. } if self.told.elapsed() < BREATH || self.points >= MOST_POINTS => {
                return Ok(None);
            }
            ProgressKind::Loss { .. } => {
                self.points += 1;
                ("loss", data)
            }
            ProgressKind::FamilyFinished { .. } => ("family_finished", data),
        };
        Ok(Some(Step {
            kind: kind.to_owned(),
            message: progress.message,
            progress: progress.fraction,
            data,
            search: Some(self.search.clone()),
        }))
    }
}
