//! Python with packages of other people's, beside which Amaas is measured and checked: a virtual environment under
//! `target/`.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::apt;
use crate::run::{Run, is_installed};
use crate::{say, workspace};

/// The Python of an environment that holds these packages (as `pip` names them, with their versions); made the first
/// time. Each list of packages has an environment of its own, so that none changes another's.
///
/// # Errors
/// When there is no Python and it can't be installed, or a package can't be had.
pub fn with(name: &str, packages: &[&str]) -> Result<PathBuf> {
    let folder = workspace::target().join("python").join(name);
    let (python, stamp) = (folder.join("bin/python"), folder.join("packages"));
    let list = packages.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == list) && python.exists() {
        return Ok(python);
    }
    if !(is_installed("python3") && Run::new("python3").args(["-c", "import ensurepip, venv"]).succeeds()) {
        apt::install(&["python3", "python3-venv"], "Python, which runs what Amaas is compared with")?;
    }
    say::step(&format!("installing {} for Python", packages.join(", ")));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    Run::new("python3").args(["-m", "venv"]).args([&folder]).quiet()?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    Run::new(&python).args(pip).args(packages).quiet().with_context(|| {
        let packages = packages.join(" and ");
        format!("pip can't install {packages}: is PyPI, or the index that PIP_INDEX_URL names, within reach?")
    })?;
    std::fs::write(&stamp, list)?;
    Ok(python)
}
