//! The authorisation sweep: walks the URL table. Nobody, a stranger, every role, keys with and without the scope, and
//! junk stand before every route; what lets one of them in that must not fails here. A route that the sweep has no
//! request for fails it too (`support/world.rs`).

use crate::support::{
    Caller, TestApp,
    world::{Ids, answer, send},
};
use amaas::routes::{Access, Row, TABLE};
use contract::{
    Code, Problem, TENANT_HEADER,
    api_keys::{CreateApiKey, CreateApiKeyBody, KeyScope, RevokeApiKey},
    members::Role,
    operator::{UpdateOperatorTenant, UpdateOperatorTenantBody},
};
use reqwest::Response;

/// Routes that anybody may call, each with its reason. The list may only shrink.
const PUBLIC: &[(&str, &str)] = &[
    ("GetLive", "a balancer asks it"),
    ("GetReady", "a balancer asks it"),
    ("SignUp", "nobody has an account before"),
    ("SignIn", "nobody has a session before"),
    ("SignOut", "ends the session of its own cookie, and clears cookies without one"),
    ("Refresh", "its credential is the refresh cookie, not the access token"),
    ("VerifySignIn", "its credential is the right password before, in a cookie of its own"),
    ("ForgotPassword", "who forgot a password has no session"),
    ("ResetPassword", "its credential is the token of a message"),
    ("ConfirmEmail", "its credential is the token of a message, which may be read on another device"),
    ("GetAuditPublicKey", "whoever was handed an export or a proof verifies it"),
    ("ListAuditActions", "a list that is the same for everybody"),
];

fn guarded() -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(|row| row.access != Access::Public)
}

fn of_tenants() -> impl Iterator<Item = (&'static Row, amaas::policy::Action)> {
    TABLE.iter().filter_map(|row| match row.access {
        Access::Tenant(action) => Some((row, action)),
        Access::Public | Access::Person | Access::Operator => None,
    })
}

async fn problem(response: Response) -> (u16, Code) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let problem: Problem =
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("status {status}, expected a problem: {text}"));
    (status, problem.code)
}

async fn status(caller: &Caller, row: &Row, ids: &Ids) -> u16 {
    send(caller, row, ids).await.status().as_u16()
}

#[actix_web::test]
async fn what_is_public_is_listed_with_its_reason() {
    let public: Vec<_> =
        TABLE.iter().filter(|row| row.access == Access::Public).map(|row| row.name).collect();
    let listed: Vec<_> = PUBLIC.iter().map(|(name, _)| *name).collect();
    assert_eq!(public, listed);
}

#[actix_web::test]
async fn torture_nobody_and_junk_get_a_401_from_every_route() {
    let torture = crate::support::torture("T32", "every route as nobody and with junk credentials");
    let app = TestApp::start().await;
    let (ids, nobody) = (Ids::absent(), app.nobody());
    let cookies = ["amaas=junk", "amaas=eyJhbGciOiJub25lIn0.e30.", "amaas="].map(|cookie| {
        let http = with_header("cookie", cookie);
        let mut junk = nobody.clone();
        junk.http = http;
        junk
    });
    let long = "amk_live_0000000000000000000000000000000000000000000000000000";
    let keys = ["junk", "amk_live_", long, "'; --"].map(|secret| {
        let mut junk = nobody.clone();
        junk.key = Some(secret.to_owned());
        junk
    });
    for row in guarded() {
        let asked = problem(send(&nobody, row, &ids).await).await;
        assert_eq!(asked, (401, Code::Unauthenticated), "{row:?} as nobody");
        for junk in &cookies {
            assert_eq!(status(junk, row, &ids).await, 401, "{row:?} with a junk cookie");
        }
        for junk in keys.iter().filter(|_| matches!(row.access, Access::Tenant(_))) {
            assert_eq!(status(junk, row, &ids).await, 401, "{row:?} with the key {:?}", junk.key);
        }
    }
    torture.end(guarded().count() as u64, 0, "401 from each");
}

fn with_header(name: &'static str, value: &str) -> reqwest::Client {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert(name, value.parse().unwrap());
    reqwest::Client::builder().default_headers(headers).no_proxy().build().unwrap()
}

#[actix_web::test]
async fn torture_a_foreign_id_looks_like_an_absent_one_in_every_slot_body_and_filter() {
    let torture = crate::support::torture(
        "T45–T47",
        "every route, slot, body and filter with the id of another tenant",
    );
    let app = TestApp::start().await;
    let world = app.world("alice").await;
    let stranger = app.owner("mallory").await;
    let (program, _) = app.program(&stranger, &KeyScope::ALL).await;
    for row in guarded() {
        // An address that exists elsewhere may be invited, and a new name may be given: no id is involved.
        let absent = Ids { nonce: "same".to_owned(), ..Ids::absent() };
        let foreign = Ids { nonce: "same".to_owned(), ..world.ids.clone() };
        if crate::support::world::names_no_object(row.name) {
            continue;
        }
        for caller in [&stranger, &program] {
            let seen = answer(send(caller, row, &foreign).await).await;
            let unseen = answer(send(caller, row, &absent).await).await;
            assert_eq!(seen, unseen, "{row:?}: a stranger can tell a foreign object from an absent one");
            if row.access == Access::Operator {
                assert_eq!(seen.0, 403, "{row:?} as somebody who is no operator: {}", seen.1);
            } else if row.path.contains('{') && caller.key.is_none() {
                assert_eq!(seen.0, 404, "{row:?} as a stranger: {}", seen.1);
            }
        }
    }
    torture.end(guarded().count() as u64, 0, "equal to an absent one, byte by byte");
}

#[actix_web::test]
async fn torture_a_foreign_tenant_looks_like_an_absent_one() {
    let torture = crate::support::torture("T48", "every route in the tenant of another");
    let app = TestApp::start().await;
    let (owner, mut stranger) = (app.owner("alice").await, app.owner("mallory").await);
    let absent = contract::TenantId::from_bits(rand::random::<u128>() >> 1).to_string();
    for (row, _) in of_tenants() {
        let ids = Ids::absent();
        stranger.tenant.clone_from(&owner.tenant);
        let seen = answer(send(&stranger, row, &ids).await).await;
        stranger.tenant = Some(absent.clone());
        let unseen = answer(send(&stranger, row, &ids).await).await;
        assert_eq!(seen, unseen, "{row:?}");
        assert_eq!(seen.0, 404, "{row:?} in a foreign tenant: {}", seen.1);
        stranger.tenant = None;
        let unnamed = problem(send(&stranger, row, &ids).await).await;
        assert_eq!(unnamed, (400, Code::TenantRequired), "{row:?} without {TENANT_HEADER}");
    }
    torture.end(of_tenants().count() as u64, 0, "404 from each");
}

#[actix_web::test]
async fn torture_every_role_may_do_what_the_policy_says_and_nothing_else() {
    let torture = crate::support::torture("T49", "role by route");
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    for role in Role::ALL {
        let member = match role {
            Role::Owner => owner.clone(),
            other => app.member(&owner, other.as_str(), other).await,
        };
        for (row, action) in of_tenants() {
            let response = send(&member, row, &Ids::absent()).await;
            if action.roles().contains(&role) {
                let (status, text) = answer(response).await;
                assert!(!matches!(status, 401 | 403), "{row:?} as {role:?}: {status} {text}");
            } else {
                assert_eq!(problem(response).await, (403, Code::Forbidden), "{row:?} as {role:?}");
            }
        }
    }
    torture.end((of_tenants().count() * Role::ALL.len()) as u64, 0, "as the policy says");
}

#[actix_web::test]
async fn torture_operators_alone_come_to_the_routes_of_operators() {
    let torture = crate::support::torture("T50", "every route of operators as every role");
    let app = TestApp::start().await;
    let (operator, world) = (app.operator().await, app.world("owner").await);
    let mut people = vec![world.owner.clone()];
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Owner) {
        people.push(app.member(&world.owner, role.as_str(), role).await);
    }
    let rows: Vec<_> = TABLE.iter().filter(|row| row.access == Access::Operator).collect();
    assert!(rows.len() >= 6 && rows.iter().all(|row| row.path.starts_with("/v1/operator/")));
    for row in rows {
        for person in &people {
            let refused = problem(send(person, row, &world.ids).await).await;
            assert_eq!(refused, (403, Code::Forbidden), "{row:?} as {:?}", person.me);
        }
        let (status, text) = answer(send(&operator, row, &world.ids).await).await;
        assert_eq!(status, row.status, "{row:?} as operator: {text}");
    }
    torture.end(TABLE.iter().filter(|row| row.access == Access::Operator).count() as u64, 0, "403 from each");
}

#[actix_web::test]
async fn a_suspended_tenant_is_closed_on_every_route_of_a_tenant() {
    let app = TestApp::start().await;
    let (operator, world) = (app.operator().await, app.world("owner").await);
    let auditor = app.member(&world.owner, "auditor", Role::Auditor).await;
    let (program, _) = app.program(&world.owner, &[KeyScope::Predict]).await;
    let body = UpdateOperatorTenantBody { suspended: Some(true), plan: None };
    operator.post::<UpdateOperatorTenant>(&[&world.ids.tenant], &body).await.unwrap();
    for (row, _) in of_tenants() {
        for caller in [&world.owner, &auditor, &program] {
            let refused = problem(send(caller, row, &world.ids).await).await;
            assert_eq!(refused, (403, Code::TenantSuspended), "{row:?} as {:?}", caller.me);
        }
    }
}

#[actix_web::test]
async fn torture_a_key_may_do_what_its_scopes_say_and_nothing_else() {
    let torture = crate::support::torture("T51", "scope by route");
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    let (all, _) = app.program(&owner, &KeyScope::ALL).await;
    let mut without = vec![];
    for scope in KeyScope::ALL {
        let others: Vec<_> = KeyScope::ALL.into_iter().filter(|other| *other != scope).collect();
        without.push((scope, app.program(&owner, &others).await.0));
    }
    for row in guarded() {
        let ids = Ids::absent();
        let scope = match row.access {
            Access::Tenant(action) => action.key_scope(),
            Access::Public | Access::Person | Access::Operator => None,
        };
        let Some(scope) = scope else {
            let refused = problem(send(&all, row, &ids).await).await;
            assert_eq!(refused, (403, Code::WrongCredential), "{row:?} is for people");
            continue;
        };
        let (status, text) = answer(send(&all, row, &ids).await).await;
        assert!(!matches!(status, 401 | 403), "{row:?} with every scope: {status} {text}");
        let (_, lacking) = without.iter().find(|(lacks, _)| *lacks == scope).unwrap();
        let refused = problem(send(lacking, row, &ids).await).await;
        assert_eq!(refused, (403, Code::ScopeMissing), "{row:?} without {scope:?}");
    }
    torture.end(guarded().count() as u64, 0, "as the scopes say");
}

#[actix_web::test]
async fn torture_an_expired_and_a_revoked_key_get_a_401_from_every_route_of_a_tenant() {
    let torture = crate::support::torture("T52", "every route with an expired and a revoked key");
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    let (revoked, created) = app.program(&owner, &KeyScope::ALL).await;
    owner.get::<RevokeApiKey>(&[&created.key.id.to_string()]).await.unwrap();
    let body = CreateApiKeyBody {
        name: "short".to_owned(),
        scopes: KeyScope::ALL.to_vec(),
        endpoints: None,
        rate_per_second: None,
        expires_at: Some(app.context.clock.now().plus_seconds(60)),
    };
    let mut expired = app.nobody();
    expired.key = Some(owner.post::<CreateApiKey>(&[], &body).await.unwrap().secret);
    app.context.clock.advance_seconds(61);
    for (row, _) in of_tenants() {
        let ids = Ids::absent();
        assert_eq!(problem(send(&expired, row, &ids).await).await, (401, Code::KeyExpired), "{row:?}");
        assert_eq!(problem(send(&revoked, row, &ids).await).await, (401, Code::KeyRevoked), "{row:?}");
    }
    torture.end(of_tenants().count() as u64, 0, "401 from each");
}

#[actix_web::test]
async fn torture_a_call_of_a_session_from_another_site_changes_nothing() {
    let torture = crate::support::torture("T36", "every changing route from another site");
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    for row in guarded().filter(|row| row.method.changes_state()) {
        let shape = crate::support::world::shape(row.name, &Ids::absent());
        let slots: Vec<&str> = shape.slots.iter().map(String::as_str).collect();
        let url = app.url(&contract::fill(row.path, &slots));
        let request = owner.http.request(row.method.as_str().parse().unwrap(), url);
        let request = request.header(TENANT_HEADER, owner.tenant.as_deref().unwrap());
        for (name, value) in
            [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("x-none", "1")]
        {
            let refused =
                problem(request.try_clone().unwrap().header(name, value).send().await.unwrap()).await;
            assert_eq!(refused, (403, Code::CrossSiteRequest), "{row:?} with {name}: {value}");
        }
    }
    torture.end(guarded().filter(|row| row.method.changes_state()).count() as u64, 0, "403 from each");
}

#[actix_web::test]
async fn a_row_that_needs_a_fresh_proof_refuses_an_old_one_and_no_other_row_does() {
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    let analyst = app.member(&owner, "analyst", Role::Analyst).await;
    let fresh: Vec<_> = TABLE.iter().filter(|row| row.fresh).map(|row| row.name).collect();
    for name in
        ["CreateApiKey", "UpdateApiKey", "RotateApiKey", "UpdateMember", "RemoveMember", "CreateInvite"]
    {
        assert!(fresh.contains(&name), "{name}");
    }
    for name in ["ChangeEmail", "EnrolTotp", "RemoveTotp", "RenewRecoveryCodes"] {
        assert!(fresh.contains(&name), "{name}");
    }
    app.context.clock.advance_seconds(app.context.config.auth.step_up_seconds + 1);
    // What ends the session or begins another, and what proves, is not asked.
    let others = ["SignUp", "SignOut", "Refresh", "StepUp", "EndOtherSessions", "ChangePassword"];
    let asked = |row: &&Row| !others.contains(&row.name);
    for row in TABLE.iter().filter(asked).filter(|row| row.access != Access::Operator) {
        let (status, text) = answer(send(&owner, row, &Ids::absent()).await).await;
        let refused = text.contains("step_up_required");
        assert_eq!(refused, row.fresh, "{row:?} with an old proof: {status} {text}");
        assert_eq!(refused, status == 403 && row.fresh, "{row:?}: {status} {text}");
        if row.fresh
            && let Access::Tenant(action) = row.access
        {
            assert_eq!(action.key_scope(), None, "{row:?}: a key has no proof to show");
            if !action.roles().contains(&Role::Analyst) {
                let refused = problem(send(&analyst, row, &Ids::absent()).await).await;
                assert_eq!(refused, (403, Code::Forbidden), "{row:?}: the role is refused first");
            }
        }
    }
    let owner = app.sign_in("owner").await.unwrap();
    app.context.clock.advance_seconds(app.context.config.auth.step_up_seconds + 1);
    app.step_up(&owner).await;
    for row in TABLE.iter().filter(|row| row.fresh) {
        let (status, text) = answer(send(&owner, row, &Ids::absent()).await).await;
        assert!(!text.contains("step_up_required"), "{row:?} with a fresh proof: {status} {text}");
    }
}
