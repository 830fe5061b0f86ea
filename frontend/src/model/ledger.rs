//! An answer as a sum: the base, what the columns add that add most, what all the others add together.

use contract::predictions::Contribution;

/// The sum.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    /// The answer without any column.
    pub base: f64,
    /// The columns that add most, the largest first.
    pub shown: Vec<Contribution>,
    /// How many columns are not shown, and what they add together; none when all are.
    pub rest: Option<(u64, f64)>,
    /// What comes out.
    pub sum: f64,
}

/// The sum with at most so many columns by name.
pub fn ledger(base: f64, mut contributions: Vec<Contribution>, most: usize) -> Ledger {
    let sum = base + contributions.iter().map(|contribution| contribution.value).sum::<f64>();
    contributions.sort_by(|one, other| other.value.abs().total_cmp(&one.value.abs()));
    let rest = contributions.split_off(contributions.len().min(most));
    let added = rest.iter().map(|contribution| contribution.value).sum();
    let rest = (!rest.is_empty()).then_some((rest.len() as u64, added));
    Ledger { base, shown: contributions, rest, sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adds(feature: &str, value: f64) -> Contribution {
        Contribution { feature: feature.to_owned(), value }
    }

    #[test]
    fn the_parts_add_up_however_few_are_shown() {
        let parts = vec![adds("a", 1.0), adds("b", -4.0), adds("c", 2.0), adds("d", 0.5)];
        let ledger = ledger(10.0, parts, 2);
        let names: Vec<&str> = ledger.shown.iter().map(|part| part.feature.as_str()).collect();
        assert_eq!(names, ["b", "c"]);
        assert_eq!(ledger.rest, Some((2, 1.5)));
        assert_eq!(ledger.sum, 9.5);
    }

    #[test]
    fn with_all_shown_nothing_is_left() {
        let ledger = ledger(1.0, vec![adds("a", 2.0)], 12);
        assert_eq!((ledger.rest, ledger.sum), (None, 3.0));
        assert_eq!(super::ledger(1.0, Vec::new(), 12).sum, 1.0);
    }
}
