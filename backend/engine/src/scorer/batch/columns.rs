//! Whole columns of a batch at once, from those of a table.

use super::{Batch, Cells, MISSING};

impl Batch {
    /// Sets a whole column of numbers.
    pub(in crate::scorer) fn fill_numbers(&mut self, feature: usize, values: impl Iterator<Item = f64>) {
        if let Some(Cells::Numbers(cells)) = self.cells.get_mut(feature) {
            cells.iter_mut().zip(values).for_each(|(cell, value)| *cell = value);
        }
    }

    /// Sets a whole column of codes into another dictionary.
    pub(in crate::scorer) fn fill_levels(
        &mut self,
        feature: usize,
        levels: &[String],
        codes: impl Iterator<Item = Option<u32>>,
    ) {
        let Some(dictionary) = self.dictionaries.get(feature) else { return };
        let known: Vec<u32> = levels.iter().map(|level| dictionary.code(level)).collect();
        if let Some(Cells::Codes(cells)) = self.cells.get_mut(feature) {
            for (cell, code) in cells.iter_mut().zip(codes) {
                *cell = code.and_then(|code| known.get(code as usize)).copied().unwrap_or(MISSING);
            }
        }
    }

    /// Sets a whole column of texts; each that is used is read once.
    pub(in crate::scorer) fn fill_texts(
        &mut self,
        feature: usize,
        levels: &[String],
        codes: impl Iterator<Item = Option<u32>>,
    ) {
        let vocabulary = self.schema.features.get(feature).and_then(|feature| feature.text.as_ref());
        let (Some(vocabulary), Some(Cells::Texts(cells))) = (vocabulary, self.cells.get_mut(feature)) else {
            return;
        };
        // The row that has read a text already.
        let mut read_at = vec![usize::MAX; levels.len()];
        for (row, code) in codes.enumerate().take(cells.len()) {
            let Some(code) = code.map(|code| code as usize).filter(|code| *code < levels.len()) else {
                continue;
            };
            if let Some(read) = cells.get(read_at[code]) {
                cells[row] = read.clone();
            } else {
                vocabulary.read(&levels[code], &mut cells[row]);
                read_at[code] = row;
            }
        }
    }
}
