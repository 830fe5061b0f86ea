//! A throw-away PostgreSQL for the tests: a new cluster on loopback, gone afterwards.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Signal, geteuid};
use tempfile::TempDir;

use crate::child::Running;
use crate::run::Run;
use crate::{say, setup, workspace};

/// The user that Debian's package makes; PostgreSQL refuses to run as root.
const USER: &str = "postgres";

/// A running cluster; dropping it stops the server and removes its files.
pub struct Cluster {
    // Dropped in this order: the server first, then its files.
    _server: Running,
    _folder: TempDir,
    url: String,
}

impl Cluster {
    /// Makes and starts a cluster.
    ///
    /// # Errors
    /// When PostgreSQL can't be installed or doesn't start.
    pub fn start() -> Result<Self> {
        let programs = setup::postgres()?;
        let folder = folder()?;
        let password = password()?;
        let data = folder.path().join("data");
        initialise(&programs, folder.path(), &data, &password)?;
        // Between finding a free port and listening on it somebody else may take it.
        let mut last = None;
        for _ in 0..3 {
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            match serve(&programs, folder.path(), &data, port) {
                Ok(server) => {
                    let url = format!("postgres://{USER}:{password}@127.0.0.1:{port}/postgres");
                    say::done(&format!("PostgreSQL: a throw-away cluster on port {port}"));
                    return Ok(Self { _server: server, _folder: folder, url });
                }
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| anyhow::anyhow!("PostgreSQL did not start")))
    }

    /// How a superuser connects.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// A folder that PostgreSQL's user can reach: under `target/`, or where every user may write.
fn folder() -> Result<TempDir> {
    let target = workspace::target();
    std::fs::create_dir_all(&target)?;
    let reachable = !geteuid().is_root() || as_postgres("test").args(["-x"]).args([&target]).succeeds();
    let parent = if reachable { target } else { std::env::temp_dir() };
    let folder = tempfile::Builder::new().prefix("postgres-").tempdir_in(parent)?;
    if geteuid().is_root() {
        Run::new("chown").args([USER]).args([folder.path()]).quiet()?;
    }
    Ok(folder)
}

/// A program run as PostgreSQL's user when this is root, and as oneself otherwise.
fn as_postgres(program: impl AsRef<Path>) -> Run {
    under_postgres(Run::new("setpriv"), program.as_ref())
}

/// As [`as_postgres`], where this is allowed in a mount name space of its own: a test that gives the cluster a small
/// disk mounts it there, seen by nobody else and gone with the cluster.
fn as_postgres_apart(program: &Path) -> Run {
    let apart = ["--mount", "--propagation", "private"];
    if geteuid().is_root() && Run::new("unshare").args(apart).args(["true"]).succeeds() {
        return under_postgres(Run::new("unshare").args(apart).args(["setpriv"]), program);
    }
    as_postgres(program)
}

/// A program run by `setpriv` as PostgreSQL's user when this is root, and as oneself otherwise.
fn under_postgres(setpriv: Run, program: &Path) -> Run {
    let run = if geteuid().is_root() {
        let (user, group) = (format!("--reuid={USER}"), format!("--regid={USER}"));
        // The signal is for the case that the build script is killed: a fast shutdown.
        setpriv.args([&user, &group, "--init-groups", "--pdeathsig=INT", "--"]).args([program])
    } else {
        Run::new(program)
    };
    run.folder(Path::new("/"))
}

/// Loopback is open to every user of the machine, so the superuser has a password that nobody knows.
fn password() -> Result<String> {
    let mut bytes = [0_u8; 16];
    std::io::Read::read_exact(&mut std::fs::File::open("/dev/urandom")?, &mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn initialise(programs: &Path, folder: &Path, data: &Path, password: &str) -> Result<()> {
    let file = folder.join("password");
    std::fs::write(&file, password)?;
    if geteuid().is_root() {
        Run::new("chown").args([USER]).args([&file]).quiet()?;
    }
    as_postgres(programs.join("initdb"))
        .args([
            "--username",
            USER,
            "--auth",
            "scram-sha-256",
            "--encoding",
            "UTF8",
            "--locale",
            "C",
            "--no-sync",
        ])
        .args([Path::new("--pwfile"), &file, Path::new("--pgdata"), data])
        .quiet()
        .context("PostgreSQL can't make a cluster")?;
    std::fs::remove_file(&file).context("the password file can't be removed")
}

fn serve(programs: &Path, folder: &Path, data: &Path, port: u16) -> Result<Running> {
    let log = folder.join("log");
    let mut run = as_postgres_apart(&programs.join("postgres")).args([Path::new("-D"), data]);
    // Speed before safety: the cluster does not outlive the tests.
    let settings = [
        "listen_addresses=127.0.0.1",
        &format!("port={port}"),
        "unix_socket_directories=",
        "fsync=off",
        "full_page_writes=off",
        "synchronous_commit=off",
        "max_connections=400",
        "shared_buffers=128MB",
    ];
    for setting in settings {
        run = run.args(["-c", setting]);
    }
    let mut server = Running::start(run.log_to(&log)?, Signal::INT, Duration::from_secs(20))?;
    let until = Instant::now() + Duration::from_secs(60);
    let port = port.to_string();
    loop {
        let ready =
            Run::new(programs.join("pg_isready")).args(["--quiet", "--host", "127.0.0.1", "--port", &port]);
        if ready.succeeds() {
            return Ok(server);
        }
        if server.ended().is_some() || Instant::now() > until {
            let lines = std::fs::read_to_string(&log).unwrap_or_default();
            bail!("PostgreSQL did not start:\n{lines}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
