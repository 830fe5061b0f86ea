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

/// A name as JSON writes it before a value, `"name":`, cut into words of eight bytes: comparing a handful of bytes
/// costs more in a call of `memcmp` than in the comparison.
#[derive(Debug)]
pub(super) struct Key {
    text: Box<[u8]>,
    /// Of each eight bytes, those to look at and what they must be. The last may reach behind the name.
    words: Box<[(u64, u64)]>,
}

impl Key {
    fn of(name: &str) -> Self {
        let mut text = serde_json::to_vec(name).unwrap_or_default();
        text.push(b':');
        let word = |bytes: &[u8]| {
            let (mut mask, mut value) = ([0; 8], [0; 8]);
            mask[..bytes.len()].fill(0xff);
            value[..bytes.len()].copy_from_slice(bytes);
            (u64::from_le_bytes(mask), u64::from_le_bytes(value))
        };
        Self { words: text.chunks(8).map(word).collect(), text: text.into() }
    }

    /// The length of the key, if `text` begins with it.
    #[inline]
    pub fn begins(&self, text: &[u8]) -> Option<usize> {
        let (blocks, _) = text.as_chunks::<8>();
        let same = if blocks.len() < self.words.len() {
            text.starts_with(&self.text)
        } else {
            self.words
                .iter()
                .zip(blocks)
                .all(|((mask, word), block)| u64::from_le_bytes(*block) & mask == *word)
        };
        same.then_some(self.text.len())
    }
}

/// The columns of a model, by place and by name.
#[derive(Debug)]
pub(super) struct Columns {
    /// Each name as it stands before a value.
    pub keys: Vec<Key>,
    pub kinds: Vec<Kind>,
    /// Which hold numbers that a CSV writes the plain way, as those of the data were that was learned from.
    pub plain_numbers: Vec<bool>,
    pub names: Vec<String>,
    places: HashMap<Box<str>, usize, foldhash::fast::RandomState>,
}

impl Columns {
    pub fn of(schema: &Schema) -> Self {
        let names: Vec<String> = schema.features.iter().map(|feature| feature.name.clone()).collect();
        let kind = |feature: &engine::Feature| match (feature.kind, feature.is_number()) {
            (ColumnKind::DateTime, true) => Kind::Date,
            (_, true) => Kind::Number,
            (ColumnKind::Boolean, false) => Kind::Boolean,
            (_, false) => Kind::Text,
        };
        Self {
            keys: names.iter().map(|name| Key::of(name)).collect(),
            kinds: schema.features.iter().map(kind).collect(),
            plain_numbers: schema
                .features
                .iter()
                .map(|feature| kind(feature) == Kind::Number && feature.writing.is_none())
                .collect(),
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
    gaps: bool,
}

impl Notes {
    pub fn clear(&mut self) {
        self.unknown_columns.clear();
        self.more_columns = false;
        self.new_levels.clear();
        self.gaps = false;
    }

    /// A cell may be missing.
    #[inline]
    pub fn gap(&mut self) {
        self.gaps = true;
    }

    /// Whether a cell may be missing: surely none is where this is false.
    pub fn may_have_gaps(&self) -> bool {
        self.gaps
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_wherever_the_text_ends_and_nothing_else_is() {
        for name in ["", "a", "carat", "carats", "a longer name than a word", "naïve \"quoted\"\n", "价格"]
        {
            let key = Key::of(name);
            let written = format!("{}:", serde_json::to_string(name).unwrap());
            for follows in ["", "1", " 1.25}", "1,\"carat\":0.23}]}"] {
                let text = format!("{written}{follows}");
                assert_eq!(key.begins(text.as_bytes()), Some(written.len()), "{text}");
                for at in 0..written.len() {
                    let mut other = text.clone().into_bytes();
                    other[at] ^= 1;
                    assert_eq!(key.begins(&other), None, "{text} but for byte {at}");
                    assert_eq!(key.begins(&text.as_bytes()[..at]), None, "{text} cut at {at}");
                }
            }
        }
    }
}
