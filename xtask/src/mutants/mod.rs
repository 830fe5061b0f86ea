//! `cargo xtask mutants`: takes out one condition on a tenant after the other and sees whether a test notices.
//!
//! One build serves all: with the feature `mutants` a condition whose place the environment names holds of every row
//! (`backend/tenancy`). The places come from the sources, so that one which no test reaches counts as survived. Each test
//! runs in a process of its own; first all of them untouched, to learn which places each reaches; then, for each place,
//! those that reach it, until one is red. A test that was not written for this must be red twice, so that one which fails
//! for another reason is not taken for one that noticed. SQLite only: on PostgreSQL the database's own policies stand behind a missing condition.

mod places;
mod programs;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{say, tidy};
use programs::Test;

/// Tests run at once: each is a server of its own, and waits as much as it computes.
const AT_ONCE: usize = 2;
/// The longest that a test may take that nobody touched.
const PATIENCE: Duration = Duration::from_secs(300);
/// The tests that are asked first: they were written to notice. The queue's own reach no other places.
const FIRST: [&str; 5] = ["lifecycle::", "claiming::", "lanes::", "isolation::", "sweep::"];

/// A test with what it reaches.
struct Known {
    test: Test,
    took: Duration,
    reaches: BTreeSet<String>,
}

/// What became of a mutant.
struct Fate {
    place: String,
    /// The test that was red, if any.
    killer: Option<String>,
    tried: usize,
    took: Duration,
}

/// Tries every place that holds `only`, prints a line each, and how many were noticed.
///
/// # Errors
/// When a test is red that nobody touched, or a mutant survives.
pub fn tenant_filters(only: Option<&str>) -> Result<()> {
    let began = Instant::now();
    let all = places::of(&tidy::sources()?);
    let asked: Vec<String> =
        all.iter().filter(|place| only.is_none_or(|only| place.contains(only))).cloned().collect();
    if asked.is_empty() {
        bail!("no condition on a tenant stands at a place that holds {:?}", only.unwrap_or_default());
    }
    say::step(&format!("{} of {} conditions on a tenant; building the tests", asked.len(), all.len()));
    let tests = programs::tests()?;
    let scratch = tempfile::tempdir().context("no folder for what tests write")?;
    // Most are noticed by the tests that were written to; all others are begun only for those that are not.
    let rounds: (Vec<Test>, Vec<Test>) = tests.into_iter().partition(|test| rank(&test.name) < FIRST.len());
    let (mut open, mut fates) = (asked, Vec::new());
    open.sort_by_key(|place| place.starts_with("backend/jobs/"));
    for tests in [rounds.0, rounds.1] {
        if open.is_empty() {
            break;
        }
        say::step(&format!("{} tests, untouched", tests.len()));
        let known = untouched(&tests, scratch.path())?;
        say::step(&format!(
            "one condition at a time, {} of them, after {}",
            open.len(),
            say::time(began.elapsed())
        ));
        let tried = each(&open, |place, number| {
            let fate = try_out(place, &known, &scratch.path().join(format!("mutant-{number}.log")))?;
            if fate.killer.is_some() {
                say::plain(&line(&fate));
            }
            Ok(fate)
        })?;
        let (killed, left): (Vec<_>, Vec<_>) = tried.into_iter().partition(|fate| fate.killer.is_some());
        fates.extend(killed);
        open = left.into_iter().map(|fate| fate.place).collect();
    }
    for place in &open {
        say::plain(&format!("{place}  SURVIVED"));
    }
    fates.extend(open.into_iter().map(|place| Fate { place, killer: None, tried: 0, took: Duration::ZERO }));
    close(&fates, began.elapsed())
}

/// Does something with each, some at once; the outcomes in the order of the things.
fn each<T: Sync, O: Send>(things: &[T], work: impl Fn(&T, usize) -> Result<O> + Sync) -> Result<Vec<O>> {
    let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let hand = || -> Result<()> {
        while let Some((number, thing)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, things.get(at)?)))
        {
            let outcome = work(thing, number)?;
            outcomes.lock().unwrap_or_else(PoisonError::into_inner).push((number, outcome));
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let hands: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(hand)).collect();
        hands.into_iter().try_for_each(|hand| hand.join().unwrap_or_else(|_| bail!("a hand broke off")))
    })?;
    let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by_key(|(number, _)| *number);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

/// What each test reaches, those that reach something, in the order in which they are asked.
fn untouched(tests: &[Test], scratch: &Path) -> Result<Vec<Known>> {
    let told = each(tests, |test, number| {
        // Once more where it was red: another program may have kept the machine busy.
        for again in 0..2 {
            let (told, reaches) =
                test.reach(&scratch.join(format!("untouched-{number}-{again}")), PATIENCE)?;
            if told.passed {
                return Ok(Ok(Known { test: test.clone(), took: told.took, reaches }));
            }
        }
        Ok(Err(test.name.clone()))
    })?;
    let (known, red): (Vec<_>, Vec<_>) = told.into_iter().partition(Result::is_ok);
    let red: Vec<String> = red.into_iter().filter_map(Result::err).collect();
    if !red.is_empty() {
        bail!("red although nobody touched anything: {}", red.join(", "));
    }
    let mut known: Vec<Known> = known.into_iter().flatten().filter(|one| !one.reaches.is_empty()).collect();
    known.sort_by_key(|one| (rank(&one.test.name), one.took));
    Ok(known)
}

fn rank(name: &str) -> usize {
    FIRST.iter().position(|first| name.starts_with(first)).unwrap_or(FIRST.len())
}

fn try_out(place: &str, known: &[Known], log: &Path) -> Result<Fate> {
    let (began, mut tried) = (Instant::now(), 0);
    let variable = ("AMAAS_MUTANT", place);
    for one in known.iter().filter(|one| one.reaches.contains(place)) {
        tried += 1;
        // A mutant may make a test wait for what never comes.
        let patience = Duration::from_secs(30) + 5 * one.took;
        let is_red = || one.test.run(variable, log, patience).map(|told| !told.passed);
        if is_red()? && (rank(&one.test.name) < FIRST.len() || is_red()?) {
            let killer = Some(one.test.name.clone());
            return Ok(Fate { place: place.to_owned(), killer, tried, took: began.elapsed() });
        }
    }
    Ok(Fate { place: place.to_owned(), killer: None, tried, took: began.elapsed() })
}

fn line(fate: &Fate) -> String {
    let killer = fate.killer.as_deref().unwrap_or("nobody");
    format!("{}  killed by {killer}  ({} tried, {})", fate.place, fate.tried, say::time(fate.took))
}

fn close(fates: &[Fate], took: Duration) -> Result<()> {
    let survivors: Vec<&str> =
        fates.iter().filter(|fate| fate.killer.is_none()).map(|fate| fate.place.as_str()).collect();
    let killed = format!("{} of {} killed", fates.len() - survivors.len(), fates.len());
    if !survivors.is_empty() {
        bail!("{killed}; nobody notices when these are missing:\n{}", survivors.join("\n"));
    }
    say::done(&format!("{killed} ({})", say::time(took)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(killer: Option<&str>) -> Fate {
        Fate {
            place: "a.rs:1:2".to_owned(),
            killer: killer.map(str::to_owned),
            tried: 1,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn one_survivor_fails_the_run_and_is_named() {
        assert!(close(&[fate(Some("a test"))], Duration::ZERO).is_ok());
        let error = close(&[fate(Some("a test")), fate(None)], Duration::ZERO).unwrap_err().to_string();
        assert!(error.contains("1 of 2 killed") && error.contains("a.rs:1:2"), "{error}");
    }

    #[test]
    fn things_that_are_done_at_once_keep_their_order() {
        let things: Vec<usize> = (0..20).collect();
        assert_eq!(each(&things, |thing, number| Ok((*thing, number))).unwrap()[19], (19, 19));
    }

    #[test]
    fn what_was_written_to_notice_is_asked_first() {
        assert!(rank("isolation::a") < rank("sweep::a") && rank("sweep::a") < rank("audit::a"));
    }
}
