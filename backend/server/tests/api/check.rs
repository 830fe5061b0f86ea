//! `amaas check` and `amaas audit verify`: clean data is clean, and every broken law is named.

use crate::support::{TestApp, world::World};
use amaas::check::{self, Breach};
use bytes::Bytes;
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};
use std::process::Command;

async fn text_of(app: &TestApp, sql: &str) -> String {
    let sql = Statement::from_string(app.context.db.backend(), sql);
    app.context.db.reader().query_one_raw(sql).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// Changes rows as somebody with the database in hands could, past its own constraints.
async fn tamper(app: &TestApp, statements: &[String]) {
    let db = app.database().await;
    let is_sqlite = app.context.db.backend() == DbBackend::Sqlite;
    if is_sqlite {
        db.execute_unprepared("PRAGMA foreign_keys = OFF").await.unwrap();
    }
    let tx = db.begin().await.unwrap();
    if !is_sqlite {
        tx.execute_unprepared("SET LOCAL session_replication_role = replica").await.unwrap();
    }
    for statement in statements {
        tx.execute_unprepared(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    tx.commit().await.unwrap();
}

fn statements(world: &World, second: &str) -> Vec<String> {
    let (tenant, ids) = (world.owner.tenant_id(), &world.ids);
    vec![
        format!("UPDATE tenants SET suspended_at = 1 WHERE id = '{tenant}'"),
        format!("UPDATE jobs SET state = 'failed', lease_owner = 'x' WHERE id = '{}'", ids.run),
        format!(
            "UPDATE jobs SET state = 'running', lease_owner = 'w', lease_epoch = 1, lease_expires_at = 1, heartbeat_at = 1, \
             started_at = 1, finished_at = NULL WHERE id = '{second}'"
        ),
        format!("UPDATE models SET dataset_id = 'dataset_elsewhere' WHERE id = '{}'", ids.model),
        format!("UPDATE models SET version = 3 WHERE id = '{}'", ids.model),
        format!("UPDATE training_runs SET finished_at = NULL, model_id = NULL WHERE id = '{}'", ids.run),
        format!("DELETE FROM audit_events WHERE tenant_id = '{tenant}' AND sequence = 3"),
        format!("DELETE FROM audit_targets WHERE tenant_id = '{tenant}' AND target = '{}'", ids.key),
        format!(
            "INSERT INTO usage_days (tenant_id, day, api_key_id, endpoint, requests, predictions, errors) \
             VALUES ('{tenant}', '2026-11-01', 'key_elsewhere', 'e', -1, 0, 0)"
        ),
        format!(
            "INSERT INTO idempotency_keys (tenant_id, key, call, request_sha256, status, created_at) \
             VALUES ('{tenant}', 'half', 'StartRun', '', 202, 1)"
        ),
    ]
}

#[actix_web::test]
async fn a_tenant_with_one_of_everything_breaks_no_law() {
    let app = TestApp::start().await;
    app.world("alice").await;
    app.world("bob").await;
    app.context.clock.advance_seconds(25 * 3600);
    let report = check::everything(&app.context).await.unwrap();
    assert!(report.breaches.is_empty(), "{report}");
    for law in ["L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9"] {
        assert!(report.looked_at.iter().any(|(looked, _)| *looked == law), "{law} was not looked at");
    }
}

#[actix_web::test]
async fn every_broken_law_is_named_with_tenant_and_object() {
    let app = TestApp::start().await;
    let world = app.world("alice").await;
    let second = crate::support::world::dataset(&app, &world.owner).await;
    let key = |table: &str, id: &str| format!("SELECT object_key FROM {table} WHERE id = '{id}'");
    let artefact = text_of(&app, &key("models", &world.ids.model)).await;
    let file = text_of(&app, &key("datasets", &second)).await;
    tamper(&app, &statements(&world, &second)).await;
    app.context.storage.put(&artefact, Bytes::from_static(b"something else")).await.unwrap();
    app.context.storage.delete(&file).await.unwrap();
    app.context.storage.put("tenants/nobody/stray", Bytes::from_static(b"x")).await.unwrap();
    app.context.clock.advance_seconds(25 * 3600);

    let report = check::everything(&app.context).await.unwrap();
    let (tenant, ids) = (world.owner.tenant_id().to_string(), &world.ids);
    let expected: &[(&str, &str, &str, &str)] = &[
        ("L1", &tenant, &ids.run, "it has a lease and does not run"),
        ("L1", &tenant, &ids.run, "it and its job ended differently"),
        ("L1", &tenant, &ids.run, "its time of finishing and its state disagree"),
        ("L2", &tenant, &ids.run, "it succeeded without a model"),
        ("L2", &tenant, &ids.model, "artefact"),
        ("L2", &tenant, &second, "its file is missing"),
        ("L3", &tenant, &second, "older than twice its length"),
        ("L4", &tenant, "audit event 3", "missing"),
        ("L4", &tenant, "alice-ltd", "does not tell that it is suspended"),
        ("L4", &tenant, &ids.key, "no api_key.created of it"),
        ("L5", &tenant, "price", "versions of its name have a gap"),
        ("L5", &tenant, "2026-11-01", "a counter can't be right"),
        ("L6", &tenant, &ids.model, "models.dataset_id refers to no row"),
        ("L6", &tenant, "key_elsewhere", "no key of the tenant made it"),
        ("L7", "-", "tenants/nobody/stray", "without a row"),
        ("L9", &tenant, "half", "its answer is not whole"),
    ];
    for (law, tenant, object, detail) in expected {
        let is_it = |breach: &Breach| {
            breach.law == *law
                && breach.tenant == *tenant
                && breach.object.contains(object)
                && breach.detail.contains(detail)
        };
        assert!(report.breaches.iter().any(is_it), "{law} {object} {detail} is not named:\n{report}");
    }
    if app.context.db.backend() == DbBackend::Sqlite {
        assert!(report.breaches.iter().any(|breach| breach.law == "L8"), "{report}");
    }
}

#[actix_web::test]
async fn the_commands_end_with_1_and_name_the_breach() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.owner("alice").await, app.owner("bob").await);
    let slug = alice.me.as_ref().unwrap().tenants[0].slug.clone();
    let fine = app.command(&["check"]);
    assert!(fine.status.success(), "{}", String::from_utf8_lossy(&fine.stdout));
    assert!(app.command(&["audit", "verify"]).status.success());

    let id = alice.tenant_id();
    tamper(&app, &[format!("UPDATE audit_events SET outcome = 'denied' WHERE tenant_id = '{id}'")]).await;
    let broken = app.command(&["audit", "verify"]);
    let told = String::from_utf8(broken.stdout).unwrap();
    assert_eq!(broken.status.code(), Some(1));
    assert!(told.contains(&format!("{id}: broken at sequence 1: changed")), "{told}");
    assert!(told.contains(&format!("{}: 1 events, valid", bob.tenant_id())), "{told}");
    assert_eq!(app.command(&["audit", "verify", "--tenant", &slug]).status.code(), Some(1));
    let other = bob.me.unwrap().tenants[0].slug.clone();
    assert!(app.command(&["audit", "verify", "--tenant", &other]).status.success());
    let checked = app.command(&["check"]);
    let told = String::from_utf8(checked.stdout).unwrap();
    assert_eq!(checked.status.code(), Some(1));
    assert!(told.contains(&format!("L4 tenant={id} object=audit event 1: changed")), "{told}");
}

#[test]
fn the_check_makes_no_database_where_there_is_none() {
    let folder = tempfile::TempDir::new().unwrap();
    let data = folder.path().join("nothing");
    for arguments in [["check"].as_slice(), &["audit", "verify"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_amaas"));
        let output = command.args(arguments).arg("--data-dir").arg(&data).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("no database"));
        assert!(!data.exists());
    }
}
