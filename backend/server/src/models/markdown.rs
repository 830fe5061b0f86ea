//! A model in words (Markdown): what it answers, from which data, how it was found, how good it is, and where its
//! limits are. Everything in it is known from the model's own row; nothing is computed anew.

use super::card::Card;
use contract::{
    datasets::ColumnKind,
    models::{Feature, LeaderboardEntry, Model, Reproduction, ScoreInterval},
    training::{RunSettings, RunStatus, Task},
};
use std::{collections::BTreeMap, fmt::Write};

/// Rows of a table that are shown; more is in the API.
const SHOWN: usize = 15;
/// Levels of a column that are named.
const LEVELS: usize = 8;

/// How a model was made.
#[derive(Debug)]
pub struct Made<'a> {
    /// The settings as asked.
    pub settings: &'a RunSettings,
    /// The SHA-256 of the data set's file.
    pub dataset_sha256: &'a str,
    /// The seed of the random draws.
    pub seed: u64,
    /// The version of the engine.
    pub engine_version: &'a str,
}

/// The whole card.
pub fn write(model: &Model, card: &Card, made: &Made<'_>, proofs: &[Reproduction]) -> String {
    let sections = [
        purpose(model),
        data(model, card, made),
        scores(model),
        trust(card),
        found(model, card),
        importance(card),
        weak_spots(card),
        limits(model, card),
        settings(made),
        proof(model, made, proofs),
    ];
    sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n")
}

fn purpose(model: &Model) -> String {
    let (name, target) = (text(&model.name), text(&model.target));
    let kind = match model.task {
        Task::Regression => format!("It answers a number: {target}."),
        Task::Classification => {
            let classes: Vec<_> = model.classes.iter().take(SHOWN).map(|class| text(class)).collect();
            format!("It answers one of {} classes of {target}: {}.", model.classes.len(), classes.join(", "))
        }
    };
    format!(
        "# {name}, version {}\n\n{kind} The family is {}, made on {}.\n",
        model.version,
        word(&model.algorithm),
        model.created_at
    )
}

fn data(model: &Model, card: &Card, made: &Made<'_>) -> String {
    let seen = &card.evaluation;
    let mut out = format!(
        "## Data\n\nData set `{}`, file SHA-256 `{}`. {} rows were learned from, {} tested.\n\n",
        model.dataset_id, made.dataset_sha256, seen.train_rows, seen.test_rows
    );
    out.push_str("| Column | Holds | Seen in training |\n|---|---|---|\n");
    for feature in model.features.iter().take(200) {
        row(&mut out, &[&text(&feature.name), &word(&feature.kind), &range(feature)]);
    }
    for note in &card.notes {
        let _ = write!(out, "\n- {}", text(note));
    }
    if !card.notes.is_empty() {
        out.push('\n');
    }
    out
}

fn range(feature: &Feature) -> String {
    if let (Some(min), Some(max)) = (feature.min, feature.max)
        && feature.kind != ColumnKind::DateTime
    {
        return format!("{} to {}", number(min), number(max));
    }
    let named: Vec<_> = feature.levels.iter().take(LEVELS).map(|level| text(level)).collect();
    let more = feature.levels.len().saturating_sub(LEVELS);
    if more > 0 { format!("{} and {more} more", named.join(", ")) } else { named.join(", ") }
}

fn scores(model: &Model) -> String {
    let mut out = format!(
        "## Scores\n\nOn rows that it did not learn from; {} ranked the models. Intervals are of 95 %.\n\n\
         | Metric | Score | Interval | Baseline |\n|---|---|---|---|\n",
        text(&model.metric)
    );
    for (metric, score) in &model.metrics {
        let baseline = model.baseline.get(metric).map(|score| number(*score)).unwrap_or_default();
        row(&mut out, &[&text(metric), &number(*score), &interval(model.intervals.get(metric)), &baseline]);
    }
    out
}

fn interval(of: Option<&ScoreInterval>) -> String {
    of.map(|one| format!("{} to {}", number(one.low), number(one.high))).unwrap_or_default()
}

fn trust(card: &Card) -> String {
    let seen = &card.evaluation;
    if seen.coverage.is_empty() && !card.certainty.calibrated {
        return String::new();
    }
    let mut out = "## How far to trust an answer\n\n".to_owned();
    if card.certainty.calibrated {
        out.push_str("Probabilities were calibrated on rows that the model did not learn from.");
        if let Some(seen) = &seen.reliability
            && let Some(before) = seen.error_before
        {
            let (before, after) = (number(before), number(seen.error_after));
            let _ = write!(out, " The mean distance of said and seen was {before} before and is {after}.");
        }
        out.push_str("\n\n");
    }
    if !seen.coverage.is_empty() {
        out.push_str("| Level | Held the truth | Mean size |\n|---|---|---|\n");
        for one in &seen.coverage {
            let share = format!("{} ({} to {})", percent(one.share), percent(one.low), percent(one.high));
            row(&mut out, &[&percent(one.level), &share, &number(one.mean_size)]);
        }
    }
    out
}

fn found(model: &Model, card: &Card) -> String {
    if card.leaderboard.is_empty() {
        return String::new();
    }
    let mut out = "## How it was found\n\n".to_owned();
    if card.trials > 0 {
        let _ = writeln!(out, "{} models were tried.\n", card.trials);
    }
    let _ = writeln!(
        out,
        "| Family | {metric}, test | {metric}, validation | Level with the best |\n|---|---|---|---|",
        metric = text(&model.metric)
    );
    for entry in card.leaderboard.iter().take(SHOWN) {
        let LeaderboardEntry { algorithm, metrics, validation, tied, .. } = entry;
        let score = |scores: &BTreeMap<String, f64>| scores.get(&model.metric).map(|s| number(*s));
        let tied = if *tied { "yes" } else { "" };
        row(
            &mut out,
            &[
                &word(algorithm),
                &score(metrics).unwrap_or_default(),
                &score(validation).unwrap_or_default(),
                tied,
            ],
        );
    }
    out
}

fn importance(card: &Card) -> String {
    let Some(found) = card.explanation.importance.as_ref().filter(|found| !found.features.is_empty()) else {
        return String::new();
    };
    let mut out = format!(
        "## What it looks at\n\nHow much worse {} gets when a column is shuffled.\n\n\
         | Column | Loss | Interval |\n|---|---|---|\n",
        text(&found.metric)
    );
    for one in found.features.iter().take(SHOWN) {
        let range = format!("{} to {}", number(one.low), number(one.high));
        row(&mut out, &[&text(&one.feature), &number(one.importance), &range]);
    }
    out
}

/// The parts of the test rows that are surely worse than all of them.
fn weak_spots(card: &Card) -> String {
    let parts: Vec<_> = card
        .evaluation
        .segments
        .iter()
        .flat_map(|column| column.segments.iter().map(move |segment| (column, segment)))
        .filter(|(_, segment)| segment.worse)
        .take(SHOWN)
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    let mut out = "## Where it is weaker\n\nParts of the test rows whose score is surely worse than that of all.\n\n\
                   | Part | Rows | Metric | Score | Interval |\n|---|---|---|---|---|\n"
        .to_owned();
    for (column, segment) in parts {
        let part = format!("{} = {}", text(&column.feature), text(&segment.label));
        let (rows, metric) = (segment.rows.to_string(), text(&column.metric));
        let (score, range) = (number(segment.score), interval(Some(&segment.interval)));
        row(&mut out, &[&part, &rows, &metric, &score, &range]);
    }
    out
}

fn limits(model: &Model, card: &Card) -> String {
    let mut out = "## Limits\n\n".to_owned();
    out.push_str("- It knows the data above and nothing else: values outside the ranges seen in training are guesses.\n");
    out.push_str("- A level that training did not see adds nothing to an answer.\n");
    out.push_str("- What columns say together with the target is no cause of it.\n");
    if card.evaluation.test_rows < 200 {
        let _ = writeln!(out, "- Only {} rows tested: the scores are rough.", card.evaluation.test_rows);
    }
    if !card.certainty.intervals {
        out.push_str("- Its answers come without intervals: too few rows were left to measure them.\n");
    }
    if model.certainty.costs {
        out.push_str("- The label is the one of least expected cost by the costs of the settings, not the likeliest.\n");
    }
    out
}

fn settings(made: &Made<'_>) -> String {
    let json = serde_json::to_string_pretty(made.settings).unwrap_or_default();
    // A fence that no text within can end.
    let fence = "`".repeat(3.max(longest_run(&json, '`') + 1));
    format!("## Settings\n\n{fence}json\n{json}\n{fence}\n")
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or_default()
}

fn proof(model: &Model, made: &Made<'_>, proofs: &[Reproduction]) -> String {
    let mut out = format!(
        "## Where it comes from\n\nRun `{}`, seed {}, engine {}, artefact SHA-256 `{}`.\n",
        model.run_id, made.seed, made.engine_version, model.artefact_sha256
    );
    for proof in proofs.iter().filter(|proof| proof.status == RunStatus::Succeeded) {
        let (Some(at), Some(equal)) = (proof.finished_at, proof.equal) else { continue };
        let came = if equal { "the very same artefact" } else { "another artefact" };
        let engine = proof.engine_version.as_deref().unwrap_or_default();
        let _ = write!(out, "\n- Trained anew until {at} by engine {engine}: {came}.");
    }
    if !proofs.is_empty() {
        out.push('\n');
    }
    out
}

fn row(out: &mut String, cells: &[&str]) {
    for cell in cells {
        let _ = write!(out, "| {cell} ");
    }
    out.push_str("|\n");
}

/// Text of the data as plain words: nothing in it is Markdown, HTML or the end of a cell.
fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars().take(200) {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

fn word(value: &impl serde::Serialize) -> String {
    let word = crate::infra::stored::word(value).unwrap_or_default();
    word.replace('_', " ")
}

/// Four digits are what a score is worth.
fn number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    if !(1e-4..1e7).contains(&size) {
        return format!("{value:.3e}");
    }
    let digits = if size >= 1000.0 {
        1
    } else if size >= 1.0 {
        3
    } else {
        4
    };
    format!("{value:.digits$}")
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_data_is_never_markup() {
        assert_eq!(text("a|b\n# <script>`x`"), "a\\|b \\# &lt;script&gt;\\`x\\`");
        assert_eq!(text("\u{7}plain"), "plain");
        assert!(text(&"x".repeat(1000)).len() == 200);
    }

    #[test]
    fn a_number_keeps_the_digits_that_it_is_worth() {
        for (value, shown) in [
            (0.0, "0"),
            (0.123_456, "0.1235"),
            (12.345_67, "12.346"),
            (12_345.67, "12345.7"),
            (1e-9, "1.000e-9"),
            (-2.5e12, "-2.500e12"),
        ] {
            assert_eq!(number(value), shown);
        }
    }

    #[test]
    fn a_fence_is_longer_than_any_within() {
        let settings = RunSettings { target: "a ```` b".to_owned(), ..RunSettings::default() };
        let made = Made { settings: &settings, dataset_sha256: "", seed: 1, engine_version: "1" };
        assert!(super::settings(&made).ends_with("\n`````\n"));
    }
}
