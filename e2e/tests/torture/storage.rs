//! Storage that fails: at each single call of one training, and by being slow or silent.

#[path = "../../../backend/server/tests/api/support/s3.rs"]
mod s3;

use super::{assert_laws, assert_no_panic, is_told, put, setup};
use contract::tenants::{UpdateTenant, UpdateTenantBody};
use e2e::scene::{PATIENCE, diamonds, predict, serve, start_run, upload, wait_for_final};
use e2e::{Client, Program, Result, Setup, wait_within};
use s3::S3Server;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use torture::{Proxy, Torture};

/// How soon a file must come in again once the storage answers.
const HEALED: Duration = Duration::from_secs(10);
/// How late a refusal may come: what a silent storage is given, and a little.
const IN_TIME: Duration = Duration::from_secs(15);
/// Longer than anybody waits.
const SILENT: Duration = Duration::from_secs(3600);

/// A program whose files are on S3, behind a proxy.
struct Scene {
    // Dropped in this order: the program first, then what it stands on.
    program: Program,
    person: Client,
    proxy: Proxy,
    _s3: S3Server,
    _runtime: Runtime,
}

impl Scene {
    fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let s3 = runtime.block_on(S3Server::start());
        let mut settings: BTreeMap<&str, &str> = s3.settings().into_iter().collect();
        let server = settings["storage.endpoint"].trim_start_matches("http://").parse().unwrap();
        let proxy = Proxy::before(server).unwrap();
        let through = format!("http://{}", proxy.address());
        let names = [
            "AMAAS__STORAGE__URL",
            "AMAAS__STORAGE__ENDPOINT",
            "AMAAS__STORAGE__ACCESS_KEY_ID",
            "AMAAS__STORAGE__SECRET_ACCESS_KEY",
        ];
        settings.insert("storage.endpoint", &through);
        let mut setup: Setup = setup(&[]);
        setup.environment.extend(names.map(|name| {
            let setting = name.trim_start_matches("AMAAS__").to_lowercase().replacen("__", ".", 1);
            (name, settings[setting.as_str()].to_owned())
        }));
        let program = Program::start_with(&setup).unwrap();
        let person = Client::sign_up(program.address(), "ada@example.com", "Ice Shelf").unwrap();
        Self { program, person, proxy, _s3: s3, _runtime: runtime }
    }

    fn rename(&self, name: &str) -> Result<()> {
        let body = UpdateTenantBody { name: Some(name.to_owned()) };
        self.person.call::<UpdateTenant>(&[], &body).map(drop)
    }
}

#[test]
fn torture_a_training_ends_whichever_call_to_the_storage_fails() {
    let torture = Torture::begin("T03", "the n-th call of one training to S3 fails");
    let scene = Scene::start();
    let dataset = upload(&scene.person, &scene.person, &diamonds(300)).unwrap();
    let mut dice = torture.dice();
    // The short form draws some of the calls, the long one takes each until none is left to cut.
    let nths: Vec<u64> =
        if torture.is_full() { (1..=100).collect() } else { (0..4).map(|_| 1 + dice.below(8)).collect() };
    let (mut runs, mut bad, mut ends) = (0, 0, BTreeMap::<String, u64>::new());
    for nth in nths {
        scene.proxy.cut_at(nth);
        let started = start_run(&scene.person, dataset, 10).unwrap();
        let ended = wait_for_final(&scene.person, &started).unwrap();
        let was_cut = scene.proxy.has_cut();
        scene.proxy.cut_at(u64::MAX);
        runs += 1;
        bad += u64::from(ended.model_id.is_none() && ended.error.is_none());
        *ends.entry(format!("{:?} on try {}", ended.status, ended.attempt)).or_default() += 1;
        if !was_cut && torture.is_full() {
            break;
        }
    }
    assert_no_panic(&scene.program);
    assert_laws(&scene.program);
    let ends: Vec<String> = ends.iter().map(|(end, count)| format!("{count} {end}")).collect();
    torture.end(runs, bad, ends.join(", "));
}

#[test]
fn torture_storage_that_is_silent_or_slow_holds_up_nothing_else() {
    let torture = Torture::begin("T88", "S3 that is silent, and S3 that is slow");
    let scene = Scene::start();
    let shop = scene.person.with_key(&serve(&scene.person).unwrap());
    predict(&shop).unwrap();
    let (rounds, mut bad) = (torture.times(1, 5), 0);
    let (mut latest, mut healed) = (Duration::ZERO, Duration::ZERO);
    for round in 0..rounds {
        for delay in [SILENT, Duration::from_millis(300)] {
            scene.proxy.set_delay(delay);
            let since = Instant::now();
            let sent = std::thread::scope(|scope| {
                let sent = scope.spawn(|| put(&scene.person, &diamonds(50)));
                // Meanwhile everything that needs no file goes on.
                bad += u64::from(predict(&shop).is_err());
                bad += u64::from(scene.rename(&format!("Ice Shelf {round}")).is_err());
                sent.join().unwrap()
            });
            latest = latest.max(since.elapsed());
            bad += u64::from(sent.is_err() && !is_told(&sent));
            bad += u64::from(sent.is_ok() && delay == SILENT);
            scene.proxy.set_delay(Duration::ZERO);
            let since = Instant::now();
            wait_within(PATIENCE, "a file to come in", || Ok(Some(put(&scene.person, &diamonds(50))?)))
                .unwrap();
            healed = healed.max(since.elapsed());
        }
    }
    bad += u64::from(latest > IN_TIME) + u64::from(healed > HEALED);
    assert_no_panic(&scene.program);
    assert_laws(&scene.program);
    let (latest, healed) = (latest.as_secs_f64(), healed.as_secs_f64());
    let figure = format!(
        "told after {latest:.1} s at most, cached models and writes go on; healed after {healed:.1} s"
    );
    torture.end(rounds, bad, figure);
}
