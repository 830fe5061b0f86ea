//! The module in parts: what the first screen needs, and wings of pages that are fetched when they are first entered.
//!
//! The module is cut at its `#[lazy]` functions; then wasm-bindgen works on the main part. The parts name each other
//! by relative path, so all of them lie in one folder, whose name carries the hash of the whole.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use wasm_bindgen_cli_support::Bindgen;

use super::assets::files_below;

/// The script that starts the main part.
pub const SCRIPT: &str = "dashboard.js";
/// The main part.
pub const MAIN: &str = "dashboard_bg.wasm";
/// The script that fetches the other parts.
pub const LINK: &str = "parts.js";

/// The files of the module by their paths within the folder.
pub type Parts = Vec<(String, Vec<u8>)>;

/// Cuts a module and binds its main part; gives all files.
///
/// # Errors
/// When the module can't be cut or bound, or a file can't be written.
pub fn cut_and_bind(module: &Path, work: &Path) -> Result<Parts> {
    let _ = std::fs::remove_dir_all(work);
    let (cut, bound) = (work.join("cut"), work.join("bound"));
    std::fs::create_dir_all(&cut)?;
    let whole = std::fs::read(module).with_context(|| format!("{} can't be read", module.display()))?;
    let main = cut.join("dashboard.wasm");
    let (link, script) = (format!("./{LINK}"), format!("./{SCRIPT}"));
    let mut options = wasm_split_cli_support::Options::new(&whole);
    options.output_dir = &cut;
    options.main_out_path = &main;
    options.link_name = &link;
    options.main_module = &script;
    wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("the module can't be cut: {error:#}"))?;

    let mut bindgen = Bindgen::new();
    bindgen.input_path(&main).out_name("dashboard").typescript(false).omit_default_module_path(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.web(true).and_then(|bindgen| bindgen.generate(&bound)).context("wasm-bindgen failed")?;

    std::fs::remove_file(&main)?;
    let mut parts = Parts::new();
    for folder in [&bound, &cut] {
        for file in files_below(folder)? {
            let path = file.strip_prefix(folder)?.to_string_lossy().into_owned();
            parts.push((path, std::fs::read(&file)?));
        }
    }
    parts.sort();
    Ok(parts)
}
