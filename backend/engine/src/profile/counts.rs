//! How often each value comes.

use std::cmp::Reverse;

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

/// The commonest levels; of equals the first.
pub fn commonest_levels(counts: &[usize], levels: &[String]) -> Vec<Common> {
    let mut order: Vec<usize> = (0..counts.len()).filter(|code| counts[*code] > 0).collect();
    order.sort_by_key(|code| (Reverse(counts[*code]), *code));
    let shown = order.into_iter().take(SHOWN).map(|code| Common {
        value: levels[code].chars().take(SHOWN_CHARACTERS).collect(),
        count: counts[code],
    });
    shown.collect()
}

/// The number of different values, and the commonest of them; of equals the least.
pub fn commonest_numbers(sorted: &[f64]) -> (usize, Vec<Common>) {
    let mut runs: Vec<(usize, f64)> = sorted.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0])).collect();
    let distinct = runs.len();
    runs.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.total_cmp(&b.1)));
    runs.truncate(SHOWN);
    (distinct, runs.into_iter().map(|(count, value)| Common { value: value.to_string(), count }).collect())
}
