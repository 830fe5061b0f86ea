//! The engine beside what people use today: a script in Python runs both on the same rows and prints ratios.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::run::Run;
use crate::setup::python;
use crate::workspace;

/// What the engine is compared with.
const LEARNERS: [&str; 4] = ["numpy", "pandas", "scikit-learn", "lightgbm"];
/// The AutoML, which brings its own versions of the others.
const AUTOML: [&str; 2] = ["flaml[automl]", "pandas"];
/// Megabytes of the file that is read.
const READ_MEGABYTES: &str = "200";

/// What to compare, on which data.
#[derive(clap::Args)]
pub struct Engine {
    /// A folder of CSVs with a `manifest.json`: a list of objects with `name` (of the file, without `.csv`), `task`
    /// (`regression`, or anything else for classes) and `target`
    #[arg(long, default_value = "docs/samples")]
    data: PathBuf,
    /// Names of data sets, separated by commas; without them all that the manifest does not mark `"bench": false`
    #[arg(long)]
    only: Option<String>,
    /// Compare the whole search with an AutoML that is given as many seconds
    #[arg(long)]
    seconds: Option<f64>,
    /// Threads of both sides of that comparison
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Splits a data set, each by another seed
    #[arg(long, default_value_t = 1)]
    repeats: usize,
    /// Take data sets that nothing was tuned on instead: scikit-learn's own, and made ones
    #[arg(long, conflicts_with = "data")]
    made: bool,
}

/// Trains both sides on every data set and prints the ratios of losses and seconds.
///
/// # Errors
/// When something can't be built or installed, or a side fails.
pub fn engine(options: &Engine) -> Result<()> {
    let data = if options.made { made()? } else { with_manifest(&options.data)? };
    let python = match options.seconds {
        Some(_) => python::with("automl", &AUTOML)?,
        None => python::with("learners", &LEARNERS)?,
    };
    let mut run = script(python, "engine.py").args(["--program"]).args([example("train_bench")?]);
    run = run.args(["--data"]).args([data]);
    if let Some(only) = &options.only {
        run = run.args(["--only", only]);
    }
    if let Some(seconds) = options.seconds {
        run = run.args(["--seconds", &seconds.to_string(), "--threads", &options.threads.to_string()]);
    }
    run.args(["--repeats", &options.repeats.to_string()]).run()
}

/// A folder of data sets that are not in the repository.
fn made() -> Result<PathBuf> {
    let folder = workspace::target().join("bench/made");
    std::fs::create_dir_all(&folder)?;
    script(python::with("learners", &LEARNERS)?, "made.py").args([&folder]).run()?;
    Ok(folder)
}

/// Data sets to measure on.
#[derive(clap::Args)]
pub struct Sets {
    /// A folder of CSVs with a `manifest.json`
    #[arg(long, default_value = "docs/samples")]
    pub data: PathBuf,
}

/// Boosting with the same trees and leaves, and with early stopping, beside LightGBM's, one thread each; one more data
/// set of 300,000 rows is made.
///
/// # Errors
/// As of [`engine`].
pub fn trees(options: &Sets) -> Result<()> {
    let data = with_manifest(&options.data)?;
    let python = python::with("learners", &LEARNERS)?;
    let work = workspace::target().join("bench/trees");
    std::fs::create_dir_all(&work)?;
    script(python, "boosting.py").args([example("tree_bench")?, data, work]).run()
}

/// What an answer takes: single rows and batches, linear and 300 trees, explained or not, beside scikit-learn and
/// LightGBM.
///
/// # Errors
/// As of [`engine`].
pub fn score() -> Result<()> {
    let python = python::with("learners", &LEARNERS)?;
    Run::new(example("score_bench")?).args([python]).run()
}

/// Reads a large mixed file into a typed, profiled table, beside pandas' C reader.
///
/// # Errors
/// As of [`engine`].
pub fn read() -> Result<()> {
    let python = python::with("learners", &LEARNERS)?;
    let folder = workspace::target().join("bench");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("mixed.csv");
    Run::new(example("read_bench")?).args([&file]).args([READ_MEGABYTES, "1"]).run()?;
    script(python, "read.py").args([file]).run()
}

/// The folder, seen from the workspace's root, if it holds data sets.
pub fn with_manifest(folder: &Path) -> Result<PathBuf> {
    let folder = workspace::root().join(folder);
    if !folder.join("manifest.json").is_file() {
        bail!("{} holds no manifest.json", folder.display());
    }
    Ok(folder)
}

/// A script of the benches.
pub fn script(python: PathBuf, name: &str) -> Run {
    Run::new(python).args([workspace::root().join("xtask/bench").join(name)])
}

/// A program of the engine, built in release.
fn example(name: &str) -> Result<PathBuf> {
    Run::cargo().args(["build", "--release", "--locked", "--package", "engine", "--example", name]).run()?;
    Ok(workspace::target().join("release/examples").join(name))
}
