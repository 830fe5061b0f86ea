//! Programs that are run to their end. Each starts in the workspace's root and is named when it fails.

use std::ffi::{OsStr, OsString};
use std::io::BufRead;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

/// A program to run: what it is called with is kept, to be named when it fails.
pub struct Run {
    command: Command,
    shown: String,
}

impl Run {
    /// A program found on the path, or named by its path.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program.as_ref());
        command.current_dir(crate::workspace::root());
        Self { command, shown: program.as_ref().to_string_lossy().into_owned() }
    }

    /// The cargo that runs this build script, so that no other compiler slips in.
    pub fn cargo() -> Self {
        let mut run = Self::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
        run.shown = "cargo".to_owned();
        run.command.env("CARGO_TARGET_DIR", crate::workspace::target());
        // `cargo run` leaves these to its program; a cargo started from here must not take them for its own.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_")
                || text.starts_with("CARGO_MANIFEST_")
                || text == "CARGO_PRIMARY_PACKAGE"
            {
                run.command.env_remove(&name);
            }
        }
        run
    }

    /// Arguments, in order.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        for arg in args {
            self.shown.push(' ');
            self.shown.push_str(&arg.as_ref().to_string_lossy());
            self.command.arg(arg);
        }
        self
    }

    /// A variable for this program alone.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Another folder to start in.
    pub fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// The command line, for people.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Runs to the end; the program writes to this terminal.
    ///
    /// # Errors
    /// When it can't be started or ends with another status than 0.
    pub fn run(mut self) -> Result<()> {
        let status = self
            .command
            .stdin(Stdio::null())
            .status()
            .with_context(|| format!("{} can't be started", self.shown))?;
        if !status.success() {
            bail!("`{}` failed ({status})", self.shown);
        }
        Ok(())
    }

    /// Runs to the end in silence; what it wrote is shown only when it fails.
    ///
    /// # Errors
    /// When it can't be started or ends with another status than 0.
    pub fn quiet(self) -> Result<()> {
        self.capture().map(drop)
    }

    /// Runs to the end and gives its standard output.
    ///
    /// # Errors
    /// When it can't be started, ends with another status than 0, or writes no UTF-8.
    pub fn capture(mut self) -> Result<String> {
        let output = self.output()?;
        if !output.status.success() {
            bail!(
                "`{}` failed ({})\n{}{}",
                self.shown,
                output.status,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        String::from_utf8(output.stdout).with_context(|| format!("`{}` wrote no UTF-8", self.shown))
    }

    /// Whether it can be started and ends well; what it writes is dropped.
    pub fn succeeds(mut self) -> bool {
        self.output().is_ok_and(|output| output.status.success())
    }

    fn output(&mut self) -> Result<Output> {
        self.command.stdin(Stdio::null()).output().with_context(|| format!("{} can't be started", self.shown))
    }

    /// What the program writes goes to a file.
    ///
    /// # Errors
    /// When the file can't be made.
    pub fn log_to(mut self, file: &Path) -> Result<Self> {
        let log =
            std::fs::File::create(file).with_context(|| format!("{} can't be written", file.display()))?;
        self.command.stderr(log.try_clone()?).stdout(log);
        Ok(self)
    }

    /// Runs to the end; the program's lines are passed on to this terminal and those that `keep` wants are given back.
    /// The second value tells whether it ended well.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn watch(mut self, keep: impl Fn(&str) -> bool + Sync) -> Result<(Vec<String>, bool)> {
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().with_context(|| format!("{} can't be started", self.shown))?;
        let kept = std::sync::Mutex::new(Vec::new());
        let pass_on = |stream: Option<Box<dyn std::io::Read + Send>>| {
            for line in stream
                .into_iter()
                .flat_map(|stream| std::io::BufReader::new(stream).lines())
                .map_while(Result::ok)
            {
                crate::say::plain(&line);
                if keep(&line) {
                    kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(line);
                }
            }
        };
        let (out, err) = (child.stdout.take(), child.stderr.take());
        std::thread::scope(|scope| {
            scope.spawn(|| pass_on(out.map(|stream| Box::new(stream) as _)));
            pass_on(err.map(|stream| Box::new(stream) as _));
        });
        let status = child.wait().with_context(|| format!("{} can't be waited for", self.shown))?;
        Ok((kept.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner), status.success()))
    }

    /// The command itself, for a child that goes on running.
    pub fn into_command(self) -> Command {
        self.command
    }
}

/// Whether a program is on the path.
pub fn is_installed(program: &str) -> bool {
    find_program(program).is_some()
}

/// Where on the path a program is.
pub fn find_program(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    // Debian keeps what belongs to the administrator out of a user's path.
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_and_what_it_wrote() {
        let failure =
            Run::new("sh").args(["-c", "echo why it broke >&2; exit 3"]).quiet().unwrap_err().to_string();
        assert!(
            failure.contains("sh -c") && failure.contains("why it broke") && failure.contains('3'),
            "{failure}"
        );
    }

    #[test]
    fn watching_keeps_the_wanted_lines_of_both_streams() {
        let run = Run::new("sh").args(["-c", "echo keep one; echo drop; echo keep two >&2; exit 1"]);
        let (mut kept, well) = run.watch(|line| line.starts_with("keep")).unwrap();
        kept.sort();
        assert_eq!((kept, well), (vec!["keep one".to_owned(), "keep two".to_owned()], false));
    }

    #[test]
    fn a_program_that_is_not_there_is_reported_not_panicked_over() {
        assert!(!is_installed("no-such-program-anywhere"));
        assert!(Run::new("no-such-program-anywhere").quiet().is_err());
    }
}
