//! Programs beside the test, ended with it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use crate::Result;

/// A program that is killed when this is dropped, and by the kernel when the test itself is killed.
pub struct Process(Child);

impl Process {
    /// Starts a program under more variables than its own; what it writes is added to `log`.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start(
        program: &Path,
        args: &[&str],
        environment: &[(&'static str, String)],
        log: &Path,
    ) -> Result<Self> {
        let out = std::fs::OpenOptions::new().create(true).append(true).open(log)?;
        let setpriv = Path::new("/usr/bin/setpriv");
        let mut command = if setpriv.exists() {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "KILL", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(args).envs(environment.iter().map(|(name, value)| (name, value)));
        let child = command.stdin(Stdio::null()).stderr(out.try_clone()?).stdout(out).spawn();
        Ok(Self(child.map_err(|error| format!("{} can't be started: {error}", program.display()))?))
    }

    /// Its number in the system.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().ok().flatten().is_some()
    }

    /// Sends it a signal: SIGSTOP holds it, SIGCONT lets it go on, SIGTERM asks it to end.
    pub fn signal(&self, signal: Signal) {
        signal_to(self.id(), signal);
    }

    /// The processes that it started and that still run.
    pub fn children(&self) -> Vec<u32> {
        let parent = self.id();
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        ids.filter(|id| parent_of(*id) == Some(parent)).collect()
    }

    /// Waits until it has ended by itself; whether it ended with 0.
    ///
    /// # Errors
    /// When it doesn't in time.
    pub fn ends(&mut self, patience: Duration) -> Result<bool> {
        crate::wait_within(patience, "the end of the program", || {
            Ok(self.0.try_wait()?.map(|status| status.success()))
        })
    }

    /// Ends it at once, by SIGKILL: it can clear nothing up.
    pub fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sends a signal to a process by its id; one that has ended meanwhile gets none.
pub fn signal_to(id: u32, signal: Signal) {
    let id = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(id) = id {
        let _ = rustix::process::kill_process(id, signal);
    }
}

fn parent_of(id: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The file that a variable names, or the first of some places where it is.
///
/// # Errors
/// With a sentence that says how to get it.
pub fn find(variable: &str, places: &[PathBuf], mend: &str) -> Result<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let found = named.into_iter().chain(places.iter().cloned()).find(|file| file.is_file());
    Ok(found.ok_or_else(|| format!("{mend} (or name it by {variable})"))?)
}
