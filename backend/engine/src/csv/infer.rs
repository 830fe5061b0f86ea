//! What a column means, from all of its cells.

use super::builder::{Builder, State, Want};
use super::dialect::Dialect;
use super::ids;
use super::lines::RowLines;
use super::readings;
use super::writing::Writing;
use crate::table::{
    Column, ColumnData, ColumnKind, Disagreement, MISSING_CODE, boolean_value, parse_date_time, parse_number,
};

/// A column of words with more distinct values than this is no category.
pub const MAX_LEVELS: usize = 1_000;
/// A column of words with no more distinct values than this is a category however few rows there are.
const ALWAYS_CATEGORY: usize = 20;
/// Cells that disagree with the rest, kept a column.
pub const MAX_DISAGREEING: usize = 20;

/// The finished column.
pub fn column(name: String, built: Builder, row_lines: &RowLines, dialect: &Dialect) -> Column {
    match built.state {
        State::Lost | State::Passed => column(name, Builder::new(Want::Found, None, 0), row_lines, dialect),
        State::Missing(rows) => Column {
            name,
            kind: ColumnKind::Text,
            reason: "every value is missing".to_owned(),
            disagreeing: Vec::new(),
            data: ColumnData::Categories { codes: vec![MISSING_CODE; rows], levels: Vec::new() },
            writing: Writing::default(),
        },
        State::Numbers(values) => {
            let (kind, reason) = kind_of_numbers(&name, &values);
            let (data, writing) = (ColumnData::Numbers(values), Writing::default());
            Column { name, kind, reason, disagreeing: Vec::new(), data, writing }
        }
        State::Dates(values) => Column {
            name,
            kind: ColumnKind::DateTime,
            reason: "every value is a date or a time".to_owned(),
            disagreeing: Vec::new(),
            data: ColumnData::Numbers(values),
            writing: Writing::default(),
        },
        State::Words(words) => {
            let (codes, levels) = words.into_parts();
            column_of_words(name, codes, levels, row_lines, dialect)
        }
    }
}

fn kind_of_numbers(name: &str, values: &[f64]) -> (ColumnKind, String) {
    let present = || values.iter().filter(|v| !v.is_nan());
    if !present().all(|v| v.fract() == 0.0 && v.abs() < 9.0e15) {
        return (ColumnKind::Number, "every value is a number, some with a fraction".to_owned());
    }
    if let Some(reason) = ids::reason_of_numbers(name, values) {
        return (ColumnKind::Id, reason);
    }
    (ColumnKind::Integer, "every value is a whole number".to_owned())
}

fn column_of_words(
    name: String,
    codes: Vec<u32>,
    levels: Vec<String>,
    row_lines: &RowLines,
    dialect: &Dialect,
) -> Column {
    if let Some((values, how, writing)) = readings::numbers_with_marks(&levels, dialect) {
        let values = numbers_of(&codes, &values);
        let (kind, reason) = kind_of_numbers(&name, &values);
        let reason = format!("{reason}, {how}");
        let data = ColumnData::Numbers(values);
        return Column { name, kind, reason, disagreeing: Vec::new(), data, writing };
    }
    let counts = counts(&codes, levels.len());
    let present = counts.iter().sum();
    let (mut kind, mut reason) = kind_of_words(&name, &levels, present);
    let mut disagreeing = Vec::new();
    let shares = readings::mixed_shares(&levels, dialect).map(|odd| ("numbers without a \"%\"", odd));
    if let Some((what, odd)) = shares.or_else(|| almost_all(&counts, &levels, present, dialect)) {
        // Numbers and some words name no rows, however often each comes.
        kind = if kind == ColumnKind::Id { ColumnKind::Text } else { kind };
        disagreeing = disagreements(&codes, &levels, &odd, row_lines);
        let count: usize = counts.iter().zip(&odd).filter(|(_, odd)| **odd).map(|(count, _)| count).sum();
        let first = disagreeing.first().map(|d| format!(", first \"{}\" on line {}", d.value, d.line));
        reason = format!(
            "{} of {present} values are {what}, {count} are not{}; mend them or name them as missing",
            present - count,
            first.unwrap_or_default()
        );
    } else if readings::are_open_dates(&levels) {
        reason = "dates whose day and month can't be told apart; say which comes first".to_owned();
    }
    let data = if matches!(kind, ColumnKind::Category | ColumnKind::Boolean) {
        sorted(codes, levels)
    } else {
        ColumnData::Categories { codes, levels }
    };
    Column { name, kind, reason, disagreeing, data, writing: Writing::default() }
}

/// The cells of each level.
fn counts(codes: &[u32], levels: usize) -> Vec<usize> {
    let mut counts = vec![0; levels];
    for code in codes {
        if let Some(count) = counts.get_mut(*code as usize) {
            *count += 1;
        }
    }
    counts
}

/// The number of each row, from the number of each level.
fn numbers_of(codes: &[u32], values: &[f64]) -> Vec<f64> {
    codes.iter().map(|code| values.get(*code as usize).copied().unwrap_or(f64::NAN)).collect()
}

fn kind_of_words(name: &str, levels: &[String], present: usize) -> (ColumnKind, String) {
    let distinct = levels.len();
    if distinct == 2 || distinct == 1 {
        let truths: Vec<_> = levels.iter().filter_map(|level| boolean_value(level)).collect();
        let opposite = truths.len() == distinct
            && truths.iter().all(|t| t.0 == truths[0].0)
            && (distinct == 1 || truths[0].1 != truths[1].1);
        if opposite {
            return (ColumnKind::Boolean, "every value is yes or no, or words like them".to_owned());
        }
    }
    let longest = levels.iter().map(|level| level.len()).max().unwrap_or(0);
    let spaced = levels.iter().filter(|level| level.trim().contains(' ')).count();
    let words_are_text = longest > 200 || spaced * 2 > distinct;
    if distinct == present && distinct > ALWAYS_CATEGORY && (!words_are_text || ids::is_called_id(name)) {
        return (ColumnKind::Id, format!("{distinct} values, each once"));
    }
    if distinct <= ALWAYS_CATEGORY || (distinct <= MAX_LEVELS && distinct * 2 <= present) {
        return (ColumnKind::Category, format!("{distinct} different values in {present} cells"));
    }
    (ColumnKind::Text, format!("{distinct} different values in {present} cells, too many for a category"))
}

/// If at least four of five cells are numbers (or dates) and the rest is not: what they are, and for each level
/// whether it is one of the rest.
fn almost_all(
    counts: &[usize],
    levels: &[String],
    present: usize,
    dialect: &Dialect,
) -> Option<(&'static str, Vec<bool>)> {
    // Gives up as soon as more than a fifth of the cells is odd, so that long lists of words cost little.
    let rest = |is_one: &dyn Fn(&String) -> bool| {
        let (mut odd, mut odd_cells) = (Vec::new(), 0);
        for (level, count) in levels.iter().zip(counts) {
            let is_odd = !is_one(level);
            odd_cells += if is_odd { *count } else { 0 };
            if odd_cells * 5 > present {
                return None;
            }
            odd.push(is_odd);
        }
        (odd_cells > 0 && present > 0).then_some(odd)
    };
    let style = dialect.style();
    let number = |level: &String| parse_number(level.as_bytes(), style).is_some();
    if let Some(odd) = rest(&number) {
        return Some(("numbers", odd));
    }
    let date = |level: &String| parse_date_time(level).is_some() || readings::is_slashed(level);
    rest(&date).map(|odd| ("dates", odd))
}

fn disagreements(codes: &[u32], levels: &[String], odd: &[bool], row_lines: &RowLines) -> Vec<Disagreement> {
    let rows = codes.iter().enumerate().filter(|(_, code)| odd.get(**code as usize) == Some(&true));
    let found = rows.take(MAX_DISAGREEING).filter_map(|(row, code)| {
        let value = levels.get(*code as usize)?.chars().take(100).collect();
        Some(Disagreement { line: row_lines.get(row)?, value })
    });
    found.collect()
}

/// The same cells with the levels in the order of their text.
fn sorted(codes: Vec<u32>, levels: Vec<String>) -> ColumnData {
    let mut order: Vec<u32> = (0..levels.len() as u32).collect();
    order.sort_by(|a, b| levels[*a as usize].cmp(&levels[*b as usize]));
    let mut place = vec![0_u32; levels.len()];
    for (new, old) in order.iter().enumerate() {
        place[*old as usize] = new as u32;
    }
    let codes = codes.into_iter().map(|c| place.get(c as usize).copied().unwrap_or(MISSING_CODE)).collect();
    let mut levels: Vec<String> = levels;
    levels.sort();
    ColumnData::Categories { codes, levels }
}
