use super::*;
use crate::math::{ln, sigmoid};
use crate::random::SplitMix64;

fn of_two(second: &[f64]) -> Vec<f64> {
    second.iter().flat_map(|p| [1.0 - p, *p]).collect()
}

fn sample(probabilities: &[f64], actual: &[u32], weights: Option<&[f64]>) -> Sample {
    let rows: Vec<usize> = (0..actual.len()).collect();
    Sample::of(&rows, probabilities, actual, 2, weights).unwrap()
}

fn uniform(random: &mut SplitMix64) -> f64 {
    (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Rows whose true probability is `sigmoid(bend(logit))` of what is said.
fn simulated(rows: usize, seed: u64, bend: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<u32>) {
    let mut random = SplitMix64::new(seed);
    let mut probabilities = Vec::new();
    let mut actual = Vec::new();
    for _ in 0..rows {
        let said = uniform(&mut random).clamp(0.001, 0.999);
        let truth = sigmoid(bend(ln(said / (1.0 - said))));
        probabilities.extend([1.0 - said, said]);
        actual.push(u32::from(uniform(&mut random) < truth));
    }
    (probabilities, actual)
}

#[test]
fn an_overconfident_model_gets_back_the_slope_and_the_shift_it_lost() {
    let (probabilities, actual) = simulated(20_000, 3, |logit| 0.5 * logit + 0.7);
    let rows = sample(&probabilities, &actual, None);
    let Some(Calibration::Scale { slope, shifts }) = scale(&rows) else { panic!("nothing fitted") };
    assert!((slope - 0.5).abs() < 0.03 && (shifts[1] - 0.7).abs() < 0.05, "{slope} {shifts:?}");
    assert_eq!(shifts[0], 0.0);
}

#[test]
fn a_model_that_is_right_already_is_hardly_changed() {
    for seed in 0..5 {
        let (probabilities, actual) = simulated(2_000, seed, |logit| logit);
        let Some(found) = Calibration::fit(&probabilities, &actual, 2, None) else { continue };
        for p in [0.05, 0.3, 0.5, 0.9] {
            let mut row = [1.0 - p, p];
            found.apply(&mut row);
            assert!((row[1] - p).abs() < 0.06, "{seed}: {p} became {row:?}");
        }
    }
}

#[test]
fn a_bend_that_no_slope_undoes_is_undone_by_a_rising_line() {
    let (probabilities, actual) = simulated(20_000, 5, |logit| if logit < 0.0 { -2.0 } else { 1.0 });
    let found = Calibration::fit(&probabilities, &actual, 2, None).unwrap();
    assert!(matches!(found, Calibration::Isotonic { .. }) && found.fits(2), "{found:?}");
    let mut row = [0.8, 0.2];
    found.apply(&mut row);
    assert!((row[1] - sigmoid(-2.0)).abs() < 0.02, "{row:?}");
}

#[test]
fn the_order_of_two_classes_is_kept_and_nothing_leaves_its_bounds() {
    let (probabilities, actual) = simulated(5_000, 9, |logit| 3.0 * logit - 1.0);
    let rows = sample(&probabilities, &actual, None);
    for found in [scale(&rows).unwrap(), isotonic(&rows).unwrap()] {
        assert!(found.fits(2) && !found.fits(3));
        let mut before = -1.0;
        for p in (0..=1_000).map(|n| f64::from(n) / 1e3) {
            let mut row = [1.0 - p, p];
            found.apply(&mut row);
            assert!(row[1] >= before && (row[0] + row[1] - 1.0).abs() < 1e-12, "{p}: {row:?}");
            before = row[1];
        }
        for mut row in [[f64::NAN, f64::NAN], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]] {
            found.apply(&mut row);
            assert!(row.iter().all(|p| (0.0..=1.0).contains(p)), "{row:?}");
            assert!((row[0] + row[1] - 1.0).abs() < 1e-12, "{row:?}");
        }
    }
}

#[test]
fn three_classes_are_scaled_by_a_vector() {
    let mut random = SplitMix64::new(4);
    let (mut said, mut actual) = (Vec::new(), Vec::new());
    for _ in 0..20_000 {
        let logits: Vec<f64> = (0..3).map(|_| 4.0 * uniform(&mut random) - 2.0).collect();
        let mut truth = [0.5 * logits[0], 0.5 * logits[1] + 1.0, 0.5 * logits[2] - 0.5];
        let mut row = logits;
        softmax(&mut row);
        softmax(&mut truth);
        let draw = uniform(&mut random);
        actual.push(u32::from(draw > truth[0]) + u32::from(draw > truth[0] + truth[1]));
        said.extend(row);
    }
    let Some(Calibration::Scale { slope, shifts }) = Calibration::fit(&said, &actual, 3, None) else {
        panic!("nothing fitted")
    };
    assert!((slope - 0.5).abs() < 0.05, "{slope}");
    assert!((shifts[1] - 1.0).abs() < 0.1 && (shifts[2] + 0.5).abs() < 0.1, "{shifts:?}");
}

#[test]
fn adjacent_violators_are_pooled() {
    // Scikit-learn's IsotonicRegression on 0.1 0.2 0.3 0.4 with 0 1 0 1 gives 0, 0.5, 0.5, 1.
    let sample = Sample {
        logs: of_two(&[0.1, 0.2, 0.3, 0.4]).iter().map(|p| ln(*p)).collect(),
        actual: vec![0, 1, 0, 1],
        weights: vec![1.0; 4],
        classes: 2,
    };
    let Some(Calibration::Isotonic { from, to }) = isotonic(&sample) else { panic!("nothing fitted") };
    for (found, wanted) in from.iter().zip([0.1, 0.25, 0.4]) {
        assert!((found - wanted).abs() < 1e-12, "{from:?}");
    }
    // Laplace's rule on one row says at least a third, but no more than the next block.
    for (found, wanted) in to.iter().zip([1.0 / 3.0, 0.5, 2.0 / 3.0]) {
        assert!((found - wanted).abs() < 1e-12, "{to:?}");
    }
}

#[test]
fn a_weight_counts_like_as_many_rows() {
    let (probabilities, actual) = simulated(400, 8, |logit| 0.4 * logit);
    let weights: Vec<f64> = (0..400).map(|row| f64::from(row % 3)).collect();
    let repeated = |row: usize| std::iter::repeat_n(row, row % 3);
    let rows: Vec<usize> = (0..400).flat_map(repeated).collect();
    let p: Vec<f64> =
        rows.iter().flat_map(|row| [probabilities[row * 2], probabilities[row * 2 + 1]]).collect();
    let a: Vec<u32> = rows.iter().map(|row| actual[*row]).collect();
    let weighted = scale(&sample(&probabilities, &actual, Some(&weights)));
    let plain = scale(&sample(&p, &a, None));
    let (Some(Calibration::Scale { slope: one, .. }), Some(Calibration::Scale { slope: two, .. })) =
        (weighted, plain)
    else {
        panic!("nothing fitted")
    };
    // The penalty weighs a third more or less, no more.
    assert!((one - two).abs() < 0.02, "{one} {two}");
}

#[test]
fn too_little_to_learn_from_is_left_alone() {
    assert_eq!(Calibration::fit(&[], &[], 2, None), None);
    assert_eq!(Calibration::fit(&[1.0; 100], &[0; 100], 1, None), None);
    assert_eq!(Calibration::fit(&of_two(&[0.5; 100]), &[1; 100], 2, None), None);
    let alternating: Vec<u32> = (0..40).map(|n| n % 2).collect();
    assert_eq!(Calibration::fit(&of_two(&[0.9; 40]), &alternating, 2, None), None);
    let nothing = [f64::NAN; 200];
    assert_eq!(Calibration::fit(&nothing, &[0; 100], 2, None), None);
    assert_eq!(Calibration::fit(&of_two(&[0.5; 100]), &[7; 100], 2, Some(&[0.0; 100])), None);
}

#[test]
fn many_classes_share_one_slope() {
    let k = 60;
    let mut random = SplitMix64::new(6);
    let (mut said, mut actual) = (Vec::new(), Vec::new());
    for _ in 0..3_000 {
        let mut row: Vec<f64> = (0..k).map(|_| 6.0 * uniform(&mut random)).collect();
        let mut truth: Vec<f64> = row.iter().map(|logit| logit / 3.0).collect();
        softmax(&mut row);
        softmax(&mut truth);
        let draw = uniform(&mut random);
        let mut below = 0.0;
        let class = truth.iter().position(|p| {
            below += p;
            draw < below
        });
        actual.push(class.unwrap_or(k - 1) as u32);
        said.extend(row);
    }
    let found = Calibration::fit(&said, &actual, k, None).unwrap();
    let Calibration::Scale { slope, shifts } = &found else { panic!("{found:?}") };
    assert!((slope - 1.0 / 3.0).abs() < 0.05 && shifts.iter().all(|s| *s == 0.0), "{slope}");
    assert!(found.fits(k));
}

#[test]
fn rows_that_were_learned_from_are_scored_by_what_the_others_teach() {
    // What is said has nothing to do with what is: fitted on its own rows a line through steps still finds something.
    let mut random = SplitMix64::new(2);
    let said: Vec<f64> = (0..2_000).map(|_| uniform(&mut random)).collect();
    let probabilities = of_two(&said);
    let actual: Vec<u32> = (0..2_000).map(|_| random.below(2) as u32).collect();
    let fitted = isotonic(&sample(&probabilities, &actual, None)).unwrap();
    let loss = |p: &[f64]| sample(p, &actual, None).loss(None);
    let mut own = probabilities.clone();
    own.chunks_exact_mut(2).for_each(|row| fitted.apply(row));
    let crosswise = fitted.cross_fitted(&probabilities, &actual, 2, None);
    assert!(loss(&own) < loss(&crosswise), "{} {}", loss(&own), loss(&crosswise));
    assert!(fitted.cross_fitted(&[], &[], 2, None).is_empty());
}
