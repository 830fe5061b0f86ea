//! The process that learns dies each time it is begun: the run is put aside, and the program lives on.

use super::{assert_laws, assert_no_panic, p99, setup};
use contract::training::RunStatus;
use e2e::scene::{PATIENCE, diamonds, predict, run, serve, start_run, upload};
use e2e::{Client, Program, Signal, signal_to, wait_within};
use std::time::Instant;
use torture::Torture;

#[test]
fn torture_a_child_that_always_crashes_is_put_aside_after_three_tries() {
    let torture = Torture::begin("T07", "SIGABRT of every process that learns a run");
    let mut program = Program::start_with(&setup(&[])).unwrap();
    let person = Client::sign_up(program.address(), "ada@example.com", "Ice Shelf").unwrap();
    let shop = person.with_key(&serve(&person).unwrap());
    let dataset = upload(&person, &person, &diamonds(2_000)).unwrap();
    let rounds = torture.times(1, 10);
    let timed = || {
        let since = Instant::now();
        predict(&shop).ok().map(|_| since.elapsed())
    };
    let alone = p99((0..torture.times(50, 500)).filter_map(|_| timed()).collect());
    let (mut bad, mut beside) = (0, Vec::new());
    for _ in 0..rounds {
        let started = start_run(&person, dataset, 1_000_000).unwrap();
        let ended = wait_within(PATIENCE, "the run to be put aside", || {
            for child in program.process().children() {
                signal_to(child, Signal::ABORT);
            }
            beside.extend(timed());
            Ok(Some(run(&person, &started)?).filter(|run| run.status.is_final()))
        })
        .unwrap();
        bad += u64::from(ended.status != RunStatus::Dead || ended.attempt != 3 || ended.error.is_none());
    }
    assert_no_panic(&program);
    assert_laws(&program);
    let figure = format!(
        "dead letter after 3 tries; {} predictions answered meanwhile, p99 {:.1} ms, and {:.1} ms alone",
        beside.len(),
        p99(beside).as_secs_f64() * 1000.0,
        alone.as_secs_f64() * 1000.0
    );
    torture.end(rounds, bad, figure);
}
