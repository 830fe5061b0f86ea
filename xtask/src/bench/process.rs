//! The servers under measurement, as a rule each on one core, and what they cost.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::Signal;

use crate::child::{Running, free_address};
use crate::run::{Run, is_installed};
use crate::{say, workspace};

/// The core of the servers, and that of the load.
const CORES: [&str; 2] = ["0", "1"];
/// Long enough for a clean stop.
const STOPPING: Duration = Duration::from_secs(35);
const STARTING: Duration = Duration::from_secs(60);
/// Settings under which no rate refuses the load.
const SETTINGS: &str = "[server]\nthreads = 1\n[plans.standard]\nrequests_per_second = 100000000\n\
    requests_burst = 100000000\nkey_requests_per_second = 100000000\nkey_requests_burst = 100000000\n\
    predictions_per_month = 1000000000000000\n[telemetry]\nlog = \"warn\"\n";

/// A server, as a rule on a core of its own.
pub struct Pinned {
    /// Where it listens.
    pub address: SocketAddr,
    process: Running,
}

/// Builds both programs.
///
/// # Errors
/// When they don't build.
pub fn build() -> Result<()> {
    Run::cargo()
        .args([
            "build",
            "--release",
            "--locked",
            "--package",
            "amaas",
            "--bin",
            "amaas",
            "--package",
            "echo",
            "--bin",
            "echo",
        ])
        .run()
}

/// Keeps this process off the servers' core.
pub fn pin_us() {
    let id = std::process::id().to_string();
    let pinned =
        workspace::cores() > 1 && Run::new("taskset").args(["-a", "-p", "-c", CORES[1], &id]).succeeds();
    if !pinned {
        say::note("the load shares the servers' core: taskset or a second core is missing");
    }
}

impl Pinned {
    /// The server on a data folder of its own, on a core of its own.
    ///
    /// # Errors
    /// When it does not start.
    pub fn server(folder: &Path) -> Result<Self> {
        Self::serve(folder, on_core)
    }

    /// The server on a data folder of its own, on every core.
    ///
    /// # Errors
    /// When it does not start.
    pub fn server_unpinned(folder: &Path) -> Result<Self> {
        Self::serve(folder, |program| Run::new(program))
    }

    fn serve(folder: &Path, on: impl Fn(&Path) -> Run) -> Result<Self> {
        let settings = folder.join("bench.toml");
        std::fs::write(&settings, SETTINGS)?;
        let (address, data) = (free_address()?, folder.join("data"));
        let run = on(&workspace::target().join("release/amaas"))
            .args(["serve", "--listen", &address.to_string(), "--config"])
            .args([settings.as_path(), Path::new("--data-dir"), data.as_path()]);
        Self::start(run, address)
    }

    /// The echo.
    ///
    /// # Errors
    /// When it does not start.
    pub fn echo() -> Result<Self> {
        let address = free_address()?;
        let run = on_core(&workspace::target().join("release/echo")).args([address.to_string()]);
        Self::start(run, address)
    }

    fn start(run: Run, address: SocketAddr) -> Result<Self> {
        let process = Running::start(run, Signal::TERM, STOPPING)?.listening(address, STARTING)?;
        Ok(Self { address, process })
    }

    /// User and system time of the process so far, with that of its children that ended, in microseconds.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn cpu_micros(&self) -> Result<f64> {
        let file = format!("/proc/{}/stat", self.process.id());
        let stat = std::fs::read_to_string(&file).context("the server is gone")?;
        ticks_of(&stat)
            .map(|ticks| ticks as f64 * 1e6 / ticks_a_second())
            .context("an unknown form of /proc/PID/stat")
    }
}

/// Fields 14 to 17 of proc(5): the name, which may hold spaces, ends with the last parenthesis.
fn ticks_of(stat: &str) -> Option<u64> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    fields.get(11..15)?.iter().map(|field| field.parse::<u64>().ok()).sum()
}

fn ticks_a_second() -> f64 {
    rustix::param::clock_ticks_per_second() as f64
}

fn on_core(program: &Path) -> Run {
    if workspace::cores() > 1 && is_installed("taskset") {
        Run::new("taskset").args(["-c", CORES[0]]).args([program])
    } else {
        Run::new(program)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ticks_are_user_and_system_with_ended_children() {
        let stat = "42 (a (b) c) S 1 42 42 0 -1 4194304 100 0 0 0 7 5 3 1 20 0 1 0 100 0 0";
        assert_eq!(ticks_of(stat), Some(16));
        assert_eq!(ticks_of("junk"), None);
    }
}
