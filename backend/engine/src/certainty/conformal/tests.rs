use super::*;
use crate::math::{ln, softmax};
use crate::random::SplitMix64;

const LEVELS: [f64; 4] = [0.5, 0.8, 0.9, 0.95];

fn uniform(random: &mut SplitMix64) -> f64 {
    ((random.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
}

/// An exponential error of either sign.
fn laplace(random: &mut SplitMix64) -> f64 {
    let size = -ln(uniform(random));
    if random.below(2) == 0 { size } else { -size }
}

/// Answers between 0 and 10 whose errors grow with them.
fn numbers(rows: usize, random: &mut SplitMix64) -> (Vec<f64>, Vec<f64>) {
    let predicted: Vec<f64> = (0..rows).map(|_| 10.0 * uniform(random)).collect();
    let actual = predicted.iter().map(|p| p + (0.1 + p) * laplace(random)).collect();
    (actual, predicted)
}

#[test]
fn the_error_of_rank_n_plus_one_times_the_level_is_taken() {
    let predicted = [0.0; 9];
    let actual = [1.0, -2.0, 3.0, -4.0, 5.0, -6.0, 7.0, -8.0, 9.0];
    let found = Conformal::fit_numbers(&actual, &predicted).unwrap();
    assert_eq!(found.interval(100.0, 0.5), Some((95.0, 105.0)));
    assert_eq!(found.interval(100.0, 0.8), Some((92.0, 108.0)));
    // Nine rows say nothing of more than nine tenths: the greatest error is all there is.
    assert_eq!(found.interval(100.0, 0.9), Some((91.0, 109.0)));
    assert_eq!(found.interval(100.0, 0.99), Some((91.0, 109.0)));
    assert_eq!(found.interval(100.0, 2.0), found.interval(100.0, 0.99));
    assert_eq!(found.interval(100.0, f64::NAN), found.interval(100.0, 0.99));
    assert_eq!(found.interval(f64::NAN, 0.9), None);
    assert!(found.set(&[0.5, 0.5], 0.9).is_empty());
}

#[test]
fn intervals_of_numbers_hold_the_truth_as_often_as_they_promise() {
    let mut random = SplitMix64::new(11);
    for rows in [100, 1_000, 5_000] {
        let found: Vec<Vec<Coverage>> = (0..40)
            .map(|_| {
                let (actual, predicted) = numbers(rows, &mut random);
                let conformal = Conformal::fit_numbers(&actual, &predicted).unwrap();
                let (actual, predicted) = numbers(2_000, &mut random);
                conformal.coverage_of_numbers(&actual, &predicted, &LEVELS)
            })
            .collect();
        for (at, level) in LEVELS.iter().enumerate() {
            let share = found.iter().map(|levels| levels[at].share).sum::<f64>() / found.len() as f64;
            assert!((share - level).abs() < 0.01, "{rows} rows, {level}: {share}");
        }
    }
}

#[test]
fn small_and_large_answers_are_held_alike_when_there_are_rows_enough() {
    let mut random = SplitMix64::new(12);
    let (actual, predicted) = numbers(4_000, &mut random);
    let conformal = Conformal::fit_numbers(&actual, &predicted).unwrap();
    assert!(conformal.fits(0) && !conformal.fits(2));
    let (actual, predicted) = numbers(20_000, &mut random);
    for (low, high) in [(0.0, 2.0), (8.0, 10.0)] {
        let rows = actual.iter().zip(&predicted).filter(|(_, p)| low < **p && **p < high);
        let (actual, predicted): (Vec<f64>, Vec<f64>) = rows.unzip();
        let share = conformal.coverage_of_numbers(&actual, &predicted, &[0.9])[0].share;
        assert!((share - 0.9).abs() < 0.03, "{low}–{high}: {share}");
    }
    let width = |value: f64| conformal.interval(value, 0.9).map(|(low, high)| high - low).unwrap();
    assert!(width(9.0) > 3.0 * width(1.0));
}

#[test]
fn intervals_are_narrowed_by_a_share_and_sets_are_not() {
    let numbers = Conformal::fit_numbers(&[1.0, -2.0, 3.0], &[0.0; 3]).unwrap();
    let (low, high) = numbers.interval(0.0, 0.5).unwrap();
    assert_eq!(numbers.narrowed(0.75).interval(0.0, 0.5), Some((0.75 * low, 0.75 * high)));
    let classes = Conformal::fit_classes(&[0, 1], &[0.7, 0.3, 0.4, 0.6], 2).unwrap();
    assert_eq!(classes.clone().narrowed(0.5), classes);
}

#[test]
fn one_answer_for_all_makes_one_group() {
    let actual: Vec<f64> = (0..5_000).map(f64::from).collect();
    let found = Conformal::fit_numbers(&actual, &[2_500.0; 5_000]).unwrap();
    let Conformal::Numbers { bounds, groups } = &found else { panic!("{found:?}") };
    assert!(bounds.is_empty() && groups.len() == 1 && groups[0].quantiles.len() == 201);
    let (low, high) = found.interval(2_500.0, 0.9).unwrap();
    assert!((high - low - 0.9 * 5_000.0).abs() < 5.0, "{low} {high}");
}

#[test]
fn sets_of_classes_hold_the_truth_as_often_as_they_promise() {
    let mut random = SplitMix64::new(13);
    let mut draw = |rows: usize| {
        let (mut probabilities, mut actual) = (Vec::new(), Vec::new());
        for _ in 0..rows {
            let mut row: Vec<f64> = (0..4).map(|_| 2.0 * laplace(&mut random)).collect();
            softmax(&mut row);
            let at = uniform(&mut random);
            let mut below = 0.0;
            let class = row.iter().position(|p| {
                below += p;
                at < below
            });
            actual.push(class.unwrap_or(3) as u32);
            probabilities.extend(row);
        }
        (actual, probabilities)
    };
    let mut sums = [0.0; 3];
    // Below the share of right answers no set could be small enough.
    let levels = [0.85, 0.9, 0.95];
    for _ in 0..20 {
        let (actual, probabilities) = draw(1_000);
        let conformal = Conformal::fit_classes(&actual, &probabilities, 4).unwrap();
        assert!(conformal.fits(4) && !conformal.fits(0));
        let (actual, probabilities) = draw(2_000);
        let found = conformal.coverage_of_classes(&actual, &probabilities, 4, &levels);
        sums.iter_mut().zip(found).for_each(|(sum, coverage)| *sum += coverage.share / 20.0);
    }
    for (share, level) in sums.iter().zip(levels) {
        assert!((share - level).abs() < 0.01, "{level}: {share}");
    }
}

#[test]
fn a_set_is_never_empty_and_the_likeliest_comes_first() {
    let sure = Conformal::fit_classes(&[0; 50], &[[1.0, 0.0, 0.0]; 50].concat(), 3).unwrap();
    assert_eq!(sure.set(&[0.2, 0.5, 0.3], 0.9), [1]);
    let unsure = Conformal::fit_classes(&[9; 50], &[[1.0, 0.0, 0.0]; 50].concat(), 3).unwrap();
    assert_eq!(unsure.set(&[0.2, 0.5, 0.3], 0.9), [1, 2, 0]);
    assert!(sure.interval(1.0, 0.9).is_none());
}

#[test]
fn nothing_to_learn_from_is_nothing() {
    assert_eq!(Conformal::fit_numbers(&[], &[]), None);
    assert_eq!(Conformal::fit_numbers(&[f64::NAN, 1.0], &[1.0, f64::INFINITY]), None);
    assert_eq!(Conformal::fit_classes(&[], &[], 2), None);
    assert_eq!(Conformal::fit_classes(&[1], &[0.5], 0), None);
    let one = Conformal::fit_numbers(&[3.0], &[1.0]).unwrap();
    assert_eq!(one.interval(0.0, 0.5), Some((-2.0, 2.0)));
    assert!(one.coverage_of_numbers(&[], &[], &LEVELS).is_empty());
    assert!(one.coverage_of_classes(&[1], &[0.5, 0.5], 2, &LEVELS).is_empty());
}

#[test]
fn the_share_of_held_rows_comes_with_its_wilson_interval() {
    let conformal = Conformal::fit_numbers(&[1.0; 20], &[0.0; 20]).unwrap();
    let actual: Vec<f64> = (0..10).map(|row| if row < 8 { 0.5 } else { 3.0 }).collect();
    let found = conformal.coverage_of_numbers(&actual, &[0.0; 10], &[0.9])[0];
    assert_eq!((found.share, found.rows, found.mean_size), (0.8, 10, 2.0));
    // statsmodels' proportion_confint(8, 10, method="wilson").
    assert!((found.low - 0.490_162).abs() < 1e-5 && (found.high - 0.943_318).abs() < 1e-5, "{found:?}");
}

#[test]
fn many_equal_errors_are_sound() {
    let actual: Vec<u32> = (0..500).map(|row| u32::from(row % 3 == 0)).collect();
    let probabilities = [0.9, 0.1].repeat(actual.len());
    assert!(Conformal::fit_classes(&actual, &probabilities, 2).unwrap().fits(2));
}

#[test]
fn rows_that_were_learned_from_are_judged_crosswise() {
    let mut random = SplitMix64::new(14);
    let mut share = 0.0;
    for _ in 0..20 {
        let (actual, predicted) = numbers(500, &mut random);
        let found = Conformal::crosswise_of_numbers(&actual, &predicted, &[0.9])[0];
        assert_eq!(found.rows, 500);
        share += found.share / 20.0;
    }
    assert!((share - 0.9).abs() < 0.01, "{share}");
    let p = [[0.7, 0.3], [0.2, 0.8]].concat().repeat(50);
    let found = Conformal::crosswise_of_classes(&[0, 1].repeat(50), &p, 2, &[0.9, 0.95]);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|one| one.rows == 100 && one.share == 1.0 && one.mean_size == 1.0));
    assert!(Conformal::crosswise_of_numbers(&[], &[], &[0.9]).is_empty());
    assert!(Conformal::crosswise_of_classes(&[1], &[], 0, &[0.9]).is_empty());
}
