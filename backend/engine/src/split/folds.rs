//! Cross-validation inside a part: folds and single cuts that respect what ties rows together.
//!
//! Everything here speaks of *places*: positions in the caller's list of rows, `0..count`. A place serves the list of
//! rows, the values of the target and the weights alike.

use std::collections::BTreeMap;

use super::{Bond, test_count};
use crate::random::SplitMix64;

/// Places learned from and places judged by, each rising, without a place in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fold {
    /// Learned from.
    pub train: Vec<usize>,
    /// Judged by.
    pub held_out: Vec<usize>,
}

/// Cuts `0..count` into `k` folds, or fewer where there are fewer rows, groups or moments; none when nothing can be
/// held out.
///
/// Without a bond and by groups every place is held out once; `classes` (one for each place) are spread evenly over
/// the folds. By moments the rows are cut into `k + 1` blocks of time: each fold learns from all blocks before the one
/// that it holds out, so the first block is held out by none (forward chaining), and places without a moment are in no
/// fold.
pub fn folds(count: usize, classes: Option<&[u32]>, bond: &Bond, k: usize, seed: u64) -> Vec<Fold> {
    let mut random = SplitMix64::new(seed);
    let fold_of = match bond {
        Bond::Moments(moments) => return chained(moments, k),
        Bond::Groups(groups) => dealt_by_group(groups, classes, k, &mut random),
        Bond::None => dealt(count, classes, k, &mut random),
    };
    let used = fold_of.iter().max().map_or(0, |top| top + 1);
    if used < 2 {
        return Vec::new();
    }
    let mut folds = vec![Fold::default(); used];
    for (place, of) in fold_of.iter().enumerate() {
        for (number, fold) in folds.iter_mut().enumerate() {
            if number == *of { fold.held_out.push(place) } else { fold.train.push(place) }
        }
    }
    folds
}

/// Holds a share of `0..count` out, at least one place and never all: of each class alike if there are classes, whole
/// groups, or the latest. Both sides are empty when nothing can be held out.
pub fn hold_out(count: usize, classes: Option<&[u32]>, bond: &Bond, fraction: f64, seed: u64) -> Fold {
    let mut random = SplitMix64::new(seed);
    let held: Vec<bool> = match (bond, classes) {
        (Bond::Moments(moments), _) => return latest(moments, fraction),
        (Bond::Groups(groups), _) => held_groups(groups, fraction, &mut random),
        (Bond::None, classes) => {
            let mut held = vec![false; count];
            // The classes one after the other, so that every run of a share's length holds its share of each.
            let order = by_class(count, classes, &mut random);
            let wanted = test_count(count, fraction);
            for at in 0..wanted {
                let middle = (2 * at + 1) * count / (2 * wanted.max(1));
                if let Some(place) = order.get(middle) {
                    held[*place] = true;
                }
            }
            held
        }
    };
    if !held.contains(&true) {
        return Fold::default();
    }
    let places = |wanted: bool| (0..held.len()).filter(|at| held[*at] == wanted).collect();
    Fold { train: places(false), held_out: places(true) }
}

/// The latest share by moment, with whatever happened at the same moment as its first place.
pub(super) fn latest(moments: &[f64], fraction: f64) -> Fold {
    let order = by_moment(moments);
    let wanted = test_count(order.len(), fraction);
    let moment = |at: usize| order.get(at).and_then(|place| moments.get(*place)).copied();
    let (Some(border), Some(first)) = (moment(order.len() - wanted), moment(0)) else {
        return Fold::default();
    };
    let side =
        |place: &usize| if border > first { moments[*place] >= border } else { moments[*place] > border };
    let (mut held_out, mut train): (Vec<usize>, Vec<usize>) = order.into_iter().partition(side);
    if held_out.is_empty() {
        return Fold::default();
    }
    train.sort_unstable();
    held_out.sort_unstable();
    Fold { train, held_out }
}

/// The places that have a moment, earliest first.
fn by_moment(moments: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..moments.len()).filter(|at| !moments[*at].is_nan()).collect();
    // −0 and 0 are one moment, so that only the place tells them apart.
    order.sort_by(|a, b| (moments[*a] + 0.0).total_cmp(&(moments[*b] + 0.0)).then(a.cmp(b)));
    order
}

fn chained(moments: &[f64], k: usize) -> Vec<Fold> {
    let order = by_moment(moments);
    let blocks = k.saturating_add(1).min(order.len());
    let mut borders = vec![0];
    for block in 1..blocks {
        // To the first place of its moment.
        let mut at = block * order.len() / blocks;
        while at > 0 && moments[order[at]] == moments[order[at - 1]] {
            at -= 1;
        }
        if borders.last().is_some_and(|last| at > *last) {
            borders.push(at);
        }
    }
    borders.push(order.len());
    let fold = |ends: &[usize]| {
        let (mut train, mut held_out) = (order[..ends[0]].to_vec(), order[ends[0]..ends[1]].to_vec());
        train.sort_unstable();
        held_out.sort_unstable();
        Fold { train, held_out }
    };
    borders.windows(2).skip(1).map(fold).collect()
}

/// All places, those of a class one after the other, shuffled within it.
fn by_class(count: usize, classes: Option<&[u32]>, random: &mut SplitMix64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    random.shuffle(&mut order);
    if let Some(classes) = classes {
        order.sort_by_key(|at| classes.get(*at).copied().unwrap_or(u32::MAX));
    }
    order
}

/// Places dealt like cards, class after class, so that folds differ by one row at most in all and in each class.
fn dealt(count: usize, classes: Option<&[u32]>, k: usize, random: &mut SplitMix64) -> Vec<usize> {
    let k = k.min(count).max(1);
    let mut fold_of = vec![0; count];
    for (turn, place) in by_class(count, classes, random).into_iter().enumerate() {
        fold_of[place] = turn % k;
    }
    fold_of
}

/// A group with what it weighs in the balance of the folds.
struct Group {
    number: u32,
    rows: usize,
    /// Rows by class; one entry for all when there are no classes.
    classes: BTreeMap<u32, usize>,
}

fn shuffled_groups(groups: &[u32], classes: Option<&[u32]>, random: &mut SplitMix64) -> Vec<Group> {
    let mut found: BTreeMap<u32, Group> = BTreeMap::new();
    for (at, number) in groups.iter().enumerate() {
        let group = found.entry(*number).or_insert_with(|| Group {
            number: *number,
            rows: 0,
            classes: BTreeMap::new(),
        });
        group.rows += 1;
        let class = classes.and_then(|classes| classes.get(at)).copied().unwrap_or(0);
        *group.classes.entry(class).or_default() += 1;
    }
    let mut list: Vec<Group> = found.into_values().collect();
    random.shuffle(&mut list);
    list
}

/// Whole groups, the largest first, each to the fold that has least of its classes.
fn dealt_by_group(groups: &[u32], classes: Option<&[u32]>, k: usize, random: &mut SplitMix64) -> Vec<usize> {
    let mut list = shuffled_groups(groups, classes, random);
    list.sort_by_key(|group| std::cmp::Reverse(group.rows));
    let k = k.min(list.len()).max(1);
    let mut totals: BTreeMap<u32, usize> = BTreeMap::new();
    for (class, rows) in list.iter().flat_map(|group| &group.classes) {
        *totals.entry(*class).or_default() += rows;
    }
    let mut held: Vec<(BTreeMap<u32, usize>, usize)> = vec![(BTreeMap::new(), 0); k];
    let mut fold_of_group = BTreeMap::new();
    for group in &list {
        let crowd = |fold: &BTreeMap<u32, usize>| -> f64 {
            let share = |(class, rows): (&u32, &usize)| {
                let there = fold.get(class).copied().unwrap_or(0);
                *rows as f64 * there as f64 / totals.get(class).copied().unwrap_or(1) as f64
            };
            group.classes.iter().map(share).sum()
        };
        // An empty fold first, so that there are k of them.
        let rank = |at: &usize| {
            let (classes, rows) = &held[*at];
            (*rows > 0, crowd(classes), *rows)
        };
        let order = |a: &usize, b: &usize| {
            let ((a_used, a_crowd, a_rows), (b_used, b_crowd, b_rows)) = (rank(a), rank(b));
            a_used.cmp(&b_used).then(a_crowd.total_cmp(&b_crowd)).then(a_rows.cmp(&b_rows))
        };
        let best = (0..k).min_by(order).unwrap_or(0);
        fold_of_group.insert(group.number, best);
        let (classes, rows) = &mut held[best];
        *rows += group.rows;
        group.classes.iter().for_each(|(class, more)| *classes.entry(*class).or_default() += more);
    }
    groups.iter().map(|number| fold_of_group.get(number).copied().unwrap_or(0)).collect()
}

/// Groups in random order, each taken if that brings the share nearer; at least one, never all.
fn held_groups(groups: &[u32], fraction: f64, random: &mut SplitMix64) -> Vec<bool> {
    let list = shuffled_groups(groups, None, random);
    let wanted = groups.len() as f64 * fraction;
    let mut taken = std::collections::BTreeSet::new();
    let mut rows = 0;
    for group in &list {
        let (before, after) = ((wanted - rows as f64).abs(), (wanted - (rows + group.rows) as f64).abs());
        if after < before && taken.len() + 1 < list.len() {
            taken.insert(group.number);
            rows += group.rows;
        }
    }
    if taken.is_empty() && list.len() > 1 {
        // Every group is larger than twice the share: the smallest comes nearest.
        taken.extend(list.iter().min_by_key(|group| group.rows).map(|group| group.number));
    }
    groups.iter().map(|number| taken.contains(number)).collect()
}

#[cfg(test)]
mod tests;
