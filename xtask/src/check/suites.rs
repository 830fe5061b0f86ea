//! Every test: units, the server on both databases, S3, the browser, the documents' examples, the dashboard's logic,
//! exported models in onnxruntime.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

use super::{postgres::Cluster, schema};
use crate::bench::engine_alone::Exported;
use crate::run::Run;
use crate::setup::{Browser, wasm::Toolchain};
use crate::{dashboard, say, setup, workspace};

/// What every runner compiles: one selection of packages, so that nothing is compiled twice.
pub const PACKAGES: [&str; 6] = ["--workspace", "--exclude", "frontend", "--exclude", "xtask", "--locked"];

/// What is compiled and run each for itself: beside others, these would ask their dependencies for other features than
/// they are built with, and have them compiled twice.
const APART: [(&str, &str); 2] = [("the dashboard's logic", "frontend"), ("the build script", "xtask")];

/// A part of the tests and how it went.
struct Part {
    name: &'static str,
    /// The runner's own closing lines.
    closing: Vec<String>,
    well: bool,
    took: Duration,
}

/// What the tests are given to work with.
pub(super) struct Bench {
    cluster: Cluster,
    browser: Browser,
    axe: PathBuf,
    pub(super) nextest: bool,
}

/// Runs every test, or those whose names hold `filter`.
///
/// # Errors
/// When something that tests need is missing, or a test fails.
pub fn run(filter: Option<&str>) -> Result<()> {
    let toolchain = setup::for_serving()?;
    let bench = Bench::set_up(toolchain)?;

    let mut parts = vec![bench.part("everything; server on SQLite", "sqlite", filter, Suite::Whole)?];
    parts.push(bench.part("server on PostgreSQL", "postgres", filter, Suite::Server)?);
    if filter.is_none() {
        if any_examples()? {
            parts.push(bench.part("examples in the documents", "sqlite", None, Suite::Examples)?);
        }
        for (name, package) in APART {
            parts.push(watch(name, Run::cargo().args(["test", "--quiet"]).args(only(package)))?);
        }
        parts.push(prepared("the API against its document", || schema::prepare()?.walk()));
        parts.push(prepared("exported models in onnxruntime", exported));
    }
    // The database goes before the summary, so that the summary stays last.
    drop(bench);
    summary(&parts)
}

/// Has the browser test of every screen take its pictures.
///
/// # Errors
/// When something that it needs is missing, or it fails.
pub fn pictures() -> Result<()> {
    let bench = Bench::set_up(setup::for_serving()?)?;
    // The packages of the other tests, so that nothing is compiled twice.
    Run::cargo().args(["build"]).args(PACKAGES).args(["--bins"]).run()?;
    let test = Run::cargo().args(["test"]).args(PACKAGES).args(["--test", "dashboard", "--", "screens::"]);
    bench.equip(test, "sqlite").env("AMAAS_SCREENSHOTS", "1").run()
}

/// Which tests a part runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Suite {
    Whole,
    /// The server's integration tests.
    Server,
    /// The examples in doc comments, which nextest doesn't run.
    Examples,
}

impl Bench {
    pub(super) fn set_up(toolchain: Toolchain) -> Result<Self> {
        let (browser, axe) = (setup::browser()?, setup::axe::find_or_fetch()?);
        let nextest = Run::cargo().args(["nextest", "--version"]).succeeds();
        // The last step of the dashboard's build keeps one core busy for minutes: the tests' programs take the other.
        // They read the dashboard's folder when they run; when they are compiled it must only be there.
        std::fs::create_dir_all(workspace::dashboard())?;
        std::thread::scope(|scope| {
            let compiling = scope.spawn(|| compile(nextest));
            dashboard::build(toolchain)?;
            if !compiling.is_finished() {
                say::step("compiling the tests");
            }
            compiling.join().map_err(|_| anyhow!("compiling the tests broke off"))
        })?;
        Ok(Self { cluster: Cluster::start()?, browser, axe, nextest })
    }

    fn part(&self, name: &'static str, database: &str, filter: Option<&str>, suite: Suite) -> Result<Part> {
        let run = if self.nextest && suite != Suite::Examples {
            // Passed tests are counted, not listed: what failed should be seen.
            let how = ["--no-fail-fast", "--no-tests", "pass", "--status-level", "slow"];
            // Half of the tests wait: for a browser, a lease, a database. Two to a core keep it busy.
            let at_once = (2 * workspace::cores()).to_string();
            let run = Run::cargo().args(["nextest", "run"]).args(PACKAGES).args(how);
            let run = run.args(["--test-threads", &at_once]);
            let run =
                if suite == Suite::Server { run.args(["-E", "package(amaas) & kind(test)"]) } else { run };
            run.args(filter)
        } else {
            let run = Run::cargo().args(["test", "--no-fail-fast", "--quiet"]);
            let run = match suite {
                Suite::Whole => run.args(PACKAGES).args(["--lib", "--bins", "--tests"]),
                Suite::Server => run.args(["--package", "amaas", "--locked", "--test", "*"]),
                Suite::Examples => run.args(PACKAGES).args(["--doc"]),
            };
            run.args(filter)
        };
        watch(name, self.equip(run, database))
    }

    /// Names what the tests work with.
    pub(super) fn equip(&self, run: Run, database: &str) -> Run {
        run.env("AMAAS_TEST_DATABASE", database)
            .env("AMAAS_TEST_POSTGRES_URL", self.cluster.url())
            // Built by this very run, for the server's own tests.
            .env("AMAAS_BIN", workspace::target().join("debug/amaas"))
            .env("AMAAS_CHROMIUM", &self.browser.chromium)
            .env("AMAAS_CHROMEDRIVER", &self.browser.chromedriver)
            .env("AMAAS_AXE", &self.axe)
            .env("CARGO_TERM_COLOR", "never")
    }
}

/// Compiles every test in silence. What can't be compiled is told by the part that needs it.
fn compile(nextest: bool) {
    let how: &[&str] = if nextest { &["nextest", "run", "--no-run"] } else { &["test", "--no-run"] };
    Run::cargo().args(how).args(PACKAGES).succeeds();
    for (_, package) in APART {
        Run::cargo().args(["test", "--no-run"]).args(only(package)).succeeds();
    }
}

/// One package alone.
const fn only(package: &str) -> [&str; 3] {
    ["--locked", "--package", package]
}

/// Whether any documentation of ours holds an example: compiling everything once more to run none takes minutes.
fn any_examples() -> Result<bool> {
    let files = workspace::tracked_files()?;
    let sources = files.iter().filter(|name| name.ends_with(".rs"));
    Ok(sources
        .map(|name| std::fs::read_to_string(workspace::root().join(name)))
        .any(|text| text.is_ok_and(|text| has_example(&text))))
}

/// Whether a fence in the documentation opens Rust code: one without a language does.
fn has_example(source: &str) -> bool {
    let mut inside = false;
    source.lines().map(str::trim_start).filter_map(fence).any(|language| {
        inside = !inside;
        inside && !["text", "json", "sh", "toml", "csv", "sql"].contains(&language)
    })
}

/// The language of a fence in a line of documentation.
fn fence(line: &str) -> Option<&str> {
    let words = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?;
    words.trim().strip_prefix("```")
}

/// A part that must be prepared: what can't be is told as its failure, and the other parts go on.
fn prepared(name: &'static str, part: impl FnOnce() -> Result<(Vec<String>, bool)>) -> Part {
    say::step(&format!("tests: {name}"));
    let started = Instant::now();
    let (closing, well) = part().unwrap_or_else(|error| {
        say::plain(&format!("{error:#}"));
        (vec![error.to_string()], false)
    });
    Part { name, closing, well, took: started.elapsed() }
}

/// Every family, exported and run by people's own runtime.
fn exported() -> Result<(Vec<String>, bool)> {
    let exported = Exported::prepare(Path::new("docs/samples"), "tests/onnx")?;
    exported.write(true).quiet()?;
    exported.compare().watch(is_verdict)
}

/// The lines by which the comparison of exported models says how it went.
fn is_verdict(line: &str) -> bool {
    line.starts_with("FAIL ") || line.contains(" models, ") && !line.starts_with(' ')
}

fn watch(name: &'static str, run: Run) -> Result<Part> {
    say::step(&format!("tests: {name}"));
    let started = Instant::now();
    let (closing, well) = run.watch(is_closing_line)?;
    Ok(Part { name, closing, well, took: started.elapsed() })
}

/// The lines by which a runner says how it went.
fn is_closing_line(line: &str) -> bool {
    let line = line.trim_start();
    let starts = [
        "Summary [",
        "test result:",
        "FAIL [",
        "TIMEOUT [",
        "SIGABRT [",
        "SIGSEGV [",
        "error: could not compile",
    ];
    // A test that passed at its second try is named like one that failed.
    let is_retried = line.starts_with("FLAKY ") || line.starts_with("TRY ") && line.contains(" FAIL [");
    is_retried || starts.iter().any(|start| line.starts_with(start))
}

fn summary(parts: &[Part]) -> Result<()> {
    say::plain("");
    for part in parts {
        let text = format!("{} ({})", part.name, say::time(part.took));
        if part.well {
            say::done(&text);
        } else {
            say::failed(&text);
        }
        let mut seen = std::collections::BTreeSet::new();
        // nextest names a failed test twice: when it fails and at the end.
        for line in part.closing.iter().filter(|line| seen.insert(line.trim())) {
            say::plain(&format!("    {}", line.trim()));
        }
    }
    let failed: Vec<&str> = parts.iter().filter(|part| !part.well).map(|part| part.name).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join("; "));
    }
    say::done("every test passed");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runners_closing_lines_are_known() {
        for line in [
            "     Summary [   0.384s] 40 tests run: 40 passed, 0 skipped",
            "test result: ok. 3 passed; 0 failed; 0 ignored",
            "        FAIL [   0.004s] xtask tidy::a",
            "  TRY 1 FAIL [   0.004s] e2e::dashboard journey::a",
            "   FLAKY 2/2 [   0.004s] e2e::dashboard journey::a",
        ] {
            assert!(is_closing_line(line), "{line}");
        }
        assert!(!is_closing_line("        PASS [   0.004s] xtask tidy::a"));
    }

    #[test]
    fn the_comparison_closes_with_what_failed_and_how_many_models_there_were() {
        assert!(is_verdict("FAIL iris-forest                          No Op registered"));
        assert!(is_verdict("58 models, 0 over 1e-05, the largest difference 4.0e-08"));
        assert!(!is_verdict("     forest              6 models, the largest difference 4.0e-08"));
    }

    #[test]
    fn an_example_in_the_documentation_is_noticed_and_a_drawing_is_not() {
        let drawing = "/// Looks so:\n/// ```text\n/// a ─► b\n/// ```\nfn f() {}\n";
        assert!(!has_example(drawing));
        assert!(has_example(&format!("{drawing}    /// ```\n    /// f();\n    /// ```\n")));
        assert!(has_example("//! ```rust\n//! f();\n//! ```\n"));
    }

    #[test]
    fn one_failed_part_fails_the_whole_and_is_named() {
        let part = |name, well| Part { name, closing: Vec::new(), well, took: Duration::ZERO };
        assert!(summary(&[part("a", true), part("b", true)]).is_ok());
        assert!(summary(&[part("a", true), part("b", false)]).unwrap_err().to_string().contains('b'));
    }
}
