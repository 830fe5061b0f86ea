//! Workers that fail: frozen for longer than the lease, to wake when another has finished the job; and killed.

use super::{assert_laws, assert_no_panic, new_postgres, on_postgres, setup};
use contract::models::{ListModels, ListModelsQuery};
use contract::training::{Run, RunStatus};
use e2e::scene::{PATIENCE, diamonds, run, start_run, upload, wait_for_end};
use e2e::{Client, Program, Setup, Signal, start_worker, wait_within};
use std::time::Duration;
use torture::Torture;

/// How many models a run has made.
fn models_of(person: &Client, started: &Run) -> usize {
    let query = |cursor| ListModelsQuery { limit: Some(100), cursor, name: None };
    let models = person.list::<ListModels, _>(query).unwrap();
    models.iter().filter(|model| model.run_id == started.id).count()
}

#[test]
fn torture_a_frozen_worker_that_wakes_commits_nothing() {
    let torture = Torture::begin(
        "T04",
        "SIGSTOP of a worker for longer than its lease, SIGCONT after another finished",
    );
    let folder = tempfile::tempdir().unwrap();
    // On SQLite a process that is frozen while it writes holds up all others: many workers need PostgreSQL.
    let Some(url) = new_postgres() else { return torture.skip("there is no PostgreSQL") };
    let data_dir = Some(folder.path().join("data"));
    let setup = Setup { data_dir, arguments: vec!["--no-worker"], ..on_postgres(&url) };
    let program = Program::start_with(&setup).unwrap();
    let person = Client::sign_up(program.address(), "ada@example.com", "Ice Shelf").unwrap();
    let rounds = torture.times(1, 5);
    let mut bad = 0;
    for round in 0..rounds {
        let log = |name: &str| folder.path().join(format!("{name}-{round}"));
        let frozen = start_worker(&setup, &log("frozen")).unwrap();
        let dataset = upload(&person, &person, &diamonds(2_000)).unwrap();
        // So long that it surely is under way when the worker is frozen.
        let started = start_run(&person, dataset, 300_000).unwrap();
        wait_within(PATIENCE, "the run to begin", || {
            Ok((run(&person, &started)?.status == RunStatus::Running).then_some(()))
        })
        .unwrap();
        frozen.signal(Signal::STOP);
        let other = start_worker(&setup, &log("other")).unwrap();
        let ended = wait_for_end(&person, &started).unwrap();
        assert_eq!(ended.attempt, 2, "the other worker took it over");
        frozen.signal(Signal::CONT);
        wait_within(PATIENCE, "the zombie to notice", || {
            let lines = std::fs::read_to_string(log("frozen"))?;
            Ok((lines.contains("stopping the job") || lines.contains("lease was lost")).then_some(()))
        })
        .unwrap();
        let after = run(&person, &started).unwrap();
        bad += u64::from(
            models_of(&person, &started) != 1 || after.model_id != ended.model_id || after.attempt != 2,
        );
        drop((frozen, other));
        assert_laws(&program);
    }
    assert_no_panic(&program);
    torture.end(rounds, bad, "the zombie's commit is refused, one model");
}

#[test]
fn torture_a_killed_worker_loses_no_run_and_doubles_no_model() {
    let torture = Torture::begin("T01", "kill -9 of a worker beside the program while it learns");
    let folder = tempfile::tempdir().unwrap();
    let data_dir = Some(folder.path().join("data"));
    let setup = Setup { data_dir, arguments: vec!["--no-worker"], ..setup(&[]) };
    let program = Program::start_with(&setup).unwrap();
    let person = Client::sign_up(program.address(), "ada@example.com", "Ice Shelf").unwrap();
    let mut worker = start_worker(&setup, &folder.path().join("first")).unwrap();
    let dataset = upload(&person, &person, &diamonds(2_000)).unwrap();
    let (kills, mut dice) = (torture.times(2, 50), torture.dice());
    let (mut bad, mut again) = (0, 0);
    for kill in 0..kills {
        let started = start_run(&person, dataset, 100_000).unwrap();
        // The moment of the kill is what is drawn.
        std::thread::sleep(Duration::from_millis(dice.below(1_500)));
        worker.kill();
        if dice.below(4) == 0 {
            assert_laws(&program);
        }
        worker = start_worker(&setup, &folder.path().join(format!("after-{kill}"))).unwrap();
        let ended = wait_for_end(&person, &started).unwrap();
        again += u64::from(ended.attempt > 1);
        bad += u64::from(models_of(&person, &started) != 1);
    }
    assert_no_panic(&program);
    assert_laws(&program);
    torture.end(kills, bad, format!("{again} runs begun again; 0 lost, 0 double"));
}
