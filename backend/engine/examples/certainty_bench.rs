//! Whether models are as sure as they should be, on real data: for every data set of a folder with a `manifest.json`
//! (names, tasks, targets) a model is trained with several seeds and asked about rows that it did not see.
//!
//! ```text
//! certainty_bench FOLDER [SEEDS] [SETTINGS] [NAME…]
//! ```
//! Printed are the mean coverage of the intervals or sets at each level, with the share of right answers, below which no
//! set can fall, the calibration error before and after, the bytes of the evaluation, and the seconds of a training.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

use std::time::Instant;

use engine::{Continue, IntakeOptions, Resources, Settings, Split, Table, Trained};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(folder) = arguments.first() else {
        println!("usage: certainty_bench FOLDER [SEEDS] [SETTINGS] [NAME…]");
        return;
    };
    let seeds = arguments.get(1).map_or(5, |text| text.parse().expect("a number of seeds"));
    let settings = arguments.get(2).map_or("{}", String::as_str);
    let names = arguments.get(3..).unwrap_or_default();
    let settings: Settings = serde_json::from_str(settings).expect("settings");
    let manifest = std::fs::read(format!("{folder}/manifest.json")).expect("a manifest");
    let sets: Vec<serde_json::Value> = serde_json::from_slice(&manifest).expect("a manifest of JSON");
    let text = |set: &serde_json::Value, key: &str| set[key].as_str().unwrap_or_default().to_owned();
    for set in &sets {
        let name = text(set, "name");
        if !names.is_empty() && !names.contains(&name) {
            continue;
        }
        let bytes = std::fs::read(format!("{folder}/{name}.csv")).expect("the data");
        let table = engine::read(&bytes, &IntakeOptions::default()).expect("a CSV").table;
        let classes = text(set, "task") == "classification";
        let split = match (&settings.split, classes) {
            (Split::Random { test_fraction }, true) => Split::Stratified { test_fraction: *test_fraction },
            (split, _) => split.clone(),
        };
        let settings = Settings { target: text(set, "target"), split, ..settings.clone() };
        report(&name, &table, &settings, seeds);
    }
}

/// Trains with every seed and prints the means.
fn report(name: &str, table: &Table, settings: &Settings, seeds: u64) {
    let (mut levels, mut runs) = (vec![(0.0, 0.0, 0.0); 5], 0.0);
    let (mut before, mut after, mut right, mut bytes, mut seconds) = (0.0, 0.0, 0.0, 0, 0.0);
    let mut rows = 0;
    for seed in 0..seeds {
        let settings = Settings { seed, ..settings.clone() };
        let started = Instant::now();
        let trained = match trained(table, &settings) {
            Ok(trained) => trained,
            Err(reason) => {
                println!("{name:14} nothing learned with seed {seed}: {reason}");
                continue;
            }
        };
        seconds += started.elapsed().as_secs_f64();
        let evaluation = &trained.evaluation;
        runs += 1.0;
        rows = evaluation.test_rows;
        for (sum, coverage) in levels.iter_mut().zip(&evaluation.coverage) {
            *sum = (coverage.level, sum.1 + coverage.share, sum.2 + coverage.mean_size);
        }
        if let Some(reliability) = &evaluation.reliability {
            after += reliability.error_after;
            before += reliability.error_before.unwrap_or(reliability.error_after);
        }
        right += trained.leaderboard[trained.best].metrics.get("accuracy").copied().unwrap_or(0.0);
        bytes = bytes.max(serde_json::to_vec(evaluation).unwrap().len());
    }
    if runs == 0.0 {
        return;
    }
    let shares: Vec<String> = levels
        .iter()
        .filter(|(level, ..)| *level > 0.0)
        .map(|(level, share, size)| format!("{level}: {:.3} ({:.3})", share / runs, size / runs))
        .collect();
    println!(
        "{name:14} {rows:6} rows  {}  right {:.3}  calibration error {:.4} → {:.4}  {} kB  {:.1} s",
        shares.join("  "),
        right / runs,
        before / runs,
        after / runs,
        bytes / 1_000,
        seconds / runs
    );
}

fn trained(table: &Table, settings: &Settings) -> Result<Trained, String> {
    let checked = settings.check(table).map_err(|faults| format!("{faults:?}"))?;
    let started = Instant::now();
    let elapsed = || started.elapsed().as_secs_f64();
    let resources = Resources { threads: 1, elapsed: Some(&elapsed) };
    engine::train(table, &checked, &resources, &mut |_| Continue::Go).map_err(|error| error.to_string())
}
