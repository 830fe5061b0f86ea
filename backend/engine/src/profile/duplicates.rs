//! Columns that say the same as another.

use super::Correlations;
use crate::table::{Column, ColumnData, ColumnKind, MISSING_CODE, Table};

/// Two columns of numbers whose correlation is this near to ±1 say the same.
const CORRELATED: f64 = 0.999_9;
/// Of so many cells one may differ between two columns of levels that say the same.
const ONE_DIFFERS_OF: usize = 1_000;
/// Fewer rows than this prove nothing.
const FEWEST_ROWS: usize = 30;

/// For each column the first one before it that says the same, if any.
pub fn twins(table: &Table, correlations: Option<&Correlations>) -> Vec<Option<usize>> {
    let mut twins = vec![None; table.columns.len()];
    if table.rows < FEWEST_ROWS {
        return twins;
    }
    for (at, twin) in twins.iter_mut().enumerate() {
        let Some(column) = table.columns.get(at) else { continue };
        let before = table.columns.get(..at).unwrap_or_default();
        *twin = before.iter().position(|other| say_the_same(other, column, correlations));
    }
    twins
}

fn say_the_same(a: &Column, b: &Column, correlations: Option<&Correlations>) -> bool {
    match (&a.data, &b.data) {
        (ColumnData::Numbers(_), ColumnData::Numbers(_)) => correlations
            .and_then(|found| found.between(&a.name, &b.name))
            .is_some_and(|r| r.abs() >= CORRELATED),
        (
            ColumnData::Categories { codes: a_codes, levels: a_levels },
            ColumnData::Categories { codes: b_codes, levels: b_levels },
        ) => {
            let kinds = [ColumnKind::Category, ColumnKind::Boolean];
            let (few, many) = (a_levels.len().min(b_levels.len()), a_levels.len().max(b_levels.len()));
            kinds.contains(&a.kind)
                && kinds.contains(&b.kind)
                && few > 1
                && many - few <= many / 20
                && one_to_one((a_codes, a_levels.len()), (b_codes, b_levels.len()))
        }
        _ => false,
    }
}

/// Whether each level of one column goes with one level of the other, but for one cell of a thousand.
fn one_to_one((a, a_levels): (&[u32], usize), (b, b_levels): (&[u32], usize)) -> bool {
    let most = a.len() / ONE_DIFFERS_OF;
    // The last place is that of the missing cells.
    let place = |code: u32, levels: usize| if code == MISSING_CODE { levels } else { code as usize };
    let (mut to_b, mut to_a) = (vec![None; a_levels + 1], vec![None; b_levels + 1]);
    let mut different = 0;
    for (x, y) in a.iter().zip(b) {
        let there = to_b.get_mut(place(*x, a_levels)).map(|seen| *seen.get_or_insert(*y) == *y);
        let back = to_a.get_mut(place(*y, b_levels)).map(|seen| *seen.get_or_insert(*x) == *x);
        if there != Some(true) || back != Some(true) {
            different += 1;
            if different > most {
                return false;
            }
        }
    }
    true
}
