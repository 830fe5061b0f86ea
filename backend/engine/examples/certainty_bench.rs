//! Whether models are as sure as they should be, on real data: for every data set of a folder with a `manifest.json`
//! (names, tasks, targets) a model is trained on many splits, each by another seed, and asked about the fifth of the
//! rows that saw neither training nor calibration.
//!
//! ```text
//! certainty_bench FOLDER [SPLITS] [SETTINGS] [NAME…]
//! ```
//! `SPLITS` 0 means as many as 4,000 test rows take, 3 to 30. Printed for each data set:
//!
//! - the mean coverage at each level with its standard error over the splits, and the mean width or number of classes.
//!   A set is never empty, so it holds the truth at least as often as the likeliest class is right: where that is above
//!   the level, it takes the level's place in the verdict.
//! - the expected calibration error in ten bins before and after calibration, beside the floor: what a model whose
//!   every probability is true shows on as many rows. Few rows make any model look wrong, so the verdict goes by the
//!   root mean square of the bins' distances without the part that chance adds (Kumar, Liang, Ma, Verified uncertainty
//!   calibration, 2019), averaged over the splits; the mean distance is never above it. Splits of one file share its
//!   luck, so what a file of as many rows cannot tell from the bar is called so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

use std::time::Instant;

use engine::{
    Algorithm, BoostingSettings, Continue, Coverage, IntakeOptions, ReliabilityPoint, Resources, Settings,
    Split, Table, Trained,
};

/// Test rows of all splits together, when the number of splits is not given.
const ROWS: usize = 4_000;
/// The levels that are judged; the others are printed by the product alone.
const LEVELS: [f64; 3] = [0.8, 0.9, 0.95];
/// How far the coverage may be from the level.
const COVERAGE_BAR: f64 = 0.02;
/// What the calibration error is to come below, unless it is halved.
const CALIBRATION_BAR: f64 = 0.02;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(folder) = arguments.first() else {
        println!("usage: certainty_bench FOLDER [SPLITS] [SETTINGS] [NAME…]");
        return;
    };
    let splits: usize = arguments.get(1).map_or(0, |text| text.parse().expect("a number of splits"));
    let given: Option<Settings> = arguments
        .get(2)
        .filter(|text| !text.is_empty())
        .map(|text| serde_json::from_str(text).expect("settings"));
    let names = arguments.get(3..).unwrap_or_default();
    let manifest = std::fs::read(format!("{folder}/manifest.json")).expect("a manifest");
    let sets: Vec<serde_json::Value> = serde_json::from_slice(&manifest).expect("a manifest of JSON");
    let text = |set: &serde_json::Value, key: &str| set[key].as_str().unwrap_or_default().to_owned();
    let mut verdicts = Vec::new();
    for set in &sets {
        let name = text(set, "name");
        if !names.is_empty() && !names.contains(&name) {
            continue;
        }
        let bytes = std::fs::read(format!("{folder}/{name}.csv")).expect("the data");
        let table = engine::read(&bytes, &IntakeOptions::default()).expect("a CSV").table;
        let classes = text(set, "task") != "regression";
        let settings = given.clone().unwrap_or_else(|| quick(classes));
        let split = match (&settings.split, classes) {
            (Split::Random { test_fraction }, true) => Split::Stratified { test_fraction: *test_fraction },
            (split, _) => split.clone(),
        };
        let settings = Settings { target: text(set, "target"), split, ..settings };
        let wanted = if splits > 0 { splits } else { (ROWS / (table.rows / 5).max(1)).clamp(3, 30) };
        verdicts.extend(report(&name, &table, &settings, wanted));
    }
    summary(&verdicts);
}

/// A family of lines, a bounded booster and their mean: quick, and every step that certainty goes through.
fn quick(classes: bool) -> Settings {
    let lines = if classes { Algorithm::Logistic } else { Algorithm::Ridge };
    Settings {
        algorithms: Some(vec![lines, Algorithm::Boosting, Algorithm::Ensemble]),
        boosting: BoostingSettings {
            max_rounds: Some(200),
            learning_rate: Some(0.1),
            ..BoostingSettings::default()
        },
        ..Settings::default()
    }
}

/// What a data set came to.
struct Verdict {
    name: String,
    covered: bool,
    /// None where there are no classes.
    calibrated: Option<bool>,
}

/// A number of each split.
#[derive(Default)]
struct Figures(Vec<f64>);

impl Figures {
    fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len().max(1) as f64
    }

    /// The standard error of the mean: splits of the same rows are exchangeable.
    fn error(&self) -> f64 {
        let (n, mean) = (self.0.len() as f64, self.mean());
        let squares: f64 = self.0.iter().map(|value| (value - mean) * (value - mean)).sum();
        (squares / (n - 1.0).max(1.0) / n.max(1.0)).sqrt()
    }
}

/// The coverage of one level.
#[derive(Default)]
struct Level {
    share: Figures,
    size: Figures,
}

/// The calibration before or after.
#[derive(Default)]
struct Errors {
    /// The expected calibration error.
    plain: Figures,
    /// What it is of a model without fault.
    floor: Figures,
    /// The mean square of the bins' distances, without what chance adds.
    square: Figures,
    /// Rows and the sum of what was stated in each of ten bins, over all splits.
    bins: [(f64, f64); 10],
}

impl Errors {
    fn add(&mut self, points: &[ReliabilityPoint]) {
        let rows: f64 = points.iter().map(|point| point.rows as f64).sum();
        let (mut plain, mut floor, mut square) = (0.0, 0.0, 0.0);
        for point in points {
            let n = point.rows as f64;
            let bin = &mut self.bins[((point.stated * 10.0) as usize).min(9)];
            *bin = (bin.0 + n, bin.1 + n * point.stated);
            let apart = point.observed - point.stated;
            plain += n / rows * apart.abs();
            // The mean of the size of a normal deviate.
            let spread = (point.stated * (1.0 - point.stated) / n).sqrt();
            floor += n / rows * spread * std::f64::consts::FRAC_2_PI.sqrt();
            if point.rows > 1 {
                square += n / rows * (apart * apart - point.observed * (1.0 - point.observed) / (n - 1.0));
            }
        }
        self.plain.0.push(plain);
        self.floor.0.push(floor);
        self.square.0.push(square);
    }

    /// The root mean square distance that is not chance.
    fn without_chance(&self) -> f64 {
        self.square.mean().max(0.0).sqrt()
    }

    /// The standard error of the mean square over files of as many rows, of a model without fault: splits of the same
    /// rows do not lessen it. Each bin adds `s (1 − s) χ² / rows`.
    fn luck(&self, rows: usize) -> f64 {
        let held = self.bins.iter().filter(|(n, _)| *n > 0.0);
        let squares = held.map(|(n, stated)| {
            let variance = stated / n * (1.0 - stated / n);
            2.0 * variance * variance
        });
        squares.sum::<f64>().sqrt() / rows as f64
    }

    fn print(&self, when: &str) {
        println!(
            "    calibration error {when:6} {:.4} ± {:.4}   floor {:.4}   without chance {:.4}",
            self.plain.mean(),
            self.plain.error(),
            self.floor.mean(),
            self.without_chance()
        );
    }
}

/// Trains on every split and prints the means.
fn report(name: &str, table: &Table, settings: &Settings, splits: usize) -> Option<Verdict> {
    let mut levels: [Level; LEVELS.len()] = Default::default();
    let (mut before, mut after, mut right) = (Errors::default(), Errors::default(), Figures::default());
    let (mut calibrated, mut rows, mut kinds) = (0, 0, std::collections::BTreeMap::new());
    let started = Instant::now();
    for seed in 0..splits as u64 {
        let settings = Settings { seed, ..settings.clone() };
        let trained = match trained(table, &settings) {
            Ok(trained) => trained,
            Err(reason) => {
                println!("{name}: nothing learned with seed {seed}: {reason}");
                return None;
            }
        };
        let evaluation = &trained.evaluation;
        rows += evaluation.coverage.first().map_or(0, |one| one.rows);
        for (level, of) in levels.iter_mut().zip(LEVELS) {
            let same = |one: &&Coverage| (one.level - of).abs() < 1e-9;
            let Some(one) = evaluation.coverage.iter().find(same) else { continue };
            level.share.0.push(one.share);
            level.size.0.push(one.mean_size);
        }
        if let Some(seen) = &evaluation.reliability {
            let first = if seen.error_before.is_some() { &seen.before } else { &seen.after };
            before.add(first);
            after.add(&seen.after);
            calibrated += usize::from(seen.error_before.is_some());
        }
        *kinds.entry(trained.artefact.algorithm().as_str()).or_insert(0) += 1;
        right.0.extend(trained.leaderboard[trained.best].metrics.get("accuracy"));
    }
    let seconds = started.elapsed().as_secs_f64() / splits as f64;
    println!("{name}: {splits} splits, {rows} test rows, {seconds:.1} s a split, serves {kinds:?}");
    let covered = coverage(&levels, (!right.0.is_empty()).then(|| right.mean()));
    if after.plain.0.is_empty() {
        return Some(Verdict { name: name.to_owned(), covered, calibrated: None });
    }
    before.print("before");
    after.print("after");
    let (first, last) = (before.without_chance(), after.without_chance());
    let seen = table.rows.min(rows as usize);
    // As much as one file in twenty would show of a model that is just good enough.
    let bound = (CALIBRATION_BAR * CALIBRATION_BAR + 1.645 * after.luck(seen)).sqrt();
    let good = if last <= CALIBRATION_BAR || last <= first / 2.0 {
        word(true).to_owned()
    } else if last <= bound {
        format!("not told from {CALIBRATION_BAR}: up to {bound:.3} is luck on {seen} rows")
    } else {
        word(false).to_owned()
    };
    println!("    calibrated in {calibrated} of {splits}, ratio {:.2}  {good}", last / first);
    Some(Verdict { name: name.to_owned(), covered, calibrated: Some(last <= first / 2.0 || last <= bound) })
}

/// Prints the coverage at each level; whether all are within the bar.
fn coverage(levels: &[Level], right: Option<f64>) -> bool {
    let mut all = true;
    for (level, of) in levels.iter().zip(LEVELS) {
        let wanted = right.map_or(of, |right| right.max(of));
        let good = (level.share.mean() - wanted).abs() <= COVERAGE_BAR;
        all &= good;
        let beside =
            right.filter(|right| *right > of).map(|right| format!("the likeliest alone holds {right:.3}"));
        println!(
            "    coverage at {of:<4} {:.3} ± {:.3}   size {:<10.4} {}  {}",
            level.share.mean(),
            level.share.error(),
            level.size.mean(),
            word(good),
            beside.unwrap_or_default()
        );
    }
    all
}

fn word(good: bool) -> &'static str {
    if good { "met" } else { "MISSED" }
}

fn summary(verdicts: &[Verdict]) {
    let missed = |of: &dyn Fn(&Verdict) -> bool| {
        let names: Vec<&str> = verdicts.iter().filter(|one| !of(one)).map(|one| one.name.as_str()).collect();
        if names.is_empty() { String::new() } else { format!(": missed on {}", names.join(", ")) }
    };
    let covered = verdicts.iter().filter(|one| one.covered).count();
    let with_classes = verdicts.iter().filter(|one| one.calibrated.is_some()).count();
    let calibrated = verdicts.iter().filter(|one| one.calibrated == Some(true)).count();
    println!(
        "\ncoverage within {COVERAGE_BAR} of the level on {covered} of {} data sets{}",
        verdicts.len(),
        missed(&|one| one.covered)
    );
    println!(
        "calibration error halved, at most {CALIBRATION_BAR}, or not told from it, on {calibrated} of {with_classes} data sets{}",
        missed(&|one| one.calibrated != Some(false))
    );
}

fn trained(table: &Table, settings: &Settings) -> Result<Trained, String> {
    let checked = settings.check(table).map_err(|faults| format!("{faults:?}"))?;
    let started = Instant::now();
    let elapsed = || started.elapsed().as_secs_f64();
    let resources = Resources { threads: 2, elapsed: Some(&elapsed) };
    engine::train(table, &checked, &resources, &mut |_| Continue::Go).map_err(|error| error.to_string())
}
