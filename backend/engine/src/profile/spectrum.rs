//! The distinct values of a column of numbers in order, with how often each comes.
//!
//! Values that are whole numbers of some unit (a cent, a day) are counted by their place, which takes no sort; others are
//! sorted by the digits of a key, a pass for each eleven bits.

/// Fewer values than this are sorted as they are.
const FEW: usize = 4_096;
/// Values that are looked at to find a unit.
const LOOKED_AT: usize = 64;
/// What a unit may be: so many of it make this.
const UNITS: [(f64, f64); 10] = [
    (86_400.0, 1.0),
    (60.0, 1.0),
    (1.0, 1.0),
    (1.0, 10.0),
    (1.0, 100.0),
    (1.0, 1e3),
    (1.0, 1e4),
    (1.0, 1e5),
    (1.0, 1e6),
    (1.0, 1e8),
];
/// Beyond this a whole number may not be exact.
const MOST_UNITS: f64 = 1e15;
/// Added and taken away, it rounds what is below 2^51 to the nearest whole number.
const ROUNDING: f64 = 6_755_399_441_055_744.0;
/// Bits of a pass.
const DIGIT: u32 = 11;

/// The present values of a column, in order.
pub enum Spectrum {
    /// Each value, rising.
    Sorted(Vec<f64>),
    /// How often each multiple of a unit comes, from the least on.
    Counted { least: f64, unit: Unit, counts: Vec<u32> },
    /// The multiples of a unit above the least, rising.
    Multiples { least: f64, unit: Unit, sorted: Vec<u64> },
}

/// `times / parts`: what all values are multiples of.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    times: f64,
    parts: f64,
}

impl Unit {
    #[inline]
    fn multiple(self, value: f64) -> f64 {
        (value * self.parts / self.times + ROUNDING) - ROUNDING
    }

    #[inline]
    fn value(self, multiple: f64) -> f64 {
        multiple * self.times / self.parts
    }

    #[inline]
    fn measures(self, value: f64) -> bool {
        let multiple = self.multiple(value);
        multiple.abs() < MOST_UNITS && self.value(multiple) == value
    }

    /// The largest unit of all values, and the least and greatest multiple.
    fn of(values: &[f64]) -> Option<(Self, f64, f64)> {
        let step = (values.len() / LOOKED_AT).max(1);
        let some = || values.iter().step_by(step);
        let unit = |(times, parts): (f64, f64)| Self { times, parts };
        UNITS.into_iter().map(unit).filter(|unit| some().all(|value| unit.measures(*value))).find_map(
            |unit| {
                let (mut least, mut most, mut all) = (f64::INFINITY, f64::NEG_INFINITY, true);
                for value in values {
                    let multiple = unit.multiple(*value);
                    all &= unit.value(multiple) == *value;
                    least = if multiple < least { multiple } else { least };
                    most = if multiple > most { multiple } else { most };
                }
                (all && least > -MOST_UNITS && most < MOST_UNITS).then_some((unit, least, most))
            },
        )
    }
}

impl Spectrum {
    /// The spectrum of values that are all present; none is −0.
    pub fn of(mut values: Vec<f64>) -> Self {
        if values.len() < FEW {
            values.sort_unstable_by(f64::total_cmp);
            return Self::Sorted(values);
        }
        let Some((unit, least, most)) = Unit::of(&values) else {
            return Self::Sorted(sorted(values));
        };
        let places = (most - least) as usize + 1;
        let place = |value: &f64| (unit.multiple(*value) - least) as u64;
        if places > 2 * values.len() {
            let keys = values.iter().map(place).collect();
            return Self::Multiples { least, unit, sorted: by_digits(keys) };
        }
        let mut counts = vec![0_u32; places];
        for value in &values {
            if let Some(count) = counts.get_mut(place(value) as usize) {
                *count += 1;
            }
        }
        Self::Counted { least, unit, counts }
    }

    /// Each distinct value with how often it comes, rising.
    pub fn runs(&self, mut each: impl FnMut(f64, usize)) {
        match self {
            Self::Sorted(values) => values.chunk_by(|a, b| a == b).for_each(|run| each(run[0], run.len())),
            Self::Counted { least, unit, counts } => {
                for (place, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                    each(unit.value(least + place as f64), *count as usize);
                }
            }
            Self::Multiples { least, unit, sorted } => {
                let runs = sorted.chunk_by(|a, b| a == b);
                runs.for_each(|run| each(unit.value(least + run[0] as f64), run.len()));
            }
        }
    }
}

/// The values in order, by keys that are in the order of `f64::total_cmp`.
fn sorted(values: Vec<f64>) -> Vec<f64> {
    const SIGN: u64 = 1 << 63;
    let key = |value: f64| {
        let bits = value.to_bits();
        if bits & SIGN == 0 { bits | SIGN } else { !bits }
    };
    let value = |key: u64| f64::from_bits(if key & SIGN == 0 { !key } else { key & !SIGN });
    let keys: Vec<u64> = values.into_iter().map(key).collect();
    by_digits(keys).into_iter().map(value).collect()
}

/// The keys in order: a pass for each digit of eleven bits in which they differ, the lowest first.
fn by_digits(mut keys: Vec<u64>) -> Vec<u64> {
    let first = keys.first().copied().unwrap_or_default();
    let differ = keys.iter().fold(0, |bits, key| bits | (key ^ first));
    let mut other = vec![0; keys.len()];
    for shift in (0..u64::BITS).step_by(DIGIT as usize) {
        let mask = (1_u64 << DIGIT) - 1;
        if differ >> shift & mask == 0 {
            continue;
        }
        let digit = |key: u64| (key >> shift & mask) as usize;
        let mut places = [0_usize; 1 << DIGIT];
        keys.iter().for_each(|key| places[digit(*key)] += 1);
        let mut before = 0;
        for place in &mut places {
            before += std::mem::replace(place, before);
        }
        for key in &keys {
            let place = &mut places[digit(*key)];
            if let Some(to) = other.get_mut(*place) {
                *to = *key;
            }
            *place += 1;
        }
        std::mem::swap(&mut keys, &mut other);
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix64;

    #[test]
    fn the_values_are_those_of_a_plain_sort_whatever_their_unit() {
        let mut random = SplitMix64::new(9);
        let mut next = move |n: u64| random.below(n);
        let rows = 3 * FEW;
        let mut columns: Vec<Vec<f64>> = vec![
            (0..rows).map(|_| next(1_000) as f64 - 500.0).collect(),
            (0..rows).map(|_| next(1_000_000) as f64 / 100.0).collect(),
            (0..rows).map(|_| next(1_000_000_000_000) as f64 / 1e6).collect(),
            (0..rows).map(|_| next(5_000) as f64 * 86_400.0).collect(),
            (0..rows)
                .map(|_| f64::from_bits(next(u64::MAX)))
                .filter(|v| v.is_finite() && *v != 0.0)
                .collect(),
            (0..rows).map(|_| (next(1 << 40) as f64).sqrt() - 1e5).collect(),
            vec![7.25; rows],
            (0..rows).map(|i| if i == 77 { 1e300 } else { next(9) as f64 }).collect(),
        ];
        columns.push(columns[0][..FEW / 2].to_vec());
        for values in columns {
            let mut wanted = values.clone();
            wanted.sort_unstable_by(f64::total_cmp);
            let mut found = Vec::new();
            Spectrum::of(values).runs(|value, count| found.extend(std::iter::repeat_n(value, count)));
            assert!(found == wanted);
        }
    }
}
