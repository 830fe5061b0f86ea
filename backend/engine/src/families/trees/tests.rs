//! What growing trees guarantees.

use super::boost::Boosted;
use super::encode::Matrix;
use super::*;
use crate::artefact::{Content, Lineage, TargetScale};
use crate::families::Model;
use crate::prepare::{OneHot, Plan};
use crate::random::SplitMix64;
use crate::scorer::{Schema, Scorer, Scores};
use crate::settings::{Algorithm, Imputation, Scaling, Settings, Task};
use crate::table::{Column, ColumnData, ColumnKind, MISSING_CODE, Table};

fn number(feature: u32) -> Input {
    Input::Number { feature }
}

fn matrix(columns: &[&[f64]]) -> Matrix {
    let rows = columns.first().map_or(0, |column| column.len());
    let columns = columns.iter().map(|column| column.iter().map(|v| narrowed(*v)).collect()).collect();
    Matrix { columns, rows }
}

fn numbers_of(matrix: &Matrix) -> Vec<Input> {
    (0..matrix.columns.len() as u32).map(number).collect()
}

fn all(matrix: &Matrix) -> Vec<u32> {
    (0..matrix.rows as u32).collect()
}

/// Parameters under which one tree learns all that it can.
fn plain() -> BoostParameters {
    BoostParameters {
        rounds: 1,
        learning_rate: 1.0,
        min_leaf_rows: 1,
        l2: 0.0,
        row_fraction: 1.0,
        column_fraction: 1.0,
        early_stopping_rounds: 0,
        ..BoostParameters::recipe(100)
    }
}

fn learn(matrix: &Matrix, inputs: &[Input], labels: Labels<'_>, p: &BoostParameters) -> Boosted {
    let rows = all(matrix);
    let binned = bin(matrix, inputs, &rows, p.max_bins);
    boost(&binned, inputs, &rows, &[], labels, None, p, &mut |_, _| Pace::On).unwrap()
}

fn sums(trees: &Trees, matrix: &Matrix) -> Vec<f64> {
    let mut sums = Vec::new();
    trees.sums_into(matrix, &all(matrix), &mut sums);
    sums
}

/// Numbers between 0 and 1.
fn noise(count: usize, seed: u64) -> Vec<f64> {
    let mut random = SplitMix64::new(seed);
    (0..count).map(|_| random.below(1 << 20) as f64 / f64::from(1 << 20)).collect()
}

fn mean_squared_error(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum::<f64>() / a.len() as f64
}

#[test]
fn a_small_tree_is_the_one_found_by_hand() {
    let matrix = matrix(&[&[1.0, 2.0, 3.0, 4.0, 10.0, 11.0]]);
    let y = [1.0, 1.0, 5.0, 5.0, 30.0, 30.0];
    let boosted = learn(&matrix, &numbers_of(&matrix), Labels::Numbers(&y), &plain());
    let tree = &boosted.trees.trees[0];
    assert_eq!(boosted.trees.base, [12.0]);
    assert_eq!(tree.input, [0, 0, NONE, NONE, NONE]);
    assert_eq!(tree.threshold, [7.0, 2.5, 0.0, 0.0, 0.0]);
    assert_eq!(tree.child[..2], [1, 3]);
    assert_eq!(tree.cover, [6.0, 4.0, 2.0, 2.0, 2.0]);
    let mut leaves = tree.values.clone();
    leaves.sort_by(f64::total_cmp);
    assert_eq!(leaves, [-11.0, -7.0, 18.0]);
    assert_eq!(sums(&boosted.trees, &matrix), y);
}

#[test]
fn l2_shrinks_a_leaf_as_the_formula_says() {
    let matrix = matrix(&[&[0.0, 0.0, 1.0, 1.0]]);
    let y = [0.0, 0.0, 4.0, 4.0];
    let boosted =
        learn(&matrix, &numbers_of(&matrix), Labels::Numbers(&y), &BoostParameters { l2: 2.0, ..plain() });
    assert_eq!(boosted.trees.trees[0].values, [-1.0, 1.0]);
}

#[test]
fn a_missing_value_follows_the_side_it_was_trained_on() {
    let nan = f64::NAN;
    for (missing, left) in [(1.0, true), (9.0, false)] {
        let matrix = matrix(&[&[1.0, 2.0, 8.0, 9.0, nan, nan]]);
        let y = [1.0, 1.0, 9.0, 9.0, missing, missing];
        let boosted = learn(&matrix, &numbers_of(&matrix), Labels::Numbers(&y), &plain());
        assert_eq!(boosted.trees.trees[0].missing_left[0], left);
        assert_eq!(sums(&boosted.trees, &matrix), y);
    }
}

#[test]
fn a_missing_value_can_be_told_from_all_others() {
    let nan = f64::NAN;
    let matrix = matrix(&[&[1.0, 2.0, 8.0, 9.0, nan, nan]]);
    let y = [1.0, 1.0, 1.0, 1.0, 7.0, 7.0];
    let boosted = learn(&matrix, &numbers_of(&matrix), Labels::Numbers(&y), &plain());
    assert_eq!(boosted.trees.trees[0].values.len(), 2);
    assert_eq!(sums(&boosted.trees, &matrix), y);
}

#[test]
fn a_set_of_levels_parts_what_a_threshold_cannot() {
    let levels: Vec<f64> = (0..400).map(|row| f64::from(row % 20)).collect();
    let y: Vec<f64> = levels.iter().map(|level| f64::from((*level as u32 * 7) % 3 % 2)).collect();
    let matrix = matrix(&[&levels]);
    let p = BoostParameters { max_leaves: 2, ..plain() };
    let set = learn(&matrix, &[Input::Level { feature: 0 }], Labels::Numbers(&y), &p);
    let threshold = learn(&matrix, &[number(0)], Labels::Numbers(&y), &p);
    let error = |boosted: &Boosted| mean_squared_error(&sums(&boosted.trees, &matrix), &y);
    assert!(error(&set) < 1e-20, "{}", error(&set));
    assert!(error(&threshold) > 0.1);
    assert_eq!(set.trees.trees[0].set[0], 0);
    assert!(set.trees.sets[0].is_sorted());
}

#[test]
fn a_level_that_was_not_learned_from_is_in_no_set() {
    let nan = f64::NAN;
    let matrix = matrix(&[&[0.0, 0.0, 1.0, 1.0, 2.0, 2.0, nan, nan, 3.0, 9.0]]);
    let y = [5.0, 5.0, 1.0, 1.0, 3.0, 3.0, 7.0, 7.0, 0.0, 0.0];
    let rows = all(&matrix);
    let (train, held_out) = rows.split_at(8);
    let inputs = [Input::Level { feature: 0 }];
    let binned = bin(&matrix, &inputs, train, 255);
    let labels = Labels::Numbers(&y);
    let boosted =
        boost(&binned, &inputs, train, held_out, labels, None, &plain(), &mut |_, _| Pace::On).unwrap();
    let walked = sums(&boosted.trees, &matrix);
    assert_eq!(walked[..8], y[..8]);
    assert_eq!(walked[8..], boosted.held_out);
    assert_eq!(walked[8], walked[9]);
}

#[test]
fn answers_rise_and_fall_as_constrained() {
    let (x, z) = (noise(600, 1), noise(600, 2));
    let jitter = noise(600, 3);
    let y: Vec<f64> = (0..600).map(|i| (x[i] * 9.0).sin() + x[i] - z[i] + 0.5 * jitter[i]).collect();
    let classes: Vec<u32> = y.iter().map(|y| u32::from(*y > 0.4)).collect();
    let matrix = matrix(&[&x, &z]);
    for labels in [Labels::Numbers(&y), Labels::Classes { codes: &classes, count: 2 }] {
        let p = BoostParameters { rounds: 40, learning_rate: 0.3, monotone: vec![1, -1], ..plain() };
        let boosted = learn(&matrix, &numbers_of(&matrix), labels, &p);
        let grid = |along: usize, other: f32| {
            let line: Vec<f32> = (0..200).map(|i| i as f32 / 200.0).collect();
            let mut columns = vec![vec![other; 200]; 2];
            columns[along] = line;
            sums(&boosted.trees, &Matrix { columns, rows: 200 })
        };
        for step in 0..20 {
            let other = step as f32 / 20.0;
            assert!(grid(0, other).is_sorted());
            assert!(grid(1, other).iter().rev().is_sorted());
        }
        let all = sums(&boosted.trees, &matrix);
        assert!(all.iter().any(|sum| (sum - all[0]).abs() > 0.1), "it learns something all the same");
    }
}

#[test]
fn a_weight_of_two_is_the_row_twice() {
    let x = noise(80, 4);
    let y: Vec<f64> = x.iter().map(|x| (x * 10.0).floor()).collect();
    let classes: Vec<u32> = y.iter().map(|y| *y as u32 % 2).collect();
    let weights: Vec<f64> = (0..80).map(|row| if row % 3 == 0 { 2.0 } else { 1.0 }).collect();
    let twice: Vec<usize> = (0..80).flat_map(|row| vec![row; if row % 3 == 0 { 2 } else { 1 }]).collect();
    let once = matrix(&[&x]);
    let more = matrix(&[&twice.iter().map(|row| x[*row]).collect::<Vec<_>>()]);
    let more_y: Vec<f64> = twice.iter().map(|row| y[*row]).collect();
    let more_classes: Vec<u32> = twice.iter().map(|row| classes[*row]).collect();
    let pairs = [
        (Labels::Numbers(&y), Labels::Numbers(&more_y)),
        (Labels::Classes { codes: &classes, count: 2 }, Labels::Classes { codes: &more_classes, count: 2 }),
    ];
    for (weighted, repeated) in pairs {
        let p = BoostParameters { rounds: 5, l2: 1.0, max_leaves: 4, ..plain() };
        let rows = all(&once);
        let binned = bin(&once, &[number(0)], &rows, 255);
        let a = boost(&binned, &[number(0)], &rows, &[], weighted, Some(&weights), &p, &mut |_, _| Pace::On);
        let b = learn(&more, &[number(0)], repeated, &p);
        for (a, b) in sums(&a.unwrap().trees, &once).iter().zip(sums(&b.trees, &once)) {
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
    }
}

fn mixed(rows: usize) -> (Matrix, Vec<Input>, Vec<f64>, Vec<u32>) {
    let (a, b) = (noise(rows, 5), noise(rows, 6));
    let c: Vec<f64> = noise(rows, 7).iter().map(|v| (v * 12.0).floor()).collect();
    let holes: Vec<f64> = b.iter().map(|v| if *v < 0.2 { f64::NAN } else { *v }).collect();
    let y: Vec<f64> = (0..rows).map(|i| (a[i] * 6.0).sin() + b[i] * c[i] / 12.0).collect();
    let classes = y.iter().map(|y| u32::from(*y > 0.0) + u32::from(*y > 0.7)).collect();
    (matrix(&[&a, &holes, &c]), vec![number(0), number(1), Input::Level { feature: 2 }], y, classes)
}

#[test]
fn any_number_of_threads_grows_the_same_trees() {
    let (matrix, inputs, y, classes) = mixed(40_000);
    let rows = all(&matrix);
    let (held_out, train) = rows.split_at(4_000);
    let binned = bin(&matrix, &inputs, train, 255);
    for labels in [Labels::Numbers(&y), Labels::Classes { codes: &classes, count: 3 }] {
        let grown = |threads: usize| {
            let p = BoostParameters { rounds: 6, threads, ..BoostParameters::recipe(36_000) };
            let boosted =
                boost(&binned, &inputs, train, held_out, labels, None, &p, &mut |_, _| Pace::On).unwrap();
            let p = ForestParameters {
                trees: 5,
                threads,
                ..ForestParameters::recipe(36_000, 3, labels, Cuts::Best)
            };
            let forest = forest(&binned, &inputs, train, labels, None, &p, &mut |_, _| Pace::On).unwrap();
            (boosted.trees, boosted.curve, boosted.held_out, forest)
        };
        let one = grown(1);
        assert_eq!(one, grown(2));
        assert_eq!(one, grown(4));
    }
}

#[test]
fn growing_ends_when_held_out_rows_gain_no_more() {
    let (x, y) = (noise(400, 8), noise(400, 9));
    let matrix = matrix(&[&x]);
    let rows = all(&matrix);
    let (held_out, train) = rows.split_at(100);
    let binned = bin(&matrix, &[number(0)], train, 255);
    let p = BoostParameters {
        rounds: 240,
        early_stopping_rounds: 20,
        learning_rate: 0.3,
        ..BoostParameters::recipe(300)
    };
    let labels = Labels::Numbers(&y);
    let boosted =
        boost(&binned, &[number(0)], train, held_out, labels, None, &p, &mut |_, _| Pace::On).unwrap();
    let rounds = boosted.curve.last().unwrap().round;
    assert!(rounds < 240 && rounds == boosted.best_round + 20, "{rounds} {}", boosted.best_round);
    assert_eq!(boosted.trees.trees.len(), boosted.best_round as usize);
    let least = boosted.curve.iter().filter_map(|point| point.held_out_loss).fold(f64::INFINITY, f64::min);
    let mut walked = Vec::new();
    boosted.trees.sums_into(&matrix, held_out, &mut walked);
    assert_eq!(walked, boosted.held_out);
    let actual: Vec<f64> = held_out.iter().map(|row| y[*row as usize]).collect();
    assert!((mean_squared_error(&walked, &actual).sqrt() - least).abs() < 1e-12);
}

#[test]
fn a_stop_is_heard_within_a_tree_and_keeping_keeps_whole_rounds() {
    let (matrix, inputs, y, classes) = mixed(2_000);
    let rows = all(&matrix);
    let binned = bin(&matrix, &inputs, &rows, 255);
    let labels = Labels::Classes { codes: &classes, count: 3 };
    let p = BoostParameters { rounds: 50, ..plain() };
    let mut asked = 0;
    let stopped = boost(&binned, &inputs, &rows, &[], labels, None, &p, &mut |_, _| {
        asked += 1;
        if asked < 5 { Pace::On } else { Pace::Stop }
    });
    assert!(stopped.is_err() && asked == 5);
    let (held_out, train) = rows.split_at(200);
    let mut asked_later = 0;
    let kept = boost(&binned, &inputs, train, held_out, labels, None, &p, &mut |round, _| {
        asked_later += usize::from(round == 3);
        if asked_later < 50 { Pace::On } else { Pace::KeepAndEnd }
    });
    let kept = kept.unwrap();
    assert_eq!((kept.best_round, kept.trees.trees.len()), (3, 9));
    let mut walked = Vec::new();
    kept.trees.sums_into(&matrix, held_out, &mut walked);
    assert_eq!(walked, kept.held_out);
    let p = ForestParameters { trees: 40, ..ForestParameters::recipe(2_000, 3, labels, Cuts::Best) };
    let never = forest(&binned, &inputs, &rows, labels, None, &p, &mut |_, _| Pace::Stop);
    assert!(never.is_err());
    let some = forest(&binned, &inputs, &rows, Labels::Numbers(&y), None, &p, &mut |trees, _| {
        if trees < 3 { Pace::On } else { Pace::KeepAndEnd }
    });
    let some = some.unwrap();
    assert_eq!(some.trees.len(), 3);
    let error = mean_squared_error(&sums(&some, &matrix), &y);
    assert!(error < 0.1, "the mean of three is on the target's scale: {error}");
}

#[test]
fn columns_that_say_nothing_are_not_cut() {
    let nan = f64::NAN;
    let matrix = matrix(&[&[3.0; 6], &[nan; 6], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]);
    let y = [0.0, 0.0, 0.0, 1.0, 1.0, 1.0];
    let boosted = learn(&matrix, &numbers_of(&matrix), Labels::Numbers(&y), &plain());
    assert!(boosted.trees.trees[0].input.iter().all(|input| *input == 2 || *input == NONE));
    assert_eq!(sums(&boosted.trees, &matrix), y);
    let nothing = Matrix { columns: vec![vec![1.0; 6], vec![f32::NAN; 6]], rows: 6 };
    let boosted = learn(&nothing, &numbers_of(&nothing), Labels::Numbers(&y), &plain());
    assert_eq!(sums(&boosted.trees, &nothing), [0.5; 6]);
}

#[test]
fn a_leaf_has_the_rows_that_it_must_have() {
    let (matrix, inputs, y, classes) = mixed(500);
    for min_leaf_rows in [1, 7, 40] {
        for labels in [Labels::Numbers(&y), Labels::Classes { codes: &classes, count: 3 }] {
            let p = BoostParameters { rounds: 15, min_leaf_rows, ..plain() };
            let boosted = learn(&matrix, &inputs, labels, &p);
            let forest_parameters = ForestParameters {
                trees: 10,
                min_leaf_rows,
                ..ForestParameters::recipe(500, 3, labels, Cuts::Random)
            };
            let rows = all(&matrix);
            let binned = bin(&matrix, &inputs, &rows, 255);
            let forest =
                forest(&binned, &inputs, &rows, labels, None, &forest_parameters, &mut |_, _| Pace::On);
            for tree in boosted.trees.trees.iter().chain(&forest.unwrap().trees) {
                let leaves = tree.cover.iter().zip(&tree.input).filter(|(_, input)| **input == NONE);
                assert!(
                    leaves.map(|(cover, _)| *cover).fold(f32::INFINITY, f32::min) >= min_leaf_rows as f32
                );
                assert_eq!(tree.cover[0], 500.0);
            }
        }
    }
}

#[test]
fn two_rows_and_fewer_are_learned_without_a_fault() {
    let two = matrix(&[&[1.0, 2.0]]);
    let boosted = learn(&two, &[number(0)], Labels::Numbers(&[3.0, 5.0]), &plain());
    assert_eq!(sums(&boosted.trees, &two), [3.0, 5.0]);
    let one = matrix(&[&[1.0]]);
    let boosted = learn(&one, &[number(0)], Labels::Numbers(&[3.0]), &plain());
    assert_eq!(sums(&boosted.trees, &one), [3.0]);
    for labels in [Labels::Numbers(&[]), Labels::Classes { codes: &[], count: 3 }] {
        let none = Matrix { columns: vec![Vec::new()], rows: 0 };
        let binned = bin(&none, &[number(0)], &[], 255);
        let p = BoostParameters { rounds: 2, ..plain() };
        let boosted = boost(&binned, &[number(0)], &[], &[], labels, None, &p, &mut |_, _| Pace::On).unwrap();
        assert!(boosted.trees.base.iter().all(|base| base.is_finite()));
        let p = ForestParameters { trees: 2, ..ForestParameters::recipe(0, 1, labels, Cuts::Best) };
        let forest = forest(&binned, &[number(0)], &[], labels, None, &p, &mut |_, _| Pace::On).unwrap();
        assert!(forest.trees.iter().all(|tree| tree.values.iter().all(|value| value.is_finite())));
    }
}

#[test]
fn huge_and_tiny_numbers_leave_finite_leaves() {
    let tiny = f64::MIN_POSITIVE / 1e10;
    let x = [1e300, -1e300, 1e-320, 0.0, -0.0, 3.0, f64::NAN, 1e308];
    let targets: [[f64; 8]; 4] = [
        [1e300, -1e300, 1e300, 0.0, 1.0, -1e300, 1e300, 7.0],
        [tiny, -tiny, 0.0, tiny, 2.0 * tiny, 0.0, tiny, tiny],
        [f64::MAX, f64::MIN, 0.0, f64::MAX, f64::MAX, f64::MIN, 0.0, 0.0],
        [5e-324, 0.0, 0.0, 5e-324, 5e-324, 0.0, 0.0, 5e-324],
    ];
    let matrix = matrix(&[&x]);
    let rows = all(&matrix);
    let binned = bin(&matrix, &[number(0)], &rows, 255);
    let weights = [1e300, 1e-300, 1.0, 0.0, 1e-320, 1.0, 1e300, 1.0];
    for y in targets {
        for weights in [None, Some(&weights[..])] {
            let labels = Labels::Numbers(&y);
            let p = BoostParameters { rounds: 10, learning_rate: 0.5, ..plain() };
            let boosted =
                boost(&binned, &[number(0)], &rows, &[], labels, weights, &p, &mut |_, _| Pace::On).unwrap();
            let p = ForestParameters { trees: 5, ..ForestParameters::recipe(8, 1, labels, Cuts::Best) };
            let forest =
                forest(&binned, &[number(0)], &rows, labels, weights, &p, &mut |_, _| Pace::On).unwrap();
            for trees in [&boosted.trees, &forest] {
                assert!(trees.base.iter().all(|base| base.is_finite()));
                let tree_is_sound = |tree: &Tree| {
                    tree.values.iter().all(|value| value.is_finite())
                        && tree.threshold.iter().all(|threshold| threshold.is_finite())
                };
                assert!(trees.trees.iter().all(tree_is_sound), "{y:?}");
            }
        }
    }
}

#[test]
fn a_cut_parts_neighbours_in_single_precision() {
    let mut x: Vec<f64> = vec![0.1, 0.3, 1e-45, -1e-45, 16_777_216.0, 16_777_218.0, f64::from(f32::MAX)];
    x.extend([1.0, f64::from(1.0_f32.next_up()), f64::from(1.0_f32.next_up().next_up())]);
    let matrix = matrix(&[&x]);
    let binned = bin(&matrix, &[number(0)], &all(&matrix), 255);
    let column = &binned.columns[0];
    for (value, code) in matrix.columns[0].iter().zip(&column.codes) {
        for (at, cut) in column.cuts.iter().enumerate() {
            assert_eq!(value <= cut, usize::from(*code) <= at + 1, "{value} {cut}");
        }
    }
    assert_eq!(column.bins, x.len() + 1);
}

#[test]
fn many_values_share_bins_of_about_equal_size() {
    let mut x = noise(20_000, 10);
    x[..5_000].fill(0.5);
    let matrix = matrix(&[&x]);
    let binned = bin(&matrix, &[number(0)], &all(&matrix), 64);
    let column = &binned.columns[0];
    let mut counts = vec![0; column.bins];
    column.codes.iter().for_each(|code| counts[usize::from(*code)] += 1);
    assert!(column.bins > 55 && column.bins <= 65, "{}", column.bins);
    let largest = *counts.iter().max().unwrap();
    assert!((5_000..5_400).contains(&largest));
    assert!(counts.iter().filter(|count| **count > 600).count() == 1, "{counts:?}");
}

#[test]
fn forests_learn_numbers_and_shares_of_classes() {
    let (matrix, inputs, y, classes) = mixed(3_000);
    let rows = all(&matrix);
    let (test, train) = rows.split_at(600);
    let binned = bin(&matrix, &inputs, train, 255);
    for cuts in [Cuts::Best, Cuts::Random] {
        let labels = Labels::Numbers(&y);
        let p = ForestParameters {
            trees: 30,
            column_fraction: 1.0,
            ..ForestParameters::recipe(2_400, 3, labels, cuts)
        };
        let grown = forest(&binned, &inputs, train, labels, None, &p, &mut |_, _| Pace::On).unwrap();
        let mut answers = Vec::new();
        grown.sums_into(&matrix, test, &mut answers);
        let actual: Vec<f64> = test.iter().map(|row| y[*row as usize]).collect();
        assert!(mean_squared_error(&answers, &actual) < 0.01, "{cuts:?}");

        let labels = Labels::Classes { codes: &classes, count: 3 };
        let grown = forest(&binned, &inputs, train, labels, None, &p, &mut |_, _| Pace::On).unwrap();
        assert_eq!(grown.link, TreeLink::Probabilities);
        grown.sums_into(&matrix, test, &mut answers);
        let mut right = 0;
        for (row, shares) in test.iter().zip(answers.chunks(3)) {
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            let top = (0..3).max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap();
            right += usize::from(top as u32 == classes[*row as usize]);
        }
        assert!(right > 540, "{cuts:?} {right}");
    }
}

#[test]
fn classes_are_learned_with_honest_probabilities() {
    let (matrix, inputs, _, classes) = mixed(3_000);
    let two: Vec<u32> = classes.iter().map(|class| u32::from(*class > 0)).collect();
    for (codes, count) in [(&two, 2), (&classes, 3)] {
        let labels = Labels::Classes { codes, count };
        let p = BoostParameters { rounds: 60, learning_rate: 0.2, ..BoostParameters::recipe(3_000) };
        let p = BoostParameters { early_stopping_rounds: 0, ..p };
        let boosted = learn(&matrix, &inputs, labels, &p);
        let losses: Vec<f64> = boosted.curve.iter().map(|point| point.train_loss).collect();
        assert!(losses[losses.len() - 1] < 0.1 && losses[0] > 0.3, "{losses:?}");
        assert_eq!(boosted.trees.base.len(), if count == 2 { 1 } else { 3 });
    }
}

/// Numbers with holes, dates, a category for sets and one of more levels than those take.
fn table() -> Table {
    let rows = 3_000_u32;
    let draw = noise(3_000, 11);
    let number = |row: u32| if row.is_multiple_of(11) { f64::NAN } else { draw[row as usize] * 1e3 / 7.0 };
    let date = |row: u32| if row.is_multiple_of(13) { f64::NAN } else { f64::from(row) * 86_400.0 * 0.7 };
    let few = |row: u32| if row.is_multiple_of(17) { MISSING_CODE } else { (row * 7 + row / 9) % 30 };
    let many = |row: u32| if row.is_multiple_of(19) { MISSING_CODE } else { (row * 13) % 400 };
    let column = |name: &str, kind, data| Column {
        name: name.to_owned(),
        kind,
        reason: String::new(),
        disagreeing: Vec::new(),
        data,
        writing: crate::csv::Writing::default(),
    };
    let levels = |count: u32| (0..count).map(|level| format!("l{level:03}")).collect::<Vec<_>>();
    let numbers = |of: &dyn Fn(u32) -> f64| ColumnData::Numbers((0..rows).map(of).collect());
    let categories = |of: &dyn Fn(u32) -> u32, count: u32| ColumnData::Categories {
        codes: (0..rows).map(of).collect(),
        levels: levels(count),
    };
    Table {
        columns: vec![
            column("number", ColumnKind::Number, numbers(&number)),
            column("date", ColumnKind::DateTime, numbers(&date)),
            column("few", ColumnKind::Category, categories(&few, 30)),
            column("many", ColumnKind::Category, categories(&many, 400)),
        ],
        rows: 3_000,
    }
}

#[test]
fn the_scorer_answers_every_row_as_the_plain_walk_does() {
    let table = table();
    // Levels of the later rows are not all in the train part.
    let train: Vec<u32> = (0..3_000).filter(|row| (row * 13) % 400 < 390).collect();
    let train_rows: Vec<usize> = train.iter().map(|row| *row as usize).collect();
    let plan = Plan::fit(&table, &[0, 1, 2, 3], &train_rows, Imputation::Mean, 100);
    let y: Vec<f64> =
        (0..3_000_u32).map(|row| f64::from((row * 7 + row / 9) % 30 % 4 + (row * 13) % 400 / 50)).collect();
    let labels = Labels::Numbers(&y);
    let encoding = Encoding::choose(&table, &plan, CategoryCoding::Sets, &train, labels, None);
    let matrix = encoding.train_matrix(&table, &plan, &train, labels, None, 5);
    let binned = bin(&matrix, &encoding.inputs, &train, 255);
    let p = BoostParameters { rounds: 60, early_stopping_rounds: 0, ..BoostParameters::recipe(3_000) };
    let boosted =
        boost(&binned, &encoding.inputs, &train, &[], labels, None, &p, &mut |_, _| Pace::On).unwrap();
    let p = ForestParameters { trees: 10, ..ForestParameters::recipe(3_000, 8, labels, Cuts::Best) };
    let forest = forest(&binned, &encoding.inputs, &train, labels, None, &p, &mut |_, _| Pace::On).unwrap();
    let served = encode(&table, &plan, &encoding.inputs);
    for trees in [boosted.trees, forest] {
        assert!(trees.trees.iter().any(|tree| tree.set.iter().any(|set| *set != NONE)));
        let walked = sums(&trees, &served);
        let content = Content {
            schema: Schema {
                features: plan.schema.clone(),
                target: "y".to_owned(),
                task: Task::Regression,
                classes: Vec::new(),
            },
            algorithm: Algorithm::Boosting,
            preparation: plan.preparation(Scaling::None, OneHot::DropBase, 10),
            means: Vec::new(),
            target_scale: TargetScale::None,
            model: Model::Trees(trees),
            calibration: None,
            conformal: None,
            settings: Settings::default(),
            scores: Default::default(),
            baseline: Default::default(),
            lineage: Lineage {
                dataset_sha256: String::new(),
                engine_version: String::new(),
                seed: 1,
                train_rows: 1,
                test_rows: 1,
                trials: 0,
            },
        };
        let scorer = Scorer::from_content(&content).unwrap();
        let mut scores = Scores::default();
        let rows: Vec<usize> = (0..3_000).collect();
        scorer.score_into(&scorer.batch_of(&table, &rows), &mut scores);
        for (row, (walked, scored)) in walked.iter().zip(&scores.values).enumerate() {
            assert!((walked - scored).abs() < 1e-9, "row {row}: {walked} {scored}");
        }
    }
}
