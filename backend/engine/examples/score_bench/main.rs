//! How fast tables are read, models fitted and rows scored: `cargo run --release -p engine --example score_bench`.
//!
//! Prints figures in processor time and ratios; nothing depends on them. The `csv` crate (records only, no types) is the
//! yardstick of reading. With the path of a Python that has numpy, scikit-learn and lightgbm as its argument, their
//! figures for models of the same size stand beside ours (`xtask/bench/score.py`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, missing_docs)]

mod model;

use std::time::Instant;

use engine::{Algorithm, Continue, IntakeOptions, Scorer, Scores, Settings};

/// Seconds that this thread has had a processor (Linux), so that a busy machine does not blur the figures; elsewhere
/// seconds since the start.
fn seconds(start: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = stat.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

/// The least of several timings, in seconds.
fn least(times: usize, mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    let run = |_| {
        let before = seconds(start);
        work();
        seconds(start) - before
    };
    (0..times).map(run).fold(f64::INFINITY, f64::min)
}

/// The least of many timings by the clock, in seconds, for work so short that some runs of it meet no other program.
fn quickest(times: usize, mut work: impl FnMut()) -> f64 {
    let run = |_| {
        let before = Instant::now();
        work();
        before.elapsed().as_secs_f64()
    };
    (0..times).map(run).fold(f64::INFINITY, f64::min)
}

fn main() {
    let theirs = Theirs::measured();
    score_trees(&theirs);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/samples/diamonds.csv");
    let bytes = std::fs::read(path).unwrap();
    let megabytes = bytes.len() as f64 / 1e6;
    // Ten at a time: the system counts processor time in steps of some milliseconds.
    let ours = least(3, || {
        for _ in 0..10 {
            std::hint::black_box(engine::read(&bytes, &IntakeOptions::default()).unwrap());
        }
    }) / 10.0;
    let records = least(3, || {
        for _ in 0..10 {
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            let mut record = csv::ByteRecord::new();
            while reader.read_byte_record(&mut record).unwrap() {
                std::hint::black_box(&record);
            }
        }
    }) / 10.0;
    println!("read    {:.1} ms, {:.0} MB/s with types", ours * 1e3, megabytes / ours);
    println!("        csv crate without types {:.0} MB/s: ratio {:.2}", megabytes / records, records / ours);

    let table = engine::read(&bytes, &IntakeOptions::default()).unwrap().table;
    let profile = least(5, || {
        std::hint::black_box(engine::profile(&table));
    });
    println!("profile {:.1} ms", profile * 1e3);
    for algorithm in [Algorithm::Linear, Algorithm::Ridge, Algorithm::GradientDescent] {
        let settings =
            Settings { target: "price".to_owned(), algorithms: Some(vec![algorithm]), ..Settings::default() };
        let checked = settings.check(&table).unwrap();
        let mut trained = None;
        let seconds = least(3, || {
            trained = Some(
                engine::train(&table, &checked, &engine::Resources::default(), &mut |_| Continue::Go)
                    .unwrap(),
            );
        });
        let trained = trained.unwrap();
        let r2 = trained.leaderboard.iter().find(|e| e.algorithm == algorithm).unwrap().metrics["r2"];
        println!("fit     {:16} {:.1} ms, r2 {r2:.6}", algorithm.as_str(), seconds * 1e3);
        if algorithm == Algorithm::Linear {
            score(&Scorer::from_artefact(&trained.artefact).unwrap(), &theirs);
        }
    }
}

/// Microseconds a row of the others, by name; none without a Python that has them.
struct Theirs(Option<serde_json::Value>);

impl Theirs {
    fn measured() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../xtask/bench/score.py");
        Self(std::env::args().nth(1).map(|python| {
            let output = std::process::Command::new(python).arg(script).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            serde_json::from_slice(&output.stdout).unwrap()
        }))
    }

    fn of(&self, name: &str) -> Option<f64> {
        self.0.as_ref().and_then(|figures| figures[name].as_f64())
    }
}

/// A figure of ours.
struct Line {
    what: &'static str,
    micros: f64,
}

impl Line {
    /// Prints it with the others' and how many times ours they are.
    fn print(&self, theirs: &[(&str, Option<f64>)]) {
        print!("        {:26} {:9.3} us", self.what, self.micros);
        for (name, figure) in theirs {
            if let Some(figure) = figure {
                print!(", {name} {figure:.3} us (x {:.1})", figure / self.micros);
            }
        }
        println!();
    }
}

/// Trees: microseconds of a row alone, rows a second in batches.
fn score_trees(theirs: &Theirs) {
    let artefact = model::of_trees(300, 6);
    let scorer = Scorer::from_artefact(&artefact).unwrap();
    let mut stream = model::Stream(7);
    let mut fill = |rows: usize| {
        let mut batch = scorer.new_batch(rows);
        for row in 0..rows {
            for at in 0..model::FEATURES {
                let _ = batch.set_number(row, at, stream.next());
            }
        }
        batch
    };
    let singles: Vec<_> = (0..200).map(|_| fill(1)).collect();
    let many = fill(1_000);
    let mut scores = Scores::default();
    let single = quickest(3_000, || {
        for batch in &singles {
            scorer.score_into(std::hint::black_box(batch), &mut scores);
            std::hint::black_box(&scores);
        }
    }) / singles.len() as f64;
    let batch = quickest(1_000, || {
        scorer.score_into(std::hint::black_box(&many), &mut scores);
        std::hint::black_box(&scores);
    }) / many.rows() as f64;
    let explained = quickest(2_000, || {
        std::hint::black_box(scorer.explain(&many, 7, 0));
    });
    println!("trees   300 of depth 6; the bars are 2.5 us a row alone and 400,000 rows/s in a batch");
    let alone = Line { what: "a row alone", micros: single * 1e6 };
    alone.print(&[("LightGBM", theirs.of("lightgbm_row")), ("scikit-learn", theirs.of("sklearn_row"))]);
    let of_many = Line { what: "a row of 1,000", micros: batch * 1e6 };
    of_many.print(&[("LightGBM", theirs.of("lightgbm_batch")), ("scikit-learn", theirs.of("sklearn_batch"))]);
    println!("        {:.0} rows/s", 1.0 / batch);
    let explained = Line { what: "a row explained", micros: explained * 1e6 };
    explained.print(&[("LightGBM", theirs.of("lightgbm_explain_row"))]);
}

/// Nanoseconds a row: scoring alone, and with the cells of a row set by value and by word.
fn score(scorer: &Scorer, theirs: &Theirs) {
    for rows in [1, 1_000] {
        let mut batch = scorer.new_batch(rows);
        let mut scores = Scores::default();
        let set = |rows: usize, batch: &mut engine::Batch| {
            batch.reset(rows);
            for row in 0..rows {
                for (at, feature) in scorer.schema().features.iter().enumerate() {
                    let _ = match &feature.levels {
                        Some(levels) => batch.set_text(row, at, &levels[row % levels.len()]),
                        None => batch.set_number(row, at, row as f64 * 0.01),
                    };
                }
            }
        };
        set(rows, &mut batch);
        let repeats = 1_000_000 / rows;
        let alone = least(5, || {
            for _ in 0..repeats {
                scorer.score_into(std::hint::black_box(&batch), &mut scores);
                std::hint::black_box(&scores);
            }
        });
        let with_cells = least(5, || {
            for _ in 0..repeats {
                set(rows, &mut batch);
                scorer.score_into(std::hint::black_box(&batch), &mut scores);
                std::hint::black_box(&scores);
            }
        });
        println!(
            "score   {rows:5} rows a call: {:.1} ns a row, {:.1} with its 9 cells set",
            alone * 1e3,
            with_cells * 1e3
        );
        let of = if rows == 1 { "sklearn_linear_row" } else { "sklearn_linear_batch" };
        let line = Line { what: "with cells, the bar 0.1 us", micros: with_cells };
        line.print(&[("scikit-learn", theirs.of(of))]);
    }
}
