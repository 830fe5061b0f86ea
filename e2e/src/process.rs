//! Programs beside the test, ended with it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

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

    /// Ends it at once, by SIGKILL: it can clear nothing up.
    pub fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
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
