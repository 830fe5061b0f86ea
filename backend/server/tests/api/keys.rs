//! The root key is changed while the server serves, and taken away when it wraps nothing any more.

use crate::support::{
    Caller, TestApp,
    world::{self, World},
};
use amaas::{
    check,
    context::Context,
    infra::{clock::Clock, vault::RootKey},
    keys,
};
use contract::{
    audit::{AuditQuery, ListAuditEvents},
    datasets::DownloadDataset,
    predictions::Predict,
};
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;

/// What an endpoint answers, without what differs from call to call.
pub async fn predictions(caller: &Caller, endpoint: &str) -> String {
    let body =
        json!({"rows": [{"size": 3, "colour": "red"}, {"size": 7.5, "colour": "blue"}], "interval": 0.9});
    let path = <Predict as contract::Call>::url(&[endpoint]);
    let response = caller.request("POST", &path).json(&body).send().await.unwrap();
    let (status, text) = (response.status(), response.text().await.unwrap());
    assert!(status.is_success(), "{text}");
    serde_json::from_str::<Value>(&text).unwrap()["predictions"].to_string()
}

/// The data set as it was sent.
pub async fn download(caller: &Caller, dataset: &str) -> String {
    let path = <DownloadDataset as contract::Call>::url(&[dataset]);
    let response = caller.request("GET", &path).send().await.unwrap();
    assert!(response.status().is_success(), "{}", response.status());
    response.text().await.unwrap()
}

/// Another process of the same installation.
async fn command_of(app: &TestApp) -> Context {
    Context::open((*app.context.config).clone(), Clock::default()).await.unwrap()
}

/// Lets the server forget every scorer and every key, so that the next call reads storage and vault.
fn forget(app: &TestApp) {
    app.context.changes.forget_everything();
}

/// A server whose processes know the key that comes next: by their file, or by their configuration.
async fn start(next: &RootKey) -> TestApp {
    let text = next.to_text();
    let app = TestApp::start().await;
    if !app.context.config.is_postgres() {
        return app;
    }
    TestApp::start_with(&[("vault.other_root_keys", &text)]).await
}

/// Everything that needs a key of the tenant: reading, predicting cold, uploading, training.
async fn use_everything(app: &TestApp, world: &World, expected: &str) {
    forget(app);
    assert_eq!(predictions(&world.owner, &world.ids.endpoint).await, expected);
    assert_eq!(download(&world.owner, &world.ids.dataset).await, world::CSV);
    forget(app);
    let dataset = world::dataset(app, &world.owner).await;
    world::model(app, &world.owner, &dataset).await;
    assert_eq!(download(&world.owner, &dataset).await, world::CSV);
}

#[actix_web::test]
async fn the_root_key_is_changed_while_the_server_predicts_uploads_and_trains() {
    let new = Arc::new(RootKey::random());
    let app = start(&new).await;
    let world = app.world("alice").await;
    let bob = app.owner("bob").await;
    let expected = predictions(&world.owner, &world.ids.endpoint).await;
    let old = app.context.vault.roots().ring()[0].id.clone();

    let command = command_of(&app).await;
    keys::introduce(&command, &new).unwrap();
    use_everything(&app, &world, &expected).await;
    // One tenant, then the command is killed.
    assert_eq!(keys::rotate_some(&command, &new, 1).await.unwrap(), 1);
    let wraps = command.vault.root_keys().await.unwrap();
    assert_eq!(wraps.len(), 2, "old and new stand beside each other: {wraps:?}");
    use_everything(&app, &world, &expected).await;
    app.owner("carl").await;

    let again = command_of(&app).await;
    assert!(keys::rotate_root(&again, &new).await.unwrap() >= 1);
    assert_eq!(keys::rotate_root(&again, &new).await.unwrap(), 0, "a second time does nothing");
    let wraps = again.vault.root_keys().await.unwrap();
    assert!(wraps.len() == 1 && wraps[0].0 == new.id, "{wraps:?}");
    use_everything(&app, &world, &expected).await;
    for owner in [&world.owner, &bob] {
        let query = AuditQuery { action: Some("tenant.key_rewrapped".to_owned()), ..AuditQuery::default() };
        let events = owner.list::<ListAuditEvents>(&query).await.unwrap().data;
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].changes[0].before, json!(old));
    }
    if !app.context.config.is_postgres() {
        assert_eq!(keys::forget_old(&again).await.unwrap(), 1);
        assert!(app.command(&["check"]).status.success());
    }
    let config = [("AMAAS__VAULT__ROOT_KEY", new.to_text())];
    let environment = config.each_ref().map(|(name, value)| (*name, value.as_str()));
    let alone = app.command_with(&["check"], &environment);
    assert!(alone.status.success(), "the new key alone opens everything: {alone:?}");
    use_everything(&app, &world, &expected).await;
    let report = check::everything(&app.context).await.unwrap();
    assert!(report.breaches.is_empty(), "{report}");
}

#[actix_web::test]
async fn a_root_key_that_still_wraps_something_is_not_taken_away() {
    let app = TestApp::start().await;
    app.owner("alice").await;
    let command = command_of(&app).await;
    let new = Arc::new(RootKey::random());
    let told = |error: amaas::error::Error| error.private().unwrap_or_default().to_owned();
    if app.context.config.is_postgres() {
        let refused = told(keys::introduce(&command, &new).unwrap_err());
        assert!(refused.contains("vault.other_root_keys"), "servers that run must know it first: {refused}");
        return;
    }
    keys::introduce(&command, &new).unwrap();
    let refused = told(keys::forget_old(&command).await.unwrap_err());
    assert!(refused.contains("still wraps 1 keys"), "{refused}");
    assert_eq!(command.vault.roots().ring().len(), 2);
}

#[actix_web::test]
async fn the_commands_change_the_root_key_and_tell_what_comes_next() {
    let app = TestApp::start().await;
    if app.context.config.is_postgres() {
        return; // The configuration holds the key there; see above.
    }
    app.owner("alice").await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("next.key");
    let rotate = ["keys", "rotate-root", "--new-key-file", file.to_str().unwrap()];
    let said = |arguments: &[&str]| {
        let output = app.command(arguments);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(said(&rotate).contains("1 keys of tenants were wrapped anew"));
    assert!(said(&rotate).contains("0 keys of tenants were wrapped anew"));
    assert_eq!(said(&["keys", "status"]).lines().count(), 2);
    assert!(said(&["keys", "forget-old"]).starts_with("1 root keys"));
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(std::fs::read_to_string(app.context.config.server.data_dir.join("root.key")).unwrap(), text);
    let status = said(&["keys", "status"]);
    assert!(status.contains("wraps 1 keys, and wraps new ones") && !status.contains(text.trim()), "{status}");
}
