//! Whether the dashboard must be built again, and what tells the server's build that it changed.

use std::path::{Path, PathBuf};

use anyhow::Result;
use sha2::{Digest, Sha256};

use super::assets::files_below;
use crate::run::Run;
use crate::setup::wasm::Toolchain;
use crate::workspace;

/// Not inside the folder: whatever lies there is served.
fn place(folder: &Path) -> PathBuf {
    folder.with_extension("stamp")
}

/// A hash over everything that the dashboard is made of: sources, versions, the compiler, this build script.
///
/// # Errors
/// When a file can't be read.
pub fn of_inputs(toolchain: Toolchain) -> Result<String> {
    let root = workspace::root();
    let mut files = vec![root.join("Cargo.lock"), root.join("Cargo.toml"), root.join("xtask/Cargo.toml")];
    for folder in ["frontend", "backend/contract", "xtask/src/dashboard"] {
        files.extend(files_below(&root.join(folder))?);
    }
    let compiler = Run::new("rustc").args(["--version"]).capture().unwrap_or_default();
    hash(&root, &files, &format!("{compiler}{toolchain:?}"))
}

/// A hash over what was built.
///
/// # Errors
/// When a file can't be read.
pub fn of_folder(folder: &Path) -> Result<String> {
    hash(folder, &files_below(folder)?, "")
}

/// Whether the folder was built from just these inputs and is still there.
pub fn is_current(folder: &Path, inputs: &str) -> bool {
    let Ok(written) = std::fs::read_to_string(place(folder)) else { return false };
    let Ok(content) = of_folder(folder) else { return false };
    written == format!("{inputs} {content}")
}

/// Notes what the folder was built from.
///
/// # Errors
/// When the note can't be written.
pub fn write(folder: &Path, inputs: &str) -> Result<()> {
    std::fs::write(place(folder), format!("{inputs} {}", of_folder(folder)?))?;
    Ok(())
}

fn hash(base: &Path, files: &[PathBuf], seed: &str) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(seed);
    for file in files {
        let content = std::fs::read(file)?;
        // Name and length first, so that no two trees run together to the same bytes.
        hash.update(file.strip_prefix(base).unwrap_or(file).to_string_lossy().as_bytes());
        hash.update((content.len() as u64).to_le_bytes());
        hash.update(content);
    }
    Ok(hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_input_or_a_touched_result_is_built_again() {
        let work = tempfile::tempdir().unwrap();
        let folder = work.path().join("dashboard");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("index.html"), "one").unwrap();
        assert!(!is_current(&folder, "inputs"));
        write(&folder, "inputs").unwrap();
        assert!(is_current(&folder, "inputs"));
        assert!(!is_current(&folder, "other inputs"));
        std::fs::write(folder.join("index.html"), "two").unwrap();
        assert!(!is_current(&folder, "inputs"));
    }

    #[test]
    fn moved_bytes_change_the_hash() {
        let work = tempfile::tempdir().unwrap();
        let write = |one: &str, two: &str| {
            std::fs::write(work.path().join("a"), one).unwrap();
            std::fs::write(work.path().join("b"), two).unwrap();
            of_folder(work.path()).unwrap()
        };
        assert_ne!(write("xy", "z"), write("x", "yz"));
    }
}
