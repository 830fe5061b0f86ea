//! What a column of numbers holds.

use super::counts::Top;
use super::spectrum::Spectrum;
use super::{ColumnProfile, Histogram, Quantile};
use crate::table::ColumnKind;

/// Bars of a histogram at most.
const MAX_BARS: usize = 20;
/// Quantiles that are shown.
const QUANTILES: [f64; 7] = [0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0];

/// Fills in what needs numbers.
pub fn describe(profile: &mut ColumnProfile, values: &[f64]) {
    // −0 is counted with 0.
    let present: Vec<f64> = values.iter().filter(|v| !v.is_nan()).map(|v| v + 0.0).collect();
    let count = present.len();
    profile.missing = values.len() - count;
    if count == 0 {
        return;
    }
    let rough = sum(&present, |v| v) / count as f64;
    // A second pass removes what the first rounded away.
    let centre = rough + sum(&present, |v| v - rough) / count as f64;
    profile.mean = Some(centre).filter(|mean| mean.is_finite());
    let spread = sum(&present, |v| (v - centre) * (v - centre)) / count as f64;
    profile.std = profile.mean.map(|_| spread.sqrt()).filter(|std| std.is_finite());
    let spectrum = Spectrum::of(present);
    let mut ranks = Ranks::of(count);
    let (mut distinct, mut common, mut ends) = (0, Top::default(), (f64::NAN, f64::NAN));
    spectrum.runs(|value, count| {
        ends = (if distinct == 0 { value } else { ends.0 }, value);
        distinct += 1;
        common.see(value, count);
        ranks.see(value, count);
    });
    profile.min = Some(ends.0);
    profile.max = Some(ends.1);
    profile.distinct = distinct;
    profile.common = common.shown(|value| value.to_string());
    profile.quantiles = ranks.quantiles();
    profile.histogram = histogram(&spectrum, ends, profile.kind, distinct);
}

/// `Σ f(vᵢ)` in eight sums that are added in a fixed order.
fn sum(values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let mut sums = [0.0; 8];
    let (eights, rest) = values.as_chunks::<8>();
    for eight in eights {
        for (sum, value) in sums.iter_mut().zip(eight) {
            *sum += f(*value);
        }
    }
    sums.iter().sum::<f64>() + rest.iter().map(|value| f(*value)).sum::<f64>()
}

/// The values at the ranks between which the quantiles lie, found in one walk.
struct Ranks {
    last: usize,
    /// Rank and value, rising.
    wanted: Vec<(usize, f64)>,
    found: usize,
    passed: usize,
}

impl Ranks {
    fn of(count: usize) -> Self {
        let last = count.saturating_sub(1);
        let mut ranks: Vec<usize> =
            QUANTILES.iter().flat_map(|q| [low(*q, last), (low(*q, last) + 1).min(last)]).collect();
        ranks.sort_unstable();
        ranks.dedup();
        let wanted = ranks.into_iter().map(|rank| (rank, f64::NAN)).collect();
        Self { last, wanted, found: 0, passed: 0 }
    }

    #[inline]
    fn see(&mut self, value: f64, count: usize) {
        self.passed += count;
        while let Some((rank, at)) = self.wanted.get_mut(self.found).filter(|(rank, _)| *rank < self.passed) {
            debug_assert!(*rank < self.passed);
            *at = value;
            self.found += 1;
        }
    }

    fn at(&self, rank: usize) -> f64 {
        let place = self.wanted.partition_point(|(wanted, _)| *wanted < rank);
        self.wanted.get(place).map_or(f64::NAN, |(_, value)| *value)
    }

    /// Linear between neighbours, as [`crate::math::quantile`].
    fn quantiles(&self) -> Vec<Quantile> {
        let one = |q: f64| {
            let rank = low(q, self.last);
            let share = q * self.last as f64 - rank as f64;
            let (a, b) = (self.at(rank), self.at((rank + 1).min(self.last)));
            Quantile { q, value: if share == 0.0 { a } else { a * (1.0 - share) + b * share } }
        };
        QUANTILES.map(one).to_vec()
    }
}

fn low(q: f64, last: usize) -> usize {
    ((q * last as f64).floor() as usize).min(last)
}

/// Bars of equal width; whole numbers of few values get a bar each.
fn histogram(
    spectrum: &Spectrum,
    (min, max): (f64, f64),
    kind: ColumnKind,
    distinct: usize,
) -> Option<Histogram> {
    let range = max - min;
    if !range.is_finite() {
        return None;
    }
    let whole = kind == ColumnKind::Integer && range < MAX_BARS as f64;
    let (start, width, bars) = if range == 0.0 {
        (min, 0.0, 1)
    } else if whole {
        (min - 0.5, 1.0, range as usize + 1)
    } else {
        let bars = distinct.clamp(1, MAX_BARS);
        (min, range / bars as f64, bars)
    };
    let mut edges: Vec<f64> = (0..=bars).map(|i| start + width * i as f64).collect();
    if let Some(last) = edges.last_mut().filter(|_| !whole) {
        *last = max;
    }
    let (mut counts, mut bar) = (vec![0; bars], 0);
    spectrum.runs(|value, count| {
        while bar + 1 < bars && edges.get(bar + 1).is_some_and(|edge| *edge <= value) {
            bar += 1;
        }
        if let Some(cells) = counts.get_mut(bar) {
            *cells += count;
        }
    });
    Some(Histogram { edges, counts })
}
