//! What a column means, from all of its cells.

use super::builder::{Builder, State};
use crate::table::{
    Column, ColumnData, ColumnKind, Disagreement, MISSING_CODE, NumberStyle, boolean_value, parse_date_time,
    parse_number,
};

/// A column of words with more distinct values than this is no category.
pub const MAX_LEVELS: usize = 1_000;
/// A column of words with no more distinct values than this is a category however few rows there are.
const ALWAYS_CATEGORY: usize = 20;
/// Fewer rows than this never make an id of a column of numbers.
const ROWS_FOR_ID: usize = 50;
/// Cells that disagree with the rest, kept a column.
pub const MAX_DISAGREEING: usize = 20;

/// The finished column.
pub fn column(name: String, built: Builder, row_lines: &[u64], style: NumberStyle) -> Column {
    match built.state {
        State::Missing(rows) => Column {
            name,
            kind: ColumnKind::Text,
            reason: "every value is missing".to_owned(),
            disagreeing: Vec::new(),
            data: ColumnData::Categories { codes: vec![MISSING_CODE; rows], levels: Vec::new() },
        },
        State::Numbers(values) => {
            let (kind, reason) = kind_of_numbers(&name, &values);
            Column { name, kind, reason, disagreeing: Vec::new(), data: ColumnData::Numbers(values) }
        }
        State::Dates(values) => Column {
            name,
            kind: ColumnKind::DateTime,
            reason: "every value is a date or a time".to_owned(),
            disagreeing: Vec::new(),
            data: ColumnData::Numbers(values),
        },
        State::Words(words) => {
            let (codes, levels) = words.into_parts();
            column_of_words(name, codes, levels, row_lines, style)
        }
    }
}

fn kind_of_numbers(name: &str, values: &[f64]) -> (ColumnKind, String) {
    let present = || values.iter().filter(|v| !v.is_nan());
    if !present().all(|v| v.fract() == 0.0 && v.abs() < 9.0e15) {
        return (ColumnKind::Number, "every value is a number, some with a fraction".to_owned());
    }
    if let Some(reason) = id_reason(name, values) {
        return (ColumnKind::Id, reason);
    }
    (ColumnKind::Integer, "every value is a whole number".to_owned())
}

/// Why whole numbers only name their rows: all different, and either without a gap or called an id.
fn id_reason(name: &str, values: &[f64]) -> Option<String> {
    if values.len() < ROWS_FOR_ID || values.iter().any(|v| v.is_nan()) {
        return None;
    }
    let called_id = is_called_id(name);
    let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    let without_gap = high - low + 1.0 == values.len() as f64;
    if !called_id && !without_gap {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return None;
    }
    Some(if without_gap {
        "whole numbers, each once and without a gap: the number of the row".to_owned()
    } else {
        "whole numbers, each once, in a column called an id".to_owned()
    })
}

fn is_called_id(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "id"
        || name == "index"
        || name.ends_with("_id")
        || name.ends_with(" id")
        || name.ends_with("uuid")
}

fn column_of_words(
    name: String,
    codes: Vec<u32>,
    levels: Vec<String>,
    row_lines: &[u64],
    style: NumberStyle,
) -> Column {
    let present = codes.iter().filter(|c| **c != MISSING_CODE).count();
    let (kind, mut reason) = kind_of_words(&name, &levels, present);
    let disagreeing = match almost_all(&codes, &levels, present, style) {
        Some((what, odd)) => {
            let found = disagreements(&codes, &levels, &odd, row_lines);
            let count = codes.iter().filter(|c| odd.get(**c as usize) == Some(&true)).count();
            let first = found.first().map(|d| format!(", first \"{}\" on line {}", d.value, d.line));
            reason = format!(
                "{} of {present} values are {what}, {count} are not{}; mend them or name them as missing",
                present - count,
                first.unwrap_or_default()
            );
            found
        }
        None => Vec::new(),
    };
    let data = if matches!(kind, ColumnKind::Category | ColumnKind::Boolean) {
        sorted(codes, levels)
    } else {
        ColumnData::Categories { codes, levels }
    };
    Column { name, kind, reason, disagreeing, data }
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
    if distinct == present && distinct > ALWAYS_CATEGORY && (!words_are_text || is_called_id(name)) {
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
    codes: &[u32],
    levels: &[String],
    present: usize,
    style: NumberStyle,
) -> Option<(&'static str, Vec<bool>)> {
    let share = |odd: &Vec<bool>| {
        let count = codes.iter().filter(|c| odd.get(**c as usize) == Some(&false)).count();
        count * 5 >= present * 4 && count < present && present > 0
    };
    let no_number: Vec<bool> = levels.iter().map(|l| parse_number(l.as_bytes(), style).is_none()).collect();
    if share(&no_number) {
        return Some(("numbers", no_number));
    }
    let no_date: Vec<bool> = levels.iter().map(|level| parse_date_time(level).is_none()).collect();
    share(&no_date).then_some(("dates", no_date))
}

fn disagreements(codes: &[u32], levels: &[String], odd: &[bool], row_lines: &[u64]) -> Vec<Disagreement> {
    let rows = codes.iter().zip(row_lines).filter(|(code, _)| odd.get(**code as usize) == Some(&true));
    let found = rows.take(MAX_DISAGREEING).filter_map(|(code, line)| {
        let value = levels.get(*code as usize)?.chars().take(100).collect();
        Some(Disagreement { line: *line, value })
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
