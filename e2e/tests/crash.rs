//! The whole program is killed at random points of upload, intake and training, again and again on one data folder.
//!
//! Leases are short here (4 s instead of 30 s), so that the work of a killed program is taken up soon, and more runs of a
//! tenant may be under way, so that each kill meets some.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use contract::datasets::{Dataset, DatasetStatus, GetDataset, ListDatasets, UploadDataset, UploadQuery};
use contract::models::{ListModels, ListModelsQuery};
use contract::training::{ListRuns, ListRunsQuery, Run, RunStatus, StartRun, StartRunBody};
use contract::{Code, DatasetId, ListQuery, NoQuery, RunId};
use e2e::{Client, Program, Result, Setup, refusal, root, wait_within};
use torture::Torture;

/// How long everything that was begun may take to end, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);
/// How soon the program must be ready again.
const READY: Duration = Duration::from_secs(5);
/// Rows of the files that are sent.
const ROWS: usize = 6000;
const RUNS_A_ROUND: usize = 2;
const FILES_A_ROUND: usize = 2;

/// A file whose second half comes only when somebody says so, by hanging up.
struct Halting<'a> {
    rest: &'a [u8],
    half: usize,
    go_on: &'a Receiver<()>,
}

impl Read for Halting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.rest.len() <= self.half {
            let _ = self.go_on.recv();
        }
        let much = buffer.len().min(self.rest.len()).min(16 << 10);
        buffer[..much].copy_from_slice(&self.rest[..much]);
        self.rest = &self.rest[much..];
        Ok(much)
    }
}

/// A run that was asked for under an `Idempotency-Key` that is also its name.
struct Asked {
    key: String,
    body: StartRunBody,
    /// What the server answered, once it did.
    accepted: Option<RunId>,
    /// The server refuses to tell for now; the run may exist.
    unknown: bool,
}

impl Asked {
    fn new(key: String, dataset_id: DatasetId) -> Self {
        // Steps enough that many a kill comes while it learns.
        let settings = serde_json::json!({
            "dataset_id": dataset_id, "name": key, "target": "price", "seed": 7,
            "algorithms": ["ridge", "gradient_descent"],
            "gradient_descent": { "learning_rate": 1e-6, "max_iterations": 300_000, "tolerance": 0.0 },
        });
        let body = serde_json::from_value(settings).unwrap();
        Self { key, body, accepted: None, unknown: false }
    }

    /// Asks, or asks again: the same key must always give the same run.
    fn ask(&mut self, client: &Client) {
        let outcome = client.once(&self.key).call::<StartRun>(&[], &self.body);
        match (&outcome, refusal(&outcome)) {
            (Ok(run), _) => {
                assert!(self.accepted.is_none_or(|id| id == run.id), "{} was accepted twice", self.key);
                self.accepted = Some(run.id);
                self.unknown = false;
            }
            // The first call was cut off by the kill, before or after it made the run: the key stays taken.
            (_, Some(problem)) if problem.code == Code::IdempotencyInProgress => self.unknown = true,
            (_, Some(problem)) => panic!("{}: {} {}", self.key, problem.code, problem.detail),
            (Err(_), None) => {} // no answer: killed
        }
    }
}

struct World {
    program: Program,
    client: Client,
    file: Vec<u8>,
    base: DatasetId,
    runs: Vec<Asked>,
    datasets: Vec<DatasetId>,
    slowest: Duration,
}

impl World {
    fn new() -> Self {
        let variable = |name, value: &str| (name, value.to_owned());
        let environment = vec![
            variable("AMAAS__WORKER__LEASE_SECONDS", "4"),
            variable("AMAAS__WORKER__HEARTBEAT_SECONDS", "1"),
            variable("AMAAS__WORKER__SWEEP_SECONDS", "1"),
            // The runs of a killed program count as running until their leases end: room for new ones beside them.
            variable("AMAAS__PLANS__STANDARD__RUNNING_RUNS", "8"),
            // The session of the test lives as long as the test.
            variable("AMAAS__AUTH__ACCESS_SECONDS", "3600"),
        ];
        let program = Program::start_with(&Setup { environment, ..Setup::default() }).unwrap();
        let client = Client::sign_up(program.address(), "ada@example.com", "Ice Shelf").unwrap();
        let whole = std::fs::read_to_string(root().join("docs/samples/diamonds.csv")).unwrap();
        let file = whole.split_inclusive('\n').take(ROWS + 1).collect::<String>().into_bytes();
        let base = upload(&client, "base", &file, &mut file.as_slice()).unwrap().id;
        wait_within(PATIENCE, "the description of the first data set", || {
            Ok(is_settled(&client.get::<GetDataset>(&[&base.to_string()], &NoQuery {})?).then_some(()))
        })
        .unwrap();
        let slowest = program.ready_in();
        Self { program, client, file, base, runs: Vec::new(), datasets: vec![base], slowest }
    }

    /// Uploads and runs are under way when the program is killed.
    fn round(&mut self, round: usize, delay: Duration) {
        let (client, file) = (self.client.clone(), self.file.as_slice());
        let mut asked: Vec<Asked> =
            (0..RUNS_A_ROUND).map(|n| Asked::new(format!("run-{round}-{n}"), self.base)).collect();
        let (hang_up, go_on) = channel::<()>();
        let accepted = std::thread::scope(|scope| {
            let uploads = scope.spawn({
                let client = client.clone();
                move || uploads(&client, round, file, &go_on)
            });
            let runs = scope.spawn(|| asked.iter_mut().for_each(|run| run.ask(&client)));
            // The moment of the kill is what is drawn: the one wait here that nothing ends earlier.
            std::thread::sleep(delay);
            self.program.kill();
            drop(hang_up);
            runs.join().unwrap();
            uploads.join().unwrap()
        });
        self.datasets.extend(accepted);
        self.runs.extend(asked);
    }

    /// The laws hold of what the killed program left, before anything is mended.
    fn assert_laws(&self) {
        let check = self.program.run_command(&["check"]).unwrap();
        assert!(check.success, "a law is broken:\n{}", check.text);
    }

    fn start_again(&mut self) {
        self.program.start_again().unwrap();
        self.slowest = self.slowest.max(self.program.ready_in());
        self.client = self.client.at(self.program.address());
        // Those without an answer are repeated; of the others the last, which must be the same again.
        let last = self.runs.iter().rposition(|run| run.accepted.is_some());
        for (at, run) in self.runs.iter_mut().enumerate() {
            if run.accepted.is_none() && !run.unknown || last == Some(at) {
                run.ask(&self.client);
            }
        }
    }

    fn list_runs(&self) -> Result<Vec<Run>> {
        self.client.list::<ListRuns, Run>(|cursor| ListRunsQuery {
            limit: Some(100),
            cursor,
            ..ListRunsQuery::default()
        })
    }

    /// Three losses would put a run aside, rightly: one that was begun twice is let through before the next kill.
    fn spare_the_twice_begun(&self) {
        wait_within(PATIENCE, "the end of the runs that were begun twice", || {
            let runs = self.list_runs()?;
            Ok(runs.iter().all(|run| run.attempt < 2 || run.status.is_final()).then_some(()))
        })
        .unwrap();
    }
}

fn upload(client: &Client, name: &str, file: &[u8], body: &mut dyn Read) -> Result<Dataset> {
    let query = UploadQuery { name: Some(name.to_owned()) };
    client.upload::<UploadDataset>(&query, "text/csv", file.len() as u64, body)
}

/// Whole files, and then one that is still coming when the program dies. Those that were accepted.
fn uploads(client: &Client, round: usize, file: &[u8], go_on: &Receiver<()>) -> Vec<DatasetId> {
    let mut accepted = Vec::new();
    for n in 0..=FILES_A_ROUND {
        let name = format!("file-{round}-{n}");
        let outcome = if n < FILES_A_ROUND {
            upload(client, &name, file, &mut &*file)
        } else {
            upload(client, &name, file, &mut Halting { rest: file, half: file.len() / 2, go_on })
        };
        match (&outcome, refusal(&outcome)) {
            (Ok(dataset), _) => accepted.push(dataset.id),
            (_, Some(problem)) => panic!("{name}: {} {}", problem.code, problem.detail),
            (Err(_), None) => break, // no answer: killed
        }
    }
    accepted
}

fn is_settled(dataset: &Dataset) -> bool {
    matches!(dataset.status, DatasetStatus::Ready | DatasetStatus::Failed)
}

/// Every run that was accepted is there once, and succeeded; so did those whose answer was cut off. How many.
fn assert_runs(world: &World) -> BTreeMap<RunId, Run> {
    let runs = wait_within(PATIENCE, "the end of all runs", || {
        let runs = world.list_runs()?;
        Ok(runs.iter().all(|run| run.status.is_final()).then_some(runs))
    })
    .unwrap();
    let names: BTreeSet<&str> = runs.iter().map(|run| run.name.as_str()).collect();
    assert_eq!(names.len(), runs.len(), "a request that was repeated made two runs");
    let runs: BTreeMap<RunId, Run> = runs.into_iter().map(|run| (run.id, run)).collect();
    for asked in &world.runs {
        if let Some(id) = asked.accepted {
            assert!(runs.get(&id).is_some_and(|run| run.name == asked.key), "{} ({id}) is lost", asked.key);
        }
    }
    for run in runs.values() {
        assert_eq!(run.status, RunStatus::Succeeded, "{}, try {}: {:?}", run.name, run.attempt, run.error);
    }
    runs
}

/// Every run has one model and every model a run.
fn assert_models(world: &World, runs: &BTreeMap<RunId, Run>) {
    let query = |cursor| ListModelsQuery { limit: Some(100), cursor, name: None };
    let models = world.client.list::<ListModels, _>(query).unwrap();
    for model in &models {
        let run = runs.get(&model.run_id).expect("a model without a run");
        assert_eq!(run.model_id, Some(model.id), "{} has another model beside its own", run.name);
    }
    assert_eq!(models.len(), runs.len(), "models and runs are not one to one");
    // The same data, settings and seed: a model that was begun twice is the same as one that was not.
    let artefacts: BTreeSet<_> = models.iter().map(|model| &model.artefact_sha256).collect();
    assert_eq!(artefacts.len(), 1, "equal runs made different models");
}

/// Every file that was accepted is described, or says why not.
fn assert_datasets(world: &World) {
    let query = |cursor| ListQuery { limit: Some(100), cursor };
    let settled = wait_within(PATIENCE, "the description of every data set", || {
        let all = world.client.list::<ListDatasets, Dataset>(query)?;
        let waiting = all.iter().any(|dataset| dataset.status == DatasetStatus::Profiling);
        Ok((!waiting).then_some(all))
    })
    .unwrap();
    for id in &world.datasets {
        let dataset = settled.iter().find(|dataset| dataset.id == *id).expect("an accepted data set is lost");
        match dataset.status {
            DatasetStatus::Ready => assert_eq!(dataset.rows, Some(ROWS as u64), "{}", dataset.name),
            status => assert!(
                status == DatasetStatus::Failed && dataset.error.is_some(),
                "{} is {status:?}, {:?}",
                dataset.name,
                dataset.error
            ),
        }
    }
}

#[test]
fn torture_kills_lose_no_run_and_double_no_model() {
    let torture =
        Torture::begin("T01", "kill -9 of the whole program while files come in and models are learned");
    let kills = torture.times(20, 200);
    let mut dice = torture.dice();
    let mut world = World::new();
    for round in 0..kills {
        world.spare_the_twice_begun();
        world.round(usize::try_from(round).unwrap(), Duration::from_millis(dice.below(1500)));
        // Not always: the check recovers the database's log, which is else the business of the start.
        if dice.below(4) == 0 {
            world.assert_laws();
        }
        world.start_again();
    }
    let runs = assert_runs(&world);
    assert_models(&world, &runs);
    assert_datasets(&world);
    let again = runs.values().filter(|run| run.attempt > 1).count();
    world.program.kill();
    world.assert_laws();
    let slowest = world.slowest;
    assert!(slowest <= READY, "ready only after {:.2} s", slowest.as_secs_f64());
    let figure = format!(
        "{} runs and {} data sets accepted, {again} begun again; 0 lost, 0 double; slowest ready {:.2} s",
        runs.len(),
        world.datasets.len(),
        slowest.as_secs_f64()
    );
    torture.end(kills, 0, figure);
}
