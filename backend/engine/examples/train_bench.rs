//! Trains on a CSV and prints one line of JSON: scores, seconds, and the leaderboard.
//!
//! ```text
//! train_bench FILE SETTINGS [THREADS] [REPEATS] [KEEP]
//! ```
//! `SETTINGS` is JSON (or `@file`); `REPEATS` retrains as often, on 1, 2 and 4 threads in turn, and says whether all
//! artefacts are equal. After `KEEP` seconds the search is told to stop and keep the best so far.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

use std::time::Instant;

use engine::{CheckedSettings, Continue, IntakeOptions, Resources, Settings, Table, Trained};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, settings, rest @ ..] = arguments.as_slice() else {
        println!("usage: train_bench FILE SETTINGS [THREADS] [REPEATS] [KEEP]");
        return;
    };
    let settings = match settings.strip_prefix('@') {
        Some(path) => std::fs::read_to_string(path).expect("the settings"),
        None => settings.clone(),
    };
    let settings: Settings = serde_json::from_str(&settings).expect("settings");
    let number = |at: usize| rest.get(at).map_or(1, |text| text.parse().expect("a number"));
    let keep: Option<f64> = rest.get(2).map(|text| text.parse().expect("seconds"));
    let started = Instant::now();
    let intake =
        engine::read(&std::fs::read(file).expect("the file"), &IntakeOptions::default()).expect("a CSV");
    let read_seconds = started.elapsed().as_secs_f64();
    let checked = settings.check(&intake.table).expect("settings that fit");
    let repeats = number(1);
    if repeats > 1 {
        same_again(&intake.table, &checked, repeats);
        return;
    }
    let (cpu, started) = (cpu_seconds(), Instant::now());
    // What a fit takes is told in processor time, which neighbours do not stretch; a budget is in seconds of the wall.
    let of_the_wall = settings.budget_seconds.is_some() || keep.is_some();
    let elapsed = || if of_the_wall { started.elapsed().as_secs_f64() } else { cpu_seconds() - cpu };
    let resources = Resources { threads: number(0), elapsed: Some(&elapsed) };
    let (mut first_model, mut kept) = (None, None);
    let trained = engine::train(&intake.table, &checked, &resources, &mut |progress| {
        if let engine::ProgressKind::TrialFinished { finished } = &progress.kind
            && finished.trial > 0
        {
            first_model.get_or_insert_with(&elapsed);
        }
        if keep.is_none_or(|keep| elapsed() < keep) {
            return Continue::Go;
        }
        kept.get_or_insert_with(&elapsed);
        Continue::Keep
    });
    let trained = trained.expect("a model");
    let report = serde_json::json!({
        "file": file,
        "seconds": started.elapsed().as_secs_f64(),
        "cpu_seconds": cpu_seconds() - cpu,
        "read_seconds": read_seconds,
        "first_model_seconds": first_model,
        "seconds_after_keep": kept.map(|kept| elapsed() - kept),
        "trials": trained.trials,
        "ended": trained.ended,
        "validation": trained.validation,
        "rows": trained.rows,
        "best": trained.leaderboard[0].algorithm,
        "scores": trained.leaderboard[0].metrics,
        "baseline": trained.baseline,
        "bytes": trained.artefact.to_bytes().len(),
        "sha256": trained.artefact.sha256_hex(),
        "leaderboard": leaderboard(&trained),
    });
    println!("{report}");
}

fn leaderboard(trained: &Trained) -> Vec<serde_json::Value> {
    let metric = trained.artefact.settings().metric;
    let line = |entry: &engine::Entry| {
        let metric = metric.unwrap_or_else(|| engine::Metric::default_for(trained.artefact.schema().task));
        serde_json::json!({
            "algorithm": entry.algorithm,
            "validation": entry.validation.get(metric.as_str()),
            "test": entry.metrics.get(metric.as_str()),
            "tied": entry.tied_with_best,
            "fit_seconds": entry.fit_seconds,
            "parameters": entry.parameters,
        })
    };
    trained.leaderboard.iter().map(line).collect()
}

/// Trains again and again, and says whether every artefact is the first one.
fn same_again(table: &Table, checked: &CheckedSettings, repeats: usize) {
    let hash = |threads: usize| {
        let resources = Resources { threads, elapsed: None };
        let trained = engine::train(table, checked, &resources, &mut |_| Continue::Go).expect("a model");
        trained.artefact.sha256_hex()
    };
    let first = hash(1);
    let equal = (1..repeats).filter(|n| hash([1, 2, 4][n % 3]) == first).count() + 1;
    println!("{}", serde_json::json!({ "repeats": repeats, "equal": equal, "sha256": first }));
}

/// User and system seconds of this process, from `/proc`; 0 elsewhere.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    let ticks =
        |at: usize| after_name.split_whitespace().nth(at).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}
