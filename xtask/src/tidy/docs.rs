//! A path that the documents name exists.

use std::collections::BTreeSet;

use super::Finding;
use super::source::Source;

/// What a path of this project begins with.
const ROOTS: [&str; 9] =
    ["backend/", "frontend/", "migrations/", "e2e/", "xtask/", "docs/", "deploy/", ".ci/", ".cargo/"];

/// Every path in code marks and every link of the documents leads somewhere.
pub fn paths_exist(sources: &[Source], existing: &BTreeSet<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.path.ends_with(".md")) {
        let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (index, line) in source.text.lines().enumerate() {
            let mut missing: Vec<&str> = code_marks(line)
                .filter(|path| looks_like_path(path) && !exists(existing, "", path))
                .collect();
            missing.extend(links(line).filter(|link| is_relative(link) && !exists(existing, folder, link)));
            for path in missing {
                let mend = format!("`{path}` is not there: name what is, or take the sentence out");
                findings.push(Finding::new(&source.path, index + 1, "path-in-docs", mend));
            }
        }
    }
    findings
}

/// The document whose every claim names the test that holds it.
const SECURITY: &str = "docs/SECURITY.md";

/// Every test that the document on security names is one.
pub fn named_tests_exist(sources: &[Source]) -> Vec<Finding> {
    let tests: BTreeSet<&str> =
        sources.iter().filter(|one| one.path.ends_with(".rs")).flat_map(functions).collect();
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.path == SECURITY) {
        for (index, line) in source.text.lines().enumerate() {
            for name in code_marks(line).filter(|name| looks_like_test(name) && !tests.contains(name)) {
                let mend = format!("there is no test `{name}`: name the one that holds this, or write it");
                findings.push(Finding::new(SECURITY, index + 1, "test-in-docs", mend));
            }
        }
    }
    findings
}

/// Names of functions, as they are defined, and as macros list them that make tests of them.
fn functions(source: &Source) -> impl Iterator<Item = &str> {
    let words = |line: &str| !line.trim_start().starts_with("//");
    source.text.lines().filter(move |line| words(line)).flat_map(|line| {
        let defined = line.split("fn ").nth(1).and_then(|rest| rest.split(['(', '<']).next());
        let listed = line.trim().strip_suffix(',');
        [defined, listed].into_iter().flatten()
    })
}

/// A sentence in small letters.
fn looks_like_test(text: &str) -> bool {
    text.matches('_').count() >= 3
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn code_marks(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

fn looks_like_path(text: &str) -> bool {
    ROOTS.iter().any(|root| text.starts_with(root))
        && !text.contains(|c: char| c.is_whitespace() || "*<>{}…$".contains(c))
}

fn is_relative(link: &str) -> bool {
    !link.contains("://") && !link.starts_with(['#', '/']) && !link.starts_with("mailto:")
}

fn exists(existing: &BTreeSet<String>, folder: &str, path: &str) -> bool {
    let path = path.split(['#', ':']).next().unwrap_or_default().trim_end_matches('/');
    let mut names: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    let path = names.join("/");
    let below = format!("{path}/");
    existing.contains(&path)
        || existing.range(below.clone()..).next().is_some_and(|next| next.starts_with(&below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_is_named_and_is_not_there_is_found() {
        let tests = Source::new(
            "e2e/tests/a.rs",
            "#[test]\nfn no_key_opens_two_doors() {\n}\n// fn a_door_that_is_gone()\n",
        );
        let text = "| doors | `no_key_opens_two_doors` |\n| gone | `a_door_that_is_gone`, `max_size` |\n";
        let found = named_tests_exist(&[tests, Source::new(SECURITY, text)]);
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_path_that_is_not_there_is_found() {
        let existing =
            ["docs/ARCHITECTURE.md", "docs/adr/0001-a.md", "xtask/src/main.rs"].map(str::to_owned).into();
        let text = "See `xtask/src/main.rs`, `xtask/src/`, `xtask/src/gone.rs:12`.\nAlso [this](adr/0001-a.md#why), [that](adr/0002-b.md), [there](../xtask) and [web](https://x.y).\n`docs/adr/NNNN-*.md` `frontend/gone`";
        let found = paths_exist(&[Source::new("docs/ARCHITECTURE.md", text)], &existing);
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [1, 2, 3]);
    }
}
