//! `cargo xtask screenshots`: a picture of every screen in light, dark, narrow and 中文, and one page that shows all.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};

use super::suites;
use crate::{say, workspace};

/// The endings of the pictures of a screen, in the order in which they are shown.
const LOOKS: [&str; 4] = ["light", "dark", "narrow", "zh"];

/// Takes every picture and makes the page.
///
/// # Errors
/// When the browser tests that take them fail.
pub fn run() -> Result<()> {
    let folder = workspace::target().join("screenshots");
    let _ = std::fs::remove_dir_all(&folder);
    let taken = suites::pictures();
    let screens = screens(&folder)?;
    if screens.is_empty() {
        taken?;
        bail!("no picture was taken");
    }
    let page = folder.join("index.html");
    std::fs::write(&page, sheet(&screens))?;
    say::done(&format!("{} screens: {}", screens.len(), page.display()));
    taken
}

/// The looks of each screen of which there is a picture.
fn screens(folder: &Path) -> Result<BTreeMap<String, Vec<&'static str>>> {
    let mut screens: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(screens);
    }
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let known = name.strip_suffix(".png").and_then(|stem| {
            LOOKS.into_iter().find_map(|look| Some((stem.strip_suffix(look)?.strip_suffix('-')?, look)))
        });
        if let Some((screen, look)) = known {
            screens.entry(screen.to_owned()).or_default().push(look);
        }
    }
    Ok(screens)
}

fn sheet(screens: &BTreeMap<String, Vec<&'static str>>) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Amaas: every screen</title>\
         <style>body{font:14px system-ui;margin:24px;background:#888}div{display:flex;gap:12px;align-items:start}\
         img{width:24vw;border:1px solid #444}</style>",
    );
    for (screen, looks) in screens {
        page.push_str(&format!("<h2>{screen}</h2><div>"));
        for look in LOOKS.iter().filter(|look| looks.contains(look)) {
            let file = format!("{screen}-{look}.png");
            page.push_str(&format!(
                "<a href={file}><img src={file} alt='{screen}, {look}' loading=lazy></a>"
            ));
        }
        page.push_str("</div>");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheet_shows_every_picture_that_was_taken() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["home-light.png", "home-zh.png", "key-new-dark.png", "notes.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let page = sheet(&screens(folder.path()).unwrap());
        for name in ["home-light.png", "home-zh.png", "key-new-dark.png"] {
            assert!(page.contains(&format!("src={name}")), "{name}");
        }
        assert!(!page.contains("home-dark.png") && !page.contains("notes"));
    }
}
