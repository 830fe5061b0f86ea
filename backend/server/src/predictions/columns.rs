//! The columns that a model reads, prepared for matching the keys of rows; and what is noted beside the cells.

use contract::Fault;
use engine::{ColumnKind, Schema};
use std::collections::HashMap;

/// Columns that the model does not read are named up to this many.
const MOST_NAMED: usize = 20;

/// What a column takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Date,
    Boolean,
    Text,
}

impl Kind {
    /// What a cell is expected to be.
    pub fn expected(self) -> &'static str {
        match self {
            Kind::Number => "a number",
            Kind::Date => "a date",
            Kind::Boolean => "true or false",
            Kind::Text => "text",
        }
    }

    /// How to mend a cell that is something else.
    pub fn fix(self) -> &'static str {
        match self {
            Kind::Number => "send a number or null",
            Kind::Date => "send a date such as \"2026-11-23T18:00:00Z\" or null",
            Kind::Boolean => "send true, false or null",
            Kind::Text => "send a text or null",
        }
    }
}

/// The columns of a model, by place and by name.
#[derive(Debug)]
pub(super) struct Columns {
    /// Each name as JSON writes it, with its quotes.
    pub keys: Vec<Box<[u8]>>,
    pub kinds: Vec<Kind>,
    pub names: Vec<String>,
    places: HashMap<Box<str>, usize, foldhash::fast::RandomState>,
}

impl Columns {
    pub fn of(schema: &Schema) -> Self {
        let names: Vec<String> = schema.features.iter().map(|feature| feature.name.clone()).collect();
        let quoted = |name: &String| serde_json::to_vec(name).unwrap_or_default().into_boxed_slice();
        let kind = |feature: &engine::Feature| match (feature.kind, feature.is_number()) {
            (ColumnKind::DateTime, true) => Kind::Date,
            (_, true) => Kind::Number,
            (ColumnKind::Boolean, false) => Kind::Boolean,
            (_, false) => Kind::Text,
        };
        Self {
            keys: names.iter().map(quoted).collect(),
            kinds: schema.features.iter().map(kind).collect(),
            places: names.iter().enumerate().map(|(place, name)| (name.as_str().into(), place)).collect(),
            names,
        }
    }

    /// The place of a column; none when the model does not read it.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }
}

/// What is worth a warning.
#[derive(Debug, Default)]
pub(super) struct Notes {
    unknown_columns: Vec<String>,
    more_columns: bool,
    new_levels: Vec<bool>,
}

impl Notes {
    pub fn clear(&mut self) {
        self.unknown_columns.clear();
        self.more_columns = false;
        self.new_levels.clear();
    }

    /// A column that the model does not read.
    pub fn unknown_column(&mut self, name: &str) {
        if self.unknown_columns.iter().any(|known| known == name) {
            return;
        }
        if self.unknown_columns.len() < MOST_NAMED {
            self.unknown_columns.push(name.to_owned());
        } else {
            self.more_columns = true;
        }
    }

    /// A level that training did not see.
    pub fn new_level(&mut self, place: usize) {
        if self.new_levels.len() <= place {
            self.new_levels.resize(place + 1, false);
        }
        self.new_levels[place] = true;
    }

    /// The warnings, in sentences.
    pub fn warnings(&self, columns: &Columns) -> Vec<String> {
        let unknown =
            self.unknown_columns.iter().map(|name| format!("The model does not read the column {name:?}."));
        let more = self.more_columns.then(|| "The model does not read other columns either.".to_owned());
        let levels = self.new_levels.iter().zip(&columns.names).filter(|(new, _)| **new).map(|(_, name)| {
            format!(
                "The column {name:?} holds values that training did not see; they add nothing to the answer."
            )
        });
        unknown.chain(more).chain(levels).collect()
    }
}

/// Faults of cells: every one is counted, the first [`CellFaults::MOST`] are listed.
#[derive(Debug, Default)]
pub(super) struct CellFaults {
    pub listed: Vec<Fault>,
    pub count: usize,
}

impl CellFaults {
    /// More than a person reads; beyond it an answer would be many times the size of the request.
    pub const MOST: usize = 1000;

    /// A fault at a cell.
    pub fn cell(&mut self, row: usize, column: &str, message: String, fix: &str) {
        let escaped = column.replace('~', "~0").replace('/', "~1");
        self.add(format!("#/rows/{row}/{escaped}"), "type_mismatch", message, fix);
    }

    /// A fault anywhere.
    pub fn add(&mut self, pointer: String, code: &str, message: String, fix: &str) {
        self.count += 1;
        if self.listed.len() < Self::MOST {
            let (code, fix) = (code.to_owned(), Some(fix.to_owned()));
            self.listed.push(Fault { pointer, code, message, fix });
        }
    }

    /// The problem, if there is one.
    pub fn into_result(self) -> crate::error::Result<()> {
        let detail = match self.count {
            0 => return Ok(()),
            1 => self
                .listed
                .first()
                .map(|fault| format!("{}: {}.", fault.pointer, fault.message))
                .unwrap_or_default(),
            count if count <= Self::MOST => {
                format!("{count} cells do not fit their columns; each is listed.")
            }
            count => format!("{count} cells do not fit their columns; the first {} are listed.", Self::MOST),
        };
        Err(crate::error::Error::new(contract::Code::TypeMismatch, detail).with_faults(self.listed))
    }
}

/// The beginning of a text, for showing it.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}
