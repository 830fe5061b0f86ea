//! Where not to rely on a model: what is true of every one, and what its data and scores show.

use super::{CardFacts, MAX_COLUMNS, escaped, heading, line};
use crate::artefact::Artefact;
use crate::settings::{Split, Task};

/// Fewer rows than this leave scores uncertain.
const FEW_ROWS: u64 = 1_000;
/// A class with a smaller share than this is rare.
const RARE: f64 = 0.05;

/// Adds the section.
pub fn section(card: &mut String, artefact: &Artefact, facts: &CardFacts<'_>) {
    heading(card, "Limits of use");
    for sentence in found(artefact) {
        line(card, format_args!("- {sentence}"));
    }
    for note in facts.notes.iter().take(MAX_COLUMNS) {
        line(card, format_args!("- {}", escaped(note)));
    }
    for sentence in GENERAL {
        line(card, format_args!("- {sentence}"));
    }
    card.push('\n');
}

const GENERAL: [&str; 4] = [
    "It knows what its data knew. Rows of another time, place or population than those it learned from may be answered \
     badly, and the scores above do not tell.",
    "Values outside of the ranges above are extrapolated by linear models and held at the edge by trees. Levels that were \
     not seen in training count as unknown.",
    "It finds what goes together, not what causes what: changing a column of a row shows what the model would say, not \
     what would happen.",
    "Before it decides on people, look at its scores for each group it will be used on, and leave the last word to a \
     person.",
];

/// What the artefact shows.
fn found(artefact: &Artefact) -> Vec<String> {
    let mut sentences = Vec::new();
    let lineage = artefact.lineage();
    let (train, test) = (lineage.train_rows, lineage.test_rows);
    if train < FEW_ROWS {
        sentences.push(format!("It learned from {train} rows only; more rows may change it much."));
    }
    if test < FEW_ROWS / 5 && !matches!(artefact.settings().split, Split::Folds { .. }) {
        sentences.push(format!("It was scored on {test} rows only; look at the intervals of the scores."));
    }
    if artefact.schema().task == Task::Classification && rare_answer(artefact) {
        sentences.push(
            "One class is much more frequent than the others: a high accuracy says little here, look at the balanced \
             accuracy, F1 and average precision."
                .to_owned(),
        );
    }
    if !better_than_baseline(artefact) {
        sentences.push(
            "It is not better than its baseline by the score that was to be optimised: do not rely on it."
                .to_owned(),
        );
    }
    sentences
}

/// Whether always answering the commonest class would be right almost always.
fn rare_answer(artefact: &Artefact) -> bool {
    artefact.baseline().get("accuracy").is_some_and(|accuracy| *accuracy > 1.0 - RARE * 2.0)
}

fn better_than_baseline(artefact: &Artefact) -> bool {
    let metric = artefact.settings().metric;
    let metric = metric.unwrap_or_else(|| crate::metrics::Metric::default_for(artefact.schema().task));
    if !artefact.baseline().contains_key(metric.as_str()) {
        return true;
    }
    metric.cost(artefact.scores()) < metric.cost(artefact.baseline())
}
