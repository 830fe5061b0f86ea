//! What every torture test has in common: a seed that replays it, a short and a long form, and one line that tells how
//! it went. The tests themselves stand beside what they torture; a name that begins with `torture_` is
//! what `cargo xtask torture` finds them by.
//!
//! | variable | what it says |
//! |---|---|
//! | `AMAAS_TORTURE_SEED` | the seed; without it 1, so that the tests of every day draw the same |
//! | `AMAAS_TORTURE_FULL` | set: the long form |
//! | `AMAAS_TORTURE_REPORT` | a file to which each test adds its line |
// These are the variables of a test and its line for people: the bans are the server's.
#![allow(clippy::disallowed_methods)]

mod proxy;

pub use proxy::Proxy;

use std::fmt::{self, Display};
use std::io::Write;
use std::time::{Duration, Instant};

/// A torture test under way. Dropped before its end, it tells that it broke off.
#[derive(Debug)]
pub struct Torture {
    ids: &'static str,
    name: String,
    seed: u64,
    is_full: bool,
    began: Instant,
    has_ended: bool,
}

impl Torture {
    /// Begins a test: `ids` of the torture list that it stands for (`T45` or `T45–T48`), and what it does, in
    /// a few words.
    pub fn begin(ids: &'static str, name: impl Into<String>) -> Self {
        let seed = std::env::var("AMAAS_TORTURE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
        let is_full = std::env::var_os("AMAAS_TORTURE_FULL").is_some();
        Self { ids, name: name.into(), seed, is_full, began: Instant::now(), has_ended: false }
    }

    /// What everything random of the test must be drawn from.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// A sequence of draws from the seed.
    #[must_use]
    pub const fn dice(&self) -> Dice {
        Dice(self.seed)
    }

    /// Whether this is the long form.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.is_full
    }

    /// How often something is done: `short` on every change, `full` in the long form.
    #[must_use]
    pub const fn times(&self, short: u64, full: u64) -> u64 {
        if self.is_full { full } else { short }
    }

    /// Ends the test undone, because something that it needs is not there; in the long form that is bad.
    pub fn skip(mut self, why: impl Display) {
        self.has_ended = true;
        tell(&self.not_done(&why));
    }

    fn not_done(&self, why: &dyn Display) -> String {
        let bad = u64::from(self.is_full);
        Line { torture: self, runs: 0, bad, figure: &format_args!("not done: {why}") }.to_string()
    }

    /// Ends the test with what was found; fails it when anything was bad.
    ///
    /// # Panics
    /// When `bad` is not 0: that is how a test fails.
    #[allow(clippy::panic)]
    pub fn end(mut self, runs: u64, bad: u64, figure: impl Display) {
        self.has_ended = true;
        let line = Line { torture: &self, runs, bad, figure: &figure }.to_string();
        tell(&line);
        assert!(bad == 0, "{line}");
    }
}

impl Drop for Torture {
    fn drop(&mut self) {
        if !self.has_ended {
            tell(&Line { torture: self, runs: 0, bad: 1, figure: &"broke off" }.to_string());
        }
    }
}

/// One line: tab-separated, so that it is read by people and by `cargo xtask torture`.
struct Line<'a> {
    torture: &'a Torture,
    runs: u64,
    bad: u64,
    figure: &'a dyn Display,
}

impl Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Torture { ids, name, seed, began, .. } = self.torture;
        let took: Duration = began.elapsed();
        let (runs, bad, figure) = (self.runs, self.bad, self.figure);
        write!(f, "{ids}\t{name}\tseed {seed}\truns {runs}\tbad {bad}\t{:.1} s\t{figure}", took.as_secs_f64())
    }
}

/// Says it to whoever looks at the test, and writes it into the report where one is kept.
fn tell(line: &str) {
    println!("{line}");
    let Some(file) = std::env::var_os("AMAAS_TORTURE_REPORT") else { return };
    let opened = std::fs::OpenOptions::new().create(true).append(true).open(file);
    // One write a line: tests of several processes add to the same file.
    if let Err(error) = opened.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes())) {
        println!("the report could not be written: {error}");
    }
}

/// A repeatable sequence of draws: splitmix64, by Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// A sequence of its own.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next draw.
    pub const fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A draw below `limit`; 0 where nothing is.
    pub const fn below(&mut self, limit: u64) -> u64 {
        match self.draw().checked_rem(limit) {
            Some(drawn) => drawn,
            None => 0,
        }
    }

    /// One of these.
    ///
    /// # Panics
    /// When there are none.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let at = usize::try_from(self.below(of.len() as u64)).unwrap_or_default();
        &of[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_draw_equally_and_within_the_limit() {
        let (mut a, mut b) = (Dice::new(7), Dice::new(7));
        for limit in 1..200 {
            let drawn = a.below(limit);
            assert!(drawn == b.below(limit) && drawn < limit);
        }
    }

    #[test]
    fn what_is_not_done_says_why_and_is_bad_in_the_long_form_alone() {
        for (is_full, bad) in [(false, "bad 0"), (true, "bad 1")] {
            let mut torture = Torture::begin("T00", "itself");
            torture.is_full = is_full;
            let line = torture.not_done(&"no disk");
            torture.end(0, 0, "");
            assert!(line.contains(bad) && line.ends_with("not done: no disk"), "{line}");
        }
    }

    #[test]
    #[should_panic(expected = "bad 2")]
    fn what_is_bad_fails_the_test() {
        Torture::begin("T00", "itself").end(3, 2, "");
    }
}
