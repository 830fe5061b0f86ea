//! Two servers and two workers, four processes on one PostgreSQL and one storage: what one does the others see.
//!
//! `cargo xtask test` names a PostgreSQL by `AMAAS_TEST_POSTGRES_URL`; without one this says so and ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use contract::api_keys::{CreateApiKey, CreateApiKeyBody, CreatedApiKey, KeyScope, RevokeApiKey};
use contract::datasets::{Dataset, DatasetStatus, GetDataset, UploadDataset, UploadQuery};
use contract::endpoints::{CreateEndpoint, CreateEndpointBody, RollBackEndpoint};
use contract::endpoints::{UpdateEndpoint, UpdateEndpointBody};
use contract::predictions::{Predict, PredictAnswer};
use contract::training::{GetRun, Run, RunStatus, StartRun};
use contract::{Code, DatasetId, NoQuery, Nothing};
use e2e::{
    Client, Process, Program, Result, Setup, find, refusal, root, start_worker, wait_for, wait_within,
};
use tempfile::TempDir;

/// How long training may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);
/// How soon the other server must know.
const SOON: Duration = Duration::from_secs(5);
const ENDPOINT: &str = "diamonds";

/// A database of its own on the server that a superuser's URL names.
fn new_database(url: &str) -> String {
    let mend = "psql is missing: install postgresql-client";
    let psql = find("AMAAS_PSQL", &[PathBuf::from("/usr/bin/psql")], mend).unwrap();
    let name = format!("scaled_{:016x}", std::hash::RandomState::new().build_hasher().finish());
    let made = Command::new(psql)
        .args([url, "--quiet", "--no-psqlrc", "--command", &format!("CREATE DATABASE {name}")])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

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

/// Sends a file to A, whose description B shows.
fn upload(person: &Caller) -> DatasetId {
    let file = std::fs::read(root().join("docs/samples/diamonds.csv")).unwrap();
    let query = UploadQuery { name: Some("diamonds".to_owned()) };
    let sent = person
        .a
        .upload::<UploadDataset>(&query, "text/csv", file.len() as u64, &mut file.as_slice())
        .unwrap();
    let seen: Dataset = wait_within(PATIENCE, "the description of the data set", || {
        let dataset = person.b.get::<GetDataset>(&[&sent.id.to_string()], &NoQuery {})?;
        Ok((dataset.status != DatasetStatus::Profiling).then_some(dataset))
    })
    .unwrap();
    assert_eq!((seen.status, seen.rows), (DatasetStatus::Ready, Some(53_940)), "{:?}", seen.error);
    sent.id
}

/// Asks for a run; `steps` of gradient descent make it as long as it must be.
fn start_run(client: &Client, dataset: DatasetId, steps: u32) -> Run {
    let body = serde_json::json!({
        "dataset_id": dataset, "name": "prices", "target": "price",
        "algorithms": ["linear", "gradient_descent"],
        "gradient_descent": { "learning_rate": 1e-9, "max_iterations": steps, "tolerance": 0.0 },
    });
    client.call::<StartRun>(&[], &serde_json::from_value(body).unwrap()).unwrap()
}

fn run(client: &Client, run: &Run) -> Result<Run> {
    client.get::<GetRun>(&[&run.id.to_string()], &NoQuery {})
}

fn wait_for_end(client: &Client, started: &Run) -> Run {
    let ended = wait_within(PATIENCE, "the end of a run", || {
        Ok(Some(run(client, started)?).filter(|run| run.status.is_final()))
    })
    .unwrap();
    assert_eq!(ended.status, RunStatus::Succeeded, "{:?}", ended.error);
    ended
}

fn make_key(client: &Client) -> CreatedApiKey {
    let body = CreateApiKeyBody {
        name: "shop".to_owned(),
        scopes: vec![KeyScope::Predict],
        endpoints: Some(vec![ENDPOINT.to_owned()]),
        rate_per_second: None,
        expires_at: None,
    };
    client.call::<CreateApiKey>(&[], &body).unwrap()
}

fn predict(client: &Client) -> Result<PredictAnswer> {
    let row = serde_json::json!({
        "carat": 0.7, "cut": "Ideal", "color": "E", "clarity": "VS1", "depth": 61.5, "table": 56.0,
        "x": 5.7, "y": 5.72, "z": 3.51,
    });
    let answer = client.call_untyped::<Predict>(&[ENDPOINT], &serde_json::json!({ "rows": [row] }))?;
    Ok(serde_json::from_value(answer)?)
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
    let key = make_key(&person.a);
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
    let started = [start_run(&person.a, dataset, 1_000_000), start_run(&person.b, dataset, 1_000_000)];
    wait_for("a run on each worker", || {
        let running = |started: &Run| Ok(run(&person.b, started)?.status == RunStatus::Running);
        let both: Result<Vec<bool>> = started.iter().map(running).collect();
        Ok(both?.into_iter().all(|running| running).then_some(()))
    })
    .unwrap();
    fleet.workers[0].kill();
    let ended = started.map(|run| wait_for_end(&person.a, &run));
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
    let mut fleet = Fleet::start(&new_database(&url));
    let ada = Client::sign_up(fleet.a.address(), "ada@example.com", "Ice Shelf").unwrap();
    let person = Caller::on(&fleet, &ada);
    let dataset = upload(&person);
    let first = wait_for_end(&person.b, &start_run(&person.a, dataset, 10));
    let second = wait_for_end(&person.a, &start_run(&person.b, dataset, 10));
    serve_and_change(&person, &fleet, &[first, second]);
    lose_a_worker(&person, &mut fleet, dataset);
    let check = fleet.a.run_command(&["check"]).unwrap();
    assert!(check.success, "a law is broken:\n{}", check.text);
}
