//! The families that are tried.

use super::{Algorithm, Faults, Settings, Task};

/// Whether the family's answers move as [`Settings::monotone`] wants them to: trees of boosting are grown so, a
/// constant does not move, and the mean of such models moves as they do.
fn keeps_monotone(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::Baseline | Algorithm::Boosting | Algorithm::Ensemble)
}

impl Settings {
    pub(super) fn check_algorithms(
        &self,
        task: Task,
        notes: &mut Vec<String>,
        faults: &mut Faults,
    ) -> Vec<Algorithm> {
        let monotone = !self.monotone.is_empty();
        for (i, algorithm) in self.algorithms.iter().flatten().enumerate() {
            let pointer = format!("/algorithms/{i}");
            if !algorithm.serves(task) {
                let message = format!("{} does not serve the task", algorithm.as_str());
                faults.add(&pointer, "task_mismatch", message, choose(|a| a.serves(task)));
            } else if monotone && !keeps_monotone(*algorithm) {
                let message =
                    format!("{} does not keep to the monotone directions that are set", algorithm.as_str());
                faults.add(&pointer, "not_monotone", message, choose(keeps_monotone));
            }
        }
        let asked = |algorithm: &Algorithm| match &self.algorithms {
            Some(list) => *algorithm == Algorithm::Baseline || list.contains(algorithm),
            None => true,
        };
        let serving: Vec<Algorithm> =
            Algorithm::ALL.into_iter().filter(|a| a.serves(task) && asked(a)).collect();
        let (kept, dropped): (Vec<_>, Vec<_>) =
            serving.into_iter().partition(|a| !monotone || keeps_monotone(*a));
        if !dropped.is_empty() {
            let dropped: Vec<_> = dropped.iter().map(|a| a.as_str()).collect();
            let note = "only boosting keeps to monotone directions; not tried";
            notes.push(format!("{note}: {}", dropped.join(", ")));
        }
        kept
    }
}

fn choose(fits: impl Fn(Algorithm) -> bool) -> String {
    let fitting = Algorithm::ALL.into_iter().filter(|a| fits(*a)).map(Algorithm::as_str);
    format!("choose among {}", fitting.collect::<Vec<_>>().join(", "))
}
