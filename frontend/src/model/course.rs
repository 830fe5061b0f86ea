//! The course of a run, from its steps: how far it is, which families were begun and scored, and its trials.

use super::trials::Trials;
use contract::{
    Timestamp,
    training::{Algorithm, RunEvent, RunStatus},
};

/// The course of the present try.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// Where the run stands, as far as its steps tell.
    pub status: Option<RunStatus>,
    /// 0 to 1.
    pub progress: f64,
    /// When the present try began.
    pub started_at: Option<Timestamp>,
    /// Whether somebody asked it to stop and keep the best.
    pub stopping: bool,
    /// The trials that are scored.
    pub trials: Trials,
    /// The families in the order in which they began.
    families: Vec<Algorithm>,
}

impl Course {
    /// The course that the steps tell, oldest first.
    pub fn of(events: &[RunEvent]) -> Self {
        let mut course = Course::default();
        for event in events {
            course.take(event);
        }
        course
    }

    fn take(&mut self, event: &RunEvent) {
        self.progress = event.progress;
        self.status = status_after(&event.kind).or(self.status);
        match event.kind.as_str() {
            // A new try begins from nothing.
            "started" => {
                self.started_at = Some(event.at);
                self.forget();
            }
            "retrying" | "rescued" | "released" => self.forget(),
            "stopping" => self.stopping = true,
            "family_started" => drop(self.family(event)),
            "trial_finished" => self.trials.take(event),
            // Runs of earlier times tell families alone.
            "family_finished" => {
                if let Some(algorithm) = self.family(event) {
                    self.trials.take_family(algorithm, event);
                }
            }
            _ => {}
        }
    }

    fn forget(&mut self) {
        self.families.clear();
        self.trials = Trials::default();
    }

    fn family(&mut self, event: &RunEvent) -> Option<Algorithm> {
        let algorithm = serde_json::from_value(event.data.get("algorithm")?.clone()).ok()?;
        if !self.families.contains(&algorithm) {
            self.families.push(algorithm);
        }
        Some(algorithm)
    }

    /// The families that were begun and have no score yet.
    pub fn fitting(&self) -> Vec<Algorithm> {
        let scored = |family: &&Algorithm| !self.trials.done.iter().any(|trial| trial.algorithm == **family);
        self.families.iter().filter(scored).copied().collect()
    }
}

/// Where a run stands after a step of this kind; none when the step says nothing about it.
pub fn status_after(kind: &str) -> Option<RunStatus> {
    match kind {
        "queued" | "retrying" | "rescued" | "released" => Some(RunStatus::Queued),
        "started" => Some(RunStatus::Running),
        "succeeded" => Some(RunStatus::Succeeded),
        "failed" => Some(RunStatus::Failed),
        "cancelled" => Some(RunStatus::Cancelled),
        "dead" => Some(RunStatus::Dead),
        _ => None,
    }
}

/// How long something took: `4 s`, `3 min 05 s`, `2 h 07 min`.
pub fn lasted(millis: i64) -> String {
    let seconds = millis.max(0) / 1000;
    match seconds {
        0 => format!("{} ms", millis.max(0)),
        1..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn event(sequence: u64, kind: &str, progress: f64, data: Value) -> RunEvent {
        let at = Timestamp::from_millis(1000 * i64::try_from(sequence).unwrap());
        RunEvent { sequence, at, kind: kind.to_owned(), message: String::new(), progress, data }
    }

    fn scored(sequence: u64, algorithm: &str, rmse: f64) -> RunEvent {
        let data = json!({ "algorithm": algorithm, "scores": { "rmse": rmse, "r2": 1.0 / rmse } });
        event(sequence, "family_finished", 0.5, data)
    }

    fn tried(sequence: u64, trial: u32, algorithm: &str, rmse: f64) -> RunEvent {
        let entry = json!({ "algorithm": algorithm, "trial": trial, "validation": { "rmse": rmse } });
        let data = json!({ "trial": trial, "entry": entry, "best": false });
        event(sequence, "trial_finished", 0.5, data)
    }

    #[test]
    fn the_leaderboard_grows_with_the_steps() {
        let begun = json!({ "algorithm": "ridge" });
        let course = Course::of(&[
            event(1, "queued", 0.0, json!({})),
            event(2, "started", 0.0, json!({})),
            event(3, "family_started", 0.1, json!({ "algorithm": "linear" })),
            tried(4, 1, "linear", 2.0),
            scored(5, "linear", 2.1),
            tried(6, 2, "linear", 1.0),
            event(7, "family_started", 0.6, begun),
            event(8, "stopping", 0.6, json!({})),
        ]);
        assert_eq!((course.status, course.progress), (Some(RunStatus::Running), 0.6));
        let order: Vec<_> = course.trials.ranked("rmse").into_iter().map(|trial| trial.number).collect();
        assert_eq!(order, [2, 1], "a family that is told beside its trials is no trial of its own");
        assert_eq!(course.fitting(), [Algorithm::Ridge]);
        assert!(course.stopping);
    }

    #[test]
    fn a_run_that_told_families_alone_has_a_leaderboard_too() {
        let course =
            Course::of(&[scored(1, "baseline", 10.0), scored(2, "linear", 2.0), scored(3, "ridge", 3.0)]);
        let order: Vec<_> = course.trials.ranked("rmse").into_iter().map(|trial| trial.algorithm).collect();
        assert_eq!(order, [Algorithm::Linear, Algorithm::Ridge, Algorithm::Baseline]);
        let best: Vec<_> = course.trials.best_line("rmse").map(|(_, point)| point).collect();
        assert_eq!(best, [(1.0, 10.0), (2.0, 2.0), (3.0, 2.0)]);
    }

    #[test]
    fn another_try_begins_from_nothing() {
        let course = Course::of(&[scored(1, "linear", 2.0), event(2, "retrying", 0.0, json!({}))]);
        assert!(course.trials.done.is_empty());
        assert_eq!(course.status, Some(RunStatus::Queued));
        let begun = Course::of(&[scored(1, "linear", 2.0), event(2, "started", 0.0, json!({}))]);
        assert_eq!(begun.started_at, Some(Timestamp::from_millis(2000)));
        assert!(begun.trials.done.is_empty());
    }

    #[test]
    fn steps_of_unknown_kinds_and_shapes_do_no_harm() {
        let course = Course::of(&[
            event(1, "news", 0.2, json!(3)),
            event(2, "family_started", 0.3, json!({"algorithm": 1})),
        ]);
        assert!(course.fitting().is_empty() && course.status.is_none());
    }

    #[test]
    fn durations_have_two_units_at_most() {
        assert_eq!(
            [0, 450, 4200, 185_000, 7_620_000].map(lasted),
            ["0 ms", "450 ms", "4 s", "3 min 05 s", "2 h 07 min"]
        );
    }
}
