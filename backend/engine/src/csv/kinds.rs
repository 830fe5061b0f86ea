//! A column of the kind that somebody says it is: what can't be of it counts as missing and is told.

use std::cmp::Reverse;

use super::builder::{Builder, State, Want};
use super::dialect::Dialect;
use super::infer::{self, MAX_DISAGREEING, MAX_LEVELS};
use super::lines::RowLines;
use super::readings;
use super::writing::Writing;
use crate::table::{
    Column, ColumnData, ColumnKind, Disagreement, MISSING_CODE, NumberStyle, boolean_value, parse_number,
};

impl Builder {
    /// As what a column must be read once more that was taken for numbers and is said to hold dates, or the other way
    /// round.
    pub fn suit(&self, kind: Option<ColumnKind>) -> Option<Want> {
        let contrary = matches!(
            (&self.state, kind),
            (State::Numbers(_), Some(ColumnKind::DateTime))
                | (State::Dates(_), Some(ColumnKind::Number | ColumnKind::Integer))
        );
        contrary.then_some(Want::Words)
    }
}

/// The finished column.
pub fn column(
    name: String,
    built: Builder,
    kind: ColumnKind,
    row_lines: &RowLines,
    dialect: &Dialect,
) -> Column {
    let told = match kind {
        ColumnKind::Number | ColumnKind::Integer | ColumnKind::DateTime => {
            numbers(built.state, kind, dialect)
        }
        ColumnKind::Boolean | ColumnKind::Category | ColumnKind::Text => words(built.state, kind),
        ColumnKind::Id => {
            let found = infer::column(name, built, row_lines, dialect);
            return Column { kind, reason: "as told".to_owned(), disagreeing: Vec::new(), ..found };
        }
    };
    let (reason, disagreeing) = told.account(kind, row_lines);
    Column { name, kind, reason, disagreeing, data: told.data, writing: told.writing }
}

/// Cells of the kind, and those that are not.
struct Told {
    data: ColumnData,
    /// Place and text of the first cells that can't be of the kind.
    odd: Vec<(usize, String)>,
    /// How many there are in all.
    odd_cells: usize,
    writing: Writing,
}

impl Told {
    fn new(data: ColumnData) -> Self {
        Self { data, odd: Vec::new(), odd_cells: 0, writing: Writing::default() }
    }

    fn refuse(&mut self, row: usize, text: impl FnOnce() -> String) {
        self.odd_cells += 1;
        if self.odd.len() < MAX_DISAGREEING {
            self.odd.push((row, text().chars().take(100).collect()));
        }
    }

    /// Why the column is what it is, and the first cells that disagree.
    fn account(&self, kind: ColumnKind, row_lines: &RowLines) -> (String, Vec<Disagreement>) {
        let line = |row: usize| row_lines.get(row).unwrap_or_default();
        let listed =
            self.odd.iter().map(|(row, value)| Disagreement { line: line(*row), value: value.clone() });
        let listed: Vec<Disagreement> = listed.collect();
        let reason = match listed.first() {
            None => "as told".to_owned(),
            Some(first) => format!(
                "as told; {} values can't be {} and count as missing, first \"{}\" on line {}",
                self.odd_cells,
                wanted(kind),
                first.value,
                first.line
            ),
        };
        (reason, listed)
    }
}

fn wanted(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Number => "numbers",
        ColumnKind::Integer => "whole numbers",
        ColumnKind::DateTime => "dates",
        ColumnKind::Boolean => "yes or no",
        ColumnKind::Category => "among the 1,000 commonest",
        ColumnKind::Text | ColumnKind::Id => "text",
    }
}

fn numbers(state: State, kind: ColumnKind, dialect: &Dialect) -> Told {
    let fits = |value: f64| kind != ColumnKind::Integer || value.fract() == 0.0;
    match state {
        State::Missing(rows) => Told::new(ColumnData::Numbers(vec![f64::NAN; rows])),
        // Neither is left when a file was read.
        State::Lost | State::Passed => Told::new(ColumnData::Numbers(Vec::new())),
        State::Numbers(mut values) | State::Dates(mut values) => {
            let mut told = Told::new(ColumnData::Numbers(Vec::new()));
            for (row, value) in values.iter_mut().enumerate() {
                if !value.is_nan() && !fits(*value) {
                    told.refuse(row, || value.to_string());
                    *value = f64::NAN;
                }
            }
            told.data = ColumnData::Numbers(values);
            told.writing.told = kind != ColumnKind::DateTime;
            told
        }
        State::Words(words) => {
            let (codes, levels) = words.into_parts();
            let order = dialect.date_order.or_else(|| readings::order_of(&levels));
            let parse = |level: &String| match kind {
                ColumnKind::DateTime => readings::date(level, order),
                _ => told_number(level.as_bytes(), dialect.style())
                    .or_else(|| readings::marked_number(level, dialect))
                    .filter(|value| fits(*value)),
            };
            let parsed: Vec<Option<f64>> = levels.iter().map(parse).collect();
            let mut told = Told::new(ColumnData::Numbers(Vec::new()));
            let mut cell = |(row, code): (usize, &u32)| {
                let Some(level) = levels.get(*code as usize) else { return f64::NAN };
                parsed[*code as usize].unwrap_or_else(|| {
                    if !level.trim().is_empty() {
                        told.refuse(row, || level.clone());
                    }
                    f64::NAN
                })
            };
            let values = codes.iter().enumerate().map(&mut cell).collect();
            told.data = ColumnData::Numbers(values);
            told.writing = match kind {
                ColumnKind::DateTime => Writing { date_order: order, ..Writing::default() },
                _ => Writing { told: true, ..readings::marks_of(&levels, dialect) },
            };
            told
        }
    }
}

/// The number that somebody says a text is: what looks like a code otherwise, such as 007, is one too.
pub fn told_number(text: &[u8], style: NumberStyle) -> Option<f64> {
    parse_number(text, style).or_else(|| {
        let text = text.trim_ascii();
        let (sign, digits) = match text.first()? {
            b'-' => (-1.0, &text[1..]),
            b'+' => (1.0, &text[1..]),
            _ => (1.0, text),
        };
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        let digits = match digits.get(zeros) {
            Some(b'0'..=b'9') => &digits[zeros..],
            _ => &digits[zeros.saturating_sub(1)..],
        };
        if !digits.first()?.is_ascii_digit() {
            return None;
        }
        let long =
            || digits.iter().all(u8::is_ascii_digit).then(|| fast_float2::parse(digits).ok()).flatten();
        parse_number(digits, style).or_else(long).filter(|value: &f64| value.is_finite()).map(|v| sign * v)
    })
}

fn words(state: State, kind: ColumnKind) -> Told {
    let (codes, levels) = match state {
        State::Words(words) => words.into_parts(),
        // A column that is going to be of words holds words, or nothing at all.
        State::Missing(rows) => (vec![MISSING_CODE; rows], Vec::new()),
        State::Numbers(values) | State::Dates(values) => (vec![MISSING_CODE; values.len()], Vec::new()),
        State::Lost | State::Passed => (Vec::new(), Vec::new()),
    };
    let mut counts = vec![0_usize; levels.len()];
    for code in &codes {
        if let Some(count) = counts.get_mut(*code as usize) {
            *count += 1;
        }
    }
    // Which level each becomes; `None` for one that can't be of the kind.
    let becomes: Vec<Option<usize>> = match kind {
        ColumnKind::Boolean => truths(&levels, &counts),
        ColumnKind::Category => commonest(&counts),
        _ => (0..levels.len()).map(Some).collect(),
    };
    let (places, kept) = match kind {
        ColumnKind::Text => (becomes, levels.clone()),
        _ => in_order(&becomes, &levels),
    };
    let mut told = Told::new(ColumnData::Numbers(Vec::new()));
    let cell = |(row, code): (usize, &u32)| {
        let Some(level) = levels.get(*code as usize) else { return MISSING_CODE };
        places[*code as usize].map_or_else(
            || {
                told.refuse(row, || level.clone());
                MISSING_CODE
            },
            |place| place as u32,
        )
    };
    let codes = codes.iter().enumerate().map(cell).collect();
    told.data = ColumnData::Categories { codes, levels: kept };
    told
}

/// The commonest levels, as many as a category holds.
fn commonest(counts: &[usize]) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|level| (Reverse(counts[*level]), *level));
    let mut becomes = vec![None; counts.len()];
    order.into_iter().take(MAX_LEVELS).for_each(|level| becomes[level] = Some(level));
    becomes
}

/// Two values are taken as they are, unless they are spellings of one; of more, those that mean yes and no, each in
/// its commonest spelling.
fn truths(levels: &[String], counts: &[usize]) -> Vec<Option<usize>> {
    let meaning: Vec<Option<bool>> =
        levels.iter().map(|level| boolean_value(level).map(|(_, truth)| truth)).collect();
    if levels.len() <= 2 && meaning.iter().any(Option::is_none) {
        return (0..levels.len()).map(Some).collect();
    }
    let spelling = |truth: bool| {
        let spelled = (0..levels.len()).filter(|level| meaning[*level] == Some(truth));
        spelled.min_by_key(|level| (Reverse(counts[*level]), *level))
    };
    let chosen = [spelling(false), spelling(true)];
    meaning.iter().map(|truth| truth.and_then(|truth| chosen[usize::from(truth)])).collect()
}

/// The places of levels among those that stay, in the order of their text.
fn in_order(becomes: &[Option<usize>], levels: &[String]) -> (Vec<Option<usize>>, Vec<String>) {
    let mut kept: Vec<usize> = becomes.iter().flatten().copied().collect();
    kept.sort_unstable_by(|a, b| levels[*a].cmp(&levels[*b]));
    kept.dedup();
    let mut place = vec![0; levels.len()];
    kept.iter().enumerate().for_each(|(new, old)| place[*old] = new);
    let places = becomes.iter().map(|level| level.map(|level| place[level])).collect();
    (places, kept.into_iter().map(|level| levels[level].clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_said_to_be_a_number_is_read_as_one() {
        let number = |text: &str| told_number(text.as_bytes(), NumberStyle::Point);
        for (text, value) in [
            ("007", 7.0),
            ("-007.5", -7.5),
            ("00", 0.0),
            ("00.5", 0.5),
            ("+01", 1.0),
            ("12345678901234567890", 12_345_678_901_234_567_890.0),
            ("0012345678901234567890", 12_345_678_901_234_567_890.0),
            (" 12 ", 12.0),
        ] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for text in ["", "-", "abc", "0x1F", "1,5", "--1", "nan", "1e999", "12 000", "0-1"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!(told_number(b"007,5", NumberStyle::Comma), Some(7.5));
    }
}
