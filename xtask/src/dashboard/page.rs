//! Puts the page together: the template's placeholders become the hashed names.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::assets::{Assets, files_below, short_hash};
use super::parts::{LINK, MAIN, Parts, SCRIPT};

/// Compressed sizes in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sizes {
    /// The page itself.
    pub page: u64,
    /// The style sheet.
    pub style: u64,
    /// Every script.
    pub script: u64,
    /// The main part of the module.
    pub module: u64,
    /// The wings, which the first screen does not wait for.
    pub later: u64,
}

impl Sizes {
    /// What the first screen waits for.
    pub fn first_screen(&self) -> u64 {
        self.page + self.style + self.script + self.module
    }
}

/// Writes every file of the site; gives the compressed sizes.
///
/// `frontend/index.html` and `frontend/boot.js` name the hashed files by placeholders: `{{js}}`, `{{wasm}}`, `{{css}}`
/// and `{{boot}}` are paths under `/assets/`. The script of wasm-bindgen starts nothing by itself; `boot.js` does,
/// because the policy for scripts allows none inside the page.
///
/// # Errors
/// When a template lacks a placeholder, the page holds an inline script or style, or a file can't be read or written.
pub fn assemble(frontend: &Path, parts: &Parts, assets: &mut Assets) -> Result<Sizes> {
    let read = |name: &str| {
        std::fs::read_to_string(frontend.join(name)).with_context(|| format!("frontend/{name} can't be read"))
    };
    let everything: Vec<u8> =
        parts.iter().flat_map(|(path, content)| [path.as_bytes(), content].concat()).collect();
    let folder = format!("dashboard-{}", short_hash(&everything));
    let mut sizes = Sizes::default();
    for (path, content) in parts {
        let bytes = assets.add(&format!("assets/{folder}/{path}"), content)?;
        match path.as_str() {
            MAIN => sizes.module = bytes,
            SCRIPT | LINK => sizes.script += bytes,
            wing if wing.ends_with(".wasm") => sizes.later += bytes,
            // Snippets of libraries, which the script imports.
            _ => sizes.script += bytes,
        }
    }
    let (js, wasm) = (format!("{folder}/{SCRIPT}"), format!("{folder}/{MAIN}"));
    let (css, css_size) =
        assets.add_hashed("dashboard", "css", styles(&frontend.join("styles"))?.as_bytes())?;
    sizes.style = css_size;
    let boot = fill("frontend/boot.js", &read("boot.js")?, &[("{{js}}", &js), ("{{wasm}}", &wasm)])?;
    let (boot, boot_size) = assets.add_hashed("boot", "js", boot.as_bytes())?;
    sizes.script += boot_size;

    let names = [("{{js}}", js.as_str()), ("{{wasm}}", &wasm), ("{{css}}", &css), ("{{boot}}", &boot)];
    let page = fill("frontend/index.html", &read("index.html")?, &names)?;
    allowed_by_policy(&page)?;
    sizes.page = assets.add("index.html", page.as_bytes())?;

    let public = frontend.join("public");
    for file in files_below(&public)? {
        let path = file.strip_prefix(&public)?.to_string_lossy().into_owned();
        if path == "index.html" || path.starts_with("assets/") {
            bail!("frontend/public/{path}: this name is taken by the build; rename it");
        }
        assets.add(&path, &std::fs::read(&file)?)?;
    }
    Ok(sizes)
}

/// All style sheets in the order of their names, as one.
fn styles(folder: &Path) -> Result<String> {
    let mut all = String::new();
    for file in files_below(folder)? {
        if file.extension().is_some_and(|extension| extension == "css") {
            all.push_str(&std::fs::read_to_string(&file)?);
            all.push('\n');
        }
    }
    Ok(all)
}

fn fill(name: &str, template: &str, values: &[(&str, &str)]) -> Result<String> {
    let mut filled = template.to_owned();
    for (placeholder, value) in values {
        if !filled.contains(placeholder) {
            bail!("{name} lacks the placeholder {placeholder}");
        }
        filled = filled.replace(placeholder, value);
    }
    if let Some(start) = filled.find("{{") {
        let unknown: String = filled[start..].chars().take(20).collect();
        bail!("{name} has an unknown placeholder at `{unknown}`");
    }
    Ok(filled)
}

fn allowed_by_policy(page: &str) -> Result<()> {
    let has_source = |rest: &str| rest.split('>').next().is_some_and(|tag| tag.contains("src="));
    if !page.split("<script").skip(1).all(has_source) {
        bail!(
            "frontend/index.html holds an inline script, which the content security policy refuses: move it to boot.js"
        );
    }
    if page.contains("<style") || page.contains(" style=") {
        bail!(
            "frontend/index.html holds an inline style, which the content security policy refuses: move it to styles/"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<link rel=stylesheet href=/assets/{{css}}><link href=/assets/{{wasm}}><link href=/assets/{{js}}>\
                        <script type=module src=\"/assets/{{boot}}\"></script>";

    #[test]
    fn every_placeholder_is_filled_and_none_may_be_missing_or_unknown() {
        let values = [("{{js}}", "a.js"), ("{{css}}", "a.css")];
        assert_eq!(fill("x", "{{css}} {{js}} {{js}}", &values).unwrap(), "a.css a.js a.js");
        assert!(fill("x", "no {{js}}, no more", &values).unwrap_err().to_string().contains("{{css}}"));
        assert!(
            fill("x", "{{css}} {{js}} {{other}}", &values).unwrap_err().to_string().contains("{{other}}")
        );
    }

    #[test]
    fn a_page_that_the_content_policy_would_break_is_refused() {
        allowed_by_policy(PAGE).unwrap();
        for bad in ["<script>alert(1)</script>", "<style>a{}</style>", "<p style=\"color:red\">"] {
            assert!(allowed_by_policy(&format!("{PAGE}{bad}")).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_page_and_its_start_name_the_hashed_files() {
        let folder = tempfile::tempdir().unwrap();
        let frontend = folder.path().join("frontend");
        for name in ["styles", "public"] {
            std::fs::create_dir_all(frontend.join(name)).unwrap();
        }
        let files = [
            ("index.html", PAGE),
            ("boot.js", "import init from \"/assets/{{js}}\"; init(\"/assets/{{wasm}}\")"),
            ("styles/2.css", "b{}"),
            ("styles/1.css", "a{}"),
            ("public/favicon.svg", "<svg/>"),
        ];
        for (name, content) in files {
            std::fs::write(frontend.join(name), content).unwrap();
        }
        let parts = [(MAIN, vec![0, 97]), (SCRIPT, b"export {}".to_vec()), ("split_x.wasm", vec![0, 98])];
        let parts: Parts = parts.into_iter().map(|(path, content)| (path.to_owned(), content)).collect();
        let mut assets = Assets::new(folder.path().join("work")).unwrap();
        let sizes = assemble(&frontend, &parts, &mut assets).unwrap();
        assert!(sizes.module > 0 && sizes.later > 0 && sizes.first_screen() > sizes.module);
        let site = folder.path().join("site");
        assets.replace(&site).unwrap();

        let read = |path: &str| std::fs::read_to_string(site.join(path)).unwrap();
        let page = read("index.html");
        let mut named: Vec<&str> =
            page.split("/assets/").skip(1).map(|rest| rest.split(['>', '"']).next().unwrap()).collect();
        named.sort_unstable();
        assert_eq!(
            named.iter().map(|name| name.split('-').next().unwrap()).collect::<Vec<_>>(),
            ["boot", "dashboard", "dashboard", "dashboard"]
        );
        for name in &named {
            assert!(site.join("assets").join(name).is_file(), "{name}");
        }
        let by_end =
            |end: &str| *named.iter().find(|name| name.ends_with(end) && !name.starts_with("boot")).unwrap();
        let (boot, css) =
            (read(&format!("assets/{}", named[0])), read(&format!("assets/{}", by_end(".css"))));
        assert!(boot.contains(by_end(".js")) && boot.contains(by_end(".wasm")));
        assert_eq!(css, "a{}\nb{}\n");
        assert_eq!(read("favicon.svg"), "<svg/>");
    }
}
