//! Two servers and two workers, four processes on one PostgreSQL and one storage: what one does the others see.
//!
//! `cargo xtask test` names a PostgreSQL by `AMAAS_TEST_POSTGRES_URL`; without one this says so and ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

use std::time::{Duration, Instant};

use contract::api_keys::RevokeApiKey;
use contract::endpoints::{CreateEndpoint, CreateEndpointBody, RollBackEndpoint};
use contract::endpoints::{UpdateEndpoint, UpdateEndpointBody};
use contract::training::{Run, RunStatus};
use contract::{Code, DatasetId, Nothing};
use e2e::scene::{ENDPOINT, diamonds, make_key, new_database, predict, run, start_run, upload, wait_for_end};
use e2e::{Client, Process, Program, Result, Setup, refusal, start_worker, wait_for, wait_within};
use tempfile::TempDir;

/// How soon the other server must know.
const SOON: Duration = Duration::from_secs(5);

/// The four processes.
struct Fleet {
    // Dropped in this order: the processes first, then their files.
    a: Program,
    b: Program,
    workers: Vec<Process>,
    _folder: TempDir,
}

impl Fleet {
    fn start(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let environment = [
            ("AMAAS__DATABASE__URL", url),
            ("AMAAS__DATABASE__MAX_CONNECTIONS", "8"),
            ("AMAAS__AUTH__SECRET", "the same on every server, and no secret in a test"),
            ("AMAAS__VAULT__ROOT_KEY", "YSByb290IGtleSBmb3IgdGVzdHMgYWxvbmUsIDMyIEI="),
            // One run a worker, so that two runs are surely on two; short leases, so that a loss is soon seen.
            ("AMAAS__WORKER__CONCURRENCY", "1"),
            ("AMAAS__WORKER__LEASE_SECONDS", "4"),
            ("AMAAS__WORKER__HEARTBEAT_SECONDS", "1"),
            ("AMAAS__WORKER__SWEEP_SECONDS", "1"),
        ];
        let setup = Setup {
            data_dir: Some(folder.path().join("data")),
            arguments: vec!["--no-worker"],
            environment: environment.map(|(name, value)| (name, value.to_owned())).to_vec(),
        };
        let a = Program::start_with(&setup).unwrap();
        let b = Program::start_with(&setup).unwrap();
        let worker = |n: usize| start_worker(&setup, &folder.path().join(format!("worker-{n}"))).unwrap();
        let workers = vec![worker(0), worker(1)];
        Self { a, b, workers, _folder: folder }
    }
}

/// A person or a program, as each server sees it.
struct Caller {
    a: Client,
    b: Client,
}

impl Caller {
    fn on(fleet: &Fleet, client: &Client) -> Self {
        Self { a: client.at(fleet.a.address()), b: client.at(fleet.b.address()) }
    }
}

/// Waits until a server answers by a version, and fails when it answers anything else than the old or the new one.
fn wait_for_version(client: &Client, old: u32, new: u32) -> Duration {
    let asked = Instant::now();
    wait_within(SOON, &format!("version {new}"), || {
        let version = predict(client)?.model_version;
        assert!([old, new].contains(&version), "version {version} is neither {old} nor {new}");
        Ok((version == new).then_some(asked.elapsed()))
    })
    .unwrap()
}

/// A model made by a worker is served by both servers; a change on one is a change on the other.
fn serve_and_change(person: &Caller, fleet: &Fleet, runs: &[Run; 2]) {
    let model = |at: usize| runs[at].model_id.unwrap();
    let body = CreateEndpointBody { name: ENDPOINT.to_owned(), model_id: model(0) };
    let endpoint = person.b.call::<CreateEndpoint>(&[], &body).unwrap();
    assert_eq!(endpoint.model_version, 1);
    let key = make_key(&person.a).unwrap();
    let shop = Caller::on(fleet, &person.a.with_key(&key.secret));
    for client in [&shop.b, &shop.a] {
        let answer = predict(client).unwrap();
        assert_eq!((answer.model_id, answer.predictions.len()), (model(0), 1));
    }
    // Both have key, endpoint and model in their caches now.
    person.a.call::<UpdateEndpoint>(&[ENDPOINT], &UpdateEndpointBody { model_id: model(1) }).unwrap();
    assert_eq!(
        predict(&shop.a).unwrap().model_version,
        2,
        "the server that changed it answers by it at once"
    );
    let changed = wait_for_version(&shop.b, 1, 2);
    person.b.call::<RollBackEndpoint>(&[ENDPOINT], &Nothing {}).unwrap();
    assert_eq!(predict(&shop.b).unwrap().model_version, 1);
    let rolled_back = wait_for_version(&shop.a, 2, 1);

    person.a.call::<RevokeApiKey>(&[&key.key.id.to_string()], &Nothing {}).unwrap();
    let refused = predict(&shop.a);
    assert_eq!(refusal(&refused).map(|problem| problem.code), Some(Code::KeyRevoked), "{refused:?}");
    let asked = Instant::now();
    let revoked = wait_within(SOON, "the refusal by the other server", || {
        let refused = predict(&shop.b);
        let problem = refusal(&refused).filter(|problem| problem.code == Code::KeyRevoked);
        Ok(problem.map(|_| asked.elapsed()))
    })
    .unwrap();
    println!(
        "known to the other server after: change {changed:?}, roll back {rolled_back:?}, revocation {revoked:?}"
    );
}

/// Both workers are busy when one dies: the other finishes its own run and then the orphan.
fn lose_a_worker(person: &Caller, fleet: &mut Fleet, dataset: DatasetId) {
    let started = [
        start_run(&person.a, dataset, 1_000_000).unwrap(),
        start_run(&person.b, dataset, 1_000_000).unwrap(),
    ];
    wait_for("a run on each worker", || {
        let running = |started: &Run| Ok(run(&person.b, started)?.status == RunStatus::Running);
        let both: Result<Vec<bool>> = started.iter().map(running).collect();
        Ok(both?.into_iter().all(|running| running).then_some(()))
    })
    .unwrap();
    fleet.workers[0].kill();
    let ended = started.map(|run| wait_for_end(&person.a, &run).unwrap());
    let mut tries = ended.each_ref().map(|run| run.attempt);
    tries.sort_unstable();
    assert_eq!(tries, [1, 2], "one run was orphaned by the kill, and taken up once");
    assert_ne!(ended[0].model_id, ended[1].model_id);
    assert!(!fleet.workers[1].has_ended(), "the other worker lives");
}

#[test]
fn servers_and_workers_on_one_database_act_as_one() {
    let Ok(url) = std::env::var("AMAAS_TEST_POSTGRES_URL") else {
        println!("AMAAS_TEST_POSTGRES_URL names no PostgreSQL: not tested; `cargo xtask test` starts one");
        return;
    };
    let mut fleet = Fleet::start(&new_database(&url).unwrap());
    let ada = Client::sign_up(fleet.a.address(), "ada@example.com", "Ice Shelf").unwrap();
    let person = Caller::on(&fleet, &ada);
    let dataset = upload(&person.a, &person.b, &diamonds(usize::MAX)).unwrap();
    let first = wait_for_end(&person.b, &start_run(&person.a, dataset, 10).unwrap()).unwrap();
    let second = wait_for_end(&person.a, &start_run(&person.b, dataset, 10).unwrap()).unwrap();
    serve_and_change(&person, &fleet, &[first, second]);
    lose_a_worker(&person, &mut fleet, dataset);
    let check = fleet.a.run_command(&["check"]).unwrap();
    assert!(check.success, "a law is broken:\n{}", check.text);
}
