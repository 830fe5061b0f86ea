//! A real browser and real clients against the real program.
//!
//! [`Program`] is `amaas serve` on a data folder, to be killed and started again; [`Client`] calls its public API;
//! [`Browser`] is a headless Chromium that speaks WebDriver (W3C) and writes down every console error, every breach of
//! the content security policy and every host that it asked.
//! Nothing here knows the server's insides: tests see what a person sees.
//!
//! `cargo xtask test` builds the program and the dashboard first and names them by `AMAAS_BIN`, `AMAAS_CHROMIUM` and
//! `AMAAS_CHROMEDRIVER`; without these the usual places are tried.

// Tests start programs and read where these are.
#![allow(clippy::disallowed_methods)]

mod browser;
mod client;
pub mod page;
mod process;
mod program;
pub mod scene;
mod webdriver;

use std::path::PathBuf;
use std::time::{Duration, Instant};

pub use browser::{Browser, Look, Seen};
pub use client::{Client, PASSWORD, Refused, refusal};
pub use process::{Process, find, signal_to};
pub use program::{Ended, Program, Setup, start_worker};
pub use rustix::process::Signal;
pub use webdriver::Element;

/// Whatever went wrong, in words.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How long a page may take to show what is expected.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Where the project is.
pub fn root() -> PathBuf {
    let manifest = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// Asks again and again until there is an answer, within [`PATIENCE`]; `what` names it when there is none.
///
/// # Errors
/// When time runs out, with the last error if there was one.
pub fn wait_for<T>(what: &str, ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    wait_within(PATIENCE, what, ask)
}

/// As [`wait_for`], with a patience of its own.
///
/// # Errors
/// As of [`wait_for`].
pub fn wait_within<T>(
    patience: Duration,
    what: &str,
    mut ask: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let until = Instant::now() + patience;
    loop {
        let answer = ask();
        if let Ok(Some(found)) = answer {
            return Ok(found);
        }
        if Instant::now() > until {
            let because = answer.err().map_or_else(String::new, |error| format!(": {error}"));
            return Err(format!("{what} did not come within {} s{because}", patience.as_secs()).into());
        }
        std::thread::sleep(Duration::from_millis(25));
    }
}
