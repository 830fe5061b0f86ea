//! The real program: a server on a data folder, a worker beside it, a command that ends.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::process::{Process, find};
use crate::{Result, root, wait_for};

/// How the program is started, beside what every start needs.
#[derive(Clone, Default)]
pub struct Setup {
    /// The data folder; a new one of its own unless told.
    pub data_dir: Option<PathBuf>,
    /// Arguments of `amaas serve`.
    pub arguments: Vec<&'static str>,
    /// Settings, such as `AMAAS__WORKER__CONCURRENCY`.
    pub environment: Vec<(&'static str, String)>,
}

/// What a command that ends came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Whether it ended with 0.
    pub success: bool,
    /// What it wrote, both streams.
    pub text: String,
}

/// `amaas serve` on a free port of loopback; gone when dropped.
pub struct Program {
    // Dropped in this order: the program first, then its files.
    process: Process,
    folder: TempDir,
    setup: Setup,
    address: String,
    ready_in: Duration,
}

impl Program {
    /// Starts the program with a worker on an empty data folder and waits until it is ready.
    ///
    /// # Errors
    /// When it isn't built, or isn't ready in time.
    pub fn start() -> Result<Self> {
        Self::start_with(&Setup::default())
    }

    /// Starts the program as `setup` says and waits until it is ready.
    ///
    /// # Errors
    /// As of [`Program::start`].
    pub fn start_with(setup: &Setup) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut setup = setup.clone();
        setup.data_dir.get_or_insert_with(|| folder.path().join("data"));
        let (process, address, ready_in) = launch(&setup, &folder.path().join("log"))?;
        Ok(Self { process, folder, setup, address, ready_in })
    }

    /// Ends the program at once, by SIGKILL: it can clear nothing up. Its files stay.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts the program again on its files, at another address, and waits until it is ready.
    ///
    /// # Errors
    /// As of [`Program::start`].
    pub fn start_again(&mut self) -> Result<()> {
        self.kill();
        (self.process, self.address, self.ready_in) = launch(&self.setup, &self.folder.path().join("log"))?;
        Ok(())
    }

    /// Starts the program again on its files and at the same address, and waits until it is ready.
    ///
    /// # Errors
    /// As of [`Program::start`]; and when somebody else took the port meanwhile.
    pub fn start_again_here(&mut self) -> Result<()> {
        self.kill();
        let listen = self.address.trim_start_matches("http://").to_owned();
        (self.process, self.address, self.ready_in) =
            start_at(&program()?, &self.setup, &self.folder.path().join("log"), &listen)?;
        Ok(())
    }

    /// Runs another command of the program on the same files and settings, to its end.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn run_command(&self, arguments: &[&str]) -> Result<Ended> {
        let output = Command::new(program()?)
            .args(arguments)
            .args(["--data-dir".as_ref(), data_dir(&self.setup).as_os_str()])
            .envs(self.setup.environment.iter().map(|(name, value)| (name, value)))
            .output()?;
        let text = [output.stdout, output.stderr].concat();
        Ok(Ended { success: output.status.success(), text: String::from_utf8_lossy(&text).into_owned() })
    }

    /// Where it is reached, without a slash at the end.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The time from the last start of the process until it said that it is ready.
    pub fn ready_in(&self) -> Duration {
        self.ready_in
    }

    /// What it has written so far, over all its starts.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

/// Starts `amaas worker` on the files and settings of `setup` and waits until it works; its log goes to `log`.
///
/// # Errors
/// When it isn't built, or doesn't work in time.
pub fn start_worker(setup: &Setup, log: &Path) -> Result<Process> {
    let data = data_dir(setup);
    let args = ["worker", "--data-dir", &data.to_string_lossy()];
    let mut process = Process::start(&program()?, &args, &setup.environment, log)?;
    wait_for("the worker", || {
        let lines = std::fs::read_to_string(log)?;
        match (process.has_ended(), lines.contains("working")) {
            (true, _) => Err(format!("the worker ended; it wrote:\n{lines}").into()),
            (false, works) => Ok(works.then_some(())),
        }
    })?;
    Ok(process)
}

fn program() -> Result<PathBuf> {
    find(
        "AMAAS_BIN",
        &[root().join("target/debug/amaas")],
        "the program is not built: run `cargo build -p amaas`, or the whole by `cargo xtask test`",
    )
}

fn data_dir(setup: &Setup) -> PathBuf {
    setup.data_dir.clone().unwrap_or_else(|| "data".into())
}

fn launch(setup: &Setup, log: &Path) -> Result<(Process, String, Duration)> {
    let program = program()?;
    let mut outcome = on_a_free_port(&program, setup, log);
    // Between finding a free port and listening on it somebody else may take it. Nothing else is tried twice: a
    // program that starts only the second time is broken.
    for _ in 0..2 {
        match &outcome {
            Err(error) if error.to_string().contains("in use") => {
                outcome = on_a_free_port(&program, setup, log);
            }
            _ => break,
        }
    }
    outcome
}

fn on_a_free_port(program: &Path, setup: &Setup, log: &Path) -> Result<(Process, String, Duration)> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    start_at(program, setup, log, &format!("127.0.0.1:{port}"))
}

fn start_at(program: &Path, setup: &Setup, log: &Path, listen: &str) -> Result<(Process, String, Duration)> {
    let data = data_dir(setup);
    let data = data.to_string_lossy();
    let mut args = vec!["serve", "--listen", listen, "--data-dir", &data];
    args.extend(&setup.arguments);
    let before = std::fs::metadata(log).map_or(0, |file| file.len());
    let started = Instant::now();
    // People of tests sign in once, and a fit on a busy machine may take longer than a proof stays fresh.
    let mut environment = vec![("AMAAS__AUTH__STEP_UP_SECONDS", "86400".to_owned())];
    environment.extend(setup.environment.iter().cloned());
    let mut process = Process::start(program, &args, &environment, log)?;
    let address = format!("http://{listen}");
    let ready = format!("{address}/readyz");
    let agent = crate::webdriver::agent();
    let outcome = wait_for("the program's readiness", || {
        if process.has_ended() {
            return Ok(Some(false));
        }
        let answer = agent.get(&ready).call();
        Ok(answer.is_ok_and(|answer| answer.status().is_success()).then_some(true))
    });
    match outcome {
        Ok(true) => Ok((process, address, started.elapsed())),
        outcome => {
            let lines = std::fs::read(log).unwrap_or_default();
            let from = usize::try_from(before).unwrap_or_default().min(lines.len());
            let lines = String::from_utf8_lossy(&lines[from..]);
            let why = outcome.err().map_or_else(|| "the program ended".to_owned(), |error| error.to_string());
            Err(format!("{why}; it wrote:\n{lines}").into())
        }
    }
}
