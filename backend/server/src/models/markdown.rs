//! A model in words (Markdown): the engine's card, which knows the artefact, and what only the model's row knows: how it
//! was found, how often its intervals held, where it is weaker, and whether it was made again.

use super::card::Card;
use crate::error::{Error, Result};
use contract::{
    models::{LeaderboardEntry, Model, Reproduction, ScoreInterval},
    training::RunStatus,
};
use engine::{Artefact, CardFacts};
use std::{collections::BTreeMap, fmt::Write};

/// Rows of a table that are shown; more is in the API.
const SHOWN: usize = 15;

/// The whole card.
pub fn write(artefact: &Artefact, model: &Model, card: &Card, proofs: &[Reproduction]) -> Result<String> {
    let interval = |one: &ScoreInterval| engine::Interval { low: one.low, high: one.high };
    let intervals = card.intervals.iter().map(|(metric, one)| (metric.clone(), interval(one))).collect();
    let important = card.explanation.importance.iter().flat_map(|found| &found.features);
    let important: Vec<_> = important.map(|one| (one.feature.clone(), one.importance)).collect();
    let name = format!("{}, version {}", model.name, model.version);
    let facts = CardFacts {
        model_name: Some(&name),
        dataset_name: None,
        rows: card.rows,
        intervals: Some(&intervals),
        important: &important,
        excluded: &card.excluded,
        notes: &card.notes,
    };
    let described = engine::model_card(artefact, &facts).map_err(Error::internal)?;
    let sections = [described, found(model, card), trust(card), weak_spots(card), proof(model, proofs)];
    let told = sections.iter().map(|section| section.trim_end()).filter(|section| !section.is_empty());
    Ok(told.collect::<Vec<_>>().join("\n\n") + "\n")
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
    if let Some(trials) = card.trials.filter(|trials| *trials > 0) {
        let _ = writeln!(out, "{trials} models were tried.\n");
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
    let mut out =
        "## Where it is weaker\n\nParts of the test rows whose score is surely worse than that of all.\n\n\
                   | Part | Rows | Metric | Score | Interval |\n|---|---|---|---|---|\n"
            .to_owned();
    for (column, segment) in parts {
        let part = format!("{} = {}", text(&column.feature), text(&segment.label));
        let (rows, metric) = (segment.rows.to_string(), text(&column.metric));
        let (score, range) = (
            number(segment.score),
            format!("{} to {}", number(segment.interval.low), number(segment.interval.high)),
        );
        row(&mut out, &[&part, &rows, &metric, &score, &range]);
    }
    out
}

fn proof(model: &Model, proofs: &[Reproduction]) -> String {
    let mut out = format!(
        "## Where it comes from\n\nData set `{}`, run `{}`, made on {}.\n",
        model.dataset_id, model.run_id, model.created_at
    );
    for proof in proofs.iter().filter(|proof| proof.status == RunStatus::Succeeded) {
        let (Some(at), Some(equal)) = (proof.finished_at, proof.equal) else { continue };
        let came = if equal { "the very same artefact" } else { "another artefact" };
        let engine = proof.engine_version.as_deref().unwrap_or_default();
        let _ = write!(out, "\n- Made again on {at} by engine {engine}: {came}.");
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
}
