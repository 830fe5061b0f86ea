//! Debian packages, installed when this may be done without asking for a password.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use rustix::process::geteuid;

use crate::run::{Run, is_installed};
use crate::say;

/// Package lists are fetched once in a run.
static UPDATED: AtomicBool = AtomicBool::new(false);

/// Installs packages; `why` says what they are for.
///
/// # Errors
/// With one sentence that says what to do by hand, when this machine or this user can't install packages, and with
/// what `apt-get` wrote when it fails.
pub fn install(packages: &[&str], why: &str) -> Result<()> {
    let list = packages.join(" ");
    if !is_installed("apt-get") {
        bail!(
            "{why} is missing and this is no Debian: install what Debian calls `{list}`, then run this again"
        );
    }
    let Some(rights) = rights() else {
        bail!(
            "{why} is missing: run `sudo apt-get install {list}` once, then run this again (neither root nor password-less sudo here)"
        );
    };
    say::step(&format!("installing {list} ({why})"));
    if !UPDATED.swap(true, Ordering::Relaxed) {
        apt(rights, &["update"]).context("the package lists can't be fetched")?;
    }
    let mut args = vec!["install", "--yes", "--no-install-recommends"];
    args.extend(packages);
    apt(rights, &args).with_context(|| format!("installing {list} failed"))
}

/// Who may install packages here.
#[derive(Clone, Copy)]
enum Rights {
    Root,
    Sudo,
}

fn rights() -> Option<Rights> {
    if geteuid().is_root() {
        Some(Rights::Root)
    } else if is_installed("sudo") && Run::new("sudo").args(["-n", "true"]).succeeds() {
        Some(Rights::Sudo)
    } else {
        None
    }
}

fn apt(rights: Rights, args: &[&str]) -> Result<()> {
    // Run level 1: a package's own service is not started; tests start what they need themselves.
    let tail =
        ["DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"];
    let run = match rights {
        Rights::Root => Run::new("env"),
        Rights::Sudo => Run::new("sudo").args(["-n", "env"]),
    };
    run.args(tail).args(args).quiet()
}
