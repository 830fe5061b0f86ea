//! Which rows are in which leaf: a list of rows in which those of a leaf lie together, in the order of the table.

use std::ops::Range;

/// The bins that go left.
pub type LeftBins = [bool; 256];

/// Rows, leaf by leaf; those of a leaf rise.
pub struct Partition {
    rows: Vec<u32>,
    spare: Vec<u32>,
}

impl Partition {
    /// All rows in one leaf.
    pub fn new() -> Self {
        Self { rows: Vec::new(), spare: Vec::new() }
    }

    /// Begins again with these rows in one leaf.
    pub fn reset(&mut self, rows: impl Iterator<Item = u32>) -> Range<usize> {
        self.rows.clear();
        self.rows.extend(rows);
        self.spare.resize(self.rows.len(), 0);
        0..self.rows.len()
    }

    /// The rows of a leaf.
    pub fn of(&self, leaf: &Range<usize>) -> &[u32] {
        self.rows.get(leaf.clone()).unwrap_or(&[])
    }

    /// Undoes the last [`Self::split`] of a leaf.
    pub fn unite(&mut self, leaf: &Range<usize>) {
        if let Some(rows) = self.rows.get_mut(leaf.clone()) {
            rows.sort_unstable();
        }
    }

    /// Parts a leaf in two by the bins of a column; says where the right one begins.
    pub fn split(&mut self, leaf: &Range<usize>, codes: &[u8], left: &LeftBins) -> usize {
        let Some(rows) = self.rows.get_mut(leaf.clone()) else { return leaf.end };
        let spare = &mut self.spare[..rows.len()];
        let (mut lefts, mut rights) = (0, 0);
        for at in 0..rows.len() {
            let row = rows[at];
            let goes_left = left[usize::from(codes.get(row as usize).copied().unwrap_or(0))];
            rows[lefts] = row;
            spare[rights] = row;
            lefts += usize::from(goes_left);
            rights += usize::from(!goes_left);
        }
        rows[lefts..].copy_from_slice(&spare[..rights]);
        leaf.start + lefts
    }
}
