//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//!
//! Each rule is a function from sources to findings, with a test that shows it failing. A finding says where, which
//! rule, and how to mend it.

mod compose;
mod crates;
mod docs;
mod features;
mod frontend;
mod layout;
mod paths;
mod queries;
mod source;
mod tenants;

use std::collections::BTreeSet;
use std::fmt;

use anyhow::{Result, bail};

use crate::{say, workspace};
pub use source::Source;

/// A breach of a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path from the project's root.
    file: String,
    /// Line, counted from 1; 0 for the file as a whole.
    line: usize,
    /// The rule's name.
    rule: &'static str,
    /// What to do about it.
    mend: String,
}

impl Finding {
    fn new(file: &str, line: usize, rule: &'static str, mend: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, rule, mend: mend.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.rule, self.mend)
    }
}

/// Checks every rule on the project.
///
/// # Errors
/// When a rule is broken, or a file or cargo's graph can't be read.
pub fn check() -> Result<()> {
    let paths = workspace::tracked_files()?;
    let sources = read(&paths);
    let existing: BTreeSet<String> = paths.iter().cloned().collect();

    let mut findings = Vec::new();
    findings.extend(features::order(&sources));
    findings.extend(features::doors(&sources));
    findings.extend(features::layers(&sources));
    findings.extend(features::infrastructure(&sources));
    findings.extend(queries::only_in_repositories(&sources));
    findings.extend(queries::migrations_alone(&sources));
    findings.extend(tenants::conditions(&sources));
    findings.extend(layout::lengths(&sources));
    findings.extend(layout::opening_sentences(&sources));
    findings.extend(layout::unwanted_files(&paths));
    findings.extend(layout::secrets(&sources));
    findings.extend(frontend::colours(&sources));
    findings.extend(frontend::urls(&sources));
    findings.extend(frontend::messages(&sources));
    findings.extend(docs::paths_exist(&sources, &existing));
    findings.extend(docs::named_tests_exist(&sources));
    findings.extend(compose::services(&sources));
    findings.extend(crates::own(&crates::workspace_dependencies()?));
    for (package, tree) in crates::trees()? {
        findings.extend(crates::banned(package, &tree));
    }
    findings.sort();
    for finding in &findings {
        say::plain(&finding.to_string());
    }
    match findings.len() {
        0 => {
            say::done(&format!("tidy: {} files, every rule kept", paths.len()));
            Ok(())
        }
        count => bail!("tidy: {count} findings, see above"),
    }
}

/// The project's sources, as the rules see them.
///
/// # Errors
/// When git can't list them.
pub fn sources() -> Result<Vec<Source>> {
    Ok(read(&workspace::tracked_files()?))
}

/// The files that are text; data and pictures are left out.
fn read(paths: &[String]) -> Vec<Source> {
    let is_text = |path: &&String| {
        [".rs", ".css", ".md", ".toml", ".yml", ".yaml", ".html", ".js", ".sql", ".sh", ".json"]
            .iter()
            .any(|end| path.ends_with(end))
            || path.starts_with(".ci/")
            || path.ends_with("Dockerfile")
    };
    let text = |path: &String| std::fs::read_to_string(workspace::root().join(path)).ok();
    paths.iter().filter(is_text).filter_map(|path| Some(Source::new(path.clone(), text(path)?))).collect()
}
