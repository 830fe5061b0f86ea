//! Two tenants that call everything the same: ids, names, keys. The ids of this program never repeat, so the database is
//! bent until they do; then each condition on a tenant is all that keeps one from the other, and none is idle
//! (`cargo xtask mutants tenant-filters` takes them out one by one). On PostgreSQL the database's own policies stand
//! behind them, and foreign keys in the way of the bending: there these tests have nothing to say.

use crate::support::{
    Caller, TestApp,
    world::{self, Ids, World, answer, send},
};
use amaas::routes::{Access, Row, TABLE};
use contract::{
    Call,
    api_keys::KeyScope,
    audit::{AuditQuery, ListAuditEvents},
    endpoints::{GetEndpoint, UpdateEndpoint},
    models::{GetModel, ReproduceModel},
    training::{GetRun, GetRunEvents, RunStatus, StartRun},
};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;

/// Tables of a tenant's things whose ids are bent; the audit log proves what it says, and a job's id is its key.
const BENT: [&str; 9] = [
    "members",
    "invites",
    "api_keys",
    "datasets",
    "training_runs",
    "run_events",
    "models",
    "reproductions",
    "endpoints",
];

/// Bob, who was there before, and Alice.
struct Twins {
    app: TestApp,
    bob: World,
    alice: World,
}

impl Twins {
    async fn start() -> Option<Self> {
        let app = TestApp::start().await;
        if app.context.db.backend() == DbBackend::Postgres {
            return None;
        }
        let bob = app.world("bob").await;
        // One log is longer than the other, so that the same place in both is not the same act.
        for _ in 0..3 {
            app.program(&bob.owner, &[KeyScope::Predict]).await;
        }
        let alice = app.world("alice").await;
        Some(Self { app, bob, alice })
    }

    async fn sql(&self, sql: &str) {
        let db = self.app.database().await;
        db.execute_unprepared("PRAGMA foreign_keys = OFF").await.unwrap();
        db.execute_unprepared(sql).await.unwrap();
        db.execute_unprepared("PRAGMA foreign_keys = ON").await.unwrap();
    }

    async fn lines(&self, sql: String) -> Vec<String> {
        let db = self.app.database().await;
        let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect()
    }

    async fn columns(&self, table: &str) -> Vec<String> {
        self.lines(format!("SELECT name FROM pragma_table_info('{table}')")).await
    }

    /// From now on what Bob has by one id has another.
    async fn bend(&self, from: &str, to: &str) {
        for table in BENT.iter().chain(&["deployments"]) {
            for column in self.columns(table).await {
                // Where a file is stays true; a run has one model, whosever it is.
                let stays = ["tenant_id", "object_key"].contains(&column.as_str())
                    || (*table == "models" && column == "run_id");
                if !stays {
                    let bob = &self.bob.ids.tenant;
                    let sql = format!(
                        "UPDATE {table} SET {column} = '{to}' WHERE tenant_id = '{bob}' AND {column} = '{from}'"
                    );
                    self.sql(&sql).await;
                }
            }
        }
    }

    async fn id_of_endpoint(&self, ids: &Ids) -> String {
        let sql = format!("SELECT id FROM endpoints WHERE tenant_id = '{}'", ids.tenant);
        self.lines(sql).await.remove(0)
    }

    /// Bob's things have the ids of Alice's; he has done more with them.
    async fn bend_all(&self) {
        let (bob, alice) = (&self.bob.ids, &self.alice.ids);
        for (from, to) in [
            (&bob.user, &alice.user),
            (&bob.invite, &alice.invite),
            (&bob.key, &alice.key),
            (&bob.dataset, &alice.dataset),
            (&bob.run, &alice.run),
            (&bob.model, &alice.model),
            (&bob.reproduction, &alice.reproduction),
            (&bob.endpoint, &alice.endpoint),
            (&self.id_of_endpoint(bob).await, &self.id_of_endpoint(alice).await),
        ] {
            self.bend(from, to).await;
        }
        let tenant = &bob.tenant;
        for change in [
            "models SET version = 77",
            "deployments SET sequence = sequence + 1000",
            "run_events SET sequence = sequence + 1000",
            "training_runs SET status = 'running', finished_at = NULL",
            "reproductions SET status = 'running', finished_at = NULL",
        ] {
            self.sql(&format!("UPDATE {change} WHERE tenant_id = '{tenant}'")).await;
        }
        let event = format!(
            "UPDATE audit_events SET id = '{}' WHERE tenant_id = '{tenant}' AND id = '{}'",
            alice.event, bob.event
        );
        self.sql(&event).await;
    }

    /// Every row of Bob's, as text.
    async fn rows_of_bob(&self) -> Vec<String> {
        let tables = "SELECT name FROM sqlite_master WHERE type = 'table'".to_owned();
        let mut rows = Vec::new();
        for table in self.lines(tables).await {
            let columns = self.columns(&table).await;
            let key = match table.as_str() {
                "tenants" => "id",
                _ if columns.iter().any(|column| column == "tenant_id") => "tenant_id",
                _ => continue,
            };
            let quoted: Vec<_> = columns.iter().map(|column| format!("quote({column})")).collect();
            let text = quoted.join(" || ' ' || ");
            let sql = format!(
                "SELECT '{table} ' || {text} FROM {table} WHERE {key} = '{}' ORDER BY 1",
                self.bob.ids.tenant
            );
            rows.extend(self.lines(sql).await);
        }
        assert!(rows.len() > 30, "Bob has things");
        rows
    }
}

fn reading() -> impl Iterator<Item = &'static Row> {
    // What tells of calls made differs from call to call.
    let moves = ["GetQuotas", "GetUsage", "ListAuditEvents", "ExportAuditEvents", "VerifyAuditEvents"];
    TABLE.iter().filter(move |row| {
        matches!(row.access, Access::Tenant(_)) && !row.method.changes_state() && !moves.contains(&row.name)
    })
}

#[actix_web::test]
async fn what_another_tenant_has_by_the_same_ids_and_names_changes_no_answer() {
    let Some(twins) = Twins::start().await else { return };
    let (owner, ids) = (&twins.alice.owner, &twins.alice.ids);
    let mut before = Vec::new();
    for row in reading() {
        let told = answer(send(owner, row, ids).await).await;
        assert_eq!(told.0, row.status, "{row:?}: {}", told.1);
        before.push(told);
    }
    twins.bend_all().await;
    for (row, before) in reading().zip(before) {
        assert_eq!(answer(send(owner, row, ids).await).await, before, "{row:?}");
    }
}

#[actix_web::test]
async fn the_log_of_a_tenant_is_searched_alone() {
    let Some(twins) = Twins::start().await else { return };
    twins.bend_all().await;
    let (owner, ids) = (&twins.alice.owner, &twins.alice.ids);
    let (own, twins) = (format!("SELECT id FROM audit_events WHERE tenant_id = '{}'", ids.tenant), &twins);
    let words = async |query: AuditQuery| {
        let found = owner.list::<ListAuditEvents>(&query).await.unwrap().data;
        let own = twins.lines(own.clone()).await;
        assert!(!found.is_empty() && found.iter().all(|event| own.contains(&event.id.to_string())));
        found
    };
    let everything = words(AuditQuery::default()).await;
    let sequences: Vec<u64> = everything.iter().map(|event| event.sequence).collect();
    assert!(sequences.is_sorted_by(|one, next| *one == next + 1), "{sequences:?}");
    let created = "dataset.uploaded".to_owned();
    let of_action = words(AuditQuery { action: Some(created.clone()), ..AuditQuery::default() }).await;
    assert!(of_action.iter().all(|event| event.action == created));
    let of_target = words(AuditQuery { target: Some(ids.dataset.clone()), ..AuditQuery::default() }).await;
    let is_of = |event: &contract::audit::AuditEvent| event.targets.iter().any(|one| one.id == ids.dataset);
    assert!(of_target.iter().all(is_of));
    let both =
        AuditQuery { action: Some(created), target: Some(ids.dataset.clone()), ..AuditQuery::default() };
    assert_eq!(words(both).await.len(), 1);
}

async fn does(twins: &Twins, name: &str, ids: &Ids) -> String {
    let row = TABLE.iter().find(|row| row.name == name).unwrap();
    let before = twins.rows_of_bob().await;
    let (status, text) = answer(send(&twins.alice.owner, row, ids).await).await;
    assert_eq!(status, row.status, "{name}: {text}");
    assert_eq!(twins.rows_of_bob().await, before, "{name} reached into another tenant");
    text
}

async fn works(twins: &Twins) {
    let before = twins.rows_of_bob().await;
    twins.app.work().await;
    assert_eq!(twins.rows_of_bob().await, before, "work reached into another tenant");
}

#[actix_web::test]
async fn what_a_tenant_changes_of_its_own_changes_nothing_of_anothers() {
    let Some(twins) = Twins::start().await else { return };
    let (owner, ids) = (&twins.alice.owner, &twins.alice.ids);
    twins.bend_all().await;
    does(&twins, "UpdateTenant", &Ids { nonce: "alice Ltd".to_owned(), ..ids.clone() }).await;
    for name in ["UpdateMember", "RevokeInvite", "UpdateApiKey", "RotateApiKey", "RevokeApiKey"] {
        does(&twins, name, ids).await;
    }
    // Another invitation of an address revokes the one before; Bob has invited the same.
    let invited = Ids { nonce: "alice-again".to_owned(), ..ids.clone() };
    let same = format!(
        "UPDATE invites SET email = 'alice-again@example.com' WHERE tenant_id = '{}'",
        twins.bob.ids.tenant
    );
    twins.sql(&same).await;
    does(&twins, "CreateInvite", &invited).await;

    let (_, second) = world::model(&twins.app, owner, &ids.dataset).await;
    assert_eq!(owner.get::<GetModel>(&[&second]).await.unwrap().version, 2, "versions are counted by tenant");
    does(&twins, "UpdateDataset", ids).await;
    let body = json!({"model_id": second});
    let path = UpdateEndpoint::url(&[&ids.endpoint]);
    assert!(owner.request("PATCH", &path).json(&body).send().await.unwrap().status().is_success());
    let history = owner.get::<GetEndpoint>(&[&ids.endpoint]).await.unwrap().history;
    assert_eq!(history.iter().map(|change| change.sequence).collect::<Vec<_>>(), [2, 1]);
    does(&twins, "RollBackEndpoint", ids).await;
    let now = owner.get::<GetEndpoint>(&[&ids.endpoint]).await.unwrap().model_id.to_string();
    assert_eq!(now, ids.model);
    for name in ["DeleteEndpoint", "DeleteModel", "RemoveMember"] {
        does(&twins, name, ids).await;
    }
    let deleted = format!("UPDATE datasets SET deleted_at = 1 WHERE tenant_id = '{}'", twins.bob.ids.tenant);
    twins.sql(&deleted).await;
    does(&twins, "DeleteDataset", ids).await;
    does(&twins, "DeleteTenant", &Ids { nonce: "Renamed alice".to_owned(), ..ids.clone() }).await;
}

#[actix_web::test]
async fn work_on_a_tenants_run_writes_nothing_into_anothers_of_the_same_id() {
    let Some(twins) = Twins::start().await else { return };
    let (owner, ids) = (&twins.alice.owner, &twins.alice.ids);
    twins.bend_all().await;
    let queued = |owner: Caller| async move {
        let body = json!({"dataset_id": ids.dataset, "target": "price", "algorithms": ["linear"]});
        let run = owner.request("POST", StartRun::PATH).json(&body).send().await.unwrap();
        crate::support::read::<StartRun>(run).await.unwrap().id.to_string()
    };
    let run = queued(owner.clone()).await;
    twins.bend(&ids.run, &run).await;
    works(&twins).await;
    let done = owner.get::<GetRun>(&[&run]).await.unwrap();
    assert_eq!(done.status, RunStatus::Succeeded, "{:?}", done.error);
    let events = owner.get_events(&run).await;
    assert!(events.iter().zip(1..).all(|(found, expected)| *found == expected), "{events:?}");

    let stopped = queued(owner.clone()).await;
    twins.bend(&run, &stopped).await;
    does(&twins, "StopRun", &Ids { run: stopped.clone(), ..ids.clone() }).await;
    does(&twins, "CancelRun", &Ids { run: stopped, ..ids.clone() }).await;

    let again = owner.get::<ReproduceModel>(&[&ids.model]).await.unwrap().id.to_string();
    twins.bend(&ids.reproduction, &again).await;
    works(&twins).await;
}

#[actix_web::test]
async fn a_run_is_stopped_by_its_own_tenant_alone() {
    let Some(twins) = Twins::start().await else { return };
    let (owner, ids) = (&twins.alice.owner, &twins.alice.ids);
    twins.bend_all().await;
    let families = ["linear", "ridge", "lasso", "elastic_net"];
    let body = json!({"dataset_id": ids.dataset, "target": "price", "algorithms": families});
    let run = owner.request("POST", StartRun::PATH).json(&body).send().await.unwrap();
    let run = crate::support::read::<StartRun>(run).await.unwrap().id.to_string();
    twins.bend(&ids.run, &run).await;
    let tenant = &twins.bob.ids.tenant;
    twins.sql(&format!("UPDATE training_runs SET stop_requested_at = 1 WHERE tenant_id = '{tenant}'")).await;
    works(&twins).await;
    let done = owner.get::<GetRun>(&[&run]).await.unwrap();
    assert!(done.status == RunStatus::Succeeded && done.trials_done >= 4, "{done:?}");
}

#[actix_web::test]
async fn the_janitor_takes_away_the_upload_of_the_tenant_who_left_it() {
    let Some(twins) = Twins::start().await else { return };
    twins.bend_all().await;
    let (bob, alice) = (&twins.bob.ids.tenant, &twins.alice.ids);
    // An upload that was never received has nothing that was made of it.
    for table in ["deployments", "endpoints", "reproductions", "models", "run_events", "training_runs"] {
        twins.sql(&format!("DELETE FROM {table} WHERE tenant_id <> '{bob}'")).await;
    }
    twins.sql("UPDATE datasets SET status = 'receiving'").await;
    twins.sql(&format!("UPDATE datasets SET updated_at = 0 WHERE tenant_id <> '{bob}'")).await;
    let before = twins.rows_of_bob().await;
    amaas::datasets::sweep(&twins.app.context).await.unwrap();
    assert_eq!(twins.rows_of_bob().await, before);
    let left = format!("SELECT id FROM datasets WHERE tenant_id = '{}'", alice.tenant);
    assert!(twins.lines(left).await.is_empty());
}

impl Caller {
    async fn get_events(&self, run: &str) -> Vec<u64> {
        let path = GetRunEvents::url(&[run]);
        let request = self.request("GET", &path).header("accept", "text/event-stream");
        let text = request.send().await.unwrap().text().await.unwrap();
        let lines = text.lines().filter_map(|line| line.strip_prefix("id:"));
        lines.map(|id| id.trim().parse().unwrap()).collect()
    }
}
