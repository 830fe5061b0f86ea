//! A tenant that is deleted is gone at once, in every table and in the storage; its log stays for the operator.

use crate::{
    keys::predictions,
    support::{TestApp, world},
};
use amaas::{audit, check, keys::KeyFile, tenants};
use contract::{
    Code,
    accounts::GetMe,
    api_keys::KeyScope,
    members::Role,
    operator::{GetOperatorTenant, ListTenants, ListTenantsQuery},
    predictions::Predict,
    tenants::{DeleteTenant, DeleteTenantBody, GetTenant},
};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::collections::BTreeSet;

/// Tables of a tenant's things that stay when it is deleted, each with its reason.
const KEPT: &[(&str, &str)] = &[
    ("audit_checkpoints", "what was signed of the chain holds as long as the chain"),
    ("audit_events", "the operator must be able to tell what happened"),
    ("audit_heads", "the chain ends here"),
    ("audit_targets", "they belong to the events"),
    ("tenant_keys", "the shredded key shows that there was one"),
];

async fn count(app: &TestApp, table: &str, tenant: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM {table} WHERE tenant_id = '{tenant}'");
    let sql = Statement::from_string(app.context.db.backend(), sql);
    app.context.db.reader().query_one_raw(sql).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

fn confirmed(name: &str) -> DeleteTenantBody {
    DeleteTenantBody { name: name.to_owned() }
}

#[actix_web::test]
async fn every_table_of_a_tenants_things_is_cleared_or_kept_for_a_reason() {
    let app = TestApp::start().await;
    let sql = match app.context.db.backend() {
        DbBackend::Postgres => {
            "SELECT table_name AS t FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant_id'"
        }
        _ => {
            "SELECT m.name AS t FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' AND p.name = 'tenant_id'"
        }
    };
    let sql = Statement::from_string(app.context.db.backend(), sql);
    let rows = app.context.db.reader().query_all_raw(sql).await.unwrap();
    let there: BTreeSet<String> = rows.iter().map(|row| row.try_get("", "t").unwrap()).collect();
    let known = tenants::TABLES.iter().chain(KEPT.iter().map(|(table, _)| table));
    let known: BTreeSet<String> = known.map(|table| (*table).to_owned()).collect();
    assert_eq!(there, known, "name the table in tenants/repository.rs, or here with the reason why it stays");
}

#[actix_web::test]
async fn a_deleted_tenant_is_gone_at_once_and_its_log_stays() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.world("alice").await, app.world("bob").await);
    let (program, _) = app.program(&alice.owner, &[KeyScope::Predict]).await;
    predictions(&program, &alice.ids.endpoint).await;
    let (tenant, operator) = (alice.ids.tenant.clone(), app.operator().await);
    let share = app.context.config.server.data_dir.join("keys").join(&tenant);
    assert_eq!(std::fs::read_dir(&share).unwrap().count(), 1);

    alice.owner.post::<DeleteTenant>(&[], &confirmed("alice Ltd")).await.unwrap();
    assert_eq!(alice.owner.get::<GetTenant>(&[]).await.unwrap_err().status, 404);
    assert!(alice.owner.get::<GetMe>(&[]).await.unwrap().tenants.is_empty(), "the person stays");
    let path = <Predict as contract::Call>::url(&[&alice.ids.endpoint]);
    let body = serde_json::json!({"rows": [{"size": 3, "colour": "red"}]});
    let warm = program.request("POST", &path).json(&body).send().await.unwrap();
    assert_eq!(warm.status(), 401, "the key is gone, however warm the endpoint was");
    for table in tenants::TABLES {
        assert_eq!(count(&app, table, &tenant).await, 0, "{table}");
    }
    for table in ["members", "api_keys", "datasets", "models", "training_runs", "endpoints", "jobs"] {
        assert!(count(&app, table, &bob.ids.tenant).await > 0, "{table} of another tenant");
    }
    assert!(app.context.storage.list(&format!("tenants/{tenant}")).await.unwrap().is_empty());
    assert!(app.context.storage.list(&tenant).await.unwrap().is_empty());
    let left: Vec<_> = std::fs::read_dir(&share).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["shredded"]);
    assert!(app.context.vault.keys(alice.owner.tenant_id()).await.is_err());

    let chain = audit::verify_without_scope(&app.context, &tenant).await.unwrap();
    assert!(chain.valid && chain.checked > 5, "{chain:?}");
    let listed = operator.list::<ListTenants>(&ListTenantsQuery::default()).await.unwrap().data;
    assert!(listed.iter().all(|listed| listed.id.to_string() != tenant));
    assert_eq!(operator.get::<GetOperatorTenant>(&[&tenant]).await.unwrap_err().status, 404);
    predictions(&bob.owner, &bob.ids.endpoint).await;
    app.context.clock.advance_seconds(25 * 3600);
    let report = check::everything(&app.context).await.unwrap();
    assert!(report.breaches.is_empty(), "{report}");
}

#[actix_web::test]
async fn what_is_known_of_other_tenants_stays_known() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.owner("alice").await, app.world("bob").await);
    let (program, _) = app.program(&bob.owner, &[KeyScope::Predict]).await;
    let path = <Predict as contract::Call>::url(&[&bob.ids.endpoint]);
    let body = serde_json::json!({"rows": [{"size": 3, "colour": "red"}]});
    let predict = async || program.request("POST", &path).json(&body).send().await.unwrap().status();
    assert_eq!(predict().await, 200);
    alice.post::<DeleteTenant>(&[], &confirmed("alice Ltd")).await.unwrap();
    let before = app.context.db.queries();
    assert_eq!(predict().await, 200);
    assert_eq!(app.context.db.queries(), before, "key, rate and model of another tenant were not forgotten");
}

#[actix_web::test]
async fn without_the_very_name_or_the_owner_nothing_is_deleted() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let admin = app.member(&ada, "adm", Role::Admin).await;
    let refused = admin.post::<DeleteTenant>(&[], &confirmed("ada Ltd")).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (403, Code::Forbidden));
    for name in ["", "ada ltd", " ada Ltd", "ada"] {
        let refused = ada.post::<DeleteTenant>(&[], &confirmed(name)).await.unwrap_err();
        assert_eq!((refused.status, refused.problem.code), (422, Code::InvalidRequest), "{name:?}");
    }
    assert_eq!(ada.get::<GetTenant>(&[]).await.unwrap().name, "ada Ltd");
    world::dataset(&app, &ada).await;
}

#[actix_web::test]
async fn the_janitor_finishes_what_was_killed_and_removes_what_came_in_late() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let tenant = ada.tenant_id();
    ada.post::<DeleteTenant>(&[], &confirmed("ada Ltd")).await.unwrap();
    // As if it had been killed before the share was deleted, while an upload went on.
    let shares = app.context.vault.shares();
    shares.create(&tenant.to_string(), "late").await.unwrap();
    let late = format!("tenants/{tenant}/datasets/late/data.csv");
    app.context.storage.as_stored().put(&late, b"late".to_vec().into()).await.unwrap();
    tenants::sweep(&app.context).await.unwrap();
    assert!(app.context.storage.list(&format!("tenants/{tenant}")).await.unwrap().is_empty());
    assert!(shares.get(&tenant.to_string(), "late").await.unwrap().is_none());
}

#[actix_web::test]
async fn a_file_of_keys_puts_back_what_is_missing_and_nothing_of_a_deleted_tenant() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.owner("ada").await, app.owner("bob").await);
    let shares = app.context.vault.shares();
    let file = KeyFile::collect(&app.context).await.unwrap();
    ada.post::<DeleteTenant>(&[], &confirmed("ada Ltd")).await.unwrap();
    for (_, id) in shares.all().await.unwrap().shares.keys() {
        shares.delete(&bob.tenant_id().to_string(), id).await.unwrap();
    }
    app.context.changes.forget_everything();
    assert!(app.context.vault.keys(bob.tenant_id()).await.is_err());
    assert_eq!(file.place_shares(shares).await.unwrap(), 1);
    assert!(app.context.vault.keys(bob.tenant_id()).await.is_ok());
    assert!(app.context.vault.keys(ada.tenant_id()).await.is_err());
}
