//! The engine beside what people use today: a script in Python runs both on the same rows and prints ratios.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::run::Run;
use crate::{setup, workspace};

/// What the engine is compared with.
const LEARNERS: [&str; 4] = ["numpy", "pandas", "scikit-learn", "lightgbm"];
/// The AutoML, which brings its own versions of the others.
const AUTOML: [&str; 2] = ["flaml[automl]", "pandas"];

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
}

/// Trains both sides on every data set and prints the ratios of losses and seconds.
///
/// # Errors
/// When something can't be built or installed, or a side fails.
pub fn engine(options: &Engine) -> Result<()> {
    let data = workspace::root().join(&options.data);
    if !data.join("manifest.json").is_file() {
        bail!("{} holds no manifest.json", data.display());
    }
    let python = match options.seconds {
        Some(_) => setup::python::with("automl", &AUTOML)?,
        None => setup::python::with("learners", &LEARNERS)?,
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

fn script(python: PathBuf, name: &str) -> Run {
    Run::new(python).args([workspace::root().join("xtask/bench").join(name)])
}

/// A program of the engine, built in release.
fn example(name: &str) -> Result<PathBuf> {
    Run::cargo().args(["build", "--release", "--locked", "--package", "engine", "--example", name]).run()?;
    Ok(workspace::target().join("release/examples").join(name))
}
