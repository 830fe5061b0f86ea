//! What is done to the real program from outside: frozen workers, crashing children, a database or storage that fails, a
//! full disk, hard files, a flood.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod children;
mod database;
mod disk;
mod drain;
mod load;
mod space;
mod storage;
mod zombie;
mod zoo;

use contract::Code;
use contract::datasets::{UploadDataset, UploadQuery};
use e2e::{Client, Program, Result, Setup, refusal};
use std::time::Duration;

/// A worker's leases are short here, so that a loss is soon seen.
const SHORT_LEASES: [(&str, &str); 4] = [
    ("AMAAS__WORKER__LEASE_SECONDS", "4"),
    ("AMAAS__WORKER__HEARTBEAT_SECONDS", "1"),
    ("AMAAS__WORKER__SWEEP_SECONDS", "1"),
    ("AMAAS__WORKER__RETRY_SECONDS", "1"),
];

fn setup(settings: &[(&'static str, &str)]) -> Setup {
    let all = SHORT_LEASES.iter().chain(settings);
    Setup { environment: all.map(|(name, value)| (*name, (*value).to_owned())).collect(), ..Setup::default() }
}

/// This many calls a second in the plan of every tenant and key.
fn with_rate(rate: u32) -> [(&'static str, String); 4] {
    [
        "AMAAS__PLANS__STANDARD__REQUESTS_PER_SECOND",
        "AMAAS__PLANS__STANDARD__REQUESTS_BURST",
        "AMAAS__PLANS__STANDARD__KEY_REQUESTS_PER_SECOND",
        "AMAAS__PLANS__STANDARD__KEY_REQUESTS_BURST",
    ]
    .map(|name| (name, rate.to_string()))
}

/// The PostgreSQL that `cargo xtask test` names; none where nobody does.
fn postgres_server() -> Option<String> {
    let server = std::env::var("AMAAS_TEST_POSTGRES_URL").ok();
    if server.is_none() {
        println!("AMAAS_TEST_POSTGRES_URL names no PostgreSQL: not tested; `cargo xtask test` starts one");
    }
    server
}

/// A database of its own on that PostgreSQL.
fn new_postgres() -> Option<String> {
    Some(e2e::scene::new_database(&postgres_server()?).unwrap())
}

fn on_postgres(url: &str) -> Setup {
    setup(&[
        ("AMAAS__DATABASE__URL", url),
        ("AMAAS__AUTH__SECRET", "the same on every server, and no secret in a test"),
        ("AMAAS__VAULT__ROOT_KEY", "YSByb290IGtleSBmb3IgdGVzdHMgYWxvbmUsIDMyIEI="),
    ])
}

/// Sends a file; whether it was kept.
fn put(client: &Client, file: &[u8]) -> Result<()> {
    let query = UploadQuery { name: Some("late".to_owned()) };
    client.upload::<UploadDataset>(&query, "text/csv", file.len() as u64, &mut &*file).map(drop)
}

/// Whether a refusal says that it is a matter of time.
fn is_told<T: std::fmt::Debug>(outcome: &Result<T>) -> bool {
    let told =
        refusal(outcome).is_some_and(|problem| [Code::Unavailable, Code::Overloaded].contains(&problem.code));
    if !told {
        println!("expected to be told that it is unavailable, got {outcome:?}");
    }
    told
}

/// Whether something answered; says so when it did not.
fn answers<T: std::fmt::Debug>(what: &str, outcome: &Result<T>) -> bool {
    if outcome.is_err() {
        println!("{what} did not answer: {outcome:?}");
    }
    outcome.is_ok()
}

/// What all but one of a hundred calls are answered within.
fn p99(mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    took.get(took.len() * 99 / 100).copied().unwrap_or_default()
}

/// Bytes of memory that the program holds (`VmRSS`), or held at most (`VmHWM`).
fn memory(program: &Program, what: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap();
    line.trim_matches(|c: char| !c.is_ascii_digit()).parse::<u64>().unwrap() * 1024
}

/// The laws hold of what the program leaves.
fn assert_laws(program: &Program) {
    let check = program.run_command(&["check"]).unwrap();
    assert!(check.success, "a law is broken:\n{}", check.text);
}

fn assert_no_panic(program: &Program) {
    let log = program.log();
    assert!(!log.contains("panicked at"), "{}", log.lines().find(|line| line.contains("panicked")).unwrap());
}
