//! Starts the server in release, on loopback, and stays until it is told to stop.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rustix::process::Signal;

use crate::child::{Interrupt, Running};
use crate::run::Run;
use crate::{dashboard, say, setup, workspace};

/// A clean stop lets running requests end, for at most 30 s.
const STOPPING: Duration = Duration::from_secs(35);
/// An old data folder may have to be migrated first.
const STARTING: Duration = Duration::from_secs(120);

/// Where the server listens and keeps its data.
#[derive(clap::Args)]
pub struct Options {
    /// Port on 127.0.0.1.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Folder for the database and the files; made when absent.
    #[arg(long, default_value = "amaas-data")]
    data_dir: PathBuf,
}

impl Options {
    /// Where the server is reached, without a slash at the end.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// Sets up, builds, starts and stays.
///
/// # Errors
/// When a step fails, the port is taken, or the server ends by itself.
pub fn start(options: &Options) -> Result<()> {
    let (mut server, interrupt) = launch(options)?;
    say::done(&format!("Amaas: {}  (Ctrl-C stops it)", options.address()));
    stay(&mut server, &interrupt)
}

/// Sets up, builds and starts; gives the server once it is ready.
///
/// # Errors
/// When a step fails or the port is taken.
pub fn launch(options: &Options) -> Result<(Running, Interrupt)> {
    // Before the long build, not after it.
    check_port(options.port)?;
    let program = build()?;
    check_port(options.port)?;
    let started = Instant::now();
    let interrupt = Interrupt::listen()?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port)).to_string();
    // Relative to where the command was given, as a person expects.
    let data_dir = std::env::current_dir()?.join(&options.data_dir);
    let run = Run::new(&program).args(["serve", "--listen", &listen, "--data-dir"]).args([&data_dir]);
    let mut server = Running::start(run, Signal::TERM, STOPPING)?;
    wait_until_ready(&options.address(), &mut server, &interrupt)?;
    say::done(&format!("server: ready after {}", say::time(started.elapsed())));
    Ok((server, interrupt))
}

/// Waits until the person or the server ends it.
///
/// # Errors
/// When the server ended by itself.
pub fn stay(server: &mut Running, interrupt: &Interrupt) -> Result<()> {
    match interrupt.or_end_of(server) {
        Some(status) => bail!("the server ended by itself ({status}); its last lines above say why"),
        None => {
            say::step("stopping");
            server.end();
            Ok(())
        }
    }
}

/// Sets up and builds; gives the program.
///
/// # Errors
/// When a step fails.
pub fn build() -> Result<PathBuf> {
    let toolchain = setup::for_serving()?;
    let built = dashboard::build(toolchain)?;
    let program = workspace::target().join("release/amaas");
    if !program.exists() {
        say::step("building the server (release; some minutes the first time)");
    }
    Run::cargo()
        .args(["build", "--release", "--locked", "--package", "amaas", "--bin", "amaas"])
        // A release holds the dashboard inside: another dashboard is another build.
        .env("AMAAS_DASHBOARD_STAMP", &built.stamp)
        .run()?;
    say::done("server: built");
    Ok(program)
}

fn check_port(port: u16) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) => {
            bail!("port {port} of 127.0.0.1 can't be used ({error}): stop what uses it or pass --port")
        }
    }
}

fn wait_until_ready(address: &str, server: &mut Running, interrupt: &Interrupt) -> Result<()> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).build().into();
    let until = Instant::now() + STARTING;
    loop {
        if agent.get(format!("{address}/readyz")).call().is_ok() {
            return Ok(());
        }
        if let Some(status) = server.ended() {
            bail!("the server ended before it was ready ({status}); its last lines above say why");
        }
        if interrupt.came() {
            bail!("stopped");
        }
        if Instant::now() > until {
            bail!("the server was not ready within {}", say::time(STARTING));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_told_in_one_sentence_with_the_way_out() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let sentence = check_port(port).unwrap_err().to_string();
        assert!(sentence.contains(&port.to_string()) && sentence.contains("--port"), "{sentence}");
        drop(taken);
        check_port(port).unwrap();
    }
}
