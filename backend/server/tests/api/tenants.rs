use crate::support::{TestApp, read};
use contract::{
    Call, Code, Timestamp,
    accounts::{SignUp, SignUpBody},
    audit::{AuditQuery, ListAuditEvents},
    members::Role,
    tenants::{GetTenant, UpdateTenant, UpdateTenantBody},
};
use serde_json::json;

async fn slug_for(app: &TestApp, person: &str, tenant: &str) -> String {
    let body = SignUpBody {
        email: format!("{person}@example.com"),
        password: crate::support::PASSWORD.to_owned(),
        name: person.to_owned(),
        tenant_name: Some(tenant.to_owned()),
        invite_token: None,
    };
    let me = app.nobody().post::<SignUp>(&[], &body).await.unwrap();
    assert_eq!(me.tenants[0].name, tenant.trim());
    me.tenants[0].slug.clone()
}

#[actix_web::test]
async fn each_tenant_has_a_short_name_of_its_own() {
    let app = TestApp::start().await;
    assert_eq!(slug_for(&app, "ada", " Acme & Sons ").await, "acme-sons");
    let second = slug_for(&app, "bob", "ACME sons!").await;
    assert!(second.starts_with("acme-sons-") && second.len() == "acme-sons-".len() + 6, "{second}");
    let chinese = slug_for(&app, "eve", "未来科技有限公司").await;
    assert!(chinese.starts_with("tenant-") && chinese.is_ascii(), "{chinese}");
}

#[actix_web::test]
async fn a_tenant_is_renamed_with_one_event_and_keeps_its_slug() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let before = ada.get::<GetTenant>(&[]).await.unwrap();
    assert_eq!(before.plan, "standard");
    assert!(before.created_at <= app.context.clock.now() && before.created_at > Timestamp::from_millis(0));
    let body = UpdateTenantBody { name: Some("  Lovelace 分析 ".to_owned()) };
    let after = ada.post::<UpdateTenant>(&[], &body).await.unwrap();
    assert_eq!((after.name.as_str(), &after.slug), ("Lovelace 分析", &before.slug));
    assert_eq!(ada.get::<GetTenant>(&[]).await.unwrap(), after);
    let query = AuditQuery { action: Some("tenant.updated".to_owned()), ..AuditQuery::default() };
    let events = ada.list::<ListAuditEvents>(&query).await.unwrap().data;
    assert_eq!(events.len(), 1);
    assert_eq!(
        (&events[0].changes[0].before, &events[0].changes[0].after),
        (&json!("ada Ltd"), &json!("Lovelace 分析"))
    );
}

#[actix_web::test]
async fn a_bad_name_and_fields_of_the_server_are_refused() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let long = "x".repeat(101);
    for body in [
        json!({"name": ""}),
        json!({"name": long}),
        json!({"name": "a\u{0}b"}),
        json!({"name": 1}),
        json!({"plan": "unlimited"}),
        json!({"slug": "other"}),
        json!({"id": "tenant_01h2xcejqtf2nbrexx3vqjhp41"}),
    ] {
        let response = ada.request("PATCH", UpdateTenant::PATH).json(&body).send().await.unwrap();
        let refused = read::<UpdateTenant>(response).await.unwrap_err();
        assert_eq!((refused.status, refused.problem.code), (422, Code::InvalidRequest), "{body}");
        assert_eq!(refused.problem.errors.len(), 1, "{body}");
    }
}

#[actix_web::test]
async fn only_admins_change_the_tenant() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let body = UpdateTenantBody { name: Some("Other".to_owned()) };
    for (name, role) in [("dan", Role::Developer), ("ann", Role::Analyst), ("aud", Role::Auditor)] {
        let member = app.member(&ada, name, role).await;
        assert_eq!(member.get::<GetTenant>(&[]).await.unwrap().slug, "ada-ltd");
        let refused = member.post::<UpdateTenant>(&[], &body).await.unwrap_err();
        assert_eq!((refused.status, refused.problem.code), (403, Code::Forbidden), "{name}");
    }
    let admin = app.member(&ada, "adm", Role::Admin).await;
    assert!(admin.post::<UpdateTenant>(&[], &body).await.is_ok());
    let query = AuditQuery { action: Some("access.denied".to_owned()), ..AuditQuery::default() };
    assert_eq!(ada.list::<ListAuditEvents>(&query).await.unwrap().data.len(), 3, "denials are recorded");
}
