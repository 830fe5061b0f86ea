use crate::support::{Caller, Refused, TestApp, read};
use amaas::api_keys;
use contract::{
    Call, Code, ListQuery, Timestamp,
    accounts::GetMe,
    api_keys::{
        ApiKey, CreateApiKey, CreateApiKeyBody, CreatedApiKey, GetApiKey, KeyScope, ListApiKeys,
        RevokeApiKey, RotateApiKey, RotateApiKeyBody, UpdateApiKey, UpdateApiKeyBody,
    },
    audit::{AuditEvent, AuditQuery, ListAuditEvents},
    members::Role,
    tenants::GetTenant,
};
use serde_json::json;

fn body(name: &str, scopes: &[KeyScope]) -> CreateApiKeyBody {
    CreateApiKeyBody {
        name: name.to_owned(),
        scopes: scopes.to_vec(),
        endpoints: None,
        rate_per_second: None,
        expires_at: None,
    }
}

fn with_key(app: &TestApp, secret: &str) -> Caller {
    let mut caller = app.nobody();
    caller.key = Some(secret.to_owned());
    caller
}

/// A call that a key with `audit:read` may make.
async fn use_key(caller: &Caller) -> Result<(), Refused> {
    caller.list::<ListAuditEvents>(&AuditQuery::default()).await.map(|_| ())
}

async fn rotate(owner: &Caller, id: &str, overlap_seconds: u32) -> Result<CreatedApiKey, Refused> {
    owner.post::<RotateApiKey>(&[id], &RotateApiKeyBody { overlap_seconds }).await
}

fn code<T>(outcome: Result<T, Refused>) -> Code {
    outcome.err().expect("a refusal").problem.code
}

async fn events(owner: &Caller, action: &str) -> Vec<AuditEvent> {
    let query = AuditQuery { action: Some(action.to_owned()), ..AuditQuery::default() };
    owner.list::<ListAuditEvents>(&query).await.unwrap().data
}

#[actix_web::test]
async fn a_key_shows_its_secret_once_and_works() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let given = CreateApiKeyBody {
        endpoints: Some(vec!["diamonds".to_owned(), "churn".to_owned()]),
        rate_per_second: Some(50),
        ..body("  shop ", &[KeyScope::Predict, KeyScope::AuditRead, KeyScope::Predict])
    };
    let created = ada.post::<CreateApiKey>(&[], &given).await.unwrap();
    let (key, secret) = (&created.key, &created.secret);
    assert_eq!((key.name.as_str(), secret.len()), ("shop", 85));
    assert_eq!(key.scopes, [KeyScope::Predict, KeyScope::AuditRead]);
    assert_eq!(key.endpoints.as_deref(), Some(["churn".to_owned(), "diamonds".to_owned()].as_slice()));
    assert!(secret.starts_with(&key.prefix) && secret.ends_with(&key.last_four));
    assert_eq!(key.prefix.replace("amk_live_", "key_"), key.id.to_string());
    use_key(&with_key(&app, secret)).await.unwrap();

    for path in [ListApiKeys::PATH.to_owned(), GetApiKey::url(&[&key.id.to_string()])] {
        let text = ada.request("GET", &path).send().await.unwrap().text().await.unwrap();
        assert!(text.contains(&key.prefix) && !text.contains(secret.as_str()) && !text.contains("hash"));
    }
    let recorded = events(&ada, "api_key.created").await;
    assert_eq!(recorded.len(), 1);
    assert!(!serde_json::to_string(&recorded).unwrap().contains(secret.as_str()));
}

#[actix_web::test]
async fn every_fault_of_a_key_is_told_at_once() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let bad = CreateApiKeyBody {
        name: String::new(),
        scopes: Vec::new(),
        endpoints: Some(Vec::new()),
        rate_per_second: Some(0),
        expires_at: Some(Timestamp::from_millis(1)),
    };
    let refused = ada.post::<CreateApiKey>(&[], &bad).await.unwrap_err();
    let pointers: Vec<_> = refused.problem.errors.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(pointers, ["#/name", "#/scopes", "#/endpoints", "#/rate_per_second", "#/expires_at"]);
    for bad in [
        json!({"name": "x", "scopes": ["predict"], "tenant_id": "x"}),
        json!({"name": "x", "scopes": ["predict"], "secret": "x"}),
        json!({"name": "x", "scopes": ["everything"]}),
        json!({"name": "x", "scopes": "predict"}),
        json!({"name": "x".repeat(101), "scopes": ["predict"]}),
        json!({"name": "x\u{0}", "scopes": ["predict"]}),
        json!({"name": "x", "scopes": ["predict"], "endpoints": ["\u{0}"]}),
        json!({"name": "x", "scopes": ["predict"], "rate_per_second": -1}),
        json!({"name": "x", "scopes": ["predict"], "expires_at": "tomorrow"}),
    ] {
        let response = ada.request("POST", CreateApiKey::PATH).json(&bad).send().await.unwrap();
        assert_eq!(read::<CreateApiKey>(response).await.unwrap_err().status, 422, "{bad}");
    }
}

#[actix_web::test]
async fn torture_junk_is_refused_without_asking_the_database() {
    let torture = crate::support::torture("T40", "typos of a key");
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (program, created) = app.program(&ada, &[KeyScope::AuditRead]).await;
    let secret = created.secret;
    let typo = format!("{}{}", &secret[..84], if secret.ends_with('0') { '1' } else { '0' });
    let before = app.context.db.queries();
    for junk in ["", "junk", "amk_live_", "amk_live_💎", typo.as_str(), &secret[..84], &format!("{secret}0")]
    {
        let refused = use_key(&with_key(&app, junk)).await;
        assert_eq!(code(refused), Code::Unauthenticated, "{junk}");
    }
    assert_eq!(app.context.db.queries(), before);
    let basic = app.nobody().http.get(app.url(ListAuditEvents::PATH)).header("authorization", "Basic YTpi");
    assert_eq!(code(read::<ListAuditEvents>(basic.send().await.unwrap()).await), Code::Unauthenticated);
    assert!(use_key(&program).await.is_ok());
    torture.end(7, 0, "refused without a query");
}

#[actix_web::test]
async fn a_well_formed_secret_that_nobody_was_given_is_unknown() {
    let app = TestApp::start().await;
    let other = TestApp::start().await;
    let stranger = other.owner("ada").await;
    let (_, foreign) = other.program(&stranger, &[KeyScope::AuditRead]).await;
    assert_eq!(code(use_key(&with_key(&app, &foreign.secret)).await), Code::Unauthenticated);
}

#[actix_web::test]
async fn a_warm_key_is_looked_up_without_a_query() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (_, created) = app.program(&ada, &[KeyScope::Predict]).await;
    let secret = created.secret.as_str();
    api_keys::identify(&app.context, secret).await.unwrap();
    let before = app.context.db.queries();
    let grant = api_keys::identify(&app.context, secret).await.unwrap();
    assert_eq!((grant.id, grant.tenant_id), (created.key.id, ada.tenant_id()));
    assert_eq!(app.context.db.queries(), before);
}

#[actix_web::test]
async fn torture_a_revoked_key_is_refused_on_its_next_call() {
    let torture = crate::support::torture("T42", "a key revoked between two calls");
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (program, created) = app.program(&ada, &[KeyScope::AuditRead]).await;
    let id = created.key.id.to_string();
    for _ in 0..3 {
        use_key(&program).await.unwrap();
    }
    ada.get::<RevokeApiKey>(&[&id]).await.unwrap();
    assert_eq!(code(use_key(&program).await), Code::KeyRevoked);
    assert_eq!(code(use_key(&program).await), Code::KeyRevoked, "and again, from the cache");
    assert!(ada.get::<GetApiKey>(&[&id]).await.unwrap().revoked_at.is_some());
    assert_eq!(code(ada.get::<RevokeApiKey>(&[&id]).await), Code::Conflict);
    assert_eq!(code(rotate(&ada, &id, 0).await), Code::Conflict);
    let change = UpdateApiKeyBody { name: Some("back".to_owned()), ..UpdateApiKeyBody::default() };
    assert_eq!(code(ada.post::<UpdateApiKey>(&[&id], &change).await), Code::Conflict);
    assert_eq!(events(&ada, "api_key.revoked").await.len(), 1);
    torture.end(1, 0, "refused on the next call");
}

#[actix_web::test]
async fn a_key_ends_at_its_expiry_even_when_it_was_seen_before() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let expires_at = Some(app.context.clock.now().plus_seconds(60));
    let given = CreateApiKeyBody { expires_at, ..body("short", &[KeyScope::AuditRead]) };
    let created = ada.post::<CreateApiKey>(&[], &given).await.unwrap();
    let program = with_key(&app, &created.secret);
    use_key(&program).await.unwrap();
    app.context.clock.advance_seconds(60);
    assert_eq!(code(use_key(&program).await), Code::KeyExpired);
    let expires_at = Some(Some(app.context.clock.now().plus_seconds(60)));
    let change = UpdateApiKeyBody { expires_at, ..UpdateApiKeyBody::default() };
    ada.post::<UpdateApiKey>(&[&created.key.id.to_string()], &change).await.unwrap();
    assert!(use_key(&program).await.is_ok(), "a later end holds on the next call");
}

#[actix_web::test]
async fn a_change_of_scopes_holds_on_the_next_call() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (program, created) = app.program(&ada, &[KeyScope::Predict, KeyScope::AuditRead]).await;
    use_key(&program).await.unwrap();
    let scopes = Some(vec![KeyScope::Predict]);
    let change = UpdateApiKeyBody { scopes, rate_per_second: Some(Some(7)), ..UpdateApiKeyBody::default() };
    let changed = ada.post::<UpdateApiKey>(&[&created.key.id.to_string()], &change).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.rate_per_second), ("a program", Some(7)));
    assert_eq!(code(use_key(&program).await), Code::ScopeMissing);
    let recorded = events(&ada, "api_key.updated").await;
    let paths: Vec<_> = recorded[0].changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!((recorded.len(), paths), (1, vec!["/scopes", "/rate_per_second"]));
    assert_eq!(events(&ada, "access.denied").await.len(), 1);
}

#[actix_web::test]
async fn null_lifts_the_limits_of_a_key_and_absence_keeps_them() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let expires_at = Some(app.context.clock.now().plus_seconds(60));
    let endpoints = Some(vec!["churn".to_owned()]);
    let scopes = [KeyScope::Predict, KeyScope::AuditRead];
    let given = CreateApiKeyBody { endpoints, rate_per_second: Some(5), expires_at, ..body("k", &scopes) };
    let created = ada.post::<CreateApiKey>(&[], &given).await.unwrap();
    let (program, path) =
        (with_key(&app, &created.secret), UpdateApiKey::url(&[&created.key.id.to_string()]));
    let change = async |fields: serde_json::Value| -> ApiKey {
        let request = ada.request("PATCH", &path).json(&fields);
        read::<UpdateApiKey>(request.send().await.unwrap()).await.unwrap()
    };
    let predict = program.request("POST", "/v1/endpoints/other/predict").json(&json!({"rows": []}));
    let refused = predict.try_clone().unwrap().send().await.unwrap();
    assert_eq!(refused.status(), 403, "limited to another endpoint");

    let renamed = change(json!({"name": "renamed"})).await;
    assert_eq!(ApiKey { name: "k".to_owned(), last_used_at: None, ..renamed }, created.key);
    let free = change(json!({"endpoints": null, "rate_per_second": null, "expires_at": null})).await;
    assert_eq!((free.endpoints, free.rate_per_second, free.expires_at), (None, None, None));
    assert_eq!(predict.send().await.unwrap().status(), 404, "no longer limited, but there is none");
    app.context.clock.advance_seconds(61);
    use_key(&program).await.expect("the end was lifted");

    let ada = app.sign_in("ada").await.unwrap();
    let recorded = events(&ada, "api_key.updated").await;
    let told: Vec<_> = recorded[0].changes.iter().map(|c| (c.path.as_str(), &c.before, &c.after)).collect();
    let (ended, null) = (json!(expires_at), json!(null));
    let expected = [
        ("/endpoints", &json!(["churn"]), &null),
        ("/rate_per_second", &json!(5), &null),
        ("/expires_at", &ended, &null),
    ];
    assert_eq!((recorded.len(), told), (2, expected.to_vec()));
}

#[actix_web::test]
async fn both_secrets_work_during_the_overlap_of_a_rotation() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (old, created) = app.program(&ada, &[KeyScope::AuditRead]).await;
    let id = created.key.id.to_string();
    use_key(&old).await.unwrap();
    let rotated = rotate(&ada, &id, 3600).await.unwrap();
    let new = with_key(&app, &rotated.secret);
    assert_eq!((rotated.key.id, &rotated.key.prefix), (created.key.id, &created.key.prefix));
    assert_ne!(rotated.secret, created.secret);
    use_key(&old).await.unwrap();
    use_key(&new).await.unwrap();
    app.context.clock.advance_seconds(3599);
    use_key(&old).await.unwrap();
    app.context.clock.advance_seconds(1);
    assert_eq!(code(use_key(&old).await), Code::KeyRevoked);
    use_key(&new).await.unwrap();

    let ada = app.sign_in("ada").await.unwrap();
    let last = rotate(&ada, &id, 0).await.unwrap();
    assert_eq!(code(use_key(&new).await), Code::KeyRevoked, "without overlap the old secret is over at once");
    use_key(&with_key(&app, &last.secret)).await.unwrap();
    assert_eq!(code(rotate(&ada, &id, 604_801).await), Code::InvalidRequest);
    assert_eq!(events(&ada, "api_key.rotated").await.len(), 2);
}

#[actix_web::test]
async fn the_last_use_is_written_down_to_the_minute() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (program, created) = app.program(&ada, &[KeyScope::AuditRead]).await;
    let id = created.key.id.to_string();
    let last_used = async || -> Option<Timestamp> {
        api_keys::flush_last_used(&app.context).await.unwrap();
        ada.get::<GetApiKey>(&[&id]).await.unwrap().last_used_at
    };
    assert_eq!(last_used().await, None);
    use_key(&program).await.unwrap();
    let first = last_used().await.unwrap();
    app.context.clock.advance_seconds(30);
    use_key(&program).await.unwrap();
    let before = app.context.db.queries();
    api_keys::flush_last_used(&app.context).await.unwrap();
    assert_eq!(app.context.db.queries(), before, "at most one write a minute");
    app.context.clock.advance_seconds(31);
    use_key(&program).await.unwrap();
    assert!(last_used().await.unwrap() > first);
}

#[actix_web::test]
async fn nobody_gives_a_key_more_than_they_may_do_themselves() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let dan = app.member(&ada, "dan", Role::Developer).await;
    let mighty = ada.post::<CreateApiKey>(&[], &body("audit", &[KeyScope::AuditRead])).await.unwrap().key.id;
    let own = dan.post::<CreateApiKey>(&[], &body("own", &[KeyScope::Predict])).await.unwrap().key.id;
    let refused = dan.post::<CreateApiKey>(&[], &body("more", &[KeyScope::AuditRead])).await;
    assert_eq!(code(refused), Code::Forbidden);
    let scopes = Some(vec![KeyScope::AuditRead]);
    let more = UpdateApiKeyBody { scopes, ..UpdateApiKeyBody::default() };
    assert_eq!(code(dan.post::<UpdateApiKey>(&[&own.to_string()], &more).await), Code::Forbidden);
    assert_eq!(code(rotate(&dan, &mighty.to_string(), 0).await), Code::Forbidden, "the secret would be his");
    for action in ["api_key.created", "api_key.updated", "api_key.rotated"] {
        assert_eq!(events(&ada, action).await[0].outcome.result, "denied", "{action}");
    }
    let ann = app.member(&ada, "ann", Role::Analyst).await;
    assert_eq!(code(ann.list::<ListApiKeys>(&ListQuery::default()).await), Code::Forbidden);
}

#[actix_web::test]
async fn a_key_acts_in_its_tenant_alone_and_not_as_a_person() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let bob = app.owner("bob").await;
    let (program, created) = app.program(&ada, &KeyScope::ALL).await;
    assert_eq!(code(program.get::<GetMe>(&[]).await), Code::WrongCredential);
    assert_eq!(code(program.get::<GetTenant>(&[]).await), Code::WrongCredential);
    let more = program.post::<CreateApiKey>(&[], &body("child", &[KeyScope::Predict])).await;
    assert_eq!(code(more), Code::WrongCredential, "a key makes no keys");
    let named =
        program.request("GET", ListAuditEvents::PATH).header("x-amaas-tenant", bob.tenant.as_ref().unwrap());
    let events = read::<ListAuditEvents>(named.send().await.unwrap()).await.unwrap().data;
    let ada_id = ada.me.as_ref().unwrap().user.id.to_string();
    assert!(events.iter().all(
        |event| event.actor.id.as_deref() != bob.me.as_ref().map(|me| me.user.id.to_string()).as_deref()
    ));
    assert!(events.iter().any(|event| event.actor.id.as_deref() == Some(ada_id.as_str())));

    let id = created.key.id.to_string();
    let absent = "key_01h2xcejqtf2nbrexx3vqjhp41";
    for slot in [id.as_str(), absent, "junk"] {
        assert_eq!(code(bob.get::<GetApiKey>(&[slot]).await), Code::NotFound);
        assert_eq!(code(bob.get::<RevokeApiKey>(&[slot]).await), Code::NotFound);
        assert_eq!(code(rotate(&bob, slot, 0).await), Code::NotFound);
        let change = UpdateApiKeyBody { name: Some("mine".to_owned()), ..UpdateApiKeyBody::default() };
        assert_eq!(code(bob.post::<UpdateApiKey>(&[slot], &change).await), Code::NotFound);
    }
    let listed: Vec<ApiKey> = bob.list::<ListApiKeys>(&ListQuery::default()).await.unwrap().data;
    assert!(listed.is_empty());
}

#[actix_web::test]
async fn torture_no_secret_of_a_key_stands_in_the_database() {
    let torture = crate::support::torture("T43", "a dump of the database");
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let request = ada.request("POST", CreateApiKey::PATH).header("idempotency-key", "make-it-once");
    let response = request.json(&body("once", &[KeyScope::Predict])).send().await.unwrap();
    let first = read::<CreateApiKey>(response).await.unwrap();
    let request = ada.request("POST", CreateApiKey::PATH).header("idempotency-key", "make-it-once");
    let again = request.json(&body("once", &[KeyScope::Predict])).send().await.unwrap();
    assert_eq!(read::<CreateApiKey>(again).await.unwrap(), first, "the answer is replayed");
    let random = &first.secret[36..];
    assert_eq!(app.columns_with(random).await, [""; 0]);
    assert_eq!(
        app.columns_with(&first.key.prefix).await.first().map(String::as_str),
        Some("api_keys.prefix")
    );
    torture.end(1, 0, "no secret of a key in it");
}
