//! Format, clippy, tidy and licences: what needs no program to be run.

use anyhow::Result;

use super::licences;
use crate::run::Run;
use crate::setup::{self, wasm::Toolchain};
use crate::{say, tidy};

/// Runs all of them, even after one failed, so that a person sees everything at once.
///
/// # Errors
/// When one is not green.
pub fn run() -> Result<()> {
    type Check = fn() -> Result<()>;
    let checks: [(&str, Check); 4] = [
        ("format", format),
        ("tidy", tidy::check),
        ("licences and sources", licences::check),
        ("clippy", clippy),
    ];
    let mut failed = Vec::new();
    for (name, check) in checks {
        say::step(name);
        if let Err(error) = check() {
            say::failed(&format!("{name}: {error:#}"));
            failed.push(name);
        }
    }
    anyhow::ensure!(failed.is_empty(), "not green: {}", failed.join(", "));
    Ok(())
}

/// Adds rustup's component when its tool is not there; a machine without rustup brings the tool itself.
fn component(name: &str, tool: &str) {
    if !Run::cargo().args([tool, "--version"]).succeeds() {
        // Its absence is told by the check itself.
        let _ = Run::new("rustup").args(["component", "add", name]).quiet();
    }
}

fn format() -> Result<()> {
    component("rustfmt", "fmt");
    Run::cargo().args(["fmt", "--all", "--check"]).run()
}

fn clippy() -> Result<()> {
    component("clippy", "clippy");
    setup::c_compiler()?;
    Run::cargo()
        .args([
            "clippy",
            "--workspace",
            "--exclude",
            "frontend",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ])
        .run()?;
    match setup::wasm::find_or_install()? {
        Toolchain::Installed => Toolchain::Installed
            .cargo("clippy")
            .args(["--package", "frontend", "--locked", "--", "-D", "warnings"])
            .run(),
        Toolchain::Debian => {
            say::note(
                "Debian's compiler has no clippy for WebAssembly: the dashboard is only built, not linted, here",
            );
            Ok(())
        }
    }
}
