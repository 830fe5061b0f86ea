//! A disk that is full, under the database and under the files: what can't be kept is told so in time, what was kept
//! stays, models that are in memory answer, and all of it heals by itself once there is room.

use super::space::{Room, Space};
use super::{answers, assert_laws, assert_no_panic, is_told, on_postgres, put, setup, with_rate};
use contract::datasets::ListDatasets;
use contract::tenants::{GetTenant, UpdateTenant, UpdateTenantBody};
use contract::training::Run;
use contract::{DatasetId, ListQuery, NoQuery};
use e2e::scene::{diamonds, predict, run_sql, serve, start_run, upload, wait_for_final};
use e2e::{Client, Program, Result, Setup, wait_within};
use std::path::Path;
use std::time::{Duration, Instant};
use torture::Torture;

/// How soon all must work again once there is room.
const HEALED: Duration = Duration::from_secs(10);
/// How late a refusal may come: a handler's time and a little.
const IN_TIME: Duration = Duration::from_secs(12);
/// Writes that find no place; then it is known how they are answered.
const REFUSALS: u64 = 5;
/// Writes that a full disk may still take, into pages that it has already.
const MOST_WRITES: u64 = 5_000;

/// A program whose disk, or a part of it, is small.
struct Scene {
    program: Program,
    person: Client,
    shop: Client,
    dataset: DatasetId,
    space: Space,
}

/// What became of one filling.
#[derive(Default)]
struct Outcome {
    bad: u64,
    kept: u64,
    refused: u64,
    latest: Duration,
    healed: Duration,
}

impl Scene {
    fn start(setup: &Setup, space: Space) -> Self {
        let mut setup = setup.clone();
        setup.environment.extend(with_rate(1_000_000));
        let program = Program::start_with(&setup).unwrap();
        let person = Client::sign_up(program.address(), "ada@example.com", "Ice Shelf").unwrap();
        let shop = person.with_key(&serve(&person).unwrap());
        predict(&shop).unwrap();
        let dataset = upload(&person, &person, &diamonds(300)).unwrap();
        Self { program, person, shop, dataset, space }
    }

    fn name(&self) -> Result<String> {
        Ok(self.person.get::<GetTenant>(&[], &NoQuery {})?.name)
    }

    fn rename(&self, name: &str) -> Result<()> {
        let body = UpdateTenantBody { name: Some(name.to_owned()) };
        self.person.call::<UpdateTenant>(&[], &body).map(drop)
    }

    fn list(&self) -> Result<usize> {
        let query = ListQuery { limit: Some(10), cursor: None };
        Ok(self.person.get::<ListDatasets>(&[], &query)?.data.len())
    }

    /// Writes until enough of them were refused; each is either kept or told.
    fn write(&self, round: u64, write: impl Fn(&str) -> Result<()>, outcome: &mut Outcome) -> Option<String> {
        let mut last = None;
        let before = outcome.refused;
        for at in 0..MOST_WRITES {
            let (name, since) = (format!("Ice Shelf {round} {at}"), Instant::now());
            match write(&name) {
                Ok(()) => {
                    outcome.kept += 1;
                    last = Some(name);
                    continue;
                }
                refused => outcome.bad += u64::from(!is_told(&refused)),
            }
            outcome.refused += 1;
            outcome.latest = outcome.latest.max(since.elapsed());
            outcome.bad += u64::from(!answers("a cached model", &predict(&self.shop)));
            outcome.bad += u64::from(!answers("a list", &self.list()));
            if outcome.refused - before == REFUSALS {
                return last;
            }
        }
        println!("the disk was never full");
        outcome.bad += 1;
        last
    }

    /// Once there is room: both ways to write work by themselves, and every run that was accepted comes to its end.
    fn heal(&self, runs: &[Run], outcome: &mut Outcome) {
        let since = Instant::now();
        let healed = wait_within(HEALED, "writing", || {
            self.rename("Ice Shelf")?;
            put(&self.person, &diamonds(50))?;
            Ok(Some(since.elapsed()))
        });
        match healed {
            Ok(took) => outcome.healed = outcome.healed.max(took),
            Err(error) => {
                println!("{error}");
                outcome.bad += 1;
            }
        }
        for run in runs {
            let ended = wait_for_final(&self.person, run).unwrap();
            outcome.bad += u64::from(ended.model_id.is_none() && ended.error.is_none());
        }
    }

    /// Ends the test with the laws.
    fn end(self, torture: Torture, rounds: u64, outcome: &Outcome) {
        assert_no_panic(&self.program);
        assert_laws(&self.program);
        let late = u64::from(outcome.latest > IN_TIME);
        let figure = format!(
            "{} writes kept, {} told; latest refusal after {:.1} s; healed after {:.1} s at most",
            outcome.kept,
            outcome.refused,
            outcome.latest.as_secs_f64(),
            outcome.healed.as_secs_f64()
        );
        torture.end(rounds, outcome.bad + late, figure);
    }

    /// The database has no room: fills it, writes, gives the room back.
    fn without_room_for_rows(&self, round: u64, outcome: &mut Outcome) {
        let mut runs = vec![start_run(&self.person, self.dataset, 100_000).unwrap()];
        self.space.fill();
        let last = self.write(round, |name| self.rename(name), outcome);
        let asked = start_run(&self.person, self.dataset, 10);
        outcome.bad += u64::from(asked.is_err() && !is_told(&asked));
        runs.extend(asked);
        self.space.free();
        // What was answered with yes is there, and what was answered with no is not.
        if let Some(last) = last {
            let name = wait_within(HEALED, "reading", || Ok(Some(self.name()?))).unwrap();
            println!("kept {last}, found {name}");
            outcome.bad += u64::from(name != last);
        }
        self.heal(&runs, outcome);
    }
}

/// The rest of a test that mounts, in a room of its own; none where it is not to be done here.
fn in_its_room(test: &str, name: &str) -> Option<Torture> {
    match Room::enter(test) {
        Room::Inside => Some(Torture::begin("T88", name)),
        Room::Done => None,
        Room::Refused(why) => {
            Torture::begin("T88", name).skip(why);
            None
        }
    }
}

#[test]
fn torture_a_full_disk_under_sqlite_loses_nothing_and_heals() {
    let name = "a full disk under SQLite and the files";
    let test = "disk::torture_a_full_disk_under_sqlite_loses_nothing_and_heals";
    let Some(torture) = in_its_room(test, name) else { return };
    let folder = tempfile::tempdir().unwrap();
    let space = Space::over(folder.path(), 64).unwrap();
    let setup = Setup { data_dir: Some(folder.path().join("data")), ..setup(&[]) };
    let scene = Scene::start(&setup, space);
    let (rounds, mut outcome) = (torture.times(1, 10), Outcome::default());
    for round in 0..rounds {
        scene.without_room_for_rows(round, &mut outcome);
    }
    scene.end(torture, rounds, &outcome);
}

#[test]
fn torture_a_full_disk_under_the_files_loses_nothing_and_heals() {
    let name = "a full disk under the files alone";
    let test = "disk::torture_a_full_disk_under_the_files_loses_nothing_and_heals";
    let Some(torture) = in_its_room(test, name) else { return };
    let folder = tempfile::tempdir().unwrap();
    let objects = folder.path().join("data/objects");
    std::fs::create_dir_all(&objects).unwrap();
    let space = Space::over(&objects, 16).unwrap();
    let setup = Setup { data_dir: Some(folder.path().join("data")), ..setup(&[]) };
    let scene = Scene::start(&setup, space);
    let (rounds, mut outcome) = (torture.times(1, 10), Outcome::default());
    for round in 0..rounds {
        scene.space.fill();
        let file = diamonds(300);
        scene.write(round, |_| put(&scene.person, &file), &mut outcome);
        // Its model finds no place: it is tried again, or ends with a reason.
        let runs = [start_run(&scene.person, scene.dataset, 10).unwrap()];
        scene.space.free();
        scene.heal(&runs, &mut outcome);
    }
    scene.end(torture, rounds, &outcome);
}

/// A database whose tables lie on a disk of their own, and its URL.
fn small_database(server: &str, folder: &Path) -> Result<(Space, String)> {
    let data = run_sql(server, "SHOW data_directory")?;
    let process = std::fs::read_to_string(Path::new(&data).join("postmaster.pid"))?;
    let process = process.lines().next().ok_or("the cluster names no process")?.parse()?;
    let space = Space::within(process, folder, 64)?;
    let name = "small_disk";
    run_sql(server, &format!("CREATE TABLESPACE {name} LOCATION '{}'", folder.display()))?;
    run_sql(server, &format!("CREATE DATABASE {name} TABLESPACE {name}"))?;
    let (server, _) = server.rsplit_once('/').ok_or("the URL names no database")?;
    Ok((space, format!("{server}/{name}")))
}

#[test]
fn torture_a_full_disk_under_postgresql_loses_nothing_and_heals() {
    let torture = Torture::begin("T88", "a full disk under PostgreSQL's tables");
    let Some(server) = super::postgres_server() else { return torture.skip("there is no PostgreSQL") };
    let folder = tempfile::tempdir().unwrap();
    let (space, url) = match small_database(&server, folder.path()) {
        Ok(made) => made,
        Err(error) => return torture.skip(format!("PostgreSQL gets no disk of its own: {error}")),
    };
    let scene = Scene::start(&on_postgres(&url), space);
    let (rounds, mut outcome) = (torture.times(1, 10), Outcome::default());
    for round in 0..rounds {
        scene.without_room_for_rows(round, &mut outcome);
    }
    scene.end(torture, rounds, &outcome);
    run_sql(&server, "DROP DATABASE small_disk WITH (FORCE)").unwrap();
    run_sql(&server, "DROP TABLESPACE small_disk").unwrap();
}
