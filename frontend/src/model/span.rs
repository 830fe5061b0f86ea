//! Places on one line: where a value and its interval stand between the least and the greatest of a list.

/// What the line shows, from its left to its right end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    low: f64,
    high: f64,
}

impl Span {
    /// The line that holds all of the values with a little air; none without a finite one.
    pub fn around(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let (low, high) = finite
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return None;
        }
        let air = if high > low { (high - low) * 0.04 } else { low.abs().max(1.0) * 0.5 };
        Some(Self { low: low - air, high: high + air })
    }

    /// Where a value stands, in percent of the line; values beyond stand at the ends.
    pub fn place(self, value: f64) -> f64 {
        let place = (value - self.low) / (self.high - self.low) * 100.0;
        if place.is_nan() { 0.0 } else { place.clamp(0.0, 100.0) }
    }

    /// The left end and the width of a stretch, in percent; a stretch of no length is still seen.
    pub fn stretch(self, one: f64, other: f64) -> (f64, f64) {
        let (left, right) = (self.place(one.min(other)), self.place(one.max(other)));
        let width = (right - left).max(0.5);
        (left.min(100.0 - width), width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_order_and_within_the_line() {
        let span = Span::around([2.0, 10.0, f64::NAN]).unwrap();
        assert!(span.place(2.0) > 0.0 && span.place(10.0) < 100.0);
        assert!(span.place(6.0) > 49.9 && span.place(6.0) < 50.1);
        assert_eq!((span.place(-100.0), span.place(100.0), span.place(f64::NAN)), (0.0, 100.0, 0.0));
        assert_eq!(Span::around([f64::NAN]), None);
    }

    #[test]
    fn a_stretch_has_a_width_however_short_it_is() {
        let span = Span::around([0.0, 1.0]).unwrap();
        let (left, width) = span.stretch(0.75, 0.25);
        assert!(left > 25.0 && left < 29.0 && width > 45.0);
        assert_eq!(span.stretch(0.5, 0.5).1, 0.5);
        let one = Span::around([3.0]).unwrap();
        assert_eq!(one.place(3.0), 50.0);
    }
}
