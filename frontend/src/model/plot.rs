//! The geometry of pictures with two axes: scales, round ticks, dots, lines and bars in one box.

/// The width of the picture, in its own units.
pub const WIDTH: f64 = 480.0;
/// The height of the picture.
pub const HEIGHT: f64 = 300.0;
/// Where the left axis stands.
pub const LEFT: f64 = 70.0;
/// Where the lower axis stands.
pub const BOTTOM: f64 = 256.0;
/// The upper edge of the box.
pub const TOP: f64 = 10.0;
/// The right edge of the box.
pub const RIGHT: f64 = 468.0;
/// Points that a picture draws at most.
pub const MOST: usize = 2000;

/// A point in the measures of the data.
pub type Point = (f64, f64);

/// What the box shows: from the lowest to the highest value of each axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// The values at the left and the right edge.
    pub x: (f64, f64),
    /// The values at the lower and the upper edge.
    pub y: (f64, f64),
}

impl Frame {
    /// A box from 0 to 1 both ways, for shares.
    pub const UNIT: Frame = Frame { x: (0.0, 1.0), y: (0.0, 1.0) };

    /// The box that holds all of the points, with a little air; none without a finite point.
    pub fn around(points: &[Point]) -> Option<Self> {
        let finite = || points.iter().filter(|point| point.0.is_finite() && point.1.is_finite());
        let span = |pick: fn(&Point) -> f64| {
            let low = finite().map(pick).fold(f64::INFINITY, f64::min);
            let high = finite().map(pick).fold(f64::NEG_INFINITY, f64::max);
            widened(low, high)
        };
        finite().next()?;
        Some(Self { x: span(|point| point.0), y: span(|point| point.1) })
    }

    /// Both axes alike, so that the diagonal means equality.
    pub fn square(self) -> Self {
        let span = (self.x.0.min(self.y.0), self.x.1.max(self.y.1));
        Self { x: span, y: span }
    }

    /// With the lower edge at zero.
    pub fn from_zero(self) -> Self {
        Self { y: (0.0, self.y.1), ..self }
    }

    /// Where a value of the lower axis stands in the picture.
    pub fn left_of(&self, x: f64) -> f64 {
        LEFT + (x - self.x.0) / (self.x.1 - self.x.0) * (RIGHT - LEFT)
    }

    /// Where a value of the left axis stands in the picture.
    pub fn top_of(&self, y: f64) -> f64 {
        BOTTOM - (y - self.y.0) / (self.y.1 - self.y.0) * (BOTTOM - TOP)
    }

    /// The path that draws each point as a dot, by a stroke of no length with round ends.
    pub fn dots(&self, points: &[Point]) -> String {
        let mut path = String::with_capacity(points.len() * 18);
        for (x, y) in self.inside(points) {
            path.push_str(&format!("M{x:.1} {y:.1}h0"));
        }
        path
    }

    /// The path that joins the points.
    pub fn line(&self, points: &[Point]) -> String {
        let mut path = String::with_capacity(points.len() * 14);
        for (x, y) in self.inside(points) {
            path.push_str(&format!("{}{x:.1} {y:.1}", if path.is_empty() { 'M' } else { 'L' }));
        }
        path
    }

    /// The path of a bar from the lower axis, for a bin and its count.
    pub fn bar(&self, from: f64, to: f64, height: f64) -> String {
        let (left, right, top) = (self.left_of(from), self.left_of(to), self.top_of(height));
        let gap = if right - left > 4.0 { 0.5 } else { 0.0 };
        format!("M{:.1} {BOTTOM}V{top:.1}H{:.1}V{BOTTOM}Z", left + gap, right - gap)
    }

    /// The path of a stretch of heights along the lower axis: x, low, high.
    pub fn band(&self, heights: &[(f64, f64, f64)]) -> String {
        let upper: Vec<Point> = heights.iter().map(|(x, _, high)| (*x, *high)).collect();
        let lower: Vec<Point> = heights.iter().rev().map(|(x, low, _)| (*x, *low)).collect();
        let path = self.line(&[upper, lower].concat());
        if path.is_empty() { path } else { path + "Z" }
    }

    /// The path of an upright stroke with short ends for each x, low, high.
    pub fn whiskers(&self, heights: &[(f64, f64, f64)]) -> String {
        let mut path = String::with_capacity(heights.len() * 48);
        for (x, low, high) in heights {
            let ends = [(*x, *low), (*x, *high)];
            let mut ends = self.inside(&ends);
            if let (Some((x, low)), Some((_, high))) = (ends.next(), ends.next()) {
                path.push_str(&format!("M{x:.1} {low:.1}V{high:.1}m-4 0h8M{:.1} {low:.1}h8", x - 4.0));
            }
        }
        path
    }

    /// The path of a box from x to x and from y to y.
    pub fn block(&self, x: (f64, f64), y: (f64, f64)) -> String {
        let (left, right) = (self.left_of(x.0), self.left_of(x.1));
        let (low, high) = (self.top_of(y.0), self.top_of(y.1));
        let gap = if right - left > 4.0 { 1.0 } else { 0.0 };
        format!("M{:.1} {low:.1}V{high:.1}H{:.1}V{low:.1}Z", left + gap, right - gap)
    }

    fn inside<'p>(&'p self, points: &'p [Point]) -> impl Iterator<Item = Point> + 'p {
        let there = |point: &&Point| point.0.is_finite() && point.1.is_finite();
        points.iter().filter(there).map(|point| (self.left_of(point.0), self.top_of(point.1)))
    }
}

/// Two bounds with a little air; equal ones are moved apart.
fn widened(low: f64, high: f64) -> (f64, f64) {
    let air = if high > low { (high - low) * 0.03 } else { low.abs().max(1.0) * 0.5 };
    (low - air, high + air)
}

/// About `wanted` round numbers between two bounds: multiples of 1, 2 or 5 times a power of ten.
pub fn ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let raw = (high - low) / wanted.max(1) as f64;
    if !raw.is_finite() || raw <= 0.0 {
        return Vec::new();
    }
    let power = 10_f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|times| times * power >= raw).unwrap_or(10.0) * power;
    let (first, last) = ((low / step).ceil(), (high / step).floor());
    let steps = (last - first).clamp(0.0, 50.0) as usize;
    (0..=steps).map(|place| (first + place as f64) * step).map(|tick| tick + 0.0).collect()
}

/// At most [`MOST`] of the points, evenly spaced, the last included.
pub fn thin<T: Clone>(points: &[T]) -> Vec<T> {
    if points.len() <= MOST {
        return points.to_vec();
    }
    let step = (points.len() - 1) as f64 / (MOST - 1) as f64;
    (0..MOST).filter_map(|place| points.get((place as f64 * step).round() as usize).cloned()).collect()
}

/// Equal bins over the numbers: from, to, count. About as many as the square root of the numbers, at most 40.
pub fn bins(numbers: &[f64]) -> Vec<(f64, f64, u64)> {
    let finite: Vec<f64> = numbers.iter().copied().filter(|number| number.is_finite()).collect();
    let low = finite.iter().copied().fold(f64::INFINITY, f64::min);
    let high = finite.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if finite.is_empty() {
        return Vec::new();
    }
    let (low, high) = if high > low { (low, high) } else { widened(low, high) };
    let count = ((finite.len() as f64).sqrt().ceil() as usize).clamp(1, 40);
    let width = (high - low) / count as f64;
    let mut counts = vec![0_u64; count];
    for number in finite {
        counts[(((number - low) / width) as usize).min(count - 1)] += 1;
    }
    let edge = |place: usize| if place == count { high } else { low + width * place as f64 };
    counts.into_iter().enumerate().map(|(place, count)| (edge(place), edge(place + 1), count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_stand_in_the_box_with_the_greater_ones_higher() {
        let points = [(0.0, 0.0), (10.0, 5.0), (f64::NAN, 1.0)];
        let frame = Frame::around(&points).unwrap();
        assert!(frame.left_of(0.0) > LEFT && frame.left_of(10.0) < RIGHT);
        assert!(frame.top_of(5.0) < frame.top_of(0.0));
        assert_eq!(frame.dots(&points).matches('M').count(), 2);
        assert_eq!(Frame::around(&[(f64::NAN, 0.0)]), None);
    }

    #[test]
    fn one_value_still_has_room_around_it() {
        let frame = Frame::around(&[(3.0, 0.0)]).unwrap();
        assert!(frame.x.0 < 3.0 && frame.x.1 > 3.0 && frame.y.0 < 0.0 && frame.y.1 > 0.0);
    }

    #[test]
    fn ticks_are_round_and_within_the_bounds() {
        assert_eq!(ticks(0.0, 1.0, 5), vec![0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks(-3.0, 18_000.0, 4), vec![0.0, 5000.0, 10_000.0, 15_000.0]);
        assert!(ticks(1.0, 1.0, 4).is_empty());
        assert!(ticks(0.0, f64::INFINITY, 4).is_empty());
    }

    #[test]
    fn a_line_joins_and_a_bar_stands_on_the_axis() {
        assert_eq!(Frame::UNIT.line(&[(0.0, 0.0), (1.0, 1.0)]), "M70.0 256.0L468.0 10.0");
        assert_eq!(Frame::UNIT.bar(0.0, 1.0, 0.0), "M70.5 256V256.0H467.5V256Z");
    }

    #[test]
    fn a_band_goes_there_above_and_back_below() {
        let path = Frame::UNIT.band(&[(0.0, 0.0, 0.5), (1.0, 0.5, 1.0)]);
        assert_eq!(path, "M70.0 133.0L468.0 10.0L468.0 133.0L70.0 256.0Z");
        assert_eq!(Frame::UNIT.band(&[]), "");
    }

    #[test]
    fn whiskers_reach_from_low_to_high_and_leave_out_what_is_no_number() {
        let path = Frame::UNIT.whiskers(&[(0.5, 0.0, 1.0), (0.6, f64::NAN, 1.0)]);
        assert_eq!(path, "M269.0 256.0V10.0m-4 0h8M265.0 256.0h8");
        assert_eq!(Frame::UNIT.block((0.0, 1.0), (0.0, 1.0)), "M71.0 256.0V10.0H467.0V256.0Z");
    }

    #[test]
    fn thinning_keeps_both_ends() {
        let points: Vec<usize> = (0..5000).collect();
        let thin = thin(&points);
        assert_eq!((thin.len(), thin[0], thin[MOST - 1]), (MOST, 0, 4999));
    }

    #[test]
    fn every_number_falls_into_a_bin() {
        let numbers: Vec<f64> = (0..100).map(f64::from).collect();
        let bins = bins(&numbers);
        assert_eq!(bins.len(), 10);
        assert_eq!(bins.iter().map(|bin| bin.2).sum::<u64>(), 100);
        assert_eq!((bins[0].0, bins[9].1), (0.0, 99.0));
        assert_eq!(super::bins(&[4.0, 4.0]).iter().map(|bin| bin.2).sum::<u64>(), 2);
        assert!(super::bins(&[f64::NAN]).is_empty());
    }
}
