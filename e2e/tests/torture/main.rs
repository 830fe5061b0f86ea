//! What is done to the real program from outside: frozen workers, crashing children, a database that fails, a flood.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod children;
mod database;
mod drain;
mod load;
mod zombie;

use e2e::{Program, Setup};

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

/// The laws hold of what the program leaves.
fn assert_laws(program: &Program) {
    let check = program.run_command(&["check"]).unwrap();
    assert!(check.success, "a law is broken:\n{}", check.text);
}

fn assert_no_panic(program: &Program) {
    let log = program.log();
    assert!(!log.contains("panicked at"), "{}", log.lines().find(|line| line.contains("panicked")).unwrap());
}
