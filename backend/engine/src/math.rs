//! Numbers in a fixed order: every sum and every transcendental function that learning uses.
//!
//! `libm` is compiled with us, so the last bit does not depend on the system's mathematical library. `ndarray` holds the
//! matrices, yet no sum is left to its `dot` and `sum`: they add in an order that depends on the processor, and an
//! artefact's hash must not.

use ndarray::{ArrayView1, ArrayViewMut1};

/// `eˣ`.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// `eˣ` of many, within 1e-15 of the value, several at a time: 2ᵏ times the series of the rest, whose magnitude is at
/// most ln 2 / 2. Arguments count as within ±708, what is not a number as one end of that.
#[expect(clippy::manual_clamp, reason = "what is not a number becomes an end")]
pub fn exp_all(values: &mut [f64]) {
    // ln 2 in two parts, the first short enough for exact multiples.
    const LN_2: (f64, f64) = (0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10);
    // Added to a number of small magnitude it leaves the nearest whole one in the last bits.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    for value in values {
        let x = value.max(-708.0).min(708.0);
        let shifted = x * std::f64::consts::LOG2_E + WHOLE;
        let k = shifted - WHOLE;
        let r = (x - k * LN_2.0) - k * LN_2.1;
        let mut series = 1.0 / 479_001_600.0;
        for divisor in [39_916_800.0, 3_628_800.0, 362_880.0, 40_320.0, 5_040.0, 720.0, 120.0, 24.0, 6.0, 2.0]
        {
            series = series * r + 1.0 / divisor;
        }
        series = (series * r + 1.0) * r + 1.0;
        let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
        *value = series * power;
    }
}

/// The natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// `ln(1 + x)`, exact near zero.
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// `eˣ − 1`, exact near zero.
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// The least power of two above a positive number; 0 of 0, infinite of what is beyond all.
pub fn power_of_two_above(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { libm::scalbn(1.0, libm::ilogb(x).saturating_add(1)) }
}

/// The sine and the cosine of an angle in radians.
pub fn sin_cos(x: f64) -> (f64, f64) {
    (libm::sin(x), libm::cos(x))
}

/// `ln(1 + eˣ)` without overflow.
pub fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + ln_1p(exp(-x)) } else { ln_1p(exp(x)) }
}

/// The logistic function `1 / (1 + e⁻ˣ)` without overflow; one half of what is not a number.
pub fn sigmoid(x: f64) -> f64 {
    if x.is_nan() {
        0.5
    } else if x >= 0.0 {
        1.0 / (1.0 + exp(-x))
    } else {
        let e = exp(x);
        e / (1.0 + e)
    }
}

/// Turns logits into probabilities in place; the largest is subtracted first. Infinite ones share the whole, and where
/// one is not a number all are equal.
pub fn softmax(logits: &mut [f64]) {
    let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !top.is_finite() || logits.iter().any(|l| l.is_nan()) {
        let unknown = logits.iter().any(|l| l.is_nan());
        let takes = |logit: f64| unknown || logit == top;
        let share = 1.0 / logits.iter().filter(|l| takes(**l)).count().max(1) as f64;
        logits.iter_mut().for_each(|l| *l = if takes(*l) { share } else { 0.0 });
        return;
    }
    let mut total = 0.0;
    for value in logits.iter_mut() {
        *value = exp(*value - top);
        total += *value;
    }
    for value in logits.iter_mut() {
        *value /= total;
    }
}

/// `Σ aᵢ bᵢ` from left to right, row by row of a matrix.
pub fn dot<'a>(a: impl IntoIterator<Item = &'a f64>, b: impl IntoIterator<Item = &'a f64>) -> f64 {
    a.into_iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The values of a vector, or of a row of a row-major matrix, which lie one after the other.
pub fn line<T>(row: ArrayView1<'_, T>) -> &[T] {
    debug_assert!(row.is_standard_layout(), "not a row of a row-major matrix");
    row.to_slice().unwrap_or_default()
}

/// [`line`], to be changed.
pub fn line_mut<T>(row: ArrayViewMut1<'_, T>) -> &mut [T] {
    debug_assert!(row.is_standard_layout(), "not a row of a row-major matrix");
    row.into_slice().unwrap_or_default()
}

/// The arithmetic mean; 0 of nothing.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let rough = values.iter().sum::<f64>() / values.len() as f64;
    // A second pass removes what the first rounded away, which keeps standardised columns centred.
    rough + values.iter().map(|v| v - rough).sum::<f64>() / values.len() as f64
}

/// The population standard deviation (divided by n, as scikit-learn's StandardScaler does).
pub fn deviation(values: &[f64], mean: f64) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / values.len() as f64).sqrt()
}

/// The quantile `q` in 0–1 of sorted values, linear between neighbours (numpy's default); NaN of nothing.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let position = q.clamp(0.0, 1.0) * last as f64;
    let low = position.floor() as usize;
    let high = (low + 1).min(last);
    let share = position - low as f64;
    let (a, b) = (sorted[low.min(last)], sorted[high]);
    if share == 0.0 { a } else { a * (1.0 - share) + b * share }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours_as_numpys_do() {
        let sorted = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(quantile(&sorted, 0.5), 2.5);
        assert_eq!(quantile(&sorted, 0.25), 1.75);
        assert_eq!(quantile(&sorted, 1.0), 4.0);
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn many_powers_are_those_of_one_at_a_time() {
        let mut values: Vec<f64> = (-7_080..=7_080).map(|i| f64::from(i) / 10.0 + 1e-3).collect();
        values.extend([0.0, 1e-300, -1e-17, 708.0, -708.0]);
        let expected: Vec<f64> = values.iter().map(|x| exp(x.clamp(-708.0, 708.0))).collect();
        exp_all(&mut values);
        for (got, wanted) in values.iter().zip(&expected) {
            assert!((got / wanted - 1.0).abs() < 1e-14, "{got} {wanted}");
        }
        let mut odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300];
        exp_all(&mut odd);
        assert!(odd.iter().all(|value| value.is_finite()));
    }

    #[test]
    fn logistic_functions_survive_huge_arguments() {
        assert_eq!(sigmoid(1e9), 1.0);
        assert_eq!(sigmoid(-1e9), 0.0);
        assert_eq!(softplus(1e9), 1e9);
        let mut logits = [1e9, -1e9, 1e9];
        softmax(&mut logits);
        assert_eq!(logits, [0.5, 0.0, 0.5]);
        let mut logits = [f64::INFINITY, 3.0];
        softmax(&mut logits);
        assert_eq!(logits, [1.0, 0.0]);
        let mut logits = [f64::NAN, f64::INFINITY];
        softmax(&mut logits);
        assert_eq!(logits, [0.5, 0.5]);
    }
}
