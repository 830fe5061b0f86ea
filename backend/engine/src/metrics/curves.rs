//! How well each class is told from the others at every threshold: ROC and precision-recall in one list of points.
//!
//! The areas come from the exact curve, ties taken together as scikit-learn does; only the points are thinned.

use serde::{Deserialize, Serialize};

/// Classes with a curve at most: those with the most members among the rows.
const MAX_CLASSES: usize = 20;
/// Points a curve at most.
const MAX_POINTS: usize = 200;
/// Points of all curves together at most, so that many classes make no heavy picture.
const MAX_POINTS_OF_ALL: usize = 2_000;
/// Stretches of equal length that a longer curve is cut into before it is thinned, two points of each being kept.
const STRETCHES: usize = 5_000;

/// One class against the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassCurves {
    /// The class.
    pub class: String,
    /// The exact area under the ROC curve.
    pub roc_auc: f64,
    /// The exact average precision: `Σ (recallᵢ − recallᵢ₋₁) precisionᵢ` over the thresholds.
    pub average_precision: f64,
    /// From the highest threshold to the lowest, to six decimals; the first is the point where no row is called.
    pub points: Vec<CurvePoint>,
}

/// What follows from calling every row with at least this probability a member.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// The least probability.
    pub threshold: f64,
    /// The share of the others that are called members.
    pub false_positive_rate: f64,
    /// The share of the members that are called so, which is recall.
    pub true_positive_rate: f64,
    /// The share of the called that are members; 1 where none is called.
    pub precision: f64,
}

/// The curves of row-major probabilities `[rows, classes]` against actual classes, in the order of the classes. A
/// class without members or without others among the rows has none. Actual classes as in
/// [`super::classification`].
pub fn curves(actual: &[u32], probabilities: &[f64], classes: &[String]) -> Vec<ClassCurves> {
    let k = classes.len();
    if k == 0 || probabilities.len() < actual.len() * k {
        return Vec::new();
    }
    let chosen = most_members(actual, k);
    let most = (MAX_POINTS_OF_ALL / chosen.len().max(1)).clamp(2, MAX_POINTS);
    let curve = |class: usize| {
        let (roc_auc, average_precision, exact) = exact(actual, probabilities, k, class)?;
        let points = thinned(&shortened(exact), most).into_iter().map(CurvePoint::rounded).collect();
        Some(ClassCurves { class: classes[class].clone(), roc_auc, average_precision, points })
    };
    chosen.into_iter().filter_map(curve).collect()
}

/// The classes that are shown: those with most members, in their own order.
fn most_members(actual: &[u32], k: usize) -> Vec<usize> {
    let mut members = vec![0_usize; k];
    for class in actual {
        if let Some(count) = members.get_mut(*class as usize) {
            *count += 1;
        }
    }
    let mut order: Vec<usize> =
        (0..k).filter(|class| members[*class] > 0 && members[*class] < actual.len()).collect();
    order.sort_by_key(|class| (std::cmp::Reverse(members[*class]), *class));
    order.truncate(MAX_CLASSES);
    order.sort_unstable();
    order
}

/// Both areas and every point of a class's curve; `None` when all rows or none are members.
fn exact(
    actual: &[u32],
    probabilities: &[f64],
    k: usize,
    class: usize,
) -> Option<(f64, f64, Vec<CurvePoint>)> {
    let rows = actual.iter().zip(probabilities.chunks_exact(k));
    let mut ranked: Vec<(f64, bool)> = rows.map(|(a, p)| (p[class], *a as usize == class)).collect();
    ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let members = ranked.iter().filter(|(_, member)| *member).count() as f64;
    let others = ranked.len() as f64 - members;
    if members == 0.0 || others == 0.0 {
        return None;
    }
    // Below which no row lies: 1 itself may be the probability of some.
    let above = ranked.first().map_or(1.0, |(top, _)| if *top < 1.0 { 1.0 } else { top.next_up() });
    let start =
        CurvePoint { threshold: above, false_positive_rate: 0.0, true_positive_rate: 0.0, precision: 1.0 };
    let mut points = vec![start];
    let (mut hits, mut misses, mut doubled_area, mut average_precision) = (0.0, 0.0, 0.0, 0.0);
    for tie in ranked.chunk_by(|a, b| a.0 == b.0) {
        let found = tie.iter().filter(|(_, member)| *member).count() as f64;
        let wrong = tie.len() as f64 - found;
        doubled_area += wrong * (2.0 * hits + found);
        hits += found;
        misses += wrong;
        let precision = hits / (hits + misses);
        average_precision += found / members * precision;
        points.push(CurvePoint {
            threshold: tie[0].0,
            false_positive_rate: misses / others,
            true_positive_rate: hits / members,
            precision,
        });
    }
    Some((doubled_area / (2.0 * members * others), average_precision, points))
}

/// A very long curve with the first and the last point of each short stretch, which thinning can afford.
fn shortened(points: Vec<CurvePoint>) -> Vec<CurvePoint> {
    if points.len() <= 2 * STRETCHES {
        return points;
    }
    let stretch = |point: &CurvePoint| {
        ((point.false_positive_rate + point.true_positive_rate) / 2.0 * STRETCHES as f64) as usize
    };
    let mut kept = Vec::with_capacity(2 * STRETCHES + 2);
    for run in points.chunk_by(|a, b| stretch(a) == stretch(b)) {
        kept.push(run[0]);
        if run.len() > 1 {
            kept.push(run[run.len() - 1]);
        }
    }
    kept
}

/// The points that matter most (Ramer, Douglas and Peucker): the ends, then again and again the one that is farthest
/// from the line between those kept, on either picture.
fn thinned(points: &[CurvePoint], most: usize) -> Vec<CurvePoint> {
    let Some(last) = points.len().checked_sub(1) else { return Vec::new() };
    let mut kept = vec![0, last];
    let mut gaps: Vec<(f64, usize, usize, usize)> = farthest(points, 0, last).into_iter().collect();
    while kept.len() < most {
        let widest = (0..gaps.len()).max_by(|a, b| gaps[*a].0.total_cmp(&gaps[*b].0));
        let Some((_, from, at, to)) = widest.map(|gap| gaps.swap_remove(gap)) else { break };
        kept.push(at);
        gaps.extend(farthest(points, from, at));
        gaps.extend(farthest(points, at, to));
    }
    kept.sort_unstable();
    kept.dedup();
    kept.into_iter().map(|at| points[at]).collect()
}

/// How far the farthest point between two lies from the line through them, and which three these are; `None` when
/// all are on it.
fn farthest(points: &[CurvePoint], from: usize, to: usize) -> Option<(f64, usize, usize, usize)> {
    let roc = |at: usize| (points[at].false_positive_rate, points[at].true_positive_rate);
    let recall = |at: usize| (points[at].true_positive_rate, points[at].precision);
    let away =
        |at: usize| distance(roc(at), roc(from), roc(to)).max(distance(recall(at), recall(from), recall(to)));
    let between = (from + 1..to).map(|at| (away(at), at)).filter(|(far, _)| *far > 1e-9);
    between.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(far, at)| (far, from, at, to))
}

/// From a point to the line through two others, or to the first where they are one.
fn distance(point: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (px, py) = (point.0 - from.0, point.1 - from.1);
    let length = (dx * dx + dy * dy).sqrt();
    if length > 0.0 { (dx * py - dy * px).abs() / length } else { (px * px + py * py).sqrt() }
}

impl CurvePoint {
    /// Six decimals are more than a picture shows.
    fn rounded(self) -> Self {
        let round = |value: f64| (value * 1e6).round() / 1e6;
        Self {
            threshold: round(self.threshold),
            false_positive_rate: round(self.false_positive_rate),
            true_positive_rate: round(self.true_positive_rate),
            precision: round(self.precision),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix64;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("c{n}")).collect()
    }

    /// Probabilities of the second class of two.
    fn of_two(second: &[f64]) -> Vec<f64> {
        second.iter().flat_map(|p| [1.0 - p, *p]).collect()
    }

    fn area(points: &[CurvePoint]) -> f64 {
        let slab = |pair: &[CurvePoint]| {
            let width = pair[1].false_positive_rate - pair[0].false_positive_rate;
            width * (pair[0].true_positive_rate + pair[1].true_positive_rate) / 2.0
        };
        points.windows(2).map(slab).sum()
    }

    #[test]
    fn ties_count_half_and_are_one_threshold() {
        let found = curves(&[0, 1, 0, 1], &of_two(&[0.2, 0.5, 0.5, 0.9]), &names(2));
        let second = &found[1];
        assert_eq!((second.class.as_str(), second.roc_auc), ("c1", 0.875));
        assert!((second.average_precision - (0.5 + 0.5 * 2.0 / 3.0)).abs() < 1e-15);
        let shown: Vec<_> = second.points.iter().map(|p| (p.threshold, p.true_positive_rate)).collect();
        assert_eq!(shown, [(1.0, 0.0), (0.9, 0.5), (0.5, 1.0), (0.2, 1.0)]);
        let all_tied = curves(&[0, 1, 1], &of_two(&[0.3; 3]), &names(2));
        assert_eq!((all_tied[1].roc_auc, all_tied[1].average_precision), (0.5, 2.0 / 3.0));
    }

    #[test]
    fn a_class_without_members_or_without_others_has_no_curve() {
        assert!(curves(&[1, 1], &of_two(&[0.5, 0.6]), &names(2)).is_empty());
        assert!(curves(&[], &[], &names(2)).is_empty());
        // The class that training never saw is among the others.
        assert_eq!(curves(&[1, 2], &of_two(&[0.5, 0.6]), &names(2)).len(), 1);
    }

    #[test]
    fn a_long_curve_stays_small_and_keeps_ends_area_and_corners() {
        let mut random = SplitMix64::new(7);
        let actual: Vec<u32> = (0..30_000).map(|_| u32::from(random.below(3) == 0)).collect();
        let scores: Vec<f64> = actual
            .iter()
            .map(|class| (f64::from(*class) * 0.3 + random.below(1_000_000) as f64 / 1e6) / 1.3)
            .collect();
        let found = curves(&actual, &of_two(&scores), &names(2));
        for curve in &found {
            let points = &curve.points;
            assert!(points.len() <= 200 && points.len() > 50, "{}", points.len());
            assert!((area(points) - curve.roc_auc).abs() < 1e-4, "{} {}", area(points), curve.roc_auc);
            let ends = (points[0], points[points.len() - 1]);
            assert_eq!((ends.0.true_positive_rate, ends.0.false_positive_rate), (0.0, 0.0));
            assert_eq!((ends.1.true_positive_rate, ends.1.false_positive_rate), (1.0, 1.0));
            assert!(points.windows(2).all(|p| p[0].threshold >= p[1].threshold));
        }
        // A corner that a picture with evenly drawn points would cut off.
        let scores: Vec<f64> =
            (0..1_000).map(|i| if i < 500 { 0.9 } else { 0.1 } - f64::from(i) * 1e-5).collect();
        let actual: Vec<u32> = (0..1_000).map(|i| u32::from(i < 500)).collect();
        let points = &curves(&actual, &of_two(&scores), &names(2))[1].points;
        assert!(
            points.iter().any(|p| p.true_positive_rate == 1.0 && p.false_positive_rate == 0.0),
            "{points:?}"
        );
    }

    #[test]
    fn many_classes_share_the_room() {
        let k = 30;
        let actual: Vec<u32> = (0..3_000).map(|i| i * 7 % 30).collect();
        let mut random = SplitMix64::new(3);
        let probabilities: Vec<f64> = (0..3_000 * k).map(|_| random.below(1_000_000) as f64 / 1e6).collect();
        let found = curves(&actual, &probabilities, &names(k));
        assert_eq!(found.len(), 20);
        assert!(found.iter().map(|curve| curve.points.len()).sum::<usize>() <= 2_000);
    }
}
