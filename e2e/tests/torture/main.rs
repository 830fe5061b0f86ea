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

/// A database of its own on the PostgreSQL that `cargo xtask test` names; none where nobody does.
fn new_postgres() -> Option<String> {
    let Ok(server) = std::env::var("AMAAS_TEST_POSTGRES_URL") else {
        println!("AMAAS_TEST_POSTGRES_URL names no PostgreSQL: not tested; `cargo xtask test` starts one");
        return None;
    };
    Some(e2e::scene::new_database(&server).unwrap())
}

fn on_postgres(url: &str) -> Setup {
    setup(&[
        ("AMAAS__DATABASE__URL", url),
        ("AMAAS__AUTH__SECRET", "the same on every server, and no secret in a test"),
        ("AMAAS__VAULT__ROOT_KEY", "YSByb290IGtleSBmb3IgdGVzdHMgYWxvbmUsIDMyIEI="),
    ])
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
