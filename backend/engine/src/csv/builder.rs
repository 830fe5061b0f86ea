//! A column while it is being read: numbers until something is no number, dates until something is no date, else words.

use std::collections::HashMap;

use super::dialect::Dialect;
use super::record::{Field, Records};
use crate::table::{MISSING_CODE, NumberStyle, parse_date_time, parse_number, plain_number};

/// How the text of a cell is taken.
pub struct CellRules {
    style: NumberStyle,
    missing: Vec<Vec<u8>>,
    longest_missing: usize,
    /// Whether one of the words for "missing" is itself a number, such as -999.
    numeric_missing: bool,
}

impl CellRules {
    pub fn new(dialect: &Dialect) -> Self {
        let missing: Vec<Vec<u8>> =
            dialect.missing.iter().map(|word| word.trim().as_bytes().to_vec()).collect();
        let longest_missing = missing.iter().map(Vec::len).max().unwrap_or(0);
        let style = dialect.style();
        let numeric_missing = missing.iter().any(|word| parse_number(word, style).is_some());
        Self { style, missing, longest_missing, numeric_missing }
    }

    /// Whether the text means "no value": nothing, or one of the words.
    pub fn is_missing(&self, text: &[u8]) -> bool {
        let text = text.trim_ascii();
        text.is_empty()
            || (text.len() <= self.longest_missing && self.missing.iter().any(|word| word == text))
    }

    #[inline]
    fn number(&self, text: &[u8]) -> Option<f64> {
        match self.style {
            NumberStyle::Point => plain_number(text).or_else(|| parse_number(text, self.style)),
            NumberStyle::Comma => parse_number(text, self.style),
        }
    }
}

/// Distinct texts and the code of each row.
pub struct Words {
    pub codes: Vec<u32>,
    index: HashMap<Vec<u8>, u32, ahash::RandomState>,
}

impl Words {
    fn with_missing(rows: usize) -> Self {
        Self {
            codes: vec![MISSING_CODE; rows],
            // Fixed seeds: nothing here may differ from run to run, and speed must not either.
            index: HashMap::with_hasher(ahash::RandomState::with_seeds(1, 2, 3, 4)),
        }
    }

    fn push(&mut self, text: &[u8]) {
        let code = match self.index.get(text) {
            Some(code) => *code,
            None => {
                let code = u32::try_from(self.index.len()).unwrap_or(MISSING_CODE);
                self.index.insert(text.to_vec(), code);
                code
            }
        };
        self.codes.push(code);
    }

    /// The codes, and the texts in order of appearance.
    pub fn into_parts(self) -> (Vec<u32>, Vec<String>) {
        let mut levels = vec![String::new(); self.index.len()];
        for (text, code) in self.index {
            if let Some(level) = levels.get_mut(code as usize) {
                *level = String::from_utf8_lossy(&text).into_owned();
            }
        }
        (self.codes, levels)
    }
}

/// What a column has been so far.
pub enum State {
    /// Nothing but missing cells, this many.
    Missing(usize),
    /// Numbers; NaN is missing.
    Numbers(Vec<f64>),
    /// Dates as seconds; NaN is missing.
    Dates(Vec<f64>),
    /// Words.
    Words(Words),
}

/// A column while it is being read.
pub struct Builder {
    pub state: State,
    /// Whether earlier cells held text that the words of this column lack.
    lost_text: bool,
    /// Whether a quoted empty cell was taken for missing: among words it is one.
    quoted_empty: bool,
}

impl Default for Builder {
    fn default() -> Self {
        Self { state: State::Missing(0), lost_text: false, quoted_empty: false }
    }
}

impl Builder {
    /// A column that holds words from its first cell on.
    pub fn of_words() -> Self {
        Self { state: State::Words(Words::with_missing(0)), lost_text: false, quoted_empty: false }
    }

    /// Whether the column turned to words after cells of another kind.
    pub fn must_reread(&self) -> bool {
        self.lost_text
    }

    /// Asks for its words.
    pub fn forget(&mut self) {
        self.lost_text = true;
    }

    /// Adds the cell of the next row.
    #[inline]
    pub fn push(&mut self, records: &Records<'_>, field: &Field, rules: &CellRules) {
        let text = records.value(field);
        if let State::Numbers(values) = &mut self.state
            && !rules.numeric_missing
            && let Some(number) = rules.number(&text)
        {
            values.push(number);
            return;
        }
        self.push_any(&text, field.quoted, rules);
    }

    fn push_any(&mut self, text: &[u8], quoted: bool, rules: &CellRules) {
        let missing = rules.is_missing(text);
        if missing && quoted && text.is_empty() {
            self.quoted_empty = true;
        }
        match &mut self.state {
            State::Words(words) => {
                if missing && !(quoted && text.is_empty()) {
                    words.codes.push(MISSING_CODE);
                } else {
                    words.push(text);
                }
            }
            State::Missing(count) if missing => *count += 1,
            State::Missing(count) => {
                let count = *count;
                self.start(text, count, rules);
            }
            State::Numbers(values) | State::Dates(values) if missing => values.push(f64::NAN),
            State::Numbers(values) => match rules.number(text) {
                Some(number) => values.push(number),
                None => self.turn_to_words(text),
            },
            State::Dates(values) => match date(text) {
                Some(seconds) => values.push(seconds),
                None => self.turn_to_words(text),
            },
        }
    }

    /// The first cell with a value says what the column is, until another contradicts it.
    fn start(&mut self, text: &[u8], missing_before: usize, rules: &CellRules) {
        let with = |value: f64| {
            let mut values = vec![f64::NAN; missing_before];
            values.push(value);
            values
        };
        if let Some(number) = rules.number(text) {
            self.state = State::Numbers(with(number));
        } else if let Some(seconds) = date(text) {
            self.state = State::Dates(with(seconds));
        } else {
            let mut words = Words::with_missing(missing_before);
            words.push(text);
            self.state = State::Words(words);
            self.lost_text = self.quoted_empty;
        }
    }

    fn turn_to_words(&mut self, text: &[u8]) {
        let rows = match &self.state {
            State::Missing(count) => *count,
            State::Numbers(values) | State::Dates(values) => values.len(),
            State::Words(words) => words.codes.len(),
        };
        let mut words = Words::with_missing(rows);
        words.push(text);
        self.state = State::Words(words);
        self.lost_text = true;
    }
}

fn date(text: &[u8]) -> Option<f64> {
    parse_date_time(std::str::from_utf8(text).ok()?)
}
