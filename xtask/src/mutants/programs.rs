//! The programs of tests that mutants are tried on, and one test of theirs, run alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::Signal;
use serde_json::Value;

use crate::check::PACKAGES;
use crate::child::Running;
use crate::run::{Run, is_installed};

/// The server's tests of its interface and the queue's; of one selection of packages with the other tests, so that
/// what they depend on is not compiled twice.
const BUILD: [&str; 9] = [
    "test",
    "--no-run",
    "--features",
    "amaas/mutants",
    "--test",
    "api",
    "--test",
    "conformance",
    "--message-format=json-render-diagnostics",
];

/// A test, by its program and its name.
#[derive(Clone, Debug)]
pub struct Test {
    program: PathBuf,
    folder: PathBuf,
    /// Its whole name.
    pub name: String,
}

/// How a test went.
#[derive(Debug)]
pub struct Told {
    /// Whether it was green in time.
    pub passed: bool,
    pub took: Duration,
}

/// Builds the programs and asks each for its tests.
///
/// # Errors
/// When they can't be built.
pub fn tests() -> Result<Vec<Test>> {
    let mut tests = Vec::new();
    for line in Run::cargo().args(BUILD).args(PACKAGES).capture()?.lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        let (true, Some(program), Some(manifest)) = (
            message["profile"]["test"].as_bool().unwrap_or_default(),
            message["executable"].as_str(),
            message["manifest_path"].as_str(),
        ) else {
            continue;
        };
        let folder = Path::new(manifest).parent().context("a manifest without a folder")?.to_path_buf();
        let listed = Run::new(program).folder(&folder).args(["--list", "--format", "terse"]).capture()?;
        tests.extend(listed.lines().filter_map(|line| line.strip_suffix(": test")).map(|name| Test {
            program: program.into(),
            folder: folder.clone(),
            name: name.to_owned(),
        }));
    }
    Ok(tests)
}

impl Test {
    /// Runs this test alone, with a variable of its own; what it writes goes to a file.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn run(&self, (name, value): (&str, &str), log: &Path, patience: Duration) -> Result<Told> {
        let began = Instant::now();
        // Named here, or `Running` would put it before, and what the test writes would go to the terminal.
        let run = match is_installed("setpriv") {
            true => Run::new("setpriv").args(["--pdeathsig", "KILL", "--"]).args([&self.program]),
            false => Run::new(&self.program),
        };
        let run = run.args(["--exact", &self.name, "--test-threads", "1"]);
        let run = run.folder(&self.folder).env(name, value).log_to(log)?;
        let mut child = Running::start(run, Signal::KILL, Duration::from_secs(1))?;
        let status = loop {
            match child.ended() {
                None if began.elapsed() < patience => std::thread::sleep(Duration::from_millis(10)),
                ended => break ended,
            }
        };
        Ok(Told { passed: status.is_some_and(|status| status.success()), took: began.elapsed() })
    }

    /// The places that it reaches, whether it is green, and how long it takes.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn reach(&self, scratch: &Path, patience: Duration) -> Result<(Told, BTreeSet<String>)> {
        let list = scratch.with_extension("reached");
        let variable = ("AMAAS_MUTANTS_REACHED", list.to_string_lossy().into_owned());
        let told = self.run((variable.0, &variable.1), &scratch.with_extension("log"), patience)?;
        let reached = std::fs::read_to_string(&list).unwrap_or_default();
        Ok((told, reached.lines().map(str::to_owned).collect()))
    }
}
