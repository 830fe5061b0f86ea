//! Which rows and columns a tree is grown on.

use crate::random::SplitMix64;

/// Parts `rows` by chance into those that a tree is grown on and the others, both in their order.
pub fn rows(
    rows: &[u32],
    fraction: f64,
    random: &mut SplitMix64,
    grown: &mut Vec<u32>,
    others: &mut Vec<u32>,
) {
    grown.clear();
    others.clear();
    if fraction >= 1.0 {
        grown.extend_from_slice(rows);
        return;
    }
    grown.resize(rows.len(), 0);
    others.resize(rows.len(), 0);
    let (mut taken, mut left) = (0, 0);
    // Four draws of 16 bits out of each number; written to both lists, which costs less than a guess that fails.
    let limit = (fraction.max(0.0) * 65_536.0) as u64;
    for four in rows.chunks(4) {
        let mut bits = random.next_u64();
        for row in four {
            if let (Some(grown), Some(other)) = (grown.get_mut(taken), others.get_mut(left)) {
                (*grown, *other) = (*row, *row);
            }
            let is_taken = bits & 0xFFFF < limit;
            taken += usize::from(is_taken);
            left += usize::from(!is_taken);
            bits >>= 16;
        }
    }
    grown.truncate(taken);
    others.truncate(left);
    if grown.len() < 2 {
        grown.clear();
        others.clear();
        grown.extend_from_slice(rows);
    }
}

/// A share of the columns, at least one, rising.
pub fn columns(columns: &[u32], fraction: f64, random: &mut SplitMix64) -> Vec<u32> {
    let wanted = (columns.len() as f64 * fraction).ceil().clamp(1.0, columns.len().max(1) as f64) as usize;
    let mut chosen = columns.to_vec();
    if wanted < chosen.len() {
        random.shuffle(&mut chosen);
        chosen.truncate(wanted);
        chosen.sort_unstable();
    }
    chosen
}
