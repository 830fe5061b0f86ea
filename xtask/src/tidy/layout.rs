//! Sizes, opening sentences, and what must never be in git.

use super::Finding;
use super::source::{Source, is_test_file};

/// Lines of a source file without its tests.
const SOURCE_LINES: usize = 400;
/// Lines of a file with its tests, and of a file of tests.
const TEST_LINES: usize = 800;

/// Files stay short enough that nobody gets lost in one.
pub fn lengths(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.path.ends_with(".rs")) {
        let all = source.text.lines().count();
        let code = all.min(source.tests_from.saturating_sub(1));
        if !is_test_file(&source.path) && code > SOURCE_LINES {
            let mend = format!(
                "{code} lines of at most {SOURCE_LINES} before its tests: look for the missing room and move a whole thought there"
            );
            findings.push(Finding::new(&source.path, code, "file-length", mend));
        } else if all > TEST_LINES {
            let mend = format!(
                "{all} lines of at most {TEST_LINES} with tests: split the tests by what they guarantee"
            );
            findings.push(Finding::new(&source.path, all, "file-length", mend));
        }
    }
    findings
}

/// Every `mod.rs` and crate root opens with a sentence: what it is, what it guarantees.
pub fn opening_sentences(sources: &[Source]) -> Vec<Finding> {
    let opens = |source: &Source| {
        source.text.lines().find(|line| !line.starts_with("#!")).is_some_and(|line| line.starts_with("//! "))
    };
    sources
        .iter()
        .filter(|source| {
            ["mod.rs", "lib.rs", "main.rs"].iter().any(|name| source.path.ends_with(&format!("/{name}")))
        })
        .filter(|source| !is_test_file(&source.path) && !opens(source))
        .map(|source| {
            Finding::new(
                &source.path,
                1,
                "opening-sentence",
                "begin with `//! ` and a sentence: what it is, what it guarantees",
            )
        })
        .collect()
}

/// What is made by a build, or is somebody's own, stays out of git.
pub fn unwanted_files(paths: &[String]) -> Vec<Finding> {
    let unwanted = |path: &&String| {
        let name = path.rsplit('/').next().unwrap_or_default();
        let made = [
            ".wasm", ".br", ".gz", ".db", ".sqlite", ".log", ".pem", ".key", ".p12", ".orig", ".rej", ".pyc",
        ];
        path.starts_with("target/")
            || path.starts_with("amaas-data/")
            || path.contains("node_modules/")
            || made.iter().any(|end| name.ends_with(end))
            || (name.starts_with(".env") && name != ".env.example")
    };
    let finding = |path: &String| {
        Finding::new(
            path,
            0,
            "unwanted-file",
            "made by a build or somebody's secret: `git rm --cached` it and name it in .gitignore",
        )
    };
    paths.iter().filter(unwanted).map(finding).collect()
}

/// Nobody's key is in the sources.
pub fn secrets(sources: &[Source]) -> Vec<Finding> {
    // Put together here, so that this file does not find itself.
    let (begins, ends) = ("-----BEGIN ", format!("PRIVATE KEY{}", "-----"));
    let mut findings = Vec::new();
    for source in sources {
        for (index, line) in source.text.lines().enumerate() {
            if line.split_once(begins).is_some_and(|(_, rest)| rest.contains(&ends)) {
                let mend = "a private key: take it out, and replace it wherever it was used";
                findings.push(Finding::new(&source.path, index + 1, "secret", mend));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_found_by_its_code_and_by_its_whole() {
        let rules = |path: &str, text: String| lengths(&[Source::new(path, text)]).len();
        let tests = |lines: usize| format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "//\n".repeat(lines));
        assert_eq!(rules("a/src/long.rs", "//\n".repeat(401)), 1);
        assert_eq!(rules("a/src/fine.rs", format!("{}{}", "//\n".repeat(400), tests(300))), 0);
        assert_eq!(rules("a/src/all.rs", format!("{}{}", "//\n".repeat(300), tests(600))), 1);
        assert_eq!(rules("a/tests/fine.rs", "//\n".repeat(700)), 0);
        assert_eq!(rules("a/tests/long.rs", "//\n".repeat(801)), 1);
    }

    #[test]
    fn a_module_without_its_sentence_is_found() {
        let found = opening_sentences(&[
            Source::new("a/src/x/mod.rs", "use b;\n//! Late."),
            Source::new("a/src/y/mod.rs", "//! What it is.\nuse b;"),
            Source::new("a/src/lib.rs", "#![allow(x)]\n//! What it is."),
            Source::new("a/src/other.rs", ""),
        ]);
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn what_a_build_makes_and_secrets_are_found() {
        let paths = ["target/x", "a/b.wasm", ".env", ".env.example", "src/a.rs", "amaas-data/amaas.db"]
            .map(str::to_owned);
        assert_eq!(unwanted_files(&paths).len(), 4);
        let key = format!("x\n-----BEGIN EC {}-----", "PRIVATE KEY");
        assert_eq!(secrets(&[Source::new("a.md", key)])[0].line, 2);
    }
}
