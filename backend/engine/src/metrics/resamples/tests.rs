use super::super::most_likely;
use super::*;

fn normal(random: &mut SplitMix64) -> f64 {
    // The sum of twelve uniform numbers is near enough.
    (0..12).map(|_| (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64).sum::<f64>() - 6.0
}

fn numbers(rows: usize, seed: u64, spread: f64) -> (Vec<f64>, Vec<f64>) {
    let mut random = SplitMix64::new(seed);
    let actual: Vec<f64> = (0..rows).map(|_| 5.0 + normal(&mut random)).collect();
    let predicted = actual.iter().map(|a| a + spread * normal(&mut random)).collect();
    (actual, predicted)
}

/// Two classes told apart by `signal`, row-major.
fn classes(rows: usize, seed: u64, signal: f64) -> (Vec<u32>, Vec<f64>) {
    let mut random = SplitMix64::new(seed);
    let actual: Vec<u32> = (0..rows).map(|_| random.below(2) as u32).collect();
    let p =
        |class: &u32| crate::math::sigmoid(signal * (2.0 * f64::from(*class) - 1.0) + normal(&mut random));
    let probabilities = actual.iter().map(p).flat_map(|p| [1.0 - p, p]).collect();
    (actual, probabilities)
}

#[test]
fn an_interval_is_as_wide_as_theory_says_for_few_rows_and_for_many() {
    for rows in [400, 3_000, 40_000] {
        let (actual, predicted) = numbers(rows, 1, 2.0);
        let found = Resamples::of_numbers(&actual, &predicted, None, 7);
        let Interval { low, high } = found.intervals()["mse"];
        // The variance of the mean of squares of normal errors is 2 σ⁴ / n.
        let theory = 2.0 * 1.96 * (2.0 * 16.0 / rows as f64).sqrt();
        assert!((0.8..1.25).contains(&((high - low) / theory)), "{rows}: {low} {high}, {theory}");
        assert!(low < found.scores()["mse"] && found.scores()["mse"] < high);
        let (actual, probabilities) = classes(rows, 1, 0.5);
        let found = Resamples::of_classes(&actual, &probabilities, 2, None, &most_likely, 7);
        let accuracy = found.scores()["accuracy"];
        let Interval { low, high } = found.intervals()["accuracy"];
        let theory = 2.0 * 1.96 * (accuracy * (1.0 - accuracy) / rows as f64).sqrt();
        assert!((0.8..1.25).contains(&((high - low) / theory)), "{rows}: {low} {high}, {theory}");
    }
}

#[test]
fn an_interval_holds_the_true_score_about_as_often_as_it_says() {
    // Of N(−½, 1) and N(½, 1) the area is Φ(1 / √2).
    let (mut auc, mut rmse) = (0, 0);
    for seed in 0..100 {
        let (actual, probabilities) = classes(300, seed, 0.5);
        let Interval { low, high } =
            Resamples::of_classes(&actual, &probabilities, 2, None, &most_likely, seed).intervals()["auc"];
        auc += u32::from(low <= 0.760_250 && 0.760_250 <= high);
        let (actual, predicted) = numbers(300, seed, 2.0);
        let Interval { low, high } =
            Resamples::of_numbers(&actual, &predicted, None, seed).intervals()["rmse"];
        rmse += u32::from(low <= 2.0 && 2.0 <= high);
    }
    assert!((89..=100).contains(&auc) && (89..=100).contains(&rmse), "{auc} {rmse}");
}

#[test]
fn every_score_has_an_interval_around_it_and_the_same_seed_the_same_one() {
    let (actual, probabilities) = classes(800, 3, 1.0);
    let found = Resamples::of_classes(&actual, &probabilities, 2, None, &most_likely, 5);
    let intervals = found.intervals();
    assert_eq!(intervals.len(), 9);
    for (metric, Interval { low, high }) in &intervals {
        let score = found.scores()[metric];
        assert!(*low <= score && score <= *high && low < high, "{metric}: {low} {score} {high}");
    }
    let scores = super::super::classification(
        &actual,
        &probabilities,
        &["a".to_owned(), "b".to_owned()],
        None,
        &most_likely,
    )
    .0;
    assert_eq!(found.scores(), &scores);
    assert_eq!(Resamples::of_classes(&actual, &probabilities, 2, None, &most_likely, 5), found);
    assert_ne!(Resamples::of_classes(&actual, &probabilities, 2, None, &most_likely, 6), found);
}

#[test]
fn models_a_hair_apart_are_tied_and_those_far_apart_are_not() {
    let mut random = SplitMix64::new(901);
    let (actual, best) = numbers(1_000, 2, 1.0);
    let hair: Vec<f64> = best.iter().map(|p| p + 0.01 * normal(&mut random)).collect();
    let far: Vec<f64> = actual.iter().zip(&best).map(|(a, p)| a + 1.05 * (p - a)).collect();
    let of = |predicted: &[f64]| Resamples::of_numbers(&actual, predicted, None, 1);
    assert!(of(&best).tied(&of(&hair), Metric::Rmse));
    assert!(of(&best).tied(&of(&best), Metric::Rmse));
    // A twentieth more of every error: within the interval of either score, and yet certain.
    assert!(!of(&best).tied(&of(&far), Metric::Rmse));
    assert!(of(&best).intervals()["rmse"].high > of(&far).intervals()["rmse"].low);
    let (actual, probabilities) = classes(2_000, 2, 1.0);
    let coin = vec![0.5; 4_000];
    let of = |p: &[f64]| Resamples::of_classes(&actual, p, 2, None, &most_likely, 1);
    for metric in [Metric::Auc, Metric::LogLoss, Metric::Mcc, Metric::AveragePrecision] {
        assert!(!of(&probabilities).tied(&of(&coin), metric), "{metric:?}");
    }
}

#[test]
fn two_models_of_one_strength_are_rarely_told_apart() {
    let mut apart = 0;
    for seed in 0..100 {
        let (actual, one) = numbers(300, seed, 1.0);
        let mut random = SplitMix64::new(seed + 1_000);
        let two: Vec<f64> = actual.iter().map(|a| a + normal(&mut random)).collect();
        let of = |predicted: &[f64]| Resamples::of_numbers(&actual, predicted, None, seed);
        let (one, two) = (of(&one), of(&two));
        let (best, other) =
            if one.scores()["rmse"] <= two.scores()["rmse"] { (one, two) } else { (two, one) };
        apart += usize::from(!best.tied(&other, Metric::Rmse));
    }
    assert!(apart <= 12, "{apart}");
}

#[test]
fn nothing_to_draw_from_is_no_interval_and_no_difference() {
    let none = Resamples::of_numbers(&[], &[], None, 1);
    assert!(none.intervals().is_empty() && none.scores().is_empty());
    let one = Resamples::of_numbers(&[1.0], &[2.0], None, 1);
    assert!(one.intervals().is_empty());
    assert!(one.tied(&one, Metric::Rmse));
    assert!(Resamples::of_classes(&[], &[], 2, None, &most_likely, 1).intervals().is_empty());
    assert!(Resamples::of_classes(&[0], &[], 0, None, &most_likely, 1).intervals().is_empty());
    // One class only: what has no area has no interval, the rest has.
    let same =
        Resamples::of_classes(&[1; 50], &[[0.4, 0.6]; 50].concat(), 2, None, &most_likely, 1).intervals();
    assert!(!same.contains_key("auc") && same.contains_key("log_loss"));
    let constant = Resamples::of_numbers(&[3.0; 50], &[3.5; 50], None, 1).intervals();
    assert!(!constant.contains_key("r2") && constant["rmse"] == Interval { low: 0.5, high: 0.5 });
}

#[test]
fn rows_without_weight_move_nothing() {
    let (mut actual, mut predicted) = numbers(500, 4, 1.0);
    let mut weights = vec![1.0; 500];
    actual.extend([1e6; 20]);
    predicted.extend([0.0; 20]);
    weights.extend([0.0; 20]);
    let found = Resamples::of_numbers(&actual, &predicted, Some(&weights), 4).intervals()["rmse"];
    assert!(found.high < 2.0, "{found:?}");
}
