//! The real program on a new data folder.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;

use tempfile::TempDir;

use crate::process::{Process, find};
use crate::{Result, root, wait_for};

/// `amaas serve` with a worker, on a free port of loopback and an empty data folder; gone when dropped.
pub struct Program {
    // Dropped in this order: the program first, then its files.
    _process: Process,
    folder: TempDir,
    address: String,
}

impl Program {
    /// Starts the program and waits until it is ready.
    ///
    /// # Errors
    /// When it isn't built, or isn't ready in time.
    pub fn start() -> Result<Self> {
        let program = find(
            "AMAAS_BIN",
            &[root().join("target/debug/amaas")],
            "the program is not built: run `cargo build -p amaas`, or the whole by `cargo xtask test`",
        )?;
        let mut last = None;
        // Between finding a free port and listening on it somebody else may take it.
        for _ in 0..3 {
            match Self::on_a_free_port(&program) {
                Ok(program) => return Ok(program),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| "the program did not start".into()))
    }

    fn on_a_free_port(program: &std::path::Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let listen = format!("127.0.0.1:{port}");
        let data = folder.path().join("data");
        let log = folder.path().join("log");
        let args = ["serve", "--listen", &listen, "--data-dir", &data.to_string_lossy()];
        let mut process = Process::start(program, &args, &log)?;
        let address = format!("http://{listen}");
        let ready = format!("{address}/readyz");
        let outcome = wait_for("the program's readiness", || {
            if process.has_ended() {
                return Ok(Some(false));
            }
            Ok(crate::webdriver::agent()
                .get(&ready)
                .call()
                .is_ok_and(|answer| answer.status().is_success())
                .then_some(true))
        });
        match outcome {
            Ok(true) => Ok(Self { _process: process, folder, address }),
            outcome => {
                let lines = std::fs::read_to_string(&log).unwrap_or_default();
                let why =
                    outcome.err().map_or_else(|| "the program ended".to_owned(), |error| error.to_string());
                Err(format!("{why}; it wrote:\n{lines}").into())
            }
        }
    }

    /// Where it is reached, without a slash at the end.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}
