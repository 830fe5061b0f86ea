//! Backups: taken while the server serves, refused when anything is wrong with them, and blind for whom was deleted since.

use crate::{
    keys::{download, predictions},
    support::{Caller, TestApp, world},
};
use amaas::{
    backup, check,
    config::Config,
    context::Context,
    infra::{clock::Clock, storage::Storage},
    keys::KeyFile,
};
use contract::{
    Code,
    api_keys::KeyScope,
    datasets::DeleteDataset,
    tenants::{DeleteTenant, DeleteTenantBody, GetTenant},
};
use sea_orm::{ConnectionTrait, Statement};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A place for a backup, its keys and a new data folder.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn config(&self) -> Config {
        Config::load(None, &[("server.data_dir", self.at("data").display().to_string())]).unwrap()
    }

    async fn restore(&self) -> Result<backup::Restored, String> {
        let restored = backup::restore(self.config(), &self.at("backup"), Some(&self.at("keys.json"))).await;
        restored.map_err(|error| error.private().unwrap_or(error.detail()).to_owned())
    }

    async fn refused(&self, expected: &str) {
        let told = self.restore().await.unwrap_err();
        assert!(told.contains(expected), "{told}");
        assert!(!self.at("data/amaas.sqlite").exists(), "{expected}: nothing was put in place");
    }
}

async fn save(app: &TestApp, place: &Place) {
    backup::save(&app.context, &place.at("backup")).await.unwrap();
    KeyFile::collect(&app.context).await.unwrap().write(&place.at("keys.json")).unwrap();
}

async fn object_key(context: &Context, table: &str, id: &str) -> String {
    let sql = format!("SELECT object_key FROM {table} WHERE id = '{id}'");
    let sql = Statement::from_string(context.db.backend(), sql);
    context.db.reader().query_one_raw(sql).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Backups are of SQLite; with PostgreSQL the command says what to do instead.
async fn start() -> Option<TestApp> {
    let app = TestApp::start().await;
    if !app.context.config.is_postgres() {
        return Some(app);
    }
    let place = Place::new();
    let refused = backup::save(&app.context, &place.at("backup")).await.unwrap_err();
    assert!(refused.private().unwrap().contains("pg_dump"), "{refused}");
    assert!(!place.at("backup").exists());
    None
}

/// Uploads and deletes, as a backup must stand.
async fn keep_busy(app: &TestApp, owner: &Caller) {
    for _ in 0..6 {
        let dataset = world::dataset(app, owner).await;
        owner.get::<DeleteDataset>(&[&dataset]).await.unwrap();
        world::dataset(app, owner).await;
    }
}

#[actix_web::test]
async fn a_backup_of_a_server_that_serves_is_restored_and_answers_to_the_bit() {
    let Some(app) = start().await else { return };
    let alice = app.world("alice").await;
    let (program, _) = app.program(&alice.owner, &[KeyScope::Predict]).await;
    let before = predictions(&program, &alice.ids.endpoint).await;
    let place = Place::new();
    tokio::join!(save(&app, &place), keep_busy(&app, &alice.owner));

    let restored = place.restore().await.unwrap();
    assert!(restored.report.breaches.is_empty(), "{}", restored.report);
    assert!(restored.objects >= 2 && restored.deleted_again.is_empty());
    let data = place.at("data").display().to_string();
    let second = TestApp::start_with(&[("server.data_dir", &data)]).await;
    let mut same_key = second.nobody();
    same_key.key = program.key;
    assert_eq!(predictions(&same_key, &alice.ids.endpoint).await, before, "to the bit, by the same key");
    let owner = second.sign_in("alice").await.unwrap();
    assert_eq!(download(&owner, &alice.ids.dataset).await, world::CSV);
    world::dataset(&second, &owner).await;
    second.context.clock.advance_seconds(25 * 3600);
    let report = check::everything(&second.context).await.unwrap();
    assert!(report.breaches.is_empty(), "{report}");
}

#[actix_web::test]
async fn the_commands_back_up_and_restore_and_nothing_is_overwritten() {
    let Some(app) = start().await else { return };
    app.world("alice").await;
    let place = Place::new();
    let (to, keys) = (place.at("backup").display().to_string(), place.at("keys.json").display().to_string());
    let save = ["backup", "--to", &to, "--keys-to", &keys];
    let saved = app.command(&save);
    assert!(saved.status.success(), "{saved:?}");
    let again = app.command(&save);
    assert!(
        !again.status.success() && String::from_utf8_lossy(&again.stderr).contains("not empty"),
        "{again:?}"
    );
    fs::write(place.at("precious"), "not a key").unwrap();
    let precious = place.at("precious").display().to_string();
    assert!(!app.command(&["keys", "export", "--to", &precious]).status.success());
    assert_eq!(fs::read_to_string(place.at("precious")).unwrap(), "not a key");
    assert!(
        app.command(&["keys", "export", "--to", &keys]).status.success(),
        "an older file of keys is replaced"
    );

    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_amaas"));
    command.args(["restore", "--from", &to, "--keys", &keys, "--data-dir"]).arg(place.at("data"));
    let restored = command.output().unwrap();
    assert!(restored.status.success(), "{restored:?}");
    assert!(!command.output().unwrap().status.success(), "a data folder with something in it is refused");
}

#[actix_web::test]
async fn a_backup_that_is_cut_short_damaged_or_without_its_keys_is_refused() {
    let Some(app) = start().await else { return };
    let alice = app.world("alice").await;
    let place = Place::new();
    save(&app, &place).await;
    let manifest = place.at("backup/manifest.json");
    fs::rename(&manifest, place.at("away")).unwrap();
    place.refused("it was cut short").await;
    fs::rename(place.at("away"), &manifest).unwrap();

    let object = object_key(&app.context, "models", &alice.ids.model).await;
    for file in [place.at("backup/amaas.sqlite"), place.at("backup/objects").join(object)] {
        let whole = fs::read(&file).unwrap();
        let mut bent = whole.clone();
        bent[whole.len() / 2] ^= 1;
        fs::write(&file, bent).unwrap();
        place.refused("not as its manifest says").await;
        fs::remove_file(&file).unwrap();
        place.refused("damaged").await;
        fs::write(&file, whole).unwrap();
    }

    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("\"key\": \"tenant", "\"key\": \"../../tenant")).unwrap();
    place.refused("is no key of an object").await;
    fs::write(&manifest, text).unwrap();

    let other = TestApp::start().await;
    other.owner("mallory").await;
    let keys = place.at("keys.json");
    fs::rename(&keys, place.at("right")).unwrap();
    KeyFile::collect(&other.context).await.unwrap().write(&keys).unwrap();
    place.refused("which is not in this file of keys").await;
    let without = backup::restore(place.config(), &place.at("backup"), None).await.unwrap_err();
    assert!(without.private().unwrap().contains("--keys"), "{without}");
    assert!(!place.at("data").exists(), "what was refused left nothing");
    fs::rename(place.at("right"), &keys).unwrap();
    fs::create_dir(place.at("data")).unwrap();
    fs::write(place.at("data/mine.txt"), "mine").unwrap();
    place.refused("not empty, mine.txt is there").await;
    fs::remove_file(place.at("data/mine.txt")).unwrap();
    place.restore().await.unwrap();
}

#[actix_web::test]
async fn a_restored_backup_cannot_read_a_tenant_that_was_deleted_since() {
    let Some(app) = start().await else { return };
    let (alice, bob) = (app.world("alice").await, app.world("bob").await);
    let key_of = |id: String| {
        let context = app.context.clone();
        async move { object_key(&context, "datasets", &id).await }
    };
    let (hers, his) = (key_of(alice.ids.dataset.clone()).await, key_of(bob.ids.dataset.clone()).await);
    let place = Place::new();
    backup::save(&app.context, &place.at("backup")).await.unwrap();
    let body = DeleteTenantBody { name: "alice Ltd".to_owned() };
    alice.owner.post::<DeleteTenant>(&[], &body).await.unwrap();
    KeyFile::collect(&app.context).await.unwrap().write(&place.at("keys.json")).unwrap();

    // By hand: the backup's database and objects beside all keys that there still are, the root key among them.
    let live = &app.context.config.server.data_dir;
    let data = place.at("data");
    copy_tree(&place.at("backup"), &data);
    copy_tree(&live.join("keys"), &data.join("keys"));
    for name in ["root.key", "secret.key"] {
        fs::copy(live.join(name), data.join(name)).unwrap();
    }
    let by_hand = Context::open(place.config(), Clock::default()).await.unwrap();
    assert_eq!(by_hand.storage.get(&his).await.unwrap(), world::CSV.as_bytes());
    assert!(Storage::open(&place.config()).unwrap().get(&hers).await.is_ok(), "the sealed bytes are there");
    let refused = by_hand.storage.get(&hers).await.unwrap_err();
    assert!(refused.code() == Code::Internal && refused.to_string().contains("was shredded"), "{refused}");
    fs::remove_dir_all(data.join("keys").join(&alice.ids.tenant)).unwrap();
    let refused = by_hand.storage.get(&hers).await.unwrap_err();
    assert!(refused.to_string().contains("share"), "{refused}");
    let report = check::everything(&by_hand).await.unwrap();
    assert!(report.breaches.iter().all(|breach| breach.law == "L2" && breach.tenant == alice.ids.tenant));
    assert_eq!(report.breaches.len(), 1, "{report}");
    by_hand.db.close().await;
    fs::remove_dir_all(&data).unwrap();

    // By the command: who was deleted since is deleted again.
    let restored = place.restore().await.unwrap();
    assert_eq!(restored.deleted_again, std::slice::from_ref(&alice.ids.tenant));
    assert!(restored.report.breaches.is_empty(), "{}", restored.report);
    let data = data.display().to_string();
    let second = TestApp::start_with(&[("server.data_dir", &data)]).await;
    assert!(second.sign_in("alice").await.unwrap().get::<GetTenant>(&[]).await.is_err());
    let owner = second.sign_in("bob").await.unwrap();
    assert_eq!(download(&owner, &bob.ids.dataset).await, world::CSV);
}
