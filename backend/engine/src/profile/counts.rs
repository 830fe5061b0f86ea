//! How often each value comes.

use super::Common;

/// Values that are shown.
const SHOWN: usize = 10;
/// Characters of a value that are shown.
const SHOWN_CHARACTERS: usize = 100;

/// Cells of each code; missing cells are in none.
pub fn of_codes(codes: &[u32], levels: usize) -> Vec<usize> {
    let mut counts = vec![0; levels];
    for code in codes {
        if let Some(count) = counts.get_mut(*code as usize) {
            *count += 1;
        }
    }
    counts
}

/// The commonest of what is seen; of equals the first.
pub struct Top<T> {
    found: Vec<(usize, T)>,
}

impl<T> Default for Top<T> {
    fn default() -> Self {
        Self { found: Vec::with_capacity(SHOWN + 1) }
    }
}

impl<T> Top<T> {
    /// Looks at another value.
    #[inline]
    pub fn see(&mut self, value: T, count: usize) {
        if self.found.len() < SHOWN || self.found.last().is_some_and(|(least, _)| count > *least) {
            let place = self.found.partition_point(|(more, _)| *more >= count);
            self.found.insert(place, (count, value));
            self.found.truncate(SHOWN);
        }
    }

    /// The commonest, as they are shown.
    pub fn shown(self, text: impl Fn(T) -> String) -> Vec<Common> {
        let shown = |(count, value): (usize, T)| Common {
            value: text(value).chars().take(SHOWN_CHARACTERS).collect(),
            count,
        };
        self.found.into_iter().map(shown).collect()
    }
}

/// The commonest levels; of equals the first.
pub fn commonest_levels(counts: &[usize], levels: &[String]) -> Vec<Common> {
    let mut top = Top::default();
    for (level, count) in levels.iter().zip(counts).filter(|(_, count)| **count > 0) {
        top.see(level, *count);
    }
    top.shown(Clone::clone)
}
