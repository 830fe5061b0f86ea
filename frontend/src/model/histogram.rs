//! The geometry of a histogram: bars in a box, from edges and counts.

/// The box that bars are drawn in, in units of the picture.
pub const WIDTH: f64 = 280.0;
/// The height of the tallest bar.
pub const HEIGHT: f64 = 72.0;

/// A bar of the picture and what it stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// The left edge in the box.
    pub x: f64,
    /// The upper edge in the box.
    pub y: f64,
    /// The width, at least a hair.
    pub width: f64,
    /// The height; a bin that holds anything is never invisible.
    pub height: f64,
    /// The lower bound of the bin.
    pub from: f64,
    /// The upper bound of the bin.
    pub to: f64,
    /// The numbers in the bin.
    pub count: u64,
}

/// The bars of a histogram whose `edges` are one more than its `counts`; none when they don't fit together.
pub fn bars(edges: &[f64], counts: &[u64]) -> Vec<Bar> {
    let tallest = counts.iter().copied().max().unwrap_or_default();
    if edges.len() != counts.len() + 1 || tallest == 0 {
        return Vec::new();
    }
    let slot = WIDTH / counts.len() as f64;
    let gap = if slot > 4.0 { 1.0 } else { 0.0 };
    counts
        .iter()
        .zip(edges.windows(2))
        .enumerate()
        .map(|(place, (&count, bounds))| {
            let share = count as f64 / tallest as f64 * HEIGHT;
            let height = if count == 0 { 0.0 } else { share.max(1.0) };
            Bar {
                x: place as f64 * slot,
                y: HEIGHT - height,
                width: slot - gap,
                height,
                from: bounds[0],
                to: bounds[1],
                count,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commonest_bin_fills_the_height_and_a_rare_one_stays_visible() {
        let bars = bars(&[0.0, 1.0, 2.0, 3.0], &[100_000, 0, 1]);
        assert_eq!(bars[0].height, HEIGHT);
        assert_eq!(bars[1].height, 0.0);
        assert_eq!(bars[2].height, 1.0);
        assert_eq!((bars[2].from, bars[2].to), (2.0, 3.0));
    }

    #[test]
    fn bars_stay_in_the_box() {
        let counts = vec![3; 40];
        let edges: Vec<f64> = (0..=40).map(f64::from).collect();
        for bar in bars(&edges, &counts) {
            assert!(bar.x >= 0.0 && bar.x + bar.width <= WIDTH + 1e-9);
            assert!(bar.y >= 0.0 && bar.y + bar.height <= HEIGHT + 1e-9);
        }
    }

    #[test]
    fn edges_that_do_not_fit_the_counts_draw_nothing() {
        assert!(bars(&[0.0, 1.0], &[1, 2]).is_empty());
        assert!(bars(&[], &[]).is_empty());
        assert!(bars(&[0.0, 1.0], &[0]).is_empty());
    }
}
