//! axe-core, which checks the dashboard's accessibility: one script of an npm package, kept under `target/`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::apt;
use crate::run::{Run, is_installed};
use crate::{say, workspace};

const PACKAGE: &str = "axe-core@4.14.1";
/// Of the package's `axe.min.js`.
const SHA256: &str = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c";

/// The script; fetched the first time.
///
/// # Errors
/// When it can't be fetched, or what comes is not the file that is expected.
pub fn find_or_fetch() -> Result<PathBuf> {
    let folder = workspace::target().join("tools");
    let file = folder.join("axe.min.js");
    if is_expected(&file) {
        return Ok(file);
    }
    if !is_installed("npm") {
        apt::install(&["npm"], "npm, which fetches the checker of accessibility")?;
    }
    say::step(&format!("fetching {PACKAGE}"));
    let work = folder.join("axe-work");
    let _ = std::fs::remove_dir_all(&work);
    std::fs::create_dir_all(&work)?;
    let packed = Run::new("npm").args(["pack", PACKAGE, "--silent"]).folder(&work).capture();
    let archive = packed.context("npm can't fetch axe-core, which checks the dashboard's accessibility")?;
    let archive = archive.trim().lines().last().unwrap_or_default().to_owned();
    Run::new("tar").args(["-xzf", &archive, "package/axe.min.js"]).folder(&work).quiet()?;
    std::fs::rename(work.join("package/axe.min.js"), &file)?;
    std::fs::remove_dir_all(&work)?;
    if !is_expected(&file) {
        bail!("{PACKAGE} is not the file that is expected: its SHA-256 differs");
    }
    Ok(file)
}

fn is_expected(file: &Path) -> bool {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    std::fs::read(file).is_ok_and(|content| hex(&Sha256::digest(&content)) == SHA256)
}
