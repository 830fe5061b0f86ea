//! Pictures of a split: strips of cells that learn or test, laid out as the split lays out the rows.

/// Cells of a strip.
pub const CELLS: usize = 40;
/// Cells of a group.
const GROUP: usize = 5;
/// Folds that are drawn: of more the first.
const MOST_FOLDS: usize = 10;
/// Classes that are drawn: of more the commonest.
const MOST_CLASSES: usize = 4;

/// How rows are drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Layout {
    /// Anywhere.
    Scattered,
    /// Anywhere, in each of these classes alike.
    ByClass(Vec<String>),
    /// One part after the other.
    Apart,
    /// Whole groups.
    Groups,
    /// Each row once.
    Folds(usize),
}

/// A strip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strip {
    /// What it is of; empty where it is of all rows.
    pub name: String,
    /// Whether each cell tests.
    pub tests: Vec<bool>,
}

/// The strips of a split of which this share tests, 0 to 1.
pub fn strips(layout: &Layout, share: f64) -> Vec<Strip> {
    let whole = |tests| vec![Strip { name: String::new(), tests }];
    match layout {
        Layout::Scattered => whole(scattered(CELLS, share, 0)),
        Layout::ByClass(classes) => {
            let drawn = classes.iter().take(MOST_CLASSES).enumerate();
            drawn
                .map(|(place, class)| Strip {
                    name: class.clone(),
                    tests: scattered(CELLS, share, place * 7),
                })
                .collect()
        }
        Layout::Apart => {
            let learn = CELLS - some(CELLS, share);
            whole((0..CELLS).map(|cell| cell >= learn).collect())
        }
        Layout::Groups => {
            let groups = scattered(CELLS / GROUP, share, 1);
            whole(groups.into_iter().flat_map(|tests| [tests; GROUP]).collect())
        }
        Layout::Folds(folds) => {
            let drawn = (*folds).min(MOST_FOLDS);
            let strip = |place: usize| Strip {
                name: (place + 1).to_string(),
                tests: (0..*folds).map(|cell| cell == place).collect(),
            };
            (0..drawn).map(strip).collect()
        }
    }
}

/// How many of so many test: some, and never all.
fn some(cells: usize, share: f64) -> usize {
    ((cells as f64 * share).round() as usize).clamp(1, cells - 1)
}

/// Cells that test, strewn so that they look drawn; the same each time.
fn scattered(cells: usize, share: f64, shift: usize) -> Vec<bool> {
    let tests = some(cells, share);
    // Seventeen and three have no divisor in common with forty and eight, so that each cell has a place of its own.
    let step = if cells > 8 { 17 } else { 3 };
    (0..cells).map(|cell| (cell * step + shift) % cells < tests).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tested(strip: &Strip) -> usize {
        strip.tests.iter().filter(|tests| **tests).count()
    }

    #[test]
    fn every_strip_shows_the_share_that_tests() {
        let classes = vec!["no".to_owned(), "yes".to_owned()];
        for layout in [Layout::Scattered, Layout::ByClass(classes), Layout::Apart] {
            for strip in strips(&layout, 0.2) {
                assert_eq!((strip.tests.len(), tested(&strip)), (CELLS, 8), "{layout:?}");
            }
        }
    }

    #[test]
    fn groups_stay_whole() {
        let strip = strips(&Layout::Groups, 0.25).remove(0);
        assert_eq!(tested(&strip), 2 * GROUP);
        assert!(strip.tests.chunks(GROUP).all(|group| group.iter().all(|tests| *tests == group[0])));
    }

    #[test]
    fn every_part_tests_once_in_folds() {
        let folds = strips(&Layout::Folds(5), 0.2);
        assert_eq!(folds.len(), 5);
        for cell in 0..5 {
            assert_eq!(folds.iter().filter(|fold| fold.tests[cell]).count(), 1);
        }
        assert_eq!(strips(&Layout::Folds(20), 0.2).len(), MOST_FOLDS);
    }

    #[test]
    fn there_are_always_some_that_learn_and_some_that_test() {
        for share in [0.0, 0.01, 0.99, 1.0] {
            let tests = tested(&strips(&Layout::Scattered, share)[0]);
            assert!((1..CELLS).contains(&tests), "{share}");
        }
    }
}
