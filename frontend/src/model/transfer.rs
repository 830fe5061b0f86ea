//! How fast an upload goes and how long it will take, from samples of bytes over time.

use std::collections::VecDeque;

/// The window over which speed is measured.
const WINDOW_MILLIS: f64 = 4000.0;
/// Before this much time no speed is named: the first packets say nothing.
const WARM_UP_MILLIS: f64 = 400.0;

/// A transfer as seen so far. Times are milliseconds of any clock that doesn't go back.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// All bytes that must go.
    pub total_bytes: u64,
    /// The bytes that went.
    pub sent_bytes: u64,
    samples: VecDeque<(f64, u64)>,
}

impl Transfer {
    /// A transfer that begins now.
    pub fn new(total_bytes: u64, now_millis: f64) -> Self {
        Self { total_bytes, sent_bytes: 0, samples: VecDeque::from([(now_millis, 0)]) }
    }

    /// Notes how many bytes went until now.
    pub fn note(&mut self, sent_bytes: u64, now_millis: f64) {
        self.sent_bytes = sent_bytes.min(self.total_bytes);
        self.samples.push_back((now_millis, self.sent_bytes));
        while self.samples.len() > 2 && self.samples[1].0 < now_millis - WINDOW_MILLIS {
            self.samples.pop_front();
        }
    }

    /// Bytes a second over the last seconds; none until there is something to measure.
    pub fn bytes_per_second(&self) -> Option<f64> {
        let ((start, from), (end, to)) = (self.samples.front()?, self.samples.back()?);
        let elapsed = end - start;
        (elapsed >= WARM_UP_MILLIS && to > from).then(|| (to - from) as f64 / elapsed * 1000.0)
    }

    /// Whole seconds until the last byte went, rounded up.
    pub fn seconds_left(&self) -> Option<u64> {
        let speed = self.bytes_per_second()?;
        let left = self.total_bytes.saturating_sub(self.sent_bytes);
        Some((left as f64 / speed).ceil() as u64)
    }

    /// Whether every byte went.
    pub fn complete(&self) -> bool {
        self.sent_bytes >= self.total_bytes
    }
}

/// Seconds as minutes and seconds or hours and minutes: `8 s`, `2 min 5 s`, `1 h 3 min`.
pub fn duration(seconds: u64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// The file's name without `.csv`, at most 200 characters; never empty.
pub fn dataset_name(file: &str) -> String {
    let name = file.trim();
    let stem = [".csv", ".CSV", ".tsv", ".txt"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let stem = if stem.is_empty() { name } else { stem };
    let name: String = stem.chars().take(200).collect();
    if name.is_empty() { "data".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_set_is_called_like_its_file() {
        assert_eq!(dataset_name("diamonds.csv"), "diamonds");
        assert_eq!(dataset_name("Kunden 2026.final.CSV"), "Kunden 2026.final");
        assert_eq!(dataset_name(".csv"), ".csv");
        assert_eq!(dataset_name(&"x".repeat(300)).chars().count(), 200);
    }

    #[test]
    fn speed_and_time_left_follow_the_last_seconds_only() {
        let mut transfer = Transfer::new(10_000_000, 0.0);
        for second in 1..=5 {
            transfer.note(second * 100_000, second as f64 * 1000.0);
        }
        assert_eq!(transfer.seconds_left(), Some(95));
        for second in 6..=12 {
            transfer.note(500_000 + (second - 5) * 1_000_000, second as f64 * 1000.0);
        }
        assert_eq!(transfer.bytes_per_second().map(f64::round), Some(1_000_000.0));
        assert_eq!(transfer.seconds_left(), Some(3));
    }

    #[test]
    fn nothing_is_promised_before_there_is_something_to_measure() {
        let mut transfer = Transfer::new(1000, 0.0);
        assert_eq!(transfer.seconds_left(), None);
        transfer.note(10, 20.0);
        assert_eq!(transfer.seconds_left(), None);
    }

    #[test]
    fn more_bytes_than_the_file_has_count_as_all() {
        let mut transfer = Transfer::new(1000, 0.0);
        transfer.note(1200, 1000.0);
        assert!(transfer.complete());
        assert_eq!(transfer.seconds_left(), Some(0));
    }

    #[test]
    fn durations_change_their_units() {
        assert_eq!(duration(8), "8 s");
        assert_eq!(duration(125), "2 min 5 s");
        assert_eq!(duration(3780), "1 h 3 min");
    }
}
