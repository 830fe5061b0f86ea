//! Programs that go on running beside the build script: the server, a database.
//!
//! None outlives it: a child is ended when its handle is dropped, when the build script is interrupted, and, where
//! `setpriv` is there (every Debian), by the kernel when the build script is killed.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::run::{Run, is_installed};

const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A running program, ended when this is dropped.
pub struct Running {
    child: Child,
    stop: Signal,
    patience: Duration,
}

impl Running {
    /// Starts a program that ends well on the signal `stop`, within `patience`.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start(run: Run, stop: Signal, patience: Duration) -> Result<Self> {
        let shown = run.shown().to_owned();
        let child = dying_with_us(run).spawn().with_context(|| format!("{shown} can't be started"))?;
        Ok(Self { child, stop, patience })
    }

    /// The same program once it listens on an address.
    ///
    /// # Errors
    /// When it ends before, or does not listen within `patience`.
    pub fn listening(mut self, address: SocketAddr, patience: Duration) -> Result<Self> {
        let until = Instant::now() + patience;
        while TcpStream::connect(address).is_err() {
            if let Some(status) = self.ended() {
                bail!("a server ended before it was ready ({status})");
            }
            if Instant::now() > until {
                bail!("a server was not ready in time");
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(self)
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Asks it to end, waits, and kills it when it doesn't listen.
    pub fn end(&mut self) {
        if self.ended().is_some() {
            return;
        }
        if let Ok(id) = i32::try_from(self.child.id())
            && let Some(pid) = Pid::from_raw(id)
        {
            // It may have ended just now.
            let _ = kill_process(pid, self.stop);
        }
        let until = Instant::now() + self.patience;
        while Instant::now() < until {
            if self.ended().is_some() {
                return;
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// The same command, which the kernel ends when its parent dies: the build script may be killed without a chance to.
fn dying_with_us(run: Run) -> std::process::Command {
    let command = run.into_command();
    // What already is a `setpriv` names the signal itself.
    if !is_installed("setpriv") || command.get_program() == "setpriv" {
        return command;
    }
    let mut wrapped = std::process::Command::new("setpriv");
    wrapped.args(["--pdeathsig", "TERM", "--"]).arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    wrapped
}

/// An address of loopback on which nobody listens now.
///
/// # Errors
/// When there is none.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Whether the person at the terminal (or the system) asked to stop: Ctrl-C, SIGTERM, a closed terminal.
#[derive(Clone)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on. The signals no longer end the build script by themselves.
    ///
    /// # Errors
    /// When the system refuses a handler.
    pub fn listen() -> Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP]
        {
            // A second Ctrl-C ends at once whatever hangs.
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&flag))
                .context("no signal handler")?;
            signal_hook::flag::register(signal, Arc::clone(&flag)).context("no signal handler")?;
        }
        Ok(Self(flag))
    }

    /// Whether a signal came.
    pub fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Waits until the child ends (its status) or a signal came (none).
    pub fn or_end_of(&self, child: &mut Running) -> Option<ExitStatus> {
        loop {
            if self.came() {
                return None;
            }
            if let Some(status) = child.ended() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_child_is_gone() {
        let child =
            Running::start(Run::new("sleep").args(["600"]), Signal::TERM, Duration::from_secs(5)).unwrap();
        let process = format!("/proc/{}", child.child.id());
        assert!(std::path::Path::new(&process).exists());
        drop(child);
        assert!(!std::path::Path::new(&process).exists());
    }

    #[test]
    fn a_child_that_ignores_the_signal_is_killed() {
        let run = Run::new("sh").args(["-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"]);
        let mut child = Running::start(run, Signal::TERM, Duration::from_millis(200)).unwrap();
        child.end();
        assert!(child.ended().is_some());
    }
}
