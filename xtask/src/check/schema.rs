//! The API against its own document: schemathesis makes requests up, as nobody, as a member and as a stranger.

use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::Signal;
use tempfile::TempDir;

use crate::child::{Running, free_address};
use crate::run::Run;
use crate::setup::python;
use crate::workspace;

/// Other people's packages; the versions are ours to raise.
const PACKAGES: [&str; 1] = ["schemathesis==4.32.5"];
const STARTING: Duration = Duration::from_secs(60);
const STOPPING: Duration = Duration::from_secs(35);

/// The program under test, on a free port and a data folder that goes with it, and the script's call.
pub struct Walk {
    // Dropped in this order: the program before its files.
    _program: Running,
    _folder: TempDir,
    run: Run,
}

impl Walk {
    /// More of the script's arguments and its variables.
    pub fn with(mut self, more: impl FnOnce(Run) -> Run) -> Self {
        self.run = more(self.run);
        self
    }

    /// Walks; its closing lines, and whether all is well.
    ///
    /// # Errors
    /// When the script can't be started.
    pub fn walk(self) -> Result<(Vec<String>, bool)> {
        // Dropped from the last to the first.
        let Self { _folder, _program, run } = self;
        run.watch(is_verdict)
    }
}

/// The lines by which the script says how each caller fared.
fn is_verdict(line: &str) -> bool {
    line.starts_with("  ") && (line.contains(" calls, ") || line.contains(" operations: "))
}

/// Starts the program that the tests use.
///
/// # Errors
/// When Python's packages can't be had, or the program isn't ready in time.
pub fn prepare() -> Result<Walk> {
    let python = python::with("schema", &PACKAGES)?;
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let (address, data) = (free_address()?, folder.path().join("data"));
    let run = Run::new(workspace::target().join("debug/amaas"))
        .args(["serve", "--listen", &address.to_string(), "--data-dir"])
        .args([&data])
        .env("AMAAS__OPERATORS", "ada@example.com")
        // The walk takes longer than a session and its proof would last.
        .env("AMAAS__AUTH__ACCESS_SECONDS", "3600")
        .env("AMAAS__AUTH__STEP_UP_SECONDS", "3600")
        // It is sent rubbish by the thousand.
        .env("AMAAS__TELEMETRY__LOG", "off");
    let program = Running::start(run, Signal::TERM, STOPPING)?.listening(address, STARTING)?;
    let script = workspace::root().join("xtask/schema/walk.py");
    let run = Run::new(python).args([script]).args(["--base", &format!("http://{address}"), "--mail"]);
    let run = run.args([data.join("mail")]);
    Ok(Walk { _program: program, _folder: folder, run })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_walk_says_of_each_caller_is_known() {
        assert!(is_verdict("  nobody: 10 calls, 0 answers of 500 and above, no breach of the document"));
        assert!(is_verdict("  79 operations: 70 reached with success by made-up requests"));
        assert!(!is_verdict("  ReadAgain: 404 {}"));
    }
}
