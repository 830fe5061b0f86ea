//! `cargo xtask bench …`. `predict`: what a predict costs the server, beside a bare echo of the same bytes.
//!
//! The figure is the server's CPU-microseconds a request (user and system time of its process from `/proc`), because
//! it moves least on a noisy machine; requests a second say more about the neighbours. Each round measures both, in
//! turns (A B, B A, …); the median of the rounds' ratios is the result. Everything is on: key, scope, rate, quota,
//! usage, headers, metrics, and all other routes are registered.

pub mod budget;
pub mod engine_alone;
mod load;
pub mod peers;
mod process;
mod scene;

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use crate::run::Run;
use crate::{say, serve, setup, workspace};
use load::{Load, Requests};
use process::Pinned;
use scene::Scene;

/// What to measure, and how long.
#[derive(clap::Args)]
pub struct Options {
    /// Pairs of measurements; the median counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Keys for the case with many keys; they are made through the API before, a few milliseconds each.
    #[arg(long, default_value_t = 2_000)]
    keys: usize,
}

/// Rows in a request of the batch case.
const ROWS: usize = 1_000;
const JSON: &str = "application/json";
const CSV: &str = "text/csv";
/// The bar for one row: the echo's time by the server's.
const BAR_ONE: f64 = 0.5;
/// The bar for a batch: million rows a second a core.
const BAR_BATCH: f64 = 3.0;

struct Case {
    name: String,
    connections: usize,
    rows: usize,
    requests: Requests,
}

/// A case's medians.
struct Outcome {
    name: String,
    rows: usize,
    bytes: usize,
    server_us: f64,
    echo_us: f64,
    ratio: f64,
}

impl Outcome {
    /// Million rows a second that a core would answer if it did nothing else.
    fn million_rows(&self) -> f64 {
        self.rows as f64 / self.server_us
    }

    fn meets_bar(&self) -> bool {
        if self.rows == 1 { self.ratio >= BAR_ONE } else { self.million_rows() >= BAR_BATCH }
    }
}

/// Builds the program in release and has a browser walk its longest lists.
///
/// # Errors
/// When something that it needs is missing, or a page does not come.
pub fn lists() -> Result<()> {
    let browser = setup::browser()?;
    let program = serve::build()?;
    Run::cargo()
        .args(["run", "--release", "--locked", "--package", "e2e", "--example", "long_lists"])
        .env("AMAAS_BIN", program)
        .env("AMAAS_CHROMIUM", &browser.chromium)
        .env("AMAAS_CHROMEDRIVER", &browser.chromedriver)
        .run()
}

/// How long a log to verify and search.
#[derive(clap::Args)]
pub struct Audit {
    /// Events in the log.
    #[arg(long, default_value_t = 1_000_000)]
    events: usize,
    /// Without optimisation, to try the bench itself; its figures are no measure.
    #[arg(long)]
    debug: bool,
}

/// Verifies and searches a log of a million events, in release and on both databases.
///
/// # Errors
/// When something that it needs is missing, a page does not come, or the log does not verify.
pub fn audit(options: &Audit) -> Result<()> {
    let cluster = crate::check::Cluster::start()?;
    let profile: &[&str] = if options.debug { &[] } else { &["--release"] };
    for database in ["sqlite", "postgres"] {
        say::step(&format!("{} events: {database}", options.events));
        Run::cargo()
            .args(["test", "--locked", "--package", "amaas", "--test", "api"])
            .args(profile)
            .args(["--", "--ignored", "--nocapture", "--exact"])
            .args(["audit::pages_and_verification_of_a_million_events"])
            .env("AMAAS_EVENTS", options.events.to_string())
            .env("AMAAS_TEST_DATABASE", database)
            .env("AMAAS_TEST_POSTGRES_URL", cluster.url())
            .run()?;
    }
    Ok(())
}

/// Builds in release, measures and prints.
///
/// # Errors
/// When a step fails or a request is not answered with 200.
pub fn predict(options: &Options) -> Result<()> {
    say::step("building server and echo (release)");
    process::build()?;
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let server = Pinned::server(folder.path())?;
    let echo = Pinned::echo()?;
    let scene = Scene::set(&server.address, options.keys)?;
    process::pin_us();
    let one = scene.body(1);
    let (objects, lines) = (scene.body(ROWS), scene.csv(ROWS));
    let hot = &scene.keys[..1];
    let case = |name: String, connections, rows, (media, body): (&str, &str), keys: &[String]| Case {
        name,
        connections,
        rows,
        requests: Requests::new(&scene.path, media, body, keys),
    };
    let one = (JSON, one.as_str());
    let cases = [
        case("1 row, one hot key".to_owned(), 64, 1, one, hot),
        case(format!("1 row, {} keys at random", scene.keys.len()), 64, 1, one, &scene.keys),
        case(format!("{ROWS} rows as CSV, one hot key"), 16, ROWS, (CSV, &lines), hot),
        case(format!("{ROWS} rows as objects, one hot key"), 16, ROWS, (JSON, &objects), hot),
    ];
    let mut outcomes = Vec::new();
    for case in &cases {
        outcomes.push(measure(case, &server, &echo, options)?);
    }
    print(&outcomes, options)
}

fn measure(case: &Case, server: &Pinned, echo: &Pinned, options: &Options) -> Result<Outcome> {
    let length = Duration::from_secs_f64(options.seconds);
    let cost = |target: &Pinned| -> Result<f64> {
        let mut load = Load::connect(&target.address, case.connections)?;
        load.run(&case.requests, length.mul_f64(0.2))?;
        let before = target.cpu_micros()?;
        let answered = load.run(&case.requests, length)?;
        let cost = (target.cpu_micros()? - before) / answered as f64;
        load.drain()?;
        Ok(cost)
    };
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..options.rounds.max(1) {
        let (server_us, echo_us) = if round % 2 == 0 {
            let first = cost(server)?;
            (first, cost(echo)?)
        } else {
            let first = cost(echo)?;
            (cost(server)?, first)
        };
        say::step(&format!("{}: {server_us:.2} µs, echo {echo_us:.2} µs", case.name));
        ours.push(server_us);
        theirs.push(echo_us);
        ratios.push(echo_us / server_us);
    }
    Ok(Outcome {
        name: case.name.clone(),
        rows: case.rows,
        bytes: case.requests.body_bytes,
        server_us: median(&mut ours),
        echo_us: median(&mut theirs),
        ratio: median(&mut ratios),
    })
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn print(outcomes: &[Outcome], options: &Options) -> Result<()> {
    println!(
        "\n  CPU-microseconds a request, median of {} pairs of {} s; linear model of {} numbers; one row as an object by name\n",
        options.rounds,
        options.seconds,
        scene::COLUMNS.len()
    );
    println!(
        "  {:<32} {:>8} {:>9} {:>9} {:>8} {:>12}  bar",
        "case", "bytes", "server", "echo", "of echo", "M rows/s/core"
    );
    for one in outcomes {
        let verdict = if one.meets_bar() { "met" } else { "missed" };
        println!(
            "  {:<32} {:>8} {:>9.2} {:>9.2} {:>8.2} {:>12.2}  {verdict}",
            one.name,
            one.bytes,
            one.server_us,
            one.echo_us,
            one.ratio,
            one.million_rows()
        );
    }
    let told: Vec<_> = outcomes
        .iter()
        .map(|one| {
            json!({
                "case": one.name, "rows": one.rows, "body_bytes": one.bytes, "server_us": one.server_us,
                "echo_us": one.echo_us, "of_echo": one.ratio, "million_rows_per_second_per_core": one.million_rows(),
                "bar_met": one.meets_bar(),
            })
        })
        .collect();
    let text = serde_json::to_string_pretty(&told)?;
    println!("\n{text}");
    let file = workspace::target().join("bench-predict.json");
    std::fs::write(&file, text).with_context(|| format!("{} can't be written", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert!(median(&mut []).is_nan());
    }
}
