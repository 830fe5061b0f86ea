//! Which part of a long list is drawn: whatever was read stays in memory, but only so many rows stand on the page.

use std::ops::Range;

/// The most rows on the page at once.
pub const MOST: usize = 300;

/// The rows that are drawn, counted from the newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    start: usize,
    end: usize,
}

impl Window {
    /// The first rows of a list.
    pub fn first(total: usize) -> Self {
        Self { start: 0, end: total.min(MOST) }
    }

    /// Moves towards older rows by `step`; the newest leave where there is no room.
    pub fn older(self, step: usize, total: usize) -> Self {
        let end = self.end.saturating_add(step).min(total);
        Self { start: self.start.max(end.saturating_sub(MOST)), end }
    }

    /// Moves towards newer rows by `step`; the oldest leave where there is no room.
    pub fn newer(self, step: usize) -> Self {
        let start = self.start.saturating_sub(step);
        Self { start, end: self.end.min(start + MOST) }
    }

    /// Rows that were read and are newer than those that are drawn.
    pub fn hidden_newer(self) -> usize {
        self.start
    }

    /// Rows that were read and are older than those that are drawn.
    pub fn hidden_older(self, total: usize) -> usize {
        total.saturating_sub(self.end)
    }

    /// The places in the list.
    pub fn range(self, total: usize) -> Range<usize> {
        self.start.min(total)..self.end.min(total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_rows_are_drawn_than_there_is_room_for() {
        let mut window = Window::first(100);
        for total in (200..=100_000).step_by(100) {
            window = window.older(100, total);
            assert!(window.range(total).len() <= MOST);
            assert_eq!(window.hidden_older(total), 0);
        }
        assert_eq!(window.hidden_newer(), 100_000 - MOST);
    }

    #[test]
    fn the_way_back_shows_every_row_again() {
        let mut window = Window::first(100).older(400, 500);
        assert_eq!(window.range(500), 200..500);
        window = window.newer(100);
        assert_eq!(window.range(500), 100..400);
        assert_eq!(window.hidden_older(500), 100);
        window = window.newer(1000);
        assert_eq!(window.range(500), 0..300);
        assert_eq!(window.older(100, 500).range(500), 100..400);
    }

    #[test]
    fn a_short_list_is_drawn_whole() {
        assert_eq!(Window::first(7).range(7), 0..7);
        assert_eq!(Window::first(0).range(0), 0..0);
        assert_eq!(Window::default().older(50, 0).range(0), 0..0);
    }
}
