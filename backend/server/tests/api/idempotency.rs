//! A POST with an `Idempotency-Key` happens once.

use crate::support::{Caller, TestApp};
use contract::{
    Call, Code, IDEMPOTENCY_HEADER, ListQuery, Problem,
    api_keys::{CreateApiKey, CreatedApiKey, ListApiKeys},
};
use futures_util::future::join_all;
use reqwest::Response;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

async fn create(caller: &Caller, key: &str, name: &str) -> Response {
    let body = json!({"name": name, "scopes": ["predict"]});
    let request = caller.request("POST", CreateApiKey::PATH).header(IDEMPOTENCY_HEADER, key);
    request.json(&body).send().await.unwrap()
}

async fn made(caller: &Caller) -> usize {
    caller.list::<ListApiKeys>(&ListQuery::default()).await.unwrap().data.len()
}

#[actix_web::test]
async fn a_repeated_request_gets_the_first_answer_and_happens_once() {
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    let first = create(&owner, "once", "a").await;
    assert_eq!(first.status(), 201);
    assert!(!first.headers().contains_key("idempotency-replayed"));
    let first = first.text().await.unwrap();
    let again = create(&owner, "once", "a").await;
    assert_eq!(
        (again.status().as_u16(), again.headers()["idempotency-replayed"].to_str().unwrap()),
        (201, "true")
    );
    assert_eq!(again.text().await.unwrap(), first);
    assert_eq!(made(&owner).await, 1);
}

#[actix_web::test]
async fn a_key_with_another_request_is_refused_and_another_tenants_key_is_its_own() {
    let app = TestApp::start().await;
    let (owner, other) = (app.owner("owner").await, app.owner("other").await);
    create(&owner, "mine", "a").await;
    let reused = create(&owner, "mine", "b").await;
    assert_eq!(reused.status(), 422);
    assert_eq!(reused.json::<Problem>().await.unwrap().code, Code::IdempotencyKeyReused);
    assert_eq!(create(&other, "mine", "b").await.status(), 201);
    assert_eq!((made(&owner).await, made(&other).await), (1, 1));
}

#[actix_web::test]
async fn a_refused_request_is_refused_again_and_makes_nothing() {
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    let first = create(&owner, "wrong", "").await;
    assert_eq!(first.status(), 422);
    assert_eq!(create(&owner, "wrong", "").await.status(), 422);
    assert_eq!(create(&owner, &"x".repeat(256), "a").await.status(), 422);
    assert_eq!(made(&owner).await, 0);
}

#[actix_web::test]
async fn a_kept_answer_does_not_show_its_secret_to_the_database() {
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    let created: CreatedApiKey = create(&owner, "secret", "a").await.json().await.unwrap();
    let sql = Statement::from_string(app.context.db.backend(), "SELECT body FROM idempotency_keys");
    let kept: String =
        app.context.db.reader().query_one_raw(sql).await.unwrap().unwrap().try_get_by("body").unwrap();
    assert!(!kept.is_empty() && !kept.contains("amk_") && !kept.contains(&created.secret));
    // An answer that was put in another's place does not open.
    app.database().await.execute_unprepared("UPDATE idempotency_keys SET key = 'moved'").await.unwrap();
    assert_eq!(create(&owner, "moved", "a").await.status(), 500);
}

#[actix_web::test]
async fn torture_of_many_at_once_one_happens() {
    const AT_ONCE: usize = 100;
    let torture = crate::support::torture("T10", "one Idempotency-Key sent by many at once");
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    // Whoever comes while the first is under way is told so, and asks again.
    let ask = || async {
        loop {
            let response = create(&owner, "rush", "a").await;
            if response.status() == 201 {
                return response.text().await.unwrap();
            }
            let problem = response.json::<Problem>().await.unwrap();
            let later = [Code::IdempotencyInProgress, Code::Overloaded, Code::RateLimited];
            assert!(later.contains(&problem.code), "{problem:?}");
        }
    };
    let mut answers = join_all((0..AT_ONCE).map(|_| ask())).await;
    answers.dedup();
    assert_eq!(answers.len(), 1);
    assert_eq!(made(&owner).await, 1);
    torture.end(AT_ONCE as u64, 0, "one resource, equal answers");
}
