//! A PostgreSQL that fails: at each single call of a training, and for a while as a whole.
//!
//! `cargo xtask test` names one by `AMAAS_TEST_POSTGRES_URL`; without it these say so and end.

use super::{answers, assert_laws, assert_no_panic, is_told, on_postgres, put};
use contract::ListQuery;
use contract::datasets::ListDatasets;
use contract::tenants::{UpdateTenant, UpdateTenantBody};
use e2e::scene::{PATIENCE, diamonds, predict, run_sql, serve, start_run, upload, wait_for_final};
use e2e::{Client, Program, Result, wait_within};
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::{Duration, Instant};
use torture::{Proxy, Torture};

/// A program on a database of its own, behind a proxy.
struct Scene {
    program: Program,
    person: Client,
    proxy: Proxy,
    /// The way to the database past the proxy.
    url: String,
}

/// The host and port of a database's URL.
fn place_of(url: &str) -> Option<(String, SocketAddr)> {
    let (_, rest) = url.split_once("://")?;
    let rest = rest.split_once('@').map_or(rest, |(_, host)| host);
    let host = rest.split(['/', '?']).next()?;
    Some((host.to_owned(), host.to_socket_addrs().ok()?.next()?))
}

impl Scene {
    fn start() -> Option<Self> {
        let url = super::new_postgres()?;
        let (host, place) = place_of(&url).unwrap();
        let proxy = Proxy::before(place).unwrap();
        let through = url.replacen(&host, &proxy.address().to_string(), 1);
        let program = Program::start_with(&on_postgres(&through)).unwrap();
        let person = Client::sign_up(program.address(), "ada@example.com", "Ice Shelf").unwrap();
        Some(Self { program, person, proxy, url })
    }

    fn list(&self) -> Result<usize> {
        let query = ListQuery { limit: Some(10), cursor: None };
        Ok(self.person.get::<ListDatasets>(&[], &query)?.data.len())
    }

    fn rename(&self) -> Result<()> {
        let body = UpdateTenantBody { name: Some(format!("Ice Shelf {}", self.proxy.calls())) };
        let tenant = self.person.call::<UpdateTenant>(&[], &body);
        tenant.map(drop)
    }

    /// Waits until both reading and writing work again; how long it took.
    fn heals(&self) -> Duration {
        let since = Instant::now();
        wait_within(PATIENCE, "the database to be used again", || {
            self.list()?;
            self.rename()?;
            Ok(Some(since.elapsed()))
        })
        .unwrap()
    }
}

#[test]
fn torture_a_training_ends_whichever_call_to_the_database_fails() {
    let torture = Torture::begin("T03", "the n-th call of one training to PostgreSQL fails");
    let Some(scene) = Scene::start() else { return torture.skip("there is no PostgreSQL") };
    let dataset = upload(&scene.person, &scene.person, &diamonds(300)).unwrap();
    // The short form draws some of the calls, the long one takes each.
    let most = 400;
    let mut dice = torture.dice();
    let mut nths: Vec<u64> = (1..=most).collect();
    if !torture.is_full() {
        nths = (0..8).map(|_| 1 + dice.below(60)).collect();
    }
    let (mut runs, mut ends) = (0, std::collections::BTreeMap::<String, u64>::new());
    for nth in nths {
        let started = wait_within(PATIENCE, "a run to be accepted", || {
            Ok(Some(start_run(&scene.person, dataset, 10)?))
        })
        .unwrap();
        scene.proxy.cut_at(nth);
        let ended = wait_for_final(&scene.person, &started).unwrap();
        let was_cut = scene.proxy.has_cut();
        scene.proxy.cut_at(u64::MAX);
        runs += 1;
        assert!(
            ended.model_id.is_some() || ended.error.is_some(),
            "call {nth}: {:?} without a reason",
            ended.status
        );
        *ends.entry(format!("{:?} on try {}", ended.status, ended.attempt)).or_default() += 1;
        if !was_cut && torture.is_full() {
            break;
        }
    }
    assert_no_panic(&scene.program);
    assert_laws(&scene.program);
    let ends: Vec<String> = ends.iter().map(|(end, count)| format!("{count} {end}")).collect();
    torture.end(runs, 0, ends.join(", "));
}

#[test]
fn torture_while_the_database_fails_calls_are_told_so_and_cached_models_answer() {
    let torture = Torture::begin("T88", "PostgreSQL down, slow and read-only, the storage gone");
    let Some(scene) = Scene::start() else { return torture.skip("there is no PostgreSQL") };
    let shop = scene.person.with_key(&serve(&scene.person).unwrap());
    hears_again(&scene, 0);
    predict(&shop).unwrap();
    let (mut bad, mut healed, mut latest) = (0, Duration::ZERO, Duration::ZERO);
    let rounds = torture.times(1, 5);
    for _ in 0..rounds {
        let heard = times_heard(&scene);
        scene.proxy.set_down(true);
        bad += calls_while_it_fails(&scene, &shop, &mut latest, true);
        scene.proxy.set_down(false);
        healed = healed.max(scene.heals());
        hears_again(&scene, heard);
        predict(&shop).unwrap();

        scene.proxy.set_delay(Duration::from_secs(4));
        bad += calls_while_it_fails(&scene, &shop, &mut latest, true);
        scene.proxy.set_delay(Duration::ZERO);
        healed = healed.max(scene.heals());
        predict(&shop).unwrap();

        // Back, but slow: what is in memory is believed until it can be read again.
        let heard = times_heard(&scene);
        scene.proxy.set_down(true);
        let stood = lines_that_stood(&scene);
        scene.proxy.set_delay(Duration::from_millis(1_500));
        scene.proxy.set_down(false);
        wait_within(PATIENCE, "the line to stand", || {
            bad += u64::from(!answers("a cached model", &predict(&shop)));
            Ok((lines_that_stood(&scene) > stood).then_some(()))
        })
        .unwrap();
        bad += u64::from(!answers("a cached model", &predict(&shop)));
        scene.proxy.set_delay(Duration::ZERO);
        healed = healed.max(scene.heals());
        hears_again(&scene, heard);
        predict(&shop).unwrap();

        let name = scene.url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        let set = |on: bool| {
            let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = {on}");
            run_sql(&scene.url, &sql).unwrap();
            // New sessions hear of it.
            let heard = times_heard(&scene);
            scene.proxy.set_down(true);
            scene.proxy.set_down(false);
            hears_again(&scene, heard);
        };
        set(true);
        wait_within(PATIENCE, "reading", || Ok(Some(scene.list()?))).unwrap();
        wait_within(PATIENCE, "predicting", || Ok(Some(predict(&shop)?))).unwrap();
        bad += calls_while_it_fails(&scene, &shop, &mut latest, false);
        set(false);
        healed = healed.max(scene.heals());
        predict(&shop).unwrap();
        bad += without_storage(&scene, &shop);
    }
    assert_no_panic(&scene.program);
    assert_laws(&scene.program);
    let (latest, healed) = (latest.as_secs_f64(), healed.as_secs_f64());
    let figure = format!("latest refusal after {latest:.1} s; healed after {healed:.1} s at most");
    torture.end(rounds, bad, figure);
}

/// How often the server has begun to hear what others change.
fn lines_that_stood(scene: &Scene) -> usize {
    scene.program.log().matches("the line to the other servers stands").count()
}

/// How often it has forgotten what it may have missed, which comes when it hears the others again.
fn times_heard(scene: &Scene) -> usize {
    scene.program.log().matches("what other servers may have changed before is forgotten").count()
}

/// Waits until it hears the others again: only what is cached after that stays cached.
fn hears_again(scene: &Scene, before: usize) {
    wait_within(PATIENCE, "the others to be heard", || Ok((times_heard(scene) > before).then_some(())))
        .unwrap();
}

/// Cached models answer, everything else is told; how much went otherwise.
fn calls_while_it_fails(scene: &Scene, shop: &Client, latest: &mut Duration, is_unreadable: bool) -> u64 {
    let mut bad = 0;
    for _ in 0..3 {
        let since = Instant::now();
        bad += u64::from(!is_told(&scene.rename()));
        if is_unreadable {
            bad += u64::from(!is_told(&scene.list()));
        }
        *latest = (*latest).max(since.elapsed());
        bad += u64::from(!answers("a cached model", &predict(shop)));
    }
    bad
}

/// The folder of the objects is gone for a while.
fn without_storage(scene: &Scene, shop: &Client) -> u64 {
    let objects = scene.program.data_dir().join("objects");
    let away = scene.program.data_dir().join("away");
    std::fs::rename(&objects, &away).unwrap();
    let file = diamonds(50);
    let refused = put(&scene.person, &file);
    let bad = u64::from(!is_told(&refused)) + u64::from(!answers("a cached model", &predict(shop)));
    if objects.exists() {
        std::fs::remove_dir_all(&objects).unwrap();
    }
    std::fs::rename(&away, &objects).unwrap();
    bad + u64::from(!answers("an upload", &put(&scene.person, &file)))
}
