//! The engine against what it promises, on real data: exported models answer what the server answers, and models are as
//! sure as they say.
//!
//! Nothing is timed here, so the programs are those of the tests' profile, which optimises the engine and is built
//! already where the tests were.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::peers::{Sets, script, with_manifest};
use crate::check::PACKAGES;
use crate::run::Run;
use crate::setup::python;
use crate::workspace;

/// What runs exported models.
const RUNTIME: [&str; 2] = ["numpy", "onnxruntime"];

/// Exported models beside the engine's own answers.
pub struct Exported {
    python: PathBuf,
    program: PathBuf,
    data: PathBuf,
    out: PathBuf,
}

impl Exported {
    /// Has a Python with onnxruntime, and the program that writes models of the data sets of `data` to a folder under
    /// `target/`.
    ///
    /// # Errors
    /// When onnxruntime can't be had, the program can't be built, or `data` holds no manifest.
    pub fn prepare(data: &Path, folder: &str) -> Result<Self> {
        let data = with_manifest(data)?;
        let python = python::with("runtime", &RUNTIME)?;
        let out = workspace::target().join(folder);
        let _ = std::fs::remove_dir_all(&out);
        std::fs::create_dir_all(&out)?;
        Ok(Self { python, program: example("export_models")?, data, out })
    }

    /// Writes every family on every data set; the `short` form takes small models of the smallest ones.
    pub fn write(&self, short: bool) -> Run {
        let run = Run::new(&self.program).args([&self.data, &self.out]);
        if short { run.args(["--short"]) } else { run }
    }

    /// Compares; fails when a difference is over 1e-5.
    pub fn compare(&self) -> Run {
        script(self.python.clone(), "onnx_check.py").args([&self.out]).args(["--quiet"])
    }
}

/// Which models are exported.
#[derive(clap::Args)]
pub struct Models {
    #[command(flatten)]
    sets: Sets,
    /// Only what the tests take: small models of the smallest data set of each task, and of one that is made
    #[arg(long)]
    short: bool,
}

/// Exports every family on every data set as ONNX and compares its answers in onnxruntime with the engine's.
///
/// # Errors
/// As of [`Exported::prepare`]; and when a difference is over 1e-5.
pub fn onnx(options: &Models) -> Result<()> {
    let exported = Exported::prepare(&options.sets.data, "bench/onnx")?;
    exported.write(options.short).run()?;
    exported.compare().run()
}

/// What is asked of certainty.
#[derive(clap::Args)]
pub struct Certainty {
    #[command(flatten)]
    sets: Sets,
    /// Splits of each data set; 0 takes as many as 4,000 test rows need, 3 to 30
    #[arg(long, default_value_t = 0)]
    splits: usize,
    /// Settings of the engine as JSON; without them a family of lines, a bounded booster and their ensemble
    #[arg(long, default_value = "")]
    settings: String,
    /// Names of data sets; without them all
    #[arg(long)]
    only: Vec<String>,
}

/// Prints how often intervals and sets hold the truth, and how far probabilities are from what comes true, on rows that
/// saw neither training nor calibration.
///
/// # Errors
/// When the program can't be built, or `data` holds no manifest.
pub fn certainty(options: &Certainty) -> Result<()> {
    let run = Run::new(example("certainty_bench")?).args([with_manifest(&options.sets.data)?]);
    run.args([&options.splits.to_string(), &options.settings]).args(&options.only).run()
}

/// A program of the engine, built as the tests build it.
fn example(name: &str) -> Result<PathBuf> {
    Run::cargo().args(["build"]).args(PACKAGES).args(["--example", name]).run()?;
    Ok(workspace::target().join("debug/examples").join(name))
}
