//! The torture suite: the tests whose names begin with `torture_`, on both databases, with a seed and a report.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};

use super::schema;
use super::suites::{Bench, PACKAGES};
use crate::{run::Run, say, setup, workspace};

/// What is tortured, how long, and with which draws.
#[derive(clap::Args)]
pub struct Options {
    /// The long form
    #[arg(long)]
    full: bool,
    /// What everything random is drawn from; by default another one each time
    #[arg(long)]
    seed: Option<u64>,
    /// On the program as it is shipped, optimised: what the figures of load are told of
    #[arg(long)]
    release: bool,
    /// Only tests whose names hold this
    name: Option<String>,
}

/// A test as its line in the report tells it: ids, name, seed, runs, bad, time, figure.
type Told = Vec<String>;

/// Runs the suite and prints one line a test.
///
/// # Errors
/// When something that it needs is missing, or a test is not green.
pub fn run(options: &Options) -> Result<()> {
    let bench = Bench::set_up(setup::for_serving()?)?;
    if !bench.nextest {
        bail!("the torture suite is run by cargo-nextest: `cargo install cargo-nextest --locked` first");
    }
    let program = options.release.then(release).transpose()?;
    let seed = options.seed.unwrap_or_else(drawn);
    let report = workspace::target().join("torture.tsv");
    match std::fs::remove_file(&report) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).context("the old report");
        }
        _ => {}
    }
    let form = if options.full { "long" } else { "short" };
    say::step(&format!("torture, {form} form, seed {seed}"));
    let started = Instant::now();
    // What the server's suite does on SQLite and then on PostgreSQL; the others choose their database themselves.
    let parts = [("sqlite", "test(torture_)"), ("postgres", "test(torture_) & package(amaas) & kind(test)")];
    let mut went_well = true;
    for (database, tests) in parts {
        let tests =
            options.name.as_ref().map_or_else(|| tests.to_owned(), |name| format!("{tests} & test({name})"));
        let how = ["--no-fail-fast", "--no-tests", "pass", "--status-level", "slow", "--profile", "torture"];
        let run = Run::cargo().args(["nextest", "run"]).args(PACKAGES).args(how).args(["-E", &tests]);
        let run = bench.equip(run, database).env("AMAAS_TORTURE_SEED", seed.to_string());
        let run = run.env("AMAAS_TORTURE_REPORT", &report);
        let run = if options.full { run.env("AMAAS_TORTURE_FULL", "1") } else { run };
        let run = if let Some(program) = &program { run.env("AMAAS_BIN", program) } else { run };
        went_well &= run.watch(|_| false)?.1;
    }
    if options.name.as_ref().is_none_or(|name| "the API against its document".contains(name.as_str())) {
        let examples = if options.full { "25" } else { "2" };
        let walk = schema::prepare()?.with(|run| {
            let run = run.args(["--examples", examples, "--seed", &seed.to_string()]);
            run.env("AMAAS_TORTURE_REPORT", &report)
        });
        went_well &= walk.walk()?.1;
    }
    drop(bench);
    let told = read(&report)?;
    table(&told);
    close(&told, went_well, started.elapsed())
}

/// Builds the program as it is shipped; where it is.
fn release() -> Result<PathBuf> {
    say::step("building the optimised program");
    Run::cargo().args(["build", "--release", "--package", "amaas", "--locked"]).run()?;
    Ok(workspace::target().join("release/amaas"))
}

/// A seed that nobody chose.
fn drawn() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(1, |since| u64::from(since.subsec_nanos()))
}

fn read(report: &Path) -> Result<Vec<Told>> {
    let text = std::fs::read_to_string(report)
        .context("no torture test told anything: is there one of this name?")?;
    let mut told: Vec<Told> =
        text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect();
    let number = |told: &Told| {
        let digits = |c: char| !c.is_ascii_digit();
        told.first().and_then(|ids| ids.split(digits).find_map(|part| part.parse::<u32>().ok())).unwrap_or(0)
    };
    told.sort_by_key(|one| (number(one), one.get(1).cloned()));
    Ok(told)
}

/// As Markdown, so that the long form's table goes into `docs/torture.md` as it is printed.
fn table(told: &[Told]) {
    say::plain("\n| id | what is done | seed | runs | bad | took | figure |\n|---|---|--:|--:|--:|--:|---|");
    for one in told {
        let cells: Vec<&str> = one.iter().map(|cell| strip(cell)).collect();
        say::plain(&format!("| {} |", cells.join(" | ")));
    }
    say::plain("");
}

/// A cell without the word that names its column.
fn strip(cell: &str) -> &str {
    ["seed ", "runs ", "bad "].iter().find_map(|word| cell.strip_prefix(word)).unwrap_or(cell)
}

fn close(told: &[Told], went_well: bool, took: Duration) -> Result<()> {
    let bad = told.iter().filter(|one| one.get(4).is_none_or(|cell| cell != "bad 0")).count();
    if bad > 0 || !went_well {
        bail!("{bad} of {} torture tests were bad; the runner's lines above say why", told.len());
    }
    say::done(&format!("{} torture tests, nothing bad ({})", told.len(), say::time(took)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Told {
        line.split('\t').map(str::to_owned).collect()
    }

    #[test]
    fn one_bad_line_or_a_runner_that_failed_is_not_green() {
        let good = told("T05\tmany workers\tseed 1\truns 9\tbad 0\t1.0 s\t");
        let bad = told("T15\tthe queue\tseed 1\truns 9\tbad 1\t1.0 s\t");
        assert!(close(std::slice::from_ref(&good), true, Duration::ZERO).is_ok());
        assert!(close(std::slice::from_ref(&good), false, Duration::ZERO).is_err());
        assert!(close(&[good, bad], true, Duration::ZERO).is_err());
    }

    #[test]
    fn a_report_is_sorted_by_the_first_number_of_its_ids() {
        let folder = std::env::temp_dir().join(format!("amaas-torture-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("report.tsv");
        std::fs::write(&file, "T106\theaders\nT05\tmany workers\nT45–T48\tregistry walk\n").unwrap();
        let ids: Vec<String> = read(&file).unwrap().iter().map(|one| one[0].clone()).collect();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(ids, ["T05", "T45–T48", "T106"]);
    }
}
