//! The people who run the installation: what they see, what they change, and what tenants learn of it.

use crate::support::{Caller, Refused, STONES, TestApp, houses, read};
use contract::{
    Call, Code, ListQuery, TenantId,
    accounts::{GetMe, Refresh, SignIn, SignInBody},
    api_keys::KeyScope,
    audit::{AuditEvent, AuditQuery, ListAuditEvents},
    datasets::ListDatasets,
    members::{AcceptInvite, AcceptInviteBody, Role},
    operator::{
        GetOperatorTenant, GetPlatform, ListJobs, ListJobsQuery, ListPlans, ListTenants, ListTenantsQuery,
        OperatorTenant, UpdateOperatorTenant, UpdateOperatorTenantBody,
    },
    quotas::GetQuotas,
    training::{GetRun, RunStatus},
};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

const SMALL: [(&str, &str); 10] = [
    ("plans.small.requests_per_second", "900"),
    ("plans.small.requests_burst", "900"),
    ("plans.small.key_requests_per_second", "900"),
    ("plans.small.key_requests_burst", "900"),
    ("plans.small.predictions_per_month", "3"),
    ("plans.small.storage_bytes", "100"),
    ("plans.small.datasets", "1"),
    ("plans.small.endpoints", "1"),
    ("plans.small.running_runs", "1"),
    ("plans.small.queued_runs", "1"),
];

fn code<T>(outcome: Result<T, Refused>) -> Code {
    outcome.err().expect("a refusal").problem.code
}

/// The newest events of a tenant's log whose action begins so, as an owner reads them.
async fn events(owner: &Caller, action: &str) -> Vec<AuditEvent> {
    let query = AuditQuery { action: Some(action.to_owned()), ..AuditQuery::default() };
    owner.list::<ListAuditEvents>(&query).await.unwrap().data
}

async fn suspend(operator: &Caller, tenant: TenantId, suspended: bool) -> OperatorTenant {
    let body = UpdateOperatorTenantBody { suspended: Some(suspended), plan: None };
    operator.post::<UpdateOperatorTenant>(&[&tenant.to_string()], &body).await.unwrap()
}

async fn set_plan(operator: &Caller, tenant: TenantId, plan: &str) -> Result<OperatorTenant, Refused> {
    let body = UpdateOperatorTenantBody { plan: Some(plan.to_owned()), suspended: None };
    operator.post::<UpdateOperatorTenant>(&[&tenant.to_string()], &body).await
}

async fn running_limit(app: &TestApp, owner: &Caller) -> Option<i64> {
    let sql = "SELECT running_limit FROM job_tenants WHERE tenant_id = $1";
    let values = [owner.tenant_id().to_string().into()];
    let sql = Statement::from_sql_and_values(app.context.db.backend(), sql, values);
    app.context.db.reader().query_one_raw(sql).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

async fn predict(caller: &Caller, rows: usize) -> (u16, Value) {
    let rows = vec![json!({"carat": 1}); rows];
    let request = caller.request("POST", "/v1/endpoints/stones/predict").json(&json!({ "rows": rows }));
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[actix_web::test]
async fn only_those_whom_the_configuration_names_are_operators() {
    let app = TestApp::start().await;
    let (operator, ada) = (app.operator().await, app.owner("ada").await);
    assert!(operator.get::<GetMe>(&[]).await.unwrap().user.operator);
    assert!(app.sign_in("operator").await.unwrap().me.unwrap().user.operator);
    assert!(!ada.get::<GetMe>(&[]).await.unwrap().user.operator);
    let refused = ada.get::<GetPlatform>(&[]).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (403, Code::Forbidden));
    let denied = events(&ada, "access.denied").await;
    assert_eq!((denied.len(), denied[0].targets[0].id.as_str()), (1, "GetPlatform"));
}

#[actix_web::test]
async fn the_platform_is_counted_and_its_plans_are_told() {
    let app = TestApp::start_with(&SMALL).await;
    let (operator, ada) = (app.operator().await, app.owner("ada").await);
    app.member(&ada, "bob", Role::Analyst).await;
    app.dataset(&ada, "houses", &houses(20)).await;
    let platform = operator.get::<GetPlatform>(&[]).await.unwrap();
    assert_eq!((platform.tenants, platform.users), (2, 3));
    assert!(["sqlite", "postgres"].contains(&platform.database.as_str()));
    assert_eq!(platform.storage, "folder");
    assert!(platform.started_at <= app.context.clock.now());
    let jobs: Vec<_> = platform.jobs.iter().map(|j| (j.kind.as_str(), j.state.as_str(), j.count)).collect();
    assert_eq!(jobs, [("profile_dataset", "succeeded", 1)]);
    let plans = operator.get::<ListPlans>(&[]).await.unwrap().data;
    let told: Vec<_> = plans.iter().map(|plan| (plan.name.as_str(), plan.limits["datasets"])).collect();
    assert_eq!(told, [("small", 1), ("standard", 10_000)]);
    assert_eq!(plans[0].limits.len(), SMALL.len());
}

#[actix_web::test]
async fn tenants_are_listed_newest_first_and_found_by_name_or_slug() {
    let app = TestApp::start().await;
    let operator = app.operator().await;
    let mut owners = Vec::new();
    for name in ["ada", "Ünal", "percent%"] {
        owners.push(app.owner_of(name, &format!("{name} GmbH")).await);
    }
    let list = async |q: Option<&str>, limit: u32, cursor: Option<String>| {
        let query = ListTenantsQuery { q: q.map(str::to_owned), limit: Some(limit), cursor };
        operator.list::<ListTenants>(&query).await.unwrap()
    };
    let first = list(None, 3, None).await;
    let second = list(None, 3, first.next_cursor.clone()).await;
    let names: Vec<_> = first.data.iter().chain(&second.data).map(|tenant| tenant.name.as_str()).collect();
    assert_eq!(names, ["percent% GmbH", "Ünal GmbH", "ada GmbH", "operator Ltd"]);
    assert_eq!(second.next_cursor, None);
    for (asked, found) in
        [("ADA g", 1), ("ünal", 1), ("ÜNAL", 1), ("%", 1), ("ada-gmbh", 1), ("gmbh", 3), ("x_", 0)]
    {
        assert_eq!(list(Some(asked), 20, None).await.data.len(), found, "{asked}");
    }
    let renamed = json!({"name": "Łódź SA"});
    let response = owners[0].request("PATCH", "/v1/tenant").json(&renamed).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(list(Some("łódź"), 20, None).await.data[0].slug, "ada-gmbh");
    assert!(events(&owners[0], "operator.").await.is_empty(), "a list holds counts only");
    for query in ["?limit=0", "?limit=x", "?cursor=junk", "?order=name"] {
        let path = format!("{}{query}", ListTenants::PATH);
        let refused = read::<ListTenants>(operator.request("GET", &path).send().await.unwrap()).await;
        assert_eq!(refused.unwrap_err().status, 422, "{query}");
    }
}

#[actix_web::test]
async fn a_look_at_a_tenant_shows_counts_and_stands_in_its_own_log() {
    let app = TestApp::start().await;
    let (operator, ada) = (app.operator().await, app.owner("ada").await);
    app.member(&ada, "bob", Role::Analyst).await;
    app.endpoint(&ada, "stones", STONES, "price").await;
    assert_eq!(predict(&ada, 3).await.0, 200);
    amaas::quotas::flush(&app.context).await.unwrap();
    let id = ada.tenant_id().to_string();
    let seen = operator.get::<GetOperatorTenant>(&[&id]).await.unwrap();
    assert_eq!((seen.slug.as_str(), seen.plan.as_str(), seen.suspended_at), ("ada-ltd", "standard", None));
    assert_eq!((seen.members, seen.datasets, seen.storage_bytes), (2, 1, 10));
    assert_eq!((seen.models, seen.endpoints, seen.predictions_this_month), (1, 1, 3));
    let listed = operator.list::<ListTenants>(&ListTenantsQuery::default()).await.unwrap().data;
    assert!(listed.contains(&seen));

    let looks = events(&ada, "operator.tenant_viewed").await;
    assert_eq!(looks.len(), 1);
    let (actor, target) = (&looks[0].actor, &looks[0].targets[0]);
    let me = operator.me.as_ref().unwrap();
    assert_eq!((actor.kind.as_str(), actor.via.as_str()), ("operator", "session"));
    assert_eq!(actor.id.as_deref(), Some(me.user.id.to_string().as_str()));
    assert_eq!(actor.name.as_deref(), Some("operator@example.com"));
    assert!(actor.ip.is_some() && looks[0].request_id.is_some());
    assert_eq!((target.kind.as_str(), &target.id), ("tenant", &id));
    assert!(events(&operator, "operator.").await.is_empty(), "it is the looked-at tenant's event");
    for absent in ["tenant_01h2xcejqtf2nbrexx3vqjhp41", "junk", "ada-ltd"] {
        assert_eq!(code(operator.get::<GetOperatorTenant>(&[absent]).await), Code::NotFound);
        let body = UpdateOperatorTenantBody { suspended: Some(true), plan: None };
        assert_eq!(code(operator.post::<UpdateOperatorTenant>(&[absent], &body).await), Code::NotFound);
    }
}

#[actix_web::test]
async fn a_suspended_tenant_is_closed_from_the_next_request_on_and_open_again_after() {
    let app = TestApp::start().await;
    let (operator, ada, eve) = (app.operator().await, app.owner("ada").await, app.owner("eve").await);
    let analyst = app.member(&ada, "bob", Role::Analyst).await;
    app.endpoint(&ada, "stones", STONES, "price").await;
    let (program, _) = app.program(&ada, &[KeyScope::Predict]).await;
    for _ in 0..3 {
        assert_eq!(predict(&program, 1).await.0, 200, "warm");
    }
    let before = suspend(&operator, ada.tenant_id(), true).await;
    assert!(before.suspended_at.is_some());
    for _ in 0..2 {
        let (status, problem) = predict(&program, 1).await;
        assert_eq!((status, problem["code"].as_str()), (403, Some("tenant_suspended")));
    }
    for caller in [&ada, &analyst, &program] {
        assert_eq!(code(caller.list::<ListDatasets>(&ListQuery::default()).await), Code::TenantSuspended);
        // Not even what the role or scope does not allow is told apart.
        assert_eq!(code(caller.list::<ListAuditEvents>(&AuditQuery::default()).await), Code::TenantSuspended);
    }
    assert_eq!(ada.get::<GetMe>(&[]).await.unwrap().tenants.len(), 1);
    assert!(app.sign_in("bob").await.is_ok(), "signing in still works");
    assert!(ada.get::<Refresh>(&[]).await.is_ok());
    assert!(eve.list::<ListDatasets>(&ListQuery::default()).await.is_ok(), "others are not touched");

    let again = suspend(&operator, ada.tenant_id(), true).await;
    assert_eq!(again.suspended_at, before.suspended_at, "suspended since the first time");
    assert_eq!(suspend(&operator, ada.tenant_id(), false).await.suspended_at, None);
    assert_eq!(predict(&program, 1).await.0, 200);
    assert!(ada.list::<ListDatasets>(&ListQuery::default()).await.is_ok());
    let (suspended, resumed) = (events(&ada, "tenant.suspended").await, events(&ada, "tenant.resumed").await);
    assert_eq!((suspended.len(), resumed.len()), (2, 1));
    assert_eq!(suspended[1].changes[0].path, "/suspended_at");
    assert!(suspended[0].changes.is_empty(), "the second time changed nothing");
    assert_eq!(resumed[0].changes[0].before, json!(before.suspended_at));
    assert!(events(&ada, "access.denied").await.is_empty(), "a closed door is no denial of a role");
}

#[actix_web::test]
async fn nobody_joins_a_suspended_tenant() {
    let app = TestApp::start().await;
    let (operator, ada, eve) = (app.operator().await, app.owner("ada").await, app.owner("eve").await);
    let token = crate::support::world::invite(&ada, "eve@example.com", Role::Analyst).await.token;
    suspend(&operator, ada.tenant_id(), true).await;
    let body = AcceptInviteBody { token };
    assert_eq!(code(eve.post::<AcceptInvite>(&[], &body).await), Code::TenantSuspended);
    suspend(&operator, ada.tenant_id(), false).await;
    assert_eq!(
        eve.post::<AcceptInvite>(&[], &body).await.unwrap().tenants.len(),
        2,
        "the invitation was kept"
    );
}

#[actix_web::test]
async fn what_waits_of_a_suspended_tenant_goes_on_waiting() {
    let app = TestApp::start().await;
    let (operator, ada) = (app.operator().await, app.owner("ada").await);
    let dataset = app.dataset(&ada, "houses", &houses(60)).await;
    let run = app.start_run(&ada, dataset.id, json!({"target": "price", "algorithms": ["linear"]})).await;
    suspend(&operator, ada.tenant_id(), true).await;
    app.work().await;
    let query = ListJobsQuery { state: Some("queued".to_owned()), ..ListJobsQuery::default() };
    let waiting = operator.list::<ListJobs>(&query).await.unwrap().data;
    assert_eq!(waiting.iter().map(|job| job.id.clone()).collect::<Vec<_>>(), [run.id.to_string()]);
    suspend(&operator, ada.tenant_id(), false).await;
    app.work().await;
    let run = ada.get::<GetRun>(&[&run.id.to_string()]).await.unwrap();
    assert_eq!(run.status, RunStatus::Succeeded, "{:?}", run.error);
}

#[actix_web::test]
async fn another_plan_holds_at_once() {
    let app = TestApp::start_with(&SMALL).await;
    let (operator, ada) = (app.operator().await, app.owner("ada").await);
    app.endpoint(&ada, "stones", STONES, "price").await;
    let (program, _) = app.program(&ada, &[KeyScope::Predict]).await;
    assert_eq!(predict(&program, 2).await.0, 200);
    let after = set_plan(&operator, ada.tenant_id(), "small").await.unwrap();
    assert_eq!(after.plan, "small");
    assert_eq!(predict(&program, 2).await.0, 429, "three a month, and two are used");
    assert_eq!(ada.get::<GetQuotas>(&[]).await.unwrap().plan, "small");
    assert_eq!(running_limit(&app, &ada).await, Some(1), "the queue knows it too");
    suspend(&operator, ada.tenant_id(), true).await;
    assert_eq!(running_limit(&app, &ada).await, Some(0));
    suspend(&operator, ada.tenant_id(), false).await;
    assert_eq!(running_limit(&app, &ada).await, Some(1));
    set_plan(&operator, ada.tenant_id(), "standard").await.unwrap();
    assert_eq!(running_limit(&app, &ada).await, None);
    assert_eq!(predict(&program, 2).await.0, 200);
    let changes = events(&ada, "tenant.plan_changed").await;
    let told: Vec<_> =
        changes.iter().map(|event| (&event.changes[0].before, &event.changes[0].after)).collect();
    let (small, standard) = (json!("small"), json!("standard"));
    assert_eq!(told, [(&small, &standard), (&standard, &small)]);

    let refused = set_plan(&operator, ada.tenant_id(), "huge").await.unwrap_err();
    assert_eq!((refused.status, refused.problem.errors[0].pointer.as_str()), (422, "#/plan"));
    assert!(refused.problem.errors[0].fix.as_deref().unwrap().contains("small, standard"));
    let path = UpdateOperatorTenant::url(&[&ada.tenant_id().to_string()]);
    for body in [
        json!({}),
        json!({"plan": "small", "suspended": true}),
        json!({"suspended": "yes"}),
        json!({"plan": 1}),
        json!({"name": "mine"}),
    ] {
        let response = operator.request("PATCH", &path).json(&body).send().await.unwrap();
        assert_eq!(read::<UpdateOperatorTenant>(response).await.unwrap_err().status, 422, "{body}");
    }
    assert_eq!(events(&ada, "tenant.").await.len(), 4, "what was refused left nothing");
}

#[actix_web::test]
async fn jobs_of_all_tenants_are_listed_newest_first() {
    let app = TestApp::start().await;
    let (operator, ada, eve) = (app.operator().await, app.owner("ada").await, app.owner("eve").await);
    let first = app.dataset(&ada, "one", &houses(20)).await.id.to_string();
    let second = app.dataset(&eve, "two", &houses(20)).await.id.to_string();
    let third = app.start_run(&ada, first.parse().unwrap(), json!({"target": "price"})).await.id.to_string();
    let list = async |state: Option<&str>, limit: u32, cursor: Option<String>| {
        let query = ListJobsQuery { state: state.map(str::to_owned), limit: Some(limit), cursor };
        let page = operator.list::<ListJobs>(&query).await.unwrap();
        (page.data, page.next_cursor)
    };
    let (newest, cursor) = list(None, 2, None).await;
    let (oldest, end) = list(None, 2, cursor).await;
    let ids: Vec<_> = newest.iter().chain(&oldest).map(|job| job.id.as_str()).collect();
    assert_eq!((ids, end), (vec![third.as_str(), &second, &first], None));
    let (waits, done) = (&newest[0], &newest[1]);
    assert_eq!((waits.kind.as_str(), waits.state.as_str(), waits.attempt), ("train", "queued", 0));
    assert_eq!((done.state.as_str(), done.tenant_id, &done.worker), ("succeeded", eve.tenant_id(), &None));
    assert_eq!(list(Some("succeeded"), 20, None).await.0.len(), 2);
    assert_eq!(list(Some("dead"), 20, None).await.0.len(), 0);
    for query in ["?state=lost", "?cursor=junk", "?limit=101"] {
        let path = format!("{}{query}", ListJobs::PATH);
        let refused = read::<ListJobs>(operator.request("GET", &path).send().await.unwrap()).await;
        assert_eq!(refused.unwrap_err().status, 422, "{query}");
    }
}

#[actix_web::test]
async fn the_command_unlocks_an_account_and_tells_its_tenants() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.owner("ada").await, app.owner("eve").await);
    app.member(&ada, "bob", Role::Analyst).await;
    let wrong = SignInBody { email: "bob@example.com".to_owned(), password: "not the password".to_owned() };
    for _ in 0..5 {
        assert_eq!(code(app.nobody().post::<SignIn>(&[], &wrong).await), Code::InvalidCredentials);
    }
    assert_eq!(code(app.sign_in("bob").await), Code::TooManyAttempts);
    let unlocked = app.command(&["unlock", " Bob@Example.com "]);
    assert!(unlocked.status.success(), "{}", String::from_utf8_lossy(&unlocked.stderr));
    assert!(app.sign_in("bob").await.is_ok());
    let recorded = events(&ada, "user.unlocked").await;
    assert_eq!(recorded.len(), 1);
    assert_eq!(
        (recorded[0].actor.kind.as_str(), recorded[0].actor.via.as_str()),
        ("operator", "command_line")
    );
    assert_eq!(recorded[0].changes[0].before, json!(5));
    assert!(events(&eve, "user.unlocked").await.is_empty());

    let again = app.command(&["unlock", "bob@example.com"]);
    assert!(again.status.success() && String::from_utf8_lossy(&again.stdout).contains("not locked"));
    assert_eq!(events(&ada, "user.unlocked").await.len(), 1);
    let unknown = app.command(&["unlock", "nobody@example.com"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no account"));
}
