//! Learns trees from one file: `tree_bench <csv> <target> <split column> [name=value …]`.
//!
//! The split column names the part of each row: `train`, `valid` (says when to end) or `test`. Prints one line of JSON:
//! the loss on the test rows, the rounds kept, and seconds of processor time from the table to the trees.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::time::Instant;

use engine::yardstick::{Job, trees};
use engine::{ColumnData, IntakeOptions};

/// Seconds of processor time of the whole process (Linux); elsewhere seconds since the start.
fn seconds(start: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = stat.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, target, split, overrides @ ..] = arguments.as_slice() else {
        eprintln!("tree_bench <csv> <target> <split column> [name=value ...]");
        return;
    };
    let bytes = std::fs::read(path).unwrap();
    let table = engine::read(&bytes, &IntakeOptions::default()).unwrap().table;
    let part = table.position(split).unwrap();
    let target = table.position(target).unwrap();
    let rows_of = |name: &str| -> Vec<u32> {
        let ColumnData::Categories { codes, levels } = &table.columns[part].data else { return Vec::new() };
        let code = levels.iter().position(|level| level == name).map(|at| at as u32);
        (0..).zip(codes).filter(|(_, c)| Some(**c) == code).map(|(row, _)| row).collect()
    };
    let overrides: Vec<(String, f64)> = overrides
        .iter()
        .filter_map(|text| text.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
        .collect();
    let repeats = overrides.iter().find(|o| o.0 == "repeats").map_or(1, |o| o.1 as i32);
    let job = Job {
        table: &table,
        target,
        features: (0..table.columns.len()).filter(|at| *at != target && *at != part).collect(),
        train: rows_of("train"),
        held_out: rows_of("valid"),
        test: rows_of("test"),
        overrides,
    };
    let start = Instant::now();
    // The system counts processor time in steps of some milliseconds, so short fits are repeated.
    let (mut total, mut fits, mut outcome) = (0.0, 0, None);
    while fits == 0 || (total < 0.3 && fits < repeats) {
        let fitted = trees(&job, &|| seconds(start)).unwrap();
        total += fitted.seconds;
        fits += 1;
        outcome = Some(fitted);
    }
    let outcome = outcome.unwrap();
    println!(
        "{{\"loss\": {}, \"rounds\": {}, \"leaves\": {}, \"seconds\": {}}}",
        outcome.loss,
        outcome.rounds,
        outcome.leaves,
        total / f64::from(fits)
    );
}
