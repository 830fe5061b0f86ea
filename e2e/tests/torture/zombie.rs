//! A worker that is frozen for longer than its lease, and wakes when another has finished its job.

use super::{assert_laws, assert_no_panic, new_postgres, on_postgres};
use contract::models::{ListModels, ListModelsQuery};
use contract::training::RunStatus;
use e2e::scene::{PATIENCE, diamonds, run, start_run, upload, wait_for_end};
use e2e::{Client, Program, Setup, Signal, start_worker, wait_within};
use torture::Torture;

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
        let query = |cursor| ListModelsQuery { limit: Some(100), cursor, name: None };
        let models = person.list::<ListModels, _>(query).unwrap();
        let of_this_run = models.iter().filter(|model| model.run_id == started.id).count();
        let after = run(&person, &started).unwrap();
        bad += u64::from(of_this_run != 1 || after.model_id != ended.model_id || after.attempt != 2);
        drop((frozen, other));
        assert_laws(&program);
    }
    assert_no_panic(&program);
    torture.end(rounds, bad, "the zombie's commit is refused, one model");
}
