use super::*;

fn held_once(folds: &[Fold], count: usize) {
    let mut held: Vec<usize> = folds.iter().flat_map(|fold| fold.held_out.clone()).collect();
    held.sort_unstable();
    assert_eq!(held, (0..count).collect::<Vec<_>>());
    for fold in folds {
        let mut all = [fold.train.clone(), fold.held_out.clone()].concat();
        all.sort_unstable();
        assert_eq!(all, (0..count).collect::<Vec<_>>());
    }
}

#[test]
fn every_row_is_held_out_once_and_each_fold_has_its_share_of_each_class() {
    let classes: Vec<u32> = (0..103).map(|at| u32::from(at % 10 == 0)).collect();
    let folds = folds(103, Some(&classes), &Bond::None, 5, 42);
    held_once(&folds, 103);
    for fold in &folds {
        let rare = fold.held_out.iter().filter(|at| classes[**at] == 1).count();
        assert!((2..=3).contains(&rare) && (20..=21).contains(&fold.held_out.len()));
    }
}

#[test]
fn folds_depend_on_the_seed_only() {
    let cut = |seed| folds(50, None, &Bond::None, 5, seed);
    assert_eq!(cut(1), cut(1));
    assert_ne!(cut(1), cut(2));
    // The very places of one seed, so that a later version cannot deal otherwise unnoticed.
    assert_eq!(cut(1)[0].held_out, [4, 7, 15, 27, 30, 32, 44, 45, 47, 49]);
}

#[test]
fn a_group_is_never_on_both_sides_of_a_fold() {
    let groups: Vec<u32> = (0..200).map(|at| at * at % 23).collect();
    let classes: Vec<u32> = (0..200).map(|at| at % 3).collect();
    let folds = folds(200, Some(&classes), &Bond::Groups(groups.clone()), 4, 7);
    assert_eq!(folds.len(), 4);
    held_once(&folds, 200);
    for fold in &folds {
        assert!(fold.train.iter().all(|a| fold.held_out.iter().all(|b| groups[*a] != groups[*b])));
        assert!(fold.held_out.len() >= 30, "{}", fold.held_out.len());
    }
}

#[test]
fn no_fold_learns_from_what_comes_after_the_rows_that_judge_it() {
    let moments: Vec<f64> =
        (0..90).map(|at| if at == 17 { f64::NAN } else { f64::from(at * 37 % 30) }).collect();
    let folds = folds(90, None, &Bond::Moments(moments.clone()), 4, 1);
    assert_eq!(folds.len(), 4);
    for fold in &folds {
        let latest = fold.train.iter().map(|at| moments[*at]).fold(f64::MIN, f64::max);
        assert!(fold.held_out.iter().all(|at| moments[*at] > latest));
        assert!(!fold.train.contains(&17) && !fold.held_out.contains(&17));
    }
    let cut = hold_out(90, None, &Bond::Moments(moments.clone()), 0.2, 1);
    let latest = cut.train.iter().map(|at| moments[*at]).fold(f64::MIN, f64::max);
    assert!(cut.held_out.iter().all(|at| moments[*at] > latest) && cut.held_out.len() >= 18);
}

#[test]
fn a_hold_out_has_its_share_of_each_class_and_whole_groups() {
    let classes: Vec<u32> = (0..100).map(|at| u32::from(at % 4 == 0)).collect();
    let cut = hold_out(100, Some(&classes), &Bond::None, 0.2, 3);
    assert_eq!((cut.train.len(), cut.held_out.len()), (80, 20));
    assert_eq!(cut.held_out.iter().filter(|at| classes[**at] == 1).count(), 5);
    let groups: Vec<u32> = (0..100).map(|at| at / 7).collect();
    let cut = hold_out(100, None, &Bond::Groups(groups.clone()), 0.2, 3);
    assert!(cut.train.iter().all(|a| cut.held_out.iter().all(|b| groups[*a] != groups[*b])));
    assert!((17..=23).contains(&cut.held_out.len()), "{}", cut.held_out.len());
}

#[test]
fn where_nothing_can_be_held_out_there_is_no_fold() {
    assert!(folds(1, None, &Bond::None, 5, 1).is_empty());
    assert!(folds(9, None, &Bond::Groups(vec![3; 9]), 5, 1).is_empty());
    assert!(folds(9, None, &Bond::Moments(vec![3.0; 9]), 5, 1).is_empty());
    for bond in [Bond::Groups(vec![3; 9]), Bond::Moments(vec![3.0; 9]), Bond::Moments(vec![f64::NAN; 9])] {
        assert_eq!(hold_out(9, None, &bond, 0.5, 1), Fold::default());
    }
    assert!(folds(0, None, &Bond::None, 5, 1).is_empty());
    assert_eq!(hold_out(0, None, &Bond::None, 0.5, 1), Fold::default());
    assert_eq!(folds(3, None, &Bond::None, 20, 1).len(), 3);
}
