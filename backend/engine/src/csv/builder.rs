//! A column while it is being read: numbers until something is no number, dates until something is no date, else words.
//!
//! A part of a file makes a builder for each column, and the builders of parts are put together in the order of the
//! file. Cells that contradict what the column was taken for make it [`State::Lost`]: it is then read once more, as
//! what it turned out to be, so that no text is kept that nobody needs.

use super::cells::CellRules;
use super::record::Field;
use super::rows::Rows;
use super::words::Words;
use crate::table::{ColumnKind, DateOrder, MISSING_CODE, Slashed, parse_date_time, parse_slashed};

/// What a column is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// What its cells say.
    Found,
    /// Words from the first cell on.
    Words,
    /// Dates, in this order where it matters.
    Dates(DateOrder),
    /// Nothing: its cells are passed over.
    Nothing,
}

impl Want {
    /// How a column is read that is going to be of this kind.
    pub fn told(kind: Option<ColumnKind>) -> Self {
        match kind {
            Some(ColumnKind::Boolean | ColumnKind::Category | ColumnKind::Text) => Self::Words,
            Some(ColumnKind::Number | ColumnKind::Integer | ColumnKind::DateTime | ColumnKind::Id) | None => {
                Self::Found
            }
        }
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
    /// Cells of different kinds: words.
    Lost,
    /// A column that nobody asked for.
    Passed,
}

/// A column while it is being read.
pub struct Builder {
    pub state: State,
    /// Which of day and month comes first in dates such as 03/04/2024; without one they are looked at and counted.
    order: Option<DateOrder>,
    /// What the dates such as 03/04/2024 were like.
    slashed: Slashed,
    /// Whether a quoted empty cell was taken for missing: among words it is one.
    quoted_empty: bool,
    /// Rows that are expected.
    room: usize,
}

impl Builder {
    pub fn new(want: Want, order: Option<DateOrder>, room: usize) -> Self {
        let state = match want {
            Want::Found | Want::Dates(_) => State::Missing(0),
            Want::Words => State::Words(Words::with_missing(0)),
            Want::Nothing => State::Passed,
        };
        let order = if let Want::Dates(order) = want { Some(order) } else { order };
        Self { state, order, slashed: Slashed::default(), quoted_empty: false, room }
    }

    /// As what the column must be read once more; `None` when it is whole. `common` is the order of the file's other
    /// dates.
    pub fn again(&self, common: Option<DateOrder>) -> Option<Want> {
        match self.state {
            State::Lost => Some(Want::Words),
            State::Dates(_) if self.order.is_none() && self.slashed.any => {
                Some(self.slashed.order().or(common).map_or(Want::Words, Want::Dates))
            }
            _ => None,
        }
    }

    /// Whether cells contradicted what the column was taken for.
    pub fn is_lost(&self) -> bool {
        matches!(self.state, State::Lost)
    }

    /// The order in which its dates were read, where that mattered.
    pub fn date_order(&self) -> Option<DateOrder> {
        self.order.filter(|_| self.slashed.any && matches!(self.state, State::Dates(_)))
    }

    /// The order that this column's dates prove.
    pub fn order(&self) -> Option<DateOrder> {
        match self.state {
            State::Dates(_) if self.slashed.any => self.slashed.order(),
            _ => None,
        }
    }

    /// Adds the cells of a batch of rows.
    pub fn take(&mut self, rows: &Rows<'_>, column: usize, rules: &CellRules) {
        let text = rows.frame.text;
        let mut cells = rows.fields.iter().skip(column).step_by(rows.frame.width);
        match &mut self.state {
            State::Lost | State::Passed => return,
            State::Numbers(values) if !rules.numeric_missing => {
                // The most of most files: nothing but the number is looked at.
                for field in cells.by_ref() {
                    match rules.number(field.raw(text)) {
                        Some(number) => values.push(number),
                        None => {
                            self.push(field, text, rules);
                            break;
                        }
                    }
                }
            }
            _ => {}
        }
        for field in cells {
            self.push(field, text, rules);
        }
    }

    fn push(&mut self, field: &Field, text: &[u8], rules: &CellRules) {
        if field.escaped {
            let value = field.value(text, rules.quote);
            self.push_text(&value, true, rules);
        } else {
            self.push_text(field.raw(text), field.quoted, rules);
        }
    }

    #[inline]
    fn push_text(&mut self, text: &[u8], quoted: bool, rules: &CellRules) {
        if let State::Numbers(values) = &mut self.state
            && !rules.numeric_missing
            && let Some(number) = rules.number(text)
        {
            values.push(number);
            return;
        }
        let missing = rules.is_missing(text);
        let empty_word = quoted && text.is_empty();
        self.quoted_empty |= empty_word && !matches!(self.state, State::Words(_));
        match &mut self.state {
            State::Words(words) if missing && !empty_word => words.codes.push(MISSING_CODE),
            State::Words(words) => words.push(text),
            State::Missing(count) if missing => *count += 1,
            State::Missing(count) => {
                let count = *count;
                self.start(text, count, rules);
            }
            State::Numbers(values) | State::Dates(values) if missing => values.push(f64::NAN),
            State::Numbers(values) => match rules.number(text) {
                Some(number) => values.push(number),
                None => self.state = State::Lost,
            },
            State::Dates(values) => match date(text, self.order, &mut self.slashed) {
                Some(seconds) => values.push(seconds),
                None => self.state = State::Lost,
            },
            State::Lost | State::Passed => {}
        }
    }

    /// The first cell with a value says what the column is, until another contradicts it.
    fn start(&mut self, text: &[u8], missing_before: usize, rules: &CellRules) {
        let room = self.room;
        let with = |value: f64| {
            let mut values = Vec::with_capacity(room.max(missing_before + 1));
            values.resize(missing_before, f64::NAN);
            values.push(value);
            values
        };
        if let Some(number) = rules.number(text) {
            self.state = State::Numbers(with(number));
        } else if let Some(seconds) = date(text, self.order, &mut self.slashed) {
            self.state = State::Dates(with(seconds));
        } else if self.quoted_empty {
            self.state = State::Lost;
        } else {
            let mut words = Words::with_missing(missing_before);
            words.codes.reserve(room.saturating_sub(missing_before));
            words.push(text);
            self.state = State::Words(words);
        }
    }

    /// Adds the same column of the next part of the file.
    pub fn append(&mut self, next: Self) {
        self.slashed.add(&next.slashed);
        let lost_empty = |seen: &Self| seen.quoted_empty && !matches!(seen.state, State::Words(_));
        let (ours, theirs) = (lost_empty(self), lost_empty(&next));
        self.quoted_empty |= next.quoted_empty;
        let state = std::mem::replace(&mut self.state, State::Lost);
        self.state = match (state, next.state) {
            (State::Passed, _) => State::Passed,
            (State::Missing(before), State::Missing(more)) => State::Missing(before + more),
            (State::Missing(before), State::Numbers(values)) => {
                State::Numbers(after(before, &values, self.room))
            }
            (State::Missing(before), State::Dates(values)) => State::Dates(after(before, &values, self.room)),
            (State::Missing(before), State::Words(next)) if !ours => {
                let mut words = Words::with_missing(before);
                words.codes.reserve(self.room.saturating_sub(before));
                words.append(&next);
                State::Words(words)
            }
            (State::Numbers(mut values), State::Missing(more)) => {
                values.resize(values.len() + more, f64::NAN);
                State::Numbers(values)
            }
            (State::Dates(mut values), State::Missing(more)) => {
                values.resize(values.len() + more, f64::NAN);
                State::Dates(values)
            }
            (State::Words(mut words), State::Missing(more)) if !theirs => {
                words.codes.resize(words.codes.len() + more, MISSING_CODE);
                State::Words(words)
            }
            (State::Numbers(mut values), State::Numbers(next)) => {
                values.extend_from_slice(&next);
                State::Numbers(values)
            }
            (State::Dates(mut values), State::Dates(next)) => {
                values.extend_from_slice(&next);
                State::Dates(values)
            }
            (State::Words(mut words), State::Words(next)) => {
                words.append(&next);
                State::Words(words)
            }
            _ => State::Lost,
        };
    }
}

fn after(missing: usize, next: &[f64], room: usize) -> Vec<f64> {
    let mut values = Vec::with_capacity(room.max(missing + next.len()));
    values.resize(missing, f64::NAN);
    values.extend_from_slice(next);
    values
}

/// Seconds of a date. Without an order, one such as 03/04/2024 is counted, and its place is taken by a NaN.
fn date(text: &[u8], order: Option<DateOrder>, slashed: &mut Slashed) -> Option<f64> {
    if !text.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b' ') {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    if let Some(seconds) = parse_date_time(text) {
        return Some(seconds);
    }
    let date = parse_slashed(text)?;
    slashed.see(&date);
    match order {
        Some(order) => date.seconds(order),
        None => Some(f64::NAN),
    }
}
