//! What builds WebAssembly: rustup's target or, where its servers can't be reached, Debian's own Rust.
//!
//! Debian's way needs variables that would silently switch the server's compiler: they are set for the one child
//! that builds the dashboard, which also gets a build folder of its own.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::apt;
use crate::run::{Run, is_installed};
use crate::{say, workspace};

const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld"];

/// Something that compiles for WebAssembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// This compiler has the target's standard library.
    Installed,
    /// Debian's compiler, which builds the standard library from its source.
    Debian,
}

/// The first way that works: the installed target, `rustup target add`, Debian's packages.
///
/// # Errors
/// With one sentence that names both ways, when none works.
pub fn find_or_install() -> Result<Toolchain> {
    // Set by hand to try the second way on a machine that has the first.
    let only_debian = std::env::var_os("XTASK_WASM").is_some_and(|way| way == "debian");
    if !only_debian {
        if target_is_installed() {
            return Ok(Toolchain::Installed);
        }
        if is_installed("rustup") {
            say::step(&format!("rustup target add {TARGET}"));
            if Run::new("rustup").args(["target", "add", TARGET]).succeeds() && target_is_installed() {
                return Ok(Toolchain::Installed);
            }
            say::note("rustup can't add the target; trying Debian's packages");
        }
    }
    if debian_is_installed() {
        return Ok(Toolchain::Debian);
    }
    let failure = match apt::install(&DEBIAN_PACKAGES, "a compiler for WebAssembly") {
        Ok(()) if debian_is_installed() => return Ok(Toolchain::Debian),
        Ok(()) => "the packages bring no /usr/bin/rustc with its source".to_owned(),
        Err(error) => format!("{error:#}"),
    };
    bail!(
        "the dashboard needs a compiler for WebAssembly: run `rustup target add {TARGET}`, or on Debian \
         `apt-get install {}` ({failure})",
        DEBIAN_PACKAGES.join(" ")
    );
}

fn target_is_installed() -> bool {
    let Ok(folder) = Run::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).capture()
    else {
        return false;
    };
    let has_core = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with("libcore-");
    std::fs::read_dir(folder.trim()).is_ok_and(|entries| entries.flatten().any(has_core))
}

fn debian_is_installed() -> bool {
    let Ok(root) = Run::new("/usr/bin/rustc").args(["--print", "sysroot"]).capture() else { return false };
    let source = Path::new(root.trim()).join("lib/rustlib/src/rust/library/std/Cargo.toml");
    source.is_file() && Path::new("/usr/bin/cargo").is_file() && Path::new("/usr/bin/wasm-ld").exists()
}

impl Toolchain {
    /// The name, for people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Installed => "WebAssembly target of this compiler",
            Self::Debian => "WebAssembly by Debian's compiler",
        }
    }

    /// `cargo VERB … --target wasm32-unknown-unknown` with all that this way needs.
    pub fn cargo(self, verb: &str) -> Run {
        match self {
            Self::Installed => Run::cargo().args([verb, "--target", TARGET]),
            Self::Debian => Run::new("/usr/bin/cargo")
                .args([verb, "--target", TARGET, "-Zbuild-std=std,panic_abort"])
                .env("RUSTC", "/usr/bin/rustc")
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "/usr/bin/wasm-ld")
                .env("CARGO_TARGET_DIR", self.folder()),
        }
    }

    /// The build folder.
    fn folder(self) -> PathBuf {
        match self {
            Self::Installed => workspace::target(),
            Self::Debian => workspace::target().join("debian-wasm"),
        }
    }

    /// Where a crate's module is after a build with the profile `wasm`.
    pub fn module(self, name: &str) -> PathBuf {
        self.folder().join(TARGET).join("wasm").join(format!("{name}.wasm"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debians_variables_reach_no_build_but_the_dashboards() {
        let named = |run: Run, name: &str| {
            run.into_command().get_envs().any(|(key, value)| key == name && value.is_some())
        };
        for name in ["RUSTC", "RUSTC_BOOTSTRAP", "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER"] {
            assert!(named(Toolchain::Debian.cargo("build"), name));
            assert!(!named(Toolchain::Installed.cargo("build"), name));
            assert!(!named(Run::cargo(), name));
        }
        assert_ne!(Toolchain::Debian.module("x"), Toolchain::Installed.module("x"));
    }
}
