//! What a person sees: one line for each step, the same look everywhere.

use std::io::{IsTerminal, Write};

/// A step that begins.
pub fn step(text: &str) {
    line("▸", "1;36", text);
}

/// A step that ended well.
pub fn done(text: &str) {
    line("✓", "1;32", text);
}

/// Something that a person should know, though nothing failed.
pub fn note(text: &str) {
    line("•", "33", text);
}

/// A step that failed.
pub fn failed(text: &str) {
    line("✗", "1;31", text);
}

/// A line of a result, as it is.
pub fn plain(text: &str) {
    // A closed pipe is no reason to stop the work.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

fn line(mark: &str, colour: &str, text: &str) {
    let mut out = std::io::stdout().lock();
    // As above.
    let _ = if out.is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        writeln!(out, "\x1b[{colour}m{mark}\x1b[0m {text}")
    } else {
        writeln!(out, "{mark} {text}")
    };
    let _ = out.flush();
}

/// A size for people: bytes, KB or MB of 1,000.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} KB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// A duration for people.
pub fn time(duration: std::time::Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:.0} s", seconds as u64 / 60, seconds % 60.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn sizes_and_times_are_for_people() {
        assert_eq!(
            (size(999), size(1_500), size(2_500_000)),
            ("999 B".into(), "1.5 KB".into(), "2.5 MB".into())
        );
        assert_eq!(time(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(time(Duration::from_secs(125)), "2 min 5 s");
    }
}
