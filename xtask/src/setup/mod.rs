//! What a fresh machine lacks, installed step by step; the second time each step only looks.
//!
//! Everything is looked for as a program, never as a package, so that a machine with its own build of Chromium or
//! PostgreSQL needs no Debian package.

mod apt;
pub mod axe;
pub mod python;
pub mod wasm;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run::{find_program, is_installed};
use crate::say;

/// A C compiler: some of the server's libraries (SQLite, the TLS library, the allocator) are C.
///
/// # Errors
/// When there is none and it can't be installed.
pub fn c_compiler() -> Result<()> {
    if is_installed("cc") {
        return Ok(());
    }
    apt::install(&["build-essential"], "a C compiler, for SQLite and the TLS library")?;
    if is_installed("cc") {
        Ok(())
    } else {
        bail!("there is still no `cc` on the path: install a C compiler")
    }
}

/// Chromium and the program that drives it.
pub struct Browser {
    /// The browser.
    pub chromium: PathBuf,
    /// Its WebDriver server.
    pub chromedriver: PathBuf,
}

/// Chromium for the browser tests.
///
/// # Errors
/// When it isn't there and can't be installed.
pub fn browser() -> Result<Browser> {
    if let Some(browser) = find_browser() {
        return Ok(browser);
    }
    apt::install(&["chromium", "chromium-driver"], "a browser, for the browser tests")?;
    find_browser().context("Chromium was installed, yet `chromium` and `chromedriver` are not on the path")
}

fn find_browser() -> Option<Browser> {
    let chromium = ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(find_program)?;
    Some(Browser { chromium, chromedriver: find_program("chromedriver")? })
}

/// The folder of PostgreSQL's programs, for the tests.
///
/// # Errors
/// When it isn't there and can't be installed.
pub fn postgres() -> Result<PathBuf> {
    if let Some(folder) = find_postgres(Path::new("/usr/lib/postgresql")) {
        return Ok(folder);
    }
    apt::install(&["postgresql"], "a PostgreSQL, for the database tests")?;
    find_postgres(Path::new("/usr/lib/postgresql"))
        .context("PostgreSQL was installed, yet there is no /usr/lib/postgresql/*/bin/initdb")
}

/// Debian keeps each version's programs in a folder of its own, off the path: the newest is taken.
fn find_postgres(versions: &Path) -> Option<PathBuf> {
    let version = |folder: &PathBuf| -> u32 {
        folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok()).unwrap_or(0)
    };
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(versions).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    folders.sort_by_key(version);
    let debian =
        folders.into_iter().rev().map(|folder| folder.join("bin")).find(|bin| bin.join("initdb").is_file());
    debian.or_else(|| find_program("initdb").and_then(|file| file.parent().map(Path::to_path_buf)))
}

/// Everything that `start` and `demo` need.
///
/// # Errors
/// When something is missing and can't be installed.
pub fn for_serving() -> Result<wasm::Toolchain> {
    c_compiler()?;
    let toolchain = wasm::find_or_install()?;
    say::done(&format!("tools: C compiler, {}", toolchain.describe()));
    Ok(toolchain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_postgres_is_taken_by_number_not_by_letter() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["9", "15", "17"] {
            let bin = folder.path().join(version).join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            if version != "17" {
                std::fs::write(bin.join("initdb"), "").unwrap();
            }
        }
        assert_eq!(find_postgres(folder.path()), Some(folder.path().join("15/bin")));
    }
}
