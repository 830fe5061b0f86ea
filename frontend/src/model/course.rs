//! The course of a run, from its steps: how far it is, which families were scored, and when the best score was reached.

use super::metric;
use contract::{
    Timestamp,
    training::{Algorithm, RunEvent, RunStatus},
};
use std::collections::BTreeMap;

/// A family in the course of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Which.
    pub algorithm: Algorithm,
    /// Its scores; none while it is being fitted.
    pub scores: Option<BTreeMap<String, f64>>,
    /// Its loss after steps, as far as it was told.
    pub losses: Vec<(f64, f64)>,
}

impl Family {
    fn score(&self, metric: &str) -> Option<f64> {
        self.scores.as_ref()?.get(metric).copied()
    }
}

/// The course of the present try.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// Where the run stands, as far as its steps tell.
    pub status: Option<RunStatus>,
    /// 0 to 1.
    pub progress: f64,
    /// When the present try began.
    pub started_at: Option<Timestamp>,
    /// The families in the order in which they began.
    pub families: Vec<Family>,
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
                self.families.clear();
            }
            "retrying" | "rescued" | "released" => self.families.clear(),
            "family_started" => drop(self.family(event)),
            "loss" => {
                let number = |name: &str| event.data.get("point")?.get(name)?.as_f64();
                if let Some((step, loss)) = number("iteration").zip(number("loss"))
                    && let Some(family) = self.family(event)
                {
                    family.losses.push((step, loss));
                }
            }
            "family_finished" => {
                let scores = event.data.get("scores").cloned().unwrap_or_default();
                if let Some(family) = self.family(event) {
                    family.scores = Some(serde_json::from_value(scores).unwrap_or_default());
                }
            }
            _ => {}
        }
    }

    fn family(&mut self, event: &RunEvent) -> Option<&mut Family> {
        let algorithm: Algorithm = serde_json::from_value(event.data.get("algorithm")?.clone()).ok()?;
        let place = self.families.iter().position(|family| family.algorithm == algorithm);
        let place = place.unwrap_or_else(|| {
            self.families.push(Family { algorithm, scores: None, losses: Vec::new() });
            self.families.len() - 1
        });
        self.families.get_mut(place)
    }

    /// The families, the best by a metric first, those without a score last.
    pub fn ranked(&self, metric: &str) -> Vec<Family> {
        let mut families = self.families.clone();
        let sign = if metric::greater_is_better(metric) { -1.0 } else { 1.0 };
        let cost = |family: &Family| family.score(metric).map_or(f64::INFINITY, |score| sign * score);
        families.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
        families
    }

    /// The best score after each family that was scored: how many, and the score.
    pub fn best_line(&self, metric: &str) -> Vec<(f64, f64)> {
        let mut best: Option<f64> = None;
        let scores = self.families.iter().filter_map(|family| family.score(metric));
        scores
            .enumerate()
            .map(|(place, score)| {
                let now = best.filter(|best| !metric::better(metric, score, *best)).unwrap_or(score);
                best = Some(now);
                ((place + 1) as f64, now)
            })
            .collect()
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

    #[test]
    fn the_leaderboard_grows_with_the_steps() {
        let begun = json!({ "algorithm": "ridge" });
        let loss = json!({ "algorithm": "gradient_descent", "point": { "iteration": 4, "loss": 0.25 } });
        let course = Course::of(&[
            event(1, "queued", 0.0, json!({})),
            event(2, "started", 0.0, json!({})),
            scored(3, "baseline", 10.0),
            scored(4, "linear", 2.0),
            event(5, "loss", 0.4, loss),
            event(6, "family_started", 0.6, begun),
        ]);
        assert_eq!((course.status, course.progress), (Some(RunStatus::Running), 0.6));
        let order: Vec<_> = course.ranked("rmse").into_iter().map(|family| family.algorithm).collect();
        assert_eq!(order[..2], [Algorithm::Linear, Algorithm::Baseline]);
        assert_eq!(course.ranked("r2")[0].algorithm, Algorithm::Linear);
        assert_eq!(course.families[2].losses, [(4.0, 0.25)]);
        assert_eq!(course.best_line("rmse"), [(1.0, 10.0), (2.0, 2.0)]);
    }

    #[test]
    fn a_worse_family_does_not_lower_the_best_line() {
        let course = Course::of(&[scored(1, "linear", 2.0), scored(2, "ridge", 3.0)]);
        assert_eq!(course.best_line("rmse"), [(1.0, 2.0), (2.0, 2.0)]);
    }

    #[test]
    fn another_try_begins_from_nothing() {
        let course = Course::of(&[scored(1, "linear", 2.0), event(2, "retrying", 0.0, json!({}))]);
        assert!(course.families.is_empty());
        assert_eq!(course.status, Some(RunStatus::Queued));
        let begun = Course::of(&[scored(1, "linear", 2.0), event(2, "started", 0.0, json!({}))]);
        assert_eq!(begun.started_at, Some(Timestamp::from_millis(2000)));
        assert!(begun.families.is_empty());
    }

    #[test]
    fn steps_of_unknown_kinds_and_shapes_do_no_harm() {
        let course =
            Course::of(&[event(1, "news", 0.2, json!(3)), event(2, "loss", 0.3, json!({"algorithm": 1}))]);
        assert!(course.families.is_empty() && course.status.is_none());
    }

    #[test]
    fn durations_have_two_units_at_most() {
        assert_eq!(
            [0, 450, 4200, 185_000, 7_620_000].map(lasted),
            ["0 ms", "450 ms", "4 s", "3 min 05 s", "2 h 07 min"]
        );
    }
}
