//! The dashboard's build: `frontend/` in, `target/dashboard/` out, which the server embeds.
//!
//! In that folder `index.html` is the page for every path; whatever lies under `assets/` carries the hash of its
//! content in its name, never changes and may be cached for ever. Beside each file that shrinks lie its `.br` and `.gz`.

mod assets;
mod page;
mod parts;
mod stamp;

use std::time::Instant;

use anyhow::{Result, bail};

use crate::setup::wasm::Toolchain;
use crate::{say, workspace};
use assets::Assets;
use page::Sizes;

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
    toolchain
        .cargo("rustc")
        .args(["--package", PACKAGE, "--bin", PACKAGE, "--profile", "wasm", "--locked"])
        .args(["--", "-Clink-arg=--emit-relocs"])
        .run()?;

    let work = workspace::target().join("dashboard-work");
    let made = parts::cut_and_bind(&toolchain.module(PACKAGE), &work)?;
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

/// Prints what a first visit costs.
fn report(sizes: &Sizes) -> Result<()> {
    let total = sizes.first_screen();
    say::done(&format!(
        "first screen, compressed: {} of {} (page {}, style {}, script {}, module {}); other pages, when they are \
         first entered: {}",
        say::size(total),
        say::size(FIRST_SCREEN_BYTES),
        say::size(sizes.page),
        say::size(sizes.style),
        say::size(sizes.script),
        say::size(sizes.module),
        say::size(sizes.later),
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
        let sizes = |page| Sizes {
            module: FIRST_SCREEN_BYTES - 1,
            page,
            later: FIRST_SCREEN_BYTES,
            ..Sizes::default()
        };
        assert!(report(&sizes(1)).is_ok());
        assert!(report(&sizes(2)).is_err());
    }

    #[test]
    fn the_locked_versions_of_wasm_bindgen_agree() {
        check_versions().unwrap();
    }
}
