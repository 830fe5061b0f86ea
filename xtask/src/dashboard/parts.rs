//! The module in parts: what the first screen needs, and wings of pages that are fetched when they are first entered.
//!
//! The module is cut at its `#[wasm_split]` functions; then wasm-bindgen works on the main part. The parts name each other
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
    // The other parts link to the main one's table and stack.
    bindgen.keep_lld_exports(true);
    bindgen.web(true).and_then(|bindgen| bindgen.generate(&bound)).context("wasm-bindgen failed")?;

    std::fs::remove_file(&main)?;
    let mut parts = Parts::new();
    for folder in [&bound, &cut] {
        for file in files_below(folder)? {
            let path = file.strip_prefix(folder)?.to_string_lossy().into_owned();
            let content = std::fs::read(&file)?;
            let content = if path.ends_with(".wasm") { without_names(&content)? } else { content };
            parts.push((path, content));
        }
    }
    parts.sort();
    Ok(parts)
}

/// Eight bytes: `\0asm` and the version.
const HEADER: usize = 8;

/// A module without its custom sections, which hold names for debuggers: half of its size.
/// (<https://webassembly.github.io/spec/core/binary/modules.html#sections>: an id, a length in LEB128, the content.)
fn without_names(module: &[u8]) -> Result<Vec<u8>> {
    let mut rest = module.get(HEADER..).context("this is no module")?;
    let mut kept = module[..HEADER].to_vec();
    while let Some((id, after)) = rest.split_first() {
        let (length, digits) = unsigned(after)?;
        let whole = 1 + digits + length;
        let section = rest.get(..whole).context("a section is cut off")?;
        if *id != 0 {
            kept.extend_from_slice(section);
        }
        rest = &rest[whole..];
    }
    Ok(kept)
}

/// A number in unsigned LEB128, and how many bytes it takes.
fn unsigned(bytes: &[u8]) -> Result<(usize, usize)> {
    let mut value = 0;
    for (place, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Ok((value, place + 1));
        }
    }
    Err(anyhow!("a length is cut off"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_sections_go_and_all_others_stay() {
        let header = b"\0asm\x01\0\0\0".to_vec();
        let long = [vec![10, 0x81, 0x01], vec![7; 129]].concat();
        let named = [header.clone(), vec![1, 2, 9, 9], vec![0, 3, 1, b'n', 5], long.clone()].concat();
        assert_eq!(without_names(&named).unwrap(), [header.clone(), vec![1, 2, 9, 9], long].concat());
        assert!(without_names(&[header, vec![1, 200, 1]].concat()).is_err());
        assert!(without_names(b"\0asm").is_err());
    }
}
