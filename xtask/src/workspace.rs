//! Where things are: every path that the build script uses is named here once.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder that holds the workspace's `Cargo.toml`.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// Cargo's build folder; always inside the workspace, so that the dashboard's place is known to the server.
pub fn target() -> PathBuf {
    root().join("target")
}

/// How many threads this machine runs at once.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// What the server embeds: `index.html` and, under `assets/`, files named after their content.
pub fn dashboard() -> PathBuf {
    target().join("dashboard")
}

/// The version of a package in `Cargo.lock`.
///
/// # Errors
/// When `Cargo.lock` can't be read or does not name the package.
pub fn locked_version(package: &str) -> Result<String> {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).context("Cargo.lock can't be read")?;
    version_in_lock(&lock, package).with_context(|| format!("Cargo.lock does not name the package {package}"))
}

fn version_in_lock(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.next()?;
    let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
    Some(version.to_owned())
}

/// The files that git knows or would add, relative to the root and sorted: what a reader of the project gets.
///
/// # Errors
/// When git is missing or the folder is no clone.
pub fn tracked_files() -> Result<Vec<String>> {
    let listing = crate::run::Run::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .capture()
        .context("the list of the project's files comes from git: install git and work in a clone")?;
    let mut files: Vec<String> = listing
        .split('\0')
        .filter(|name| !name.is_empty() && root().join(name).exists())
        .map(str::to_owned)
        .collect();
    files.sort();
    files.dedup();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_lock_file() {
        let lock = "[[package]]\nname = \"alpha-beta\"\nversion = \"2.0.0\"\n\n[[package]]\nname = \"alpha\"\nversion = \"1.4.2\"\n";
        assert_eq!(version_in_lock(lock, "alpha").as_deref(), Some("1.4.2"));
        assert_eq!(version_in_lock(lock, "beta"), None);
    }
}
