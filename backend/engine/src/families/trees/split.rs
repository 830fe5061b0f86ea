//! Finds the best cut of a leaf from its histogram: by a threshold for numbers, by a set of levels for categories.
//!
//! The gain of a cut is `G²/(H + λ)` of the left side plus that of the right side less that of the whole, with the sum
//! of gradients `G` and of curvatures `H`: twice what the loss falls by to second order.

use super::bin::{BinnedColumn, MAX_BINS};
use super::histogram::Packing;
use super::partition::LeftBins;

/// Levels of a leaf up to which each is tried alone against the others.
const ONE_AGAINST_REST: usize = 4;
/// What is added to the curvature of a level before levels are ordered by their answers, in rows.
const LEVEL_SMOOTHING: f64 = 10.0;
/// What is added to λ where a set of several levels is cut off: there are many sets to choose from.
const SET_PENALTY: f64 = 10.0;
/// A gain below this share of what the leaf has already is rounding.
const LEAST_GAIN: f64 = 1e-9;

/// What holds for every cut of a tree; sums are in units of the [`Packing`].
pub struct SplitRules {
    /// How sums are packed.
    pub packing: Packing,
    /// λ.
    pub l2: f64,
    /// Curvature of one row, for the smoothing of levels.
    pub row_curvature: f64,
    /// Rows of a level at least, for it to be told apart from the others.
    pub min_level_rows: f64,
}

/// A leaf that a cut is looked for.
#[derive(Debug, Clone, Copy)]
pub struct LeafSums {
    /// All its rows.
    pub sum: i64,
    /// The number of its rows.
    pub rows: usize,
    /// The least curvature of a side.
    pub min_curvature: i64,
    /// What its answers may be, in units of the packing.
    pub bounds: (f64, f64),
}

/// A cut.
#[derive(Debug, Clone)]
pub struct Cut {
    /// What the loss falls by.
    pub gain: f64,
    /// The column.
    pub column: u32,
    /// How it is parted.
    pub sides: Sides,
    /// Whether missing values go left.
    pub missing_left: bool,
    /// The sum of the left side.
    pub left: i64,
}

/// How a column is parted.
#[derive(Debug, Clone)]
pub enum Sides {
    /// Bins from 1 up to this one go left.
    UpTo(u8),
    /// These bins (from 1 on) go left.
    Set(Vec<u8>),
}

impl Cut {
    /// The bins that go left.
    pub fn left_bins(&self) -> LeftBins {
        let mut left = [false; MAX_BINS];
        match &self.sides {
            Sides::UpTo(last) => left[1..=usize::from(*last)].fill(true),
            Sides::Set(bins) => bins.iter().for_each(|bin| left[usize::from(*bin)] = true),
        }
        left[0] = self.missing_left;
        left
    }
}

/// What was found on one column.
struct Found {
    gain: f64,
    sides: Sides,
    missing_left: bool,
    left: i64,
}

struct Search<'a> {
    rules: &'a SplitRules,
    leaf: LeafSums,
    /// `G²/(H + λ)` of the leaf.
    whole: f64,
    gradient: f64,
    curvature: i64,
}

/// A level of a leaf: its bin, its sum, and its smoothed answer turned about.
pub type Level = (u8, i64, f64);

/// The best cut of a leaf on one column; `direction` says whether answers must rise (1) or fall (−1) with it.
/// `levels` is room to work in.
pub fn best_cut(
    rules: &SplitRules,
    leaf: LeafSums,
    at: u32,
    column: &BinnedColumn,
    cells: &[i64],
    direction: i8,
    levels: &mut Vec<Level>,
) -> Option<Cut> {
    let gradient = rules.packing.gradient(leaf.sum);
    let curvature = rules.packing.curvature(leaf.sum);
    let free = leaf.bounds == (f64::NEG_INFINITY, f64::INFINITY);
    let whole = if free {
        gradient * gradient / (curvature as f64 + rules.l2)
    } else {
        bounded_gain(gradient, curvature as f64 + rules.l2, leaf.bounds).1
    };
    let search = Search { rules, leaf, whole, gradient, curvature };
    let found = if column.levels {
        if free { search.levels::<false>(cells, levels) } else { search.levels::<true>(cells, levels) }
    } else if free && direction == 0 {
        search.numbers::<false>(cells, 0)
    } else {
        search.numbers::<true>(cells, direction)
    }?;
    let Found { gain, sides, missing_left, left } = found;
    Some(Cut { gain, column: at, sides, missing_left, left })
}

/// The best answer within the bounds, and what it gains.
fn bounded_gain(gradient: f64, curvature: f64, bounds: (f64, f64)) -> (f64, f64) {
    let answer = (-gradient / curvature).max(bounds.0).min(bounds.1);
    (answer, -(2.0 * gradient * answer + curvature * answer * answer))
}

/// The best answer of a leaf in units of the packing, within its bounds.
pub fn answer(rules: &SplitRules, sum: i64, bounds: (f64, f64)) -> f64 {
    let (gradient, curvature) = (rules.packing.gradient(sum), rules.packing.curvature(sum) as f64);
    bounded_gain(gradient, curvature + rules.l2, bounds).0
}

impl Search<'_> {
    /// What a side and its rest gain together; nothing where the direction is broken.
    #[inline]
    fn gain<const BOUNDED: bool>(&self, left: i64, l2: f64, direction: i8) -> f64 {
        let packing = &self.rules.packing;
        let (gl, hl) = (packing.gradient(left), packing.curvature(left) as f64);
        let (gr, hr) = (self.gradient - gl, self.curvature as f64 - hl + l2);
        let hl = hl + l2;
        if !BOUNDED {
            return (gl * gl * hr + gr * gr * hl) / (hl * hr);
        }
        let (left_answer, left_gain) = bounded_gain(gl, hl, self.leaf.bounds);
        let (right_answer, right_gain) = bounded_gain(gr, hr, self.leaf.bounds);
        let broken =
            (direction > 0 && left_answer > right_answer) || (direction < 0 && left_answer < right_answer);
        if broken { f64::NEG_INFINITY } else { left_gain + right_gain }
    }

    fn least(&self) -> f64 {
        self.whole + self.whole.abs() * LEAST_GAIN
    }

    fn numbers<const BOUNDED: bool>(&self, cells: &[i64], direction: i8) -> Option<Found> {
        let (missing, values) = cells.split_first()?;
        // Where the leaf has no missing value one takes the way of most of its rows.
        let (gain, bin, left) = self.pass::<BOUNDED>(values, 0, direction);
        let mut best = (gain, bin, *missing == 0 && self.is_heavier(left), left);
        if *missing != 0 {
            let (gain, bin, left) = self.pass::<BOUNDED>(values, *missing, direction);
            if gain > best.0 {
                best = (gain, bin, true, left);
            }
        }
        let (gain, bin, missing_left, left) = best;
        let found = Found { gain: gain - self.whole, sides: Sides::UpTo(bin), missing_left, left };
        (gain > self.least()).then_some(found)
    }

    /// The best threshold with `start` on the left already: its gain, the last bin of the left side and its sum.
    #[inline]
    fn pass<const BOUNDED: bool>(&self, values: &[i64], start: i64, direction: i8) -> (f64, u8, i64) {
        let packing = &self.rules.packing;
        let (least, most) = (self.leaf.min_curvature, self.curvature - self.leaf.min_curvature);
        let (mut left, mut best) = (start, (f64::NEG_INFINITY, 0_u8, 0_i64));
        for (bin, cell) in values.iter().enumerate() {
            if *cell == 0 {
                continue;
            }
            left = left.wrapping_add(*cell);
            let curvature = packing.curvature(left);
            if curvature < least {
                continue;
            }
            if curvature > most {
                break;
            }
            let gain = self.gain::<BOUNDED>(left, self.rules.l2, direction);
            if gain > best.0 {
                best = (gain, bin as u8 + 1, left);
            }
        }
        best
    }

    fn is_heavier(&self, left: i64) -> bool {
        self.rules.packing.curvature(left) * 2 >= self.curvature
    }

    /// Cuts off single levels where there are few; else orders the levels by their answers, which holds the best set
    /// among the thresholds of that order (Fisher 1958). Levels of too few rows go with the levels that are not there:
    /// to the right, which is the heavier side of a set.
    fn levels<const BOUNDED: bool>(&self, cells: &[i64], levels: &mut Vec<Level>) -> Option<Found> {
        self.hold_levels(cells, levels);
        let alone = levels.len() <= ONE_AGAINST_REST;
        if !alone {
            levels.sort_unstable_by(|a, b| a.2.total_cmp(&b.2).then(a.0.cmp(&b.0)));
        }
        let l2 = self.rules.l2 + if alone { 0.0 } else { SET_PENALTY * self.rules.row_curvature };
        let (mut left, mut top, mut at) = (0_i64, self.least(), None);
        for (place, (_, cell, _)) in levels.iter().enumerate() {
            left = if alone { *cell } else { left.wrapping_add(*cell) };
            if !self.has_room(left) {
                continue;
            }
            let gain = self.gain::<BOUNDED>(left, l2, 0);
            if gain > top {
                (top, at) = (gain, Some((place, left)));
            }
        }
        let (place, left) = at?;
        let set = match alone {
            true => levels.get(place..=place)?,
            // What is not in the set goes right, so the set is made of the lighter side.
            false if self.is_heavier(left) => levels.get(place + 1..)?,
            false => levels.get(..=place)?,
        };
        // Turned about, the levels of too few rows change sides.
        let left = set.iter().fold(0_i64, |sum, level| sum.wrapping_add(level.1));
        if !self.has_room(left) {
            return None;
        }
        let missing_left = set.iter().any(|level| level.0 == 0);
        let bins = set.iter().map(|level| level.0).filter(|bin| *bin != 0).collect();
        Some(Found { gain: top - self.whole, sides: Sides::Set(bins), missing_left, left })
    }

    /// The levels that have rows enough.
    fn hold_levels(&self, cells: &[i64], levels: &mut Vec<Level>) {
        let packing = &self.rules.packing;
        let a_row = self.curvature as f64 / self.leaf.rows.max(1) as f64;
        let fewest = self.rules.min_level_rows * a_row;
        let smoothing = LEVEL_SMOOTHING * self.rules.row_curvature;
        levels.clear();
        for (bin, cell) in cells.iter().enumerate() {
            let curvature = packing.curvature(*cell) as f64;
            if *cell != 0 && curvature >= fewest {
                levels.push((bin as u8, *cell, packing.gradient(*cell) / (curvature + smoothing)));
            }
        }
    }

    /// Whether both sides have the curvature that they must have.
    fn has_room(&self, left: i64) -> bool {
        let curvature = self.rules.packing.curvature(left);
        curvature >= self.leaf.min_curvature && self.curvature - curvature >= self.leaf.min_curvature
    }
}
