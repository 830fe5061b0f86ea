//! The whole program is killed at random moments while it records: no entry is lost half, no sequence is left out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

use std::time::Duration;

use contract::tenants::{UpdateTenant, UpdateTenantBody};
use e2e::{Client, Program, Setup};
use torture::Torture;

/// Who record at once.
const WRITERS: usize = 4;

/// Renames the tenant until the program is gone; how often it was told that this was done.
fn rename_until_killed(client: &Client, writer: usize) -> u64 {
    for number in 0.. {
        let body = UpdateTenantBody { name: Some(format!("name {writer} {number}")) };
        if client.call::<UpdateTenant>(&[], &body).is_err() {
            return number;
        }
    }
    0
}

#[test]
fn torture_a_kill_while_events_are_recorded_leaves_no_gap() {
    let torture = Torture::begin("T21", "kill -9 while four writers have their acts recorded");
    let (kills, mut dice) = (torture.times(5, 50), torture.dice());
    let environment = vec![
        ("AMAAS__AUTH__ACCESS_SECONDS", "3600".to_owned()),
        // Nobody is told to slow down here.
        ("AMAAS__PLANS__STANDARD__REQUESTS_PER_SECOND", "100000".to_owned()),
        ("AMAAS__PLANS__STANDARD__REQUESTS_BURST", "100000".to_owned()),
    ];
    let mut program = Program::start_with(&Setup { environment, ..Setup::default() }).unwrap();
    let mut client = Client::sign_up(program.address(), "ada@example.com", "Ice Shelf").unwrap();
    let mut recorded = 1;
    for _ in 0..kills {
        let delay = Duration::from_millis(dice.below(500));
        let done: u64 = std::thread::scope(|scope| {
            let client = &client;
            let writers: Vec<_> =
                (0..WRITERS).map(|writer| scope.spawn(move || rename_until_killed(client, writer))).collect();
            // The moment of the kill is what is drawn: the one wait here that nothing ends earlier.
            std::thread::sleep(delay);
            program.kill();
            writers.into_iter().map(|writer| writer.join().unwrap()).sum()
        });
        recorded += done;
        let verified = program.run_command(&["audit", "verify"]).unwrap();
        assert!(verified.success, "after a kill at {delay:?}:\n{}", verified.text);
        let events =
            verified.text.split(": ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
        let events: u64 = events.parse().unwrap();
        // Whatever was answered is there; what was cut off may be.
        assert!(events >= recorded, "{events} events, {recorded} changes were answered");
        recorded = events;
        program.start_again().unwrap();
        client = client.at(program.address());
    }
    torture.end(kills, 0, format!("{recorded} events, no gap"));
}
