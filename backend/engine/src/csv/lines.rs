//! The line of each row, in no more memory than there are gaps.

/// The line of a file that each row starts on. Rows on one line after the other take no memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowLines {
    /// The first row and its line of each run of rows on lines that follow each other.
    runs: Vec<(usize, u64)>,
    rows: usize,
}

impl RowLines {
    /// Adds the next row.
    #[inline]
    pub(super) fn push(&mut self, line: u64) {
        let follows = self.runs.last().is_some_and(|(row, start)| start + (self.rows - row) as u64 == line);
        if !follows {
            self.runs.push((self.rows, line));
        }
        self.rows += 1;
    }

    /// Adds the rows of the next part of the file, which `lines_before` lines come before.
    pub(super) fn append(&mut self, next: &Self, lines_before: u64) {
        for (at, (row, line)) in next.runs.iter().enumerate() {
            let end = next.runs.get(at + 1).map_or(next.rows, |(row, _)| *row);
            self.push(line + lines_before);
            self.rows += end - row - 1;
        }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The line a row starts on, from 1.
    pub fn get(&self, row: usize) -> Option<u64> {
        if row >= self.rows {
            return None;
        }
        let run = self.runs.partition_point(|(first, _)| *first <= row).checked_sub(1)?;
        self.runs.get(run).map(|(first, line)| line + (row - first) as u64)
    }

    /// The line of every row.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.rows).filter_map(|row| self.get(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_keeps_its_line_over_gaps_and_parts() {
        let lines = [2, 3, 4, 7, 8, 20, 22, 23];
        for cut in 0..=lines.len() {
            let (mut whole, mut part) = (RowLines::default(), RowLines::default());
            lines[..cut].iter().for_each(|line| whole.push(*line));
            lines[cut..].iter().for_each(|line| part.push(line - 1));
            whole.append(&part, 1);
            assert_eq!(whole.iter().collect::<Vec<_>>(), lines);
            assert_eq!((whole.len(), whole.get(lines.len())), (lines.len(), None));
            let mut plain = RowLines::default();
            lines.iter().for_each(|line| plain.push(*line));
            assert_eq!(whole, plain);
        }
    }
}
