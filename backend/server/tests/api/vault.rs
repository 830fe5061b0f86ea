//! What is stored is sealed: on a folder and on a real S3 server, nothing that was changed, cut or moved is ever read.

use crate::support::{S3Server, TestApp};
use amaas::{check, context::Context, infra::storage::Storage};
use contract::{Code, DatasetId, TenantId, predictions::Predict};
use futures_util::TryStreamExt;
use sea_orm::{ConnectionTrait, Statement};
use std::process::Command;

/// Some chunks and a rest.
const LARGE: usize = 300_000;

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

fn born_now(context: &Context) -> DatasetId {
    DatasetId::from_bits(context.clock.new_id_bits())
}

/// A server with two tenants, and a key of each.
struct Two {
    app: TestApp,
    tenants: [TenantId; 2],
    keys: [String; 2],
    /// The same storage as somebody with the disk in hands sees it.
    disk: Storage,
}

impl Two {
    async fn start(settings: &[(&str, &str)]) -> Self {
        let app = TestApp::start_with(settings).await;
        let tenants = [app.owner("alice").await.tenant_id(), app.owner("bob").await.tenant_id()];
        let key = |tenant| format!("tenants/{tenant}/datasets/{}/data.csv", born_now(&app.context));
        let keys = tenants.map(key);
        let disk = app.context.storage.as_stored();
        Self { tenants, keys, disk, app }
    }

    fn storage(&self) -> &Storage {
        &self.app.context.storage
    }

    async fn put(&self, bytes: &[u8]) -> Vec<u8> {
        self.storage().put(&self.keys[0], bytes.to_vec().into()).await.unwrap();
        self.disk.get(&self.keys[0]).await.unwrap().to_vec()
    }

    /// What lies under the first key now must not be read by any way.
    async fn refused(&self, why: &str) {
        let (storage, key) = (self.storage(), &self.keys[0]);
        let error = storage.get(key).await.map(drop).expect_err(why);
        assert_eq!(error.code(), Code::Internal, "{why}: {error}");
        assert!(!error.detail().contains("tenant_"), "the caller reads no place: {}", error.detail());
        let streamed = match storage.stream(key).await {
            Ok(pieces) => pieces.try_collect::<Vec<_>>().await.map(drop),
            Err(error) => Err(error),
        };
        assert!(streamed.is_err(), "{why}: it was streamed");
    }
}

macro_rules! on_folder_and_s3 {
    ($($guarantee:ident)*) => {
        mod folder {
            $(#[actix_web::test]
            async fn $guarantee() {
                super::$guarantee(&super::Two::start(&[]).await).await;
            })*
        }
        mod s3 {
            $(#[actix_web::test]
            async fn $guarantee() {
                let server = super::S3Server::start().await;
                super::$guarantee(&super::Two::start(&server.settings()).await).await;
            })*
        }
    };
}

on_folder_and_s3! {
    what_is_stored_is_sealed_and_reads_back_in_every_way
    a_large_object_is_sealed_on_its_way
    any_flipped_byte_is_refused_before_anything_is_used
    what_is_cut_or_appended_is_refused
    an_object_of_another_tenant_or_another_key_is_refused
    a_plain_object_of_an_older_version_is_read_and_a_new_one_is_not
}

async fn what_is_stored_is_sealed_and_reads_back_in_every_way(two: &Two) {
    let bytes = pattern(LARGE);
    let stored = two.put(&bytes).await;
    let (storage, key) = (two.storage(), &two.keys[0]);
    assert!(stored.len() > bytes.len() && !stored.windows(32).any(|window| window == &bytes[..32]));
    assert!(storage.get(key).await.unwrap() == bytes);
    assert_eq!(storage.size(key).await.unwrap(), Some(LARGE as u64));
    for limit in [1, 1000, 65_536, 65_537, LARGE - 1, LARGE, LARGE * 9] {
        let head = storage.head(key, limit as u64).await.unwrap();
        assert!(head == bytes[..limit.min(LARGE)], "the first {limit}");
    }
    let pieces: Vec<_> = storage.stream(key).await.unwrap().try_collect().await.unwrap();
    assert!(pieces.concat() == bytes);
    assert_ne!(two.put(&bytes).await, stored, "each object has a key of its own");
    two.put(b"").await;
    assert_eq!(storage.size(key).await.unwrap(), Some(0));
    assert!(storage.get(key).await.unwrap().is_empty());
}

async fn a_large_object_is_sealed_on_its_way(two: &Two) {
    let bytes = pattern(12 * 1024 * 1024 + 7);
    let mut writer = two.storage().write(&two.keys[0]).await.unwrap();
    for piece in bytes.chunks(50_000) {
        writer.write(piece.to_vec().into()).await.unwrap();
    }
    writer.finish().await.unwrap();
    assert_eq!(two.storage().size(&two.keys[0]).await.unwrap(), Some(bytes.len() as u64));
    assert!(two.storage().get(&two.keys[0]).await.unwrap() == bytes);
    let stored = two.disk.get(&two.keys[0]).await.unwrap();
    assert!(!stored.windows(32).any(|window| window == &bytes[..32]));
}

async fn any_flipped_byte_is_refused_before_anything_is_used(two: &Two) {
    let stored = two.put(&pattern(200)).await;
    // Every byte of the header, of the content and of its tag.
    for at in 0..stored.len() {
        let mut bent = stored.clone();
        bent[at] ^= 1;
        two.disk.put(&two.keys[0], bent.into()).await.unwrap();
        two.refused(&format!("byte {at}")).await;
        assert!(two.storage().head(&two.keys[0], 10).await.is_err(), "the head with byte {at} flipped");
    }
    two.disk.put(&two.keys[0], stored.into()).await.unwrap();
    assert_eq!(two.storage().get(&two.keys[0]).await.unwrap(), pattern(200));
}

async fn what_is_cut_or_appended_is_refused(two: &Two) {
    let stored = two.put(&pattern(LARGE)).await;
    let header = stored.len() - LARGE - 5 * 16;
    // To the byte, by a chunk, to the first chunk, to the header, into the header, to nothing.
    for length in [stored.len() - 1, header + 4 * 65_552, header + 65_552, header, 20, 0] {
        two.disk.put(&two.keys[0], stored[..length].to_vec().into()).await.unwrap();
        two.refused(&format!("cut to {length}")).await;
    }
    for tail in [&b"x"[..], &[0; 16], &stored[stored.len() - 100..]] {
        two.disk.put(&two.keys[0], [stored.as_slice(), tail].concat().into()).await.unwrap();
        two.refused("appended").await;
    }
}

async fn an_object_of_another_tenant_or_another_key_is_refused(two: &Two) {
    let mine = two.put(b"mine").await;
    let [alice, bob] = &two.keys;
    two.storage().put(bob, b"theirs".to_vec().into()).await.unwrap();
    let theirs = two.disk.get(bob).await.unwrap();
    two.disk.put(alice, theirs).await.unwrap();
    two.refused("of another tenant").await;
    let beside = alice.replace("data.csv", "rejects.csv");
    two.storage().put(&beside, b"beside".to_vec().into()).await.unwrap();
    two.disk.put(alice, two.disk.get(&beside).await.unwrap()).await.unwrap();
    two.refused("of another key of the same tenant").await;
    two.disk.put(alice, mine.into()).await.unwrap();
    assert_eq!(two.storage().get(alice).await.unwrap(), b"mine"[..]);
}

async fn a_plain_object_of_an_older_version_is_read_and_a_new_one_is_not(two: &Two) {
    let (storage, clock) = (two.storage(), &two.app.context.clock);
    two.disk.put(&two.keys[0], b"plain".to_vec().into()).await.unwrap();
    two.refused("plain, in the place of an object of a tenant with a key").await;
    assert!(storage.head(&two.keys[0], 3).await.is_err());
    let years = (u128::from(clock.now().millis().unsigned_abs()) - 10_000_000) << 80;
    let old = format!("tenants/{}/datasets/{}/data.csv", two.tenants[0], DatasetId::from_bits(years));
    two.disk.put(&old, b"plain".to_vec().into()).await.unwrap();
    assert_eq!(storage.get(&old).await.unwrap(), b"plain"[..]);
    assert_eq!(storage.head(&old, 3).await.unwrap(), b"pla"[..]);
    assert_eq!(storage.size(&old).await.unwrap(), Some(5));
    let pieces: Vec<_> = storage.stream(&old).await.unwrap().try_collect().await.unwrap();
    assert_eq!(pieces.concat(), b"plain");
    storage.put(&old, b"anew".to_vec().into()).await.unwrap();
    assert_ne!(two.disk.get(&old).await.unwrap(), b"anew"[..], "what is stored again is sealed");
    assert_eq!(storage.get(&old).await.unwrap(), b"anew"[..]);
    // A tenant of before there were keys gets one with the first thing that it stores.
    let nobody = TenantId::from_bits(clock.new_id_bits());
    let key = format!("tenants/{nobody}/datasets/{}/data.csv", DatasetId::from_bits(years));
    two.disk.put(&key, b"plain".to_vec().into()).await.unwrap();
    assert_eq!(storage.get(&key).await.unwrap(), b"plain"[..]);
}

#[actix_web::test]
async fn no_key_stands_in_clear_in_database_or_objects_and_the_file_is_ours_alone() {
    let two = Two::start(&[]).await;
    two.put(b"content").await;
    let ring = two.app.context.vault.roots().ring();
    let text = ring[0].to_text();
    assert!(two.app.columns_with(&text).await.is_empty());
    if !two.app.context.config.is_postgres() {
        use std::os::unix::fs::PermissionsExt;
        let folder = &two.app.context.config.server.data_dir;
        for (name, mode) in [("root.key", 0o600), ("keys", 0o700), ("objects", 0o700)] {
            let found = std::fs::metadata(folder.join(name)).unwrap().permissions().mode();
            assert_eq!(found & 0o777, mode, "{name}");
        }
    }
    assert_eq!(format!("{:?}", two.app.context.vault), "Vault");
}

#[actix_web::test]
async fn a_wrong_or_missing_root_key_is_told_at_start() {
    let app = TestApp::start().await;
    app.owner("alice").await;
    let other = amaas::infra::vault::RootKey::random();
    let told = |output: std::process::Output| {
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let wrong = told(app.command_with(&["check"], &[("AMAAS__VAULT__ROOT_KEY", &other.to_text())]));
    assert!(wrong.contains("this is the wrong root key") && wrong.contains(&other.id), "{wrong}");
    assert!(!wrong.contains(other.to_text().as_str()), "{wrong}");
    if app.context.config.is_postgres() {
        let none = told(app.command_with(&["check"], &[("AMAAS__VAULT__ROOT_KEY", "")]));
        assert!(none.contains("vault.root_key: needed with PostgreSQL"), "{none}");
    } else {
        let file = app.context.config.server.data_dir.join("root.key");
        std::fs::rename(&file, file.with_extension("away")).unwrap();
        let missing = told(app.command(&["check"]));
        assert!(missing.contains("the root key is missing"), "{missing}");
        assert!(!file.exists(), "none is made in its place");
    }
}

#[test]
fn a_root_key_that_is_none_is_refused_without_telling_it() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_amaas"));
    command.args(["migrate", "--data-dir"]).arg(folder.path().join("data"));
    let output = command.env("AMAAS__VAULT__ROOT_KEY", "c2hvcnQga2V5").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("expected 32 bytes in base 64") && !told.contains("c2hvcnQga2V5"), "{told}");
}

async fn key_of(app: &TestApp, model: &str) -> String {
    let sql = Statement::from_string(
        app.context.db.backend(),
        format!("SELECT object_key FROM models WHERE id = '{model}'"),
    );
    app.context.db.reader().query_one_raw(sql).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

#[actix_web::test]
async fn torture_an_artefact_that_was_bent_or_swapped_with_another_tenants_is_not_parsed_and_the_check_names_it()
 {
    let torture = crate::support::torture("T78–T79", "artefacts bent, and swapped between tenants");
    let app = TestApp::start().await;
    let (alice, bob) = (app.world("alice").await, app.world("bob").await);
    let [hers, his] = [key_of(&app, &alice.ids.model).await, key_of(&app, &bob.ids.model).await];
    let disk = app.context.storage.as_stored();
    let [own, other] = [disk.get(&hers).await.unwrap(), disk.get(&his).await.unwrap()];
    let mut bent = own.to_vec();
    bent[own.len() / 2] ^= 1;
    let path = <Predict as contract::Call>::url(&[&alice.ids.endpoint]);
    let body = serde_json::json!({"rows": [{"size": 3, "colour": "red"}]});
    for (what, bytes) in
        [("swapped", other.clone()), ("bent", bent.into()), ("cut", own.slice(..own.len() - 9))]
    {
        disk.put(&hers, bytes).await.unwrap();
        app.context.changes.forget_everything();
        let response = alice.owner.request("POST", &path).json(&body).send().await.unwrap();
        assert_eq!(response.status(), 500, "{what}");
        let problem: contract::Problem = response.json().await.unwrap();
        assert!(problem.detail.contains("can't be opened"), "{what}: {}", problem.detail);
        let report = check::everything(&app.context).await.unwrap();
        let named: Vec<_> = report.breaches.iter().map(|breach| (breach.law, &breach.object)).collect();
        assert_eq!(named, [("L2", &alice.ids.model)], "{what}: {report}");
    }
    disk.put(&hers, own).await.unwrap();
    let response = alice.owner.request("POST", &path).json(&body).send().await.unwrap();
    assert!(response.status().is_success());
    torture.end(1, 0, "refused before they are parsed, named by the check");
}

/// Processor time and memory of sealing and opening; prints them.
///
/// `cargo test --release -p amaas --test api how_much_200_mb -- --ignored --nocapture`
#[actix_web::test]
#[ignore = "a measurement"]
async fn how_much_200_mb_cost_to_seal_and_open() {
    // Sealed first, and whole last of all: the peak of memory only ever grows.
    const PIECES: usize = 3200;
    let two = Two::start(&[]).await;
    let bytes = bytes::Bytes::from(pattern(1 << 16));
    for (name, storage) in [("sealed", two.storage()), ("plain", &two.disk)] {
        let key = &two.keys[0];
        let mut meter = Meter::start();
        let mut writer = storage.write(key).await.unwrap();
        for _ in 0..PIECES {
            writer.write(bytes.clone()).await.unwrap();
        }
        writer.finish().await.unwrap();
        meter.tell(&format!("{name}: written in pieces"));
        let mut pieces = storage.stream(key).await.unwrap();
        while pieces.try_next().await.unwrap().is_some() {}
        meter.tell(&format!("{name}: streamed"));
        assert_eq!(storage.get(key).await.unwrap().len(), PIECES << 16);
        meter.tell(&format!("{name}: got whole"));
    }
    let (vault, tenant) = (&two.app.context.vault, two.tenants[0]);
    let mut sealer = vault.sealer(tenant, "k").await.unwrap();
    let mut sealed = Vec::with_capacity((PIECES + 1) << 16);
    let mut meter = Meter::start();
    for _ in 0..PIECES {
        sealed.extend_from_slice(&sealer.push(&bytes).unwrap());
    }
    sealed.extend_from_slice(&sealer.finish().unwrap());
    meter.tell("sealing alone");
    let opener = vault.opener(tenant, "k", &sealed, sealed.len() as u64).await.unwrap().unwrap();
    assert_eq!(opener.open_whole(sealed.into()).unwrap().len(), PIECES << 16);
    meter.tell("opening alone");
}

/// What a step took.
struct Meter(u64);

impl Meter {
    fn start() -> Self {
        Self(Self::ticks())
    }

    /// Processor time of this process in hundredths of a second.
    fn ticks() -> u64 {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
        let fields = stat.rsplit(')').next().unwrap().split_whitespace();
        fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    }

    fn tell(&mut self, what: &str) {
        let took = Self::ticks() - self.0;
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
        println!("{what}: 200 MB in {took} hundredths of a CPU second; {peak}");
        self.0 = Self::ticks();
    }
}
