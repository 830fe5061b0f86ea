//! Split-conformal prediction: intervals and sets from how far answers were off on rows that were not learned from.

use serde::{Deserialize, Serialize};

use super::{Conformal, ErrorGroup};

/// Errors of a group that are kept at most.
const MAX_QUANTILES: usize = 201;
/// Groups of numbers at most.
const MAX_GROUPS: usize = 10;
/// Rows of a group at least, unless there is only one.
const MIN_GROUP_ROWS: usize = 200;
/// Parts of rows that judge one another.
const PARTS: usize = 5;
/// Levels that are promised: others are taken for the nearest.
const LEVELS: (f64, f64) = (0.5, 0.99);

/// How often the truth was held at a level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// What was promised.
    pub level: f64,
    /// The share of the rows whose interval or set held the truth.
    pub share: f64,
    /// The least share that the rows leave likely (Wilson's interval, 95 %).
    pub low: f64,
    /// The greatest.
    pub high: f64,
    /// Rows.
    pub rows: u64,
    /// The mean width of the intervals, or the mean number of classes of the sets.
    pub mean_size: f64,
}

impl Conformal {
    /// Learns from numbers that the model did not learn from, and from its answers to them. Rows without a finite
    /// answer are passed over; `None` when none is left.
    ///
    /// Answers of different size get intervals of their own as soon as each group has 200 rows.
    pub fn fit_numbers(actual: &[f64], predicted: &[f64]) -> Option<Self> {
        let finite = |(a, p): &(&f64, &f64)| (*a - *p).is_finite() && p.is_finite();
        let rows = actual.iter().zip(predicted).filter(finite);
        let mut rows: Vec<(f64, f64)> = rows.map(|(a, p)| (*p, (a - p).abs())).collect();
        if rows.is_empty() {
            return None;
        }
        rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let bounds = bounds(&rows);
        let mut groups = Vec::with_capacity(bounds.len() + 1);
        let mut rest = rows.as_slice();
        for bound in bounds.iter().copied().map(Some).chain([None]) {
            let end = bound.map_or(rest.len(), |bound| rest.partition_point(|row| row.0 < bound));
            let (group, after) = rest.split_at(end);
            groups.push(ErrorGroup::of(group.iter().map(|row| row.1).collect()));
            rest = after;
        }
        Some(Self::Numbers { bounds, groups })
    }

    /// The same with every error of numbers taken times a share, for a model that errs less than those whose errors were
    /// learned from.
    #[must_use]
    pub fn narrowed(mut self, share: f64) -> Self {
        if let Self::Numbers { groups, .. } = &mut self {
            groups.iter_mut().flat_map(|group| &mut group.quantiles).for_each(|error| *error *= share);
        }
        self
    }

    /// Learns from classes that the model did not learn from and from its row-major probabilities
    /// `[rows, classes]`, calibrated if they will be. A class that training never saw is as far off as can be. `None`
    /// without rows.
    pub fn fit_classes(actual: &[u32], probabilities: &[f64], classes: usize) -> Option<Self> {
        if classes == 0 {
            return None;
        }
        let rows = actual.iter().zip(probabilities.chunks_exact(classes));
        let score = |(class, p): (&u32, &[f64])| 1.0 - p.get(*class as usize).copied().unwrap_or(0.0);
        let scores: Vec<f64> = rows.map(score).filter(|score| score.is_finite()).collect();
        (!scores.is_empty()).then(|| Self::Classes { scores: ErrorGroup::of(scores) })
    }

    /// The highest level that the rows can hold: of `n` errors the greatest is exceeded by one new row in `n + 1`.
    pub fn highest_level(&self) -> f64 {
        let groups = match self {
            Self::Numbers { groups, .. } => groups.as_slice(),
            Self::Classes { scores } => std::slice::from_ref(scores),
        };
        let rows = groups.iter().map(|group| group.rows).min().unwrap_or(0) as f64;
        rows / (rows + 1.0)
    }

    /// The interval around an answer that holds the truth with a probability of `level`, taken within 0.5 and 0.99;
    /// `None` for a model of classes or an answer that is not finite. Rows too few for the level give the greatest
    /// error that they saw.
    pub fn interval(&self, value: f64, level: f64) -> Option<(f64, f64)> {
        match self {
            Self::Numbers { bounds, groups } if value.is_finite() => {
                let group = groups.get(bounds.partition_point(|bound| *bound <= value))?;
                let error = group.quantile(level)?;
                Some((value - error, value + error))
            }
            Self::Numbers { .. } | Self::Classes { .. } => None,
        }
    }

    /// The classes that hold the truth with a probability of `level`, taken within 0.5 and 0.99, likeliest first. The
    /// likeliest is always among them; none for a model of numbers.
    pub fn set(&self, probabilities: &[f64], level: f64) -> Vec<usize> {
        let Self::Classes { scores } = self else { return Vec::new() };
        let most = scores.quantile(level).unwrap_or(1.0);
        let mut order: Vec<usize> = (0..probabilities.len()).collect();
        order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
        let mut at = 0;
        order.retain(|class| {
            at += 1;
            at == 1 || 1.0 - probabilities[*class] <= most
        });
        order
    }

    /// How often the intervals held the truth of other numbers, level by level; empty for a model of classes or
    /// without rows.
    pub fn coverage_of_numbers(&self, actual: &[f64], predicted: &[f64], levels: &[f64]) -> Vec<Coverage> {
        let one = |level: &f64| {
            let interval = |(a, p): (&f64, &f64)| {
                self.interval(*p, *level).map(|(low, high)| (low <= *a && *a <= high, high - low))
            };
            Coverage::count(*level, actual.iter().zip(predicted).filter_map(interval))
        };
        levels.iter().filter_map(one).collect()
    }

    /// How often the sets held the truth of other classes, level by level; empty for a model of numbers or without
    /// rows. `probabilities` are row-major `[rows, classes]`.
    pub fn coverage_of_classes(
        &self,
        actual: &[u32],
        probabilities: &[f64],
        classes: usize,
        levels: &[f64],
    ) -> Vec<Coverage> {
        if classes == 0 || matches!(self, Self::Numbers { .. }) {
            return Vec::new();
        }
        let one = |level: &f64| {
            let set = |(class, p): (&u32, &[f64])| {
                let set = self.set(p, *level);
                (set.contains(&(*class as usize)), set.len() as f64)
            };
            Coverage::count(*level, actual.iter().zip(probabilities.chunks_exact(classes)).map(set))
        };
        levels.iter().filter_map(one).collect()
    }

    /// [`Conformal::coverage_of_numbers`] of rows that were learned from: each fifth of them by what the others teach.
    pub fn crosswise_of_numbers(actual: &[f64], predicted: &[f64], levels: &[f64]) -> Vec<Coverage> {
        let pick = |values: &[f64], rows: &[usize]| -> Vec<f64> {
            rows.iter().filter_map(|row| values.get(*row).copied()).collect()
        };
        let rows = actual.len().min(predicted.len());
        let of_part = |(others, held): (Vec<usize>, Vec<usize>)| {
            let fitted = Self::fit_numbers(&pick(actual, &others), &pick(predicted, &others));
            fitted.map(|fitted| {
                fitted.coverage_of_numbers(&pick(actual, &held), &pick(predicted, &held), levels)
            })
        };
        Coverage::together(levels, super::parts(rows, PARTS).filter_map(of_part))
    }

    /// [`Conformal::coverage_of_classes`] of rows that were learned from: each fifth of them by what the others teach.
    pub fn crosswise_of_classes(
        actual: &[u32],
        probabilities: &[f64],
        classes: usize,
        levels: &[f64],
    ) -> Vec<Coverage> {
        let pick = |rows: &[usize]| {
            let of = |row: &usize| probabilities.get(row * classes..(row + 1) * classes);
            let p: Vec<f64> = rows.iter().filter_map(of).flatten().copied().collect();
            (rows.iter().map(|row| actual[*row]).collect::<Vec<_>>(), p)
        };
        let rows = actual.len().min(probabilities.len().checked_div(classes).unwrap_or(0));
        let of_part = |(others, held): (Vec<usize>, Vec<usize>)| {
            let ((learned, p), (held, held_p)) = (pick(&others), pick(&held));
            let fitted = Self::fit_classes(&learned, &p, classes);
            fitted.map(|fitted| fitted.coverage_of_classes(&held, &held_p, classes, levels))
        };
        Coverage::together(levels, super::parts(rows, PARTS).filter_map(of_part))
    }

    /// Whether the numbers are sound for as many classes (0 for a model of numbers): what is read from a file is held
    /// against it.
    pub fn fits(&self, classes: usize) -> bool {
        match self {
            Self::Numbers { bounds, groups } => {
                classes == 0
                    && groups.len() == bounds.len() + 1
                    && groups.len() <= MAX_GROUPS
                    && bounds.iter().all(|bound| bound.is_finite())
                    && bounds.windows(2).all(|pair| pair[0] < pair[1])
                    && groups.iter().all(ErrorGroup::is_sound)
            }
            Self::Classes { scores } => classes > 0 && scores.is_sound(),
        }
    }
}

/// Where the answers of one group end and those of the next begin: groups of as many rows each, equal answers together.
fn bounds(rows: &[(f64, f64)]) -> Vec<f64> {
    let groups = (rows.len() / MIN_GROUP_ROWS).clamp(1, MAX_GROUPS);
    let mut bounds = Vec::new();
    let mut start = 0;
    for group in 1..groups {
        let bound = rows[group * rows.len() / groups].0;
        let begin = rows.partition_point(|row| row.0 < bound);
        if begin >= start + MIN_GROUP_ROWS && rows.len() - begin >= MIN_GROUP_ROWS {
            bounds.push(bound);
            start = begin;
        }
    }
    bounds
}

impl ErrorGroup {
    /// The errors of some rows, thinned.
    fn of(mut errors: Vec<f64>) -> Self {
        errors.sort_unstable_by(f64::total_cmp);
        let rows = errors.len();
        let kept = rows.min(MAX_QUANTILES);
        let quantile = |n: usize| between(&errors, (rows - 1) as f64 * n as f64 / (kept - 1).max(1) as f64);
        Self { rows: rows as u64, quantiles: (0..kept).filter_map(quantile).collect() }
    }

    /// The error that a share of `level` of new rows does not exceed. Of `n` errors the one of rank `(n + 1) · level`:
    /// a new row falls between any two of them with probability `1 / (n + 1)`. Between ranks it is a line; beyond the
    /// last rank it is the greatest error, which is then less than what was asked.
    fn quantile(&self, level: f64) -> Option<f64> {
        let level = if level.is_nan() { LEVELS.1 } else { level.clamp(LEVELS.0, LEVELS.1) };
        let rank = ((self.rows + 1) as f64 * level - 1.0).max(0.0);
        let last = self.quantiles.len().checked_sub(1)?;
        let share = if self.rows > 1 { (rank / (self.rows - 1) as f64).min(1.0) } else { 0.0 };
        between(&self.quantiles, share * last as f64)
    }

    fn is_sound(&self) -> bool {
        !self.quantiles.is_empty()
            && self.quantiles.len() <= MAX_QUANTILES
            && self.quantiles.len() as u64 <= self.rows
            && self.quantiles.iter().all(|q| q.is_finite() && *q >= 0.0)
            && self.quantiles.windows(2).all(|pair| pair[0] <= pair[1])
    }
}

/// The value at a place of rising values, on a line between neighbours.
fn between(values: &[f64], place: f64) -> Option<f64> {
    let low = place.floor() as usize;
    let first = *values.get(low)?;
    let share = place - low as f64;
    match values.get(low + 1) {
        // Held between its neighbours, so that rounding cannot make what rises fall.
        Some(next) if share > 0.0 => Some((first * (1.0 - share) + next * share).min(*next).max(first)),
        _ => Some(first),
    }
}

impl Coverage {
    /// Counts rows: whether the truth was held, and how large the answer was.
    fn count(level: f64, rows: impl Iterator<Item = (bool, f64)>) -> Option<Self> {
        let (mut held, mut count, mut size) = (0_u64, 0_u64, 0.0);
        for (is_held, of_row) in rows {
            held += u64::from(is_held);
            count += 1;
            size += of_row;
        }
        Self::of(level, held as f64, count, size)
    }

    fn of(level: f64, held: f64, rows: u64, size: f64) -> Option<Self> {
        let n = rows as f64;
        let (low, high) = super::wilson(held, n)?;
        Some(Self { level, share: held / n, low, high, rows, mean_size: size / n })
    }

    /// The coverage of all parts, level by level.
    fn together(levels: &[f64], parts: impl Iterator<Item = Vec<Self>>) -> Vec<Self> {
        let mut sums = vec![(0.0, 0_u64, 0.0); levels.len()];
        for part in parts {
            for ((held, rows, size), one) in sums.iter_mut().zip(&part) {
                *held += (one.share * one.rows as f64).round();
                *rows += one.rows;
                *size += one.mean_size * one.rows as f64;
            }
        }
        let all = levels.iter().zip(sums);
        all.filter_map(|(level, (held, rows, size))| Self::of(*level, held, rows, size)).collect()
    }
}

#[cfg(test)]
mod tests;
