//! The model card: one page of Markdown on what a model predicts, what it learned from, how good it is, and where not to
//! rely on it.
//!
//! Source of the outline: Mitchell et al., Model Cards for Model Reporting (2019).

mod limits;
mod markdown;

use std::fmt::Write as _;

use markdown::{code_block, escaped, number};

use super::ExportError;
use crate::artefact::Artefact;
use crate::families::Model;
use crate::metrics::{Metric, ScoreIntervals};
use crate::scorer::{Example, Feature};
use crate::settings::{Algorithm, Excluded, Split, Task};
use crate::table::{ColumnKind, format_date_time};
use crate::train::RowCounts;

/// Columns that are listed.
const MAX_COLUMNS: usize = 200;
/// Classes that are named.
const MAX_CLASSES: usize = 30;
/// Levels of a column that are shown.
const MAX_LEVELS: usize = 5;

/// What the artefact does not hold and the card can tell; all of it may be left out.
#[derive(Debug, Clone, Default)]
pub struct CardFacts<'a> {
    /// What the model is called.
    pub model_name: Option<&'a str>,
    /// What the data is called.
    pub dataset_name: Option<&'a str>,
    /// How many rows went where.
    pub rows: Option<RowCounts>,
    /// Where the scores lie with a probability of 95 %.
    pub intervals: Option<&'a ScoreIntervals>,
    /// Columns and how much the error grows without them, the most important first.
    pub important: &'a [(String, f64)],
    /// Columns that were not learned from, and why.
    pub excluded: &'a [Excluded],
    /// What the reader should know, a sentence each.
    pub notes: &'a [String],
}

/// Writes the card.
pub fn write(artefact: &Artefact, facts: &CardFacts<'_>) -> Result<String, ExportError> {
    let mut card = String::new();
    head(&mut card, artefact, facts);
    data(&mut card, artefact, facts);
    columns(&mut card, artefact);
    scores(&mut card, artefact, facts);
    certainty(&mut card, artefact);
    important(&mut card, facts);
    limits::section(&mut card, artefact, facts);
    reproduce(&mut card, artefact)?;
    Ok(card)
}

/// Adds a paragraph.
fn paragraph(card: &mut String, text: &str) {
    card.push_str(text);
    card.push_str("\n\n");
}

fn heading(card: &mut String, text: &str) {
    paragraph(card, &format!("## {text}"));
}

/// Adds a line of a list or a table.
fn line(card: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = card.write_fmt(text);
    card.push('\n');
}

fn head(card: &mut String, artefact: &Artefact, facts: &CardFacts<'_>) {
    let schema = artefact.schema();
    let target = escaped(&schema.target);
    let name = facts.model_name.map_or_else(|| format!("A model of {target}"), escaped);
    paragraph(card, &format!("# {name}"));
    let what = match schema.task {
        Task::Regression => "a number".to_owned(),
        Task::Classification => {
            let shown: Vec<String> = schema.classes.iter().take(MAX_CLASSES).map(|c| escaped(c)).collect();
            let more = match schema.classes.len() - shown.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!(
                "one of {} classes ({}{more}), with a probability for each",
                schema.classes.len(),
                shown.join(", ")
            )
        }
    };
    let columns = schema.features.len();
    let columns = if columns == 1 { "one column".to_owned() } else { format!("{columns} columns") };
    paragraph(
        card,
        &format!("Predicts **{target}**, {what}, from {columns}. The model is {}.", described(artefact)),
    );
}

/// The family in words.
fn described(artefact: &Artefact) -> String {
    let content = artefact.content();
    let trees = |model: &Model| if let Model::Trees(trees) = model { trees.trees.len() } else { 0 };
    let family = of_family(content.algorithm);
    match &content.model {
        Model::Trees(_) => format!("{family} ({} trees)", trees(&content.model)),
        Model::Blend { members } => {
            let shares = members.iter().map(|member| {
                let percent = number((member.weight * 1000.0).round() / 10.0);
                format!("{percent} % {}", of_family(member.algorithm))
            });
            format!("{family}: {}", shares.collect::<Vec<_>>().join(", "))
        }
        Model::Constant { .. } | Model::Shares { .. } | Model::Linear { .. } | Model::Logistic { .. } => {
            family.to_owned()
        }
    }
}

fn of_family(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Baseline => "a baseline that knows nothing of the columns",
        Algorithm::Linear => "a linear model (least squares)",
        Algorithm::Ridge => "a linear model (ridge)",
        Algorithm::Lasso => "a linear model (lasso)",
        Algorithm::ElasticNet => "a linear model (elastic net)",
        Algorithm::GradientDescent => "a linear model (gradient descent)",
        Algorithm::Logistic => "a logistic regression",
        Algorithm::Forest => "a random forest",
        Algorithm::ExtraTrees => "a forest of extra trees",
        Algorithm::Boosting => "gradient-boosted trees",
        Algorithm::Ensemble => "a weighted mean of several models",
    }
}

fn data(card: &mut String, artefact: &Artefact, facts: &CardFacts<'_>) {
    heading(card, "Data");
    let lineage = artefact.lineage();
    if let Some(name) = facts.dataset_name {
        line(card, format_args!("- Data set: {}", escaped(name)));
    }
    if !lineage.dataset_sha256.is_empty() {
        line(card, format_args!("- SHA-256 of the file: `{}`", hexadecimal(&lineage.dataset_sha256)));
    }
    line(card, format_args!("- Rows learned from: {}", lineage.train_rows));
    line(card, format_args!("- Rows scored on: {}", lineage.test_rows));
    if let Some(rows) = facts.rows {
        if rows.without_target > 0 {
            line(
                card,
                format_args!("- Rows left out because their target is missing: {}", rows.without_target),
            );
        }
        if rows.left_out > 0 {
            line(card, format_args!("- Rows left out by the split: {}", rows.left_out));
        }
    }
    line(card, format_args!("- Split: {}", split(&artefact.settings().split)));
    for excluded in facts.excluded.iter().take(MAX_COLUMNS) {
        let (column, reason) = (escaped(&excluded.column), escaped(&excluded.reason));
        line(card, format_args!("- Not learned from: {column} ({reason})"));
    }
    card.push('\n');
}

/// What is not hexadecimal is left out, so that the text stays within its backticks.
fn hexadecimal(text: &str) -> String {
    text.chars().filter(char::is_ascii_hexdigit).collect()
}

fn split(split: &Split) -> String {
    let percent = |share: &f64| number(share * 100.0);
    match split {
        Split::Random { test_fraction } => {
            format!("{} % of the rows, drawn at random, are scored on", percent(test_fraction))
        }
        Split::Stratified { test_fraction } => {
            format!("{} % of the rows of every class are scored on", percent(test_fraction))
        }
        Split::Column { column } => format!("by the column {}", escaped(column)),
        Split::Time { column, test_fraction } => {
            format!(
                "the latest {} % of the rows by {} are scored on",
                percent(test_fraction),
                escaped(column)
            )
        }
        Split::Group { column, test_fraction } => format!(
            "{} % of the groups of {} are scored on; rows of one group stay together",
            percent(test_fraction),
            escaped(column)
        ),
        Split::Folds { folds } => {
            format!("cross-validation by {folds} folds: every row is scored by a model that did not see it")
        }
    }
}

fn columns(card: &mut String, artefact: &Artefact) {
    let features = &artefact.schema().features;
    if features.is_empty() {
        return;
    }
    heading(card, "Columns it needs");
    line(card, format_args!("| column | kind | seen in training | example |"));
    line(card, format_args!("|---|---|---|---|"));
    for feature in features.iter().take(MAX_COLUMNS) {
        let example = match &feature.example {
            Some(Example::Number(value)) => amount(feature, *value),
            Some(Example::Text(text)) => escaped(text),
            None => String::new(),
        };
        let (name, kind) = (escaped(&feature.name), feature.kind.as_str().replace('_', " "));
        line(card, format_args!("| {name} | {kind} | {} | {example} |", seen(feature)));
    }
    card.push('\n');
    if let Some(more @ 1..) = features.len().checked_sub(MAX_COLUMNS) {
        paragraph(card, &format!("And {more} more."));
    }
}

fn seen(feature: &Feature) -> String {
    match (&feature.levels, feature.min, feature.max) {
        (Some(levels), _, _) => {
            let shown: Vec<String> = levels.iter().take(MAX_LEVELS).map(|level| escaped(level)).collect();
            match levels.len() - shown.len() {
                0 => shown.join(", "),
                more => format!("{} and {more} more", shown.join(", ")),
            }
        }
        (None, ..) if feature.is_text() => "free text".to_owned(),
        (None, Some(min), Some(max)) => format!("{} to {}", amount(feature, min), amount(feature, max)),
        (None, _, _) => "no value".to_owned(),
    }
}

/// A number, or the date it stands for.
fn amount(feature: &Feature, value: f64) -> String {
    let date = (feature.kind == ColumnKind::DateTime).then(|| format_date_time(value)).flatten();
    date.unwrap_or_else(|| number(value))
}

fn scores(card: &mut String, artefact: &Artefact, facts: &CardFacts<'_>) {
    heading(card, "Scores");
    paragraph(
        card,
        "On rows that the model did not learn from. The baseline knows the target's mean or the shares of its classes \
         and nothing else; a model is worth as much as it is better than that.",
    );
    let metrics = Metric::ALL.iter().filter(|metric| artefact.scores().contains_key(metric.as_str()));
    line(card, format_args!("| metric | model | 95 % interval | baseline | better is |"));
    line(card, format_args!("|---|---|---|---|---|"));
    for metric in metrics {
        let name = metric.as_str();
        let shown = |value: Option<&f64>| value.map_or_else(String::new, |value| number(*value));
        let interval = facts.intervals.and_then(|intervals| intervals.get(name));
        let interval =
            interval.map_or_else(String::new, |i| format!("{} to {}", number(i.low), number(i.high)));
        let better = if metric.greater_is_better() { "greater" } else { "less" };
        let (model, baseline) = (shown(artefact.scores().get(name)), shown(artefact.baseline().get(name)));
        let name = name.replace('_', " ");
        line(card, format_args!("| {name} | {model} | {interval} | {baseline} | {better} |"));
    }
    card.push('\n');
}

fn certainty(card: &mut String, artefact: &Artefact) {
    let content = artefact.content();
    let mut sentences = Vec::new();
    if content.calibration.is_some() {
        sentences.push(
            "Probabilities are calibrated on rows that the model did not learn from, so that they come true about as \
             often as they say.",
        );
    }
    if content.conformal.is_some() {
        sentences.push(match content.schema.task {
            Task::Regression => {
                "Each answer can come with an interval (split-conformal): at a level of 90 % it holds the truth in \
                 about 90 of 100 cases, as long as new rows are like those of the training."
            }
            Task::Classification => {
                "Each answer can come with a set of classes (split-conformal): at a level of 90 % it holds the true \
                 class in about 90 of 100 cases, as long as new rows are like those of the training."
            }
        });
    }
    if !content.settings.costs.is_empty() {
        sentences
            .push("The class that is answered is the one of least expected cost, not always the likeliest.");
    }
    if sentences.is_empty() {
        return;
    }
    heading(card, "How sure an answer is");
    paragraph(card, &sentences.join(" "));
}

fn important(card: &mut String, facts: &CardFacts<'_>) {
    if facts.important.is_empty() {
        return;
    }
    heading(card, "Important columns");
    paragraph(
        card,
        "How much worse the model gets when the values of a column are shuffled. It says what the model relies on, not \
         what causes the target.",
    );
    line(card, format_args!("| column | importance |"));
    line(card, format_args!("|---|---|"));
    for (column, importance) in facts.important.iter().take(20) {
        line(card, format_args!("| {} | {} |", escaped(column), number(*importance)));
    }
    card.push('\n');
}

fn reproduce(card: &mut String, artefact: &Artefact) -> Result<(), ExportError> {
    heading(card, "How to reproduce it");
    let lineage = artefact.lineage();
    let settings = artefact.settings();
    let version = escaped(&lineage.engine_version);
    let same = match (settings.budget_seconds, settings.trials) {
        (Some(_), None) => format!(
            "The clock ended the search after {} trials: replay that many, and the same file comes out on any machine \
             and with any number of threads.",
            lineage.trials
        ),
        _ => "The same file comes out on any machine and with any number of threads.".to_owned(),
    };
    paragraph(
        card,
        &format!(
            "Train with version {version} of the engine, seed {}, on the file with the hash above, with the settings \
             below. {same}",
            lineage.seed
        ),
    );
    line(card, format_args!("- SHA-256 of the model: `{}`", artefact.sha256_hex()));
    card.push('\n');
    let json = serde_json::to_string_pretty(settings).map_err(|_| ExportError::NotFinite)?;
    card.push_str(&code_block("json", &json));
    Ok(())
}

#[cfg(test)]
mod tests;
