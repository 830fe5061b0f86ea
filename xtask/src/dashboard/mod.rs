//! The dashboard's build: `frontend/` in, `target/dashboard/` out, which the server embeds.
//!
//! In that folder `index.html` is the page for every path; whatever lies under `assets/` carries the hash of its
//! content in its name, never changes and may be cached for ever. Beside each file that shrinks lie its `.br` and `.gz`.

mod assets;
mod page;
mod stamp;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::setup::wasm::Toolchain;
use crate::{say, workspace};
use assets::Assets;

/// What a first visit may cost, compressed.
const FIRST_SCREEN_BYTES: u64 = 400_000;
const PACKAGE: &str = "frontend";

/// A dashboard that is built.
pub struct Built {
    /// Changes when any file of it does: the server's build depends on it.
    pub stamp: String,
}

/// Builds the dashboard unless nothing that it is made of has changed.
///
/// # Errors
/// When it doesn't compile, the versions of wasm-bindgen disagree, or the first screen is over its budget.
pub fn build(toolchain: Toolchain) -> Result<Built> {
    let started = Instant::now();
    let inputs = stamp::of_inputs(toolchain)?;
    let folder = workspace::dashboard();
    if stamp::is_current(&folder, &inputs) {
        say::done("dashboard: up to date");
        return Ok(Built { stamp: stamp::of_folder(&folder)? });
    }
    check_versions()?;
    say::step("building the dashboard (WebAssembly)");
    toolchain.cargo("build").args(["--package", PACKAGE, "--profile", "wasm", "--locked"]).run()?;

    let work = workspace::target().join("dashboard-work");
    let made = bind(&toolchain.module(PACKAGE), &work.join("bindings"))?;
    let mut assets = Assets::new(work.join("site"))?;
    let sizes = page::assemble(&workspace::root().join(PACKAGE), &made, &mut assets)?;
    report(&sizes)?;
    assets.replace(&folder)?;
    let _ = std::fs::remove_dir_all(&work);
    stamp::write(&folder, &inputs)?;
    say::done(&format!("dashboard: built in {}", say::time(started.elapsed())));
    Ok(Built { stamp: stamp::of_folder(&folder)? })
}

/// The tool and the library must be of one version: a mismatch is otherwise a riddle.
fn check_versions() -> Result<()> {
    let (library, tool) =
        (workspace::locked_version("wasm-bindgen")?, workspace::locked_version("wasm-bindgen-cli-support")?);
    if library != tool {
        bail!(
            "wasm-bindgen is {library} and wasm-bindgen-cli-support {tool}: set \
             `wasm-bindgen-cli-support = \"={library}\"` in xtask/Cargo.toml"
        );
    }
    Ok(())
}

/// What wasm-bindgen makes of a module.
pub struct Bindings {
    /// The script that loads the module.
    script: String,
    /// The module.
    wasm: Vec<u8>,
    /// Scripts of libraries, by the path that the script imports them from.
    snippets: Vec<(String, String)>,
}

fn bind(module: &Path, folder: &Path) -> Result<Bindings> {
    let _ = std::fs::remove_dir_all(folder);
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name("dashboard").typescript(false).omit_default_module_path(true);
    bindgen.web(true).and_then(|bindgen| bindgen.generate(folder)).context("wasm-bindgen failed")?;
    let mut snippets = Vec::new();
    for file in assets::files_below(&folder.join("snippets"))? {
        let path = file.strip_prefix(folder)?.to_string_lossy().into_owned();
        snippets.push((path, std::fs::read_to_string(&file)?));
    }
    Ok(Bindings {
        script: std::fs::read_to_string(folder.join("dashboard.js"))?,
        wasm: std::fs::read(folder.join("dashboard_bg.wasm"))?,
        snippets,
    })
}

/// Prints what a first visit costs.
fn report(sizes: &[(&str, u64)]) -> Result<()> {
    let total: u64 = sizes.iter().map(|(_, bytes)| bytes).sum();
    let each: Vec<String> =
        sizes.iter().map(|(name, bytes)| format!("{name} {}", say::size(*bytes))).collect();
    say::done(&format!(
        "first screen, compressed: {} of {} ({})",
        say::size(total),
        say::size(FIRST_SCREEN_BYTES),
        each.join(", ")
    ));
    if total > FIRST_SCREEN_BYTES {
        bail!("the first screen is over its budget of {}: make it smaller", say::size(FIRST_SCREEN_BYTES));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_screen_over_the_budget_fails_the_build() {
        assert!(report(&[("wasm", FIRST_SCREEN_BYTES - 1), ("html", 1)]).is_ok());
        assert!(report(&[("wasm", FIRST_SCREEN_BYTES), ("html", 1)]).is_err());
    }

    #[test]
    fn the_locked_versions_of_wasm_bindgen_agree() {
        check_versions().unwrap();
    }
}
