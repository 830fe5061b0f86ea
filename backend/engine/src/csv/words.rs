//! Distinct texts in order of appearance, and the code of each row.
//!
//! The texts lie one after the other in one buffer; the table of hashes holds codes with part of their hash, so that
//! neither a cell nor a distinct text costs an allocation.

use std::hash::{BuildHasher, Hasher};

use crate::table::MISSING_CODE;

/// A place of the table without a code.
const EMPTY: u64 = u64::MAX;
/// Places of the smallest table.
const FEWEST_PLACES: usize = 64;

/// Distinct texts and the code of each row.
pub struct Words {
    pub codes: Vec<u32>,
    bytes: Vec<u8>,
    /// Where each text ends.
    ends: Vec<usize>,
    /// Half a hash above, a code below; twice as many places as codes at least, a power of two.
    table: Vec<u64>,
    hasher: ahash::RandomState,
}

impl Words {
    /// No text yet, and this many missing cells.
    pub fn with_missing(rows: usize) -> Self {
        Self {
            codes: vec![MISSING_CODE; rows],
            bytes: Vec::new(),
            ends: Vec::new(),
            table: vec![EMPTY; FEWEST_PLACES],
            // Fixed seeds: nothing here may differ from run to run, and speed must not either.
            hasher: ahash::RandomState::with_seeds(1, 2, 3, 4),
        }
    }

    /// Adds the cell of the next row.
    #[inline]
    pub fn push(&mut self, text: &[u8]) {
        let code = self.code(text);
        self.codes.push(code);
    }

    /// Adds the rows of the next part of the file.
    pub fn append(&mut self, next: &Self) {
        let known: Vec<u32> = (0..next.ends.len()).map(|at| self.code(next.text(at))).collect();
        let code = |code: &u32| known.get(*code as usize).copied().unwrap_or(MISSING_CODE);
        self.codes.extend(next.codes.iter().map(code));
    }

    /// The texts in order of appearance.
    pub fn texts(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|code| self.text(code))
    }

    fn text(&self, code: usize) -> &[u8] {
        let start = code.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(code).copied().unwrap_or(start);
        self.bytes.get(start..end).unwrap_or_default()
    }

    #[inline]
    fn code(&mut self, text: &[u8]) -> u32 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(text);
        let hash = hasher.finish();
        let tag = hash >> 32;
        let mask = self.table.len() - 1;
        let mut place = tag as usize & mask;
        while let Some(found) = self.table.get(place).copied().filter(|found| *found != EMPTY) {
            let code = found as u32;
            if found >> 32 == tag && self.text(code as usize) == text {
                return code;
            }
            place = (place + 1) & mask;
        }
        self.add(text, tag, place)
    }

    #[cold]
    fn add(&mut self, text: &[u8], tag: u64, place: usize) -> u32 {
        let code = self.ends.len() as u32;
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
        if let Some(free) = self.table.get_mut(place) {
            *free = tag << 32 | u64::from(code);
        }
        if self.ends.len() * 2 > self.table.len() {
            self.grow();
        }
        code
    }

    fn grow(&mut self) {
        let growth = if self.table.len() < 1 << 16 { 4 } else { 2 };
        let mask = self.table.len() * growth - 1;
        let mut table = vec![EMPTY; mask + 1];
        for entry in self.table.iter().filter(|entry| **entry != EMPTY) {
            let mut place = (entry >> 32) as usize & mask;
            while table.get(place).is_some_and(|taken| *taken != EMPTY) {
                place = (place + 1) & mask;
            }
            if let Some(free) = table.get_mut(place) {
                *free = *entry;
            }
        }
        self.table = table;
    }

    /// The codes, and the texts in order of appearance.
    pub fn into_parts(self) -> (Vec<u32>, Vec<String>) {
        let Self { codes, bytes, ends, table, .. } = self;
        drop(table);
        let mut start = 0;
        let text = |end: usize| {
            let text = bytes.get(start..end).unwrap_or_default();
            start = end;
            String::from_utf8_lossy(text).into_owned()
        };
        let levels = ends.into_iter().map(text).collect();
        (codes, levels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_distinct_text_has_one_code_in_order_of_appearance() {
        let texts: Vec<String> = (0..5_000_u32).map(|i| format!("w{}", i * i % 1_009)).collect();
        let (mut whole, mut first, mut second) =
            (Words::with_missing(1), Words::with_missing(1), Words::with_missing(0));
        texts.iter().for_each(|text| whole.push(text.as_bytes()));
        texts[..700].iter().for_each(|text| first.push(text.as_bytes()));
        texts[700..].iter().for_each(|text| second.push(text.as_bytes()));
        second.codes.push(MISSING_CODE);
        whole.codes.push(MISSING_CODE);
        first.append(&second);
        let (codes, levels) = whole.into_parts();
        assert_eq!((codes[0], codes[5_001], levels[0].as_str()), (MISSING_CODE, MISSING_CODE, "w0"));
        for (text, code) in texts.iter().zip(&codes[1..]) {
            assert_eq!(&levels[*code as usize], text);
        }
        let mut distinct = levels.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), levels.len());
        assert_eq!(first.into_parts(), (codes, levels));
    }
}
