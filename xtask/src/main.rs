//! `cargo xtask`: the only build script. It sets up a fresh machine, builds, starts, shows, tests and checks.
//!
//! Each command prints one line for each step; the second time a step that has nothing to do takes no time.

// The build script is what starts other programs and reads their variables; the bans are the server's.
#![allow(clippy::disallowed_methods)]

mod bench;
mod check;
mod child;
mod dashboard;
mod demo;
mod mutants;
mod run;
mod say;
mod sbom;
mod serve;
mod setup;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Builds, starts, shows, tests and checks Amaas."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Set up, build and start Amaas on 127.0.0.1; Ctrl-C stops it
    Start(serve::Options),
    /// Start Amaas and do the main job on real data: sign up, upload, train, deploy, predict, audit
    Demo(serve::Options),
    /// Run every test: units, server on SQLite and PostgreSQL, S3, browser
    Test {
        /// Only tests whose names hold this
        filter: Option<String>,
    },
    /// Run what is done to Amaas by faults, attacks and load; one line a test: name, seed, runs, bad, figure
    Torture(check::Torture),
    /// Take out one thing after the other and see whether a test notices
    #[command(subcommand)]
    Mutants(Mutants),
    /// Check format, clippy, tidy, licences and sources
    Lint,
    /// Everything that must be green: lint, then test
    Ci,
    /// Check the rules of the house that no compiler checks
    Tidy,
    /// Set up and build the program in release, the dashboard inside
    Build,
    /// Build the dashboard into target/dashboard
    Dashboard,
    /// Write what the program is made of (CycloneDX) to target/sbom.cdx.json
    Sbom,
    /// Take a picture of every screen in light, dark, narrow and 中文, into target/screenshots
    Screenshots,
    /// Measure: what a predict costs, how long lists feel
    #[command(subcommand)]
    Bench(Bench),
}

#[derive(Subcommand)]
enum Mutants {
    /// Every condition on a tenant: a line each, with the test that notices
    TenantFilters {
        /// Only places (`file:line:column`) that hold this
        place: Option<String>,
    },
}

#[derive(Subcommand)]
enum Bench {
    /// CPU-microseconds a predict call, in pairs with an echo of the same bytes
    Predict(bench::Options),
    /// How long lists (100,000 data sets, 100,000 entries of the log) feel in a real browser
    Lists,
    /// Verifying and searching an audit log of a million entries, on both databases
    Audit(bench::Audit),
    /// What the engine learns beside scikit-learn, LightGBM and an AutoML, and what that takes
    Engine(bench::peers::Engine),
    /// Whether searches keep to their budgets, and how soon they end when somebody says so
    Budget(bench::budget::Options),
    /// Boosting beside LightGBM's with the same trees and leaves, one thread each
    Trees(bench::peers::Sets),
    /// What an answer takes beside scikit-learn and LightGBM
    Score,
    /// Reading 200 MB of mixed CSV beside pandas
    Read,
    /// Exported models in onnxruntime beside the engine's own answers
    Onnx(bench::engine_alone::Models),
    /// How often intervals hold the truth, and how far probabilities are from what comes true
    Certainty(bench::engine_alone::Certainty),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Start(options) => serve::start(&options),
        Command::Demo(options) => demo::run(&options),
        Command::Test { filter } => check::test(filter.as_deref()),
        Command::Torture(options) => check::torture(&options),
        Command::Mutants(Mutants::TenantFilters { place }) => mutants::tenant_filters(place.as_deref()),
        Command::Lint => check::lint(),
        Command::Ci => check::all(),
        Command::Build => serve::build().map(drop),
        Command::Sbom => sbom::write(),
        Command::Tidy => tidy::check(),
        Command::Screenshots => check::screenshots(),
        Command::Bench(Bench::Predict(options)) => bench::predict(&options),
        Command::Bench(Bench::Lists) => bench::lists(),
        Command::Bench(Bench::Audit(options)) => bench::audit(&options),
        Command::Bench(Bench::Engine(options)) => bench::peers::engine(&options),
        Command::Bench(Bench::Budget(options)) => bench::budget::budget(&options),
        Command::Bench(Bench::Trees(options)) => bench::peers::trees(&options),
        Command::Bench(Bench::Score) => bench::peers::score(),
        Command::Bench(Bench::Read) => bench::peers::read(),
        Command::Bench(Bench::Onnx(options)) => bench::engine_alone::onnx(&options),
        Command::Bench(Bench::Certainty(options)) => bench::engine_alone::certainty(&options),
        Command::Dashboard => setup::wasm::find_or_install().and_then(dashboard::build).map(drop),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::failed(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
