//! A POST with an `Idempotency-Key` happens once.

use crate::support::{Caller, TestApp};
use contract::{
    Call, Code, IDEMPOTENCY_HEADER, ListQuery, Problem,
    api_keys::{CreateApiKey, CreatedApiKey, KeyScope, ListApiKeys},
    datasets::{Dataset, ListDatasets},
    members::Role,
};
use futures_util::{future::join_all, stream};
use reqwest::{RequestBuilder, Response};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use tokio::sync::mpsc;

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
async fn a_key_is_its_callers_own() {
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    let colleague = app.member(&owner, "colleague", Role::Developer).await;
    let mine: CreatedApiKey = create(&owner, "same", "a").await.json().await.unwrap();
    let theirs = create(&colleague, "same", "a").await;
    assert_eq!(theirs.status(), 201);
    assert!(!theirs.headers().contains_key("idempotency-replayed"));
    let theirs: CreatedApiKey = theirs.json().await.unwrap();
    assert_ne!(mine.secret, theirs.secret, "nobody is told another's secret");
    assert_eq!(made(&owner).await, 2);
}

#[actix_web::test]
async fn what_was_refused_frees_its_key() {
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    assert_eq!(create(&owner, "twice", "").await.status(), 422);
    let broken = owner.request("POST", CreateApiKey::PATH).header(IDEMPOTENCY_HEADER, "twice");
    let broken = broken.header("content-type", "application/json").body("{\"name\":").send().await.unwrap();
    assert_eq!(broken.status(), 400);
    assert_eq!(create(&owner, "twice", "a").await.status(), 201);
    assert_eq!(create(&owner, "twice", "a").await.headers()["idempotency-replayed"], "true");
    assert_eq!(made(&owner).await, 1);
}

fn upload(caller: &Caller, key: &str) -> RequestBuilder {
    let request = caller.request("POST", "/v1/datasets?name=slow").header("content-type", "text/csv");
    request.header(IDEMPOTENCY_HEADER, key)
}

/// A body that comes as it is fed; it breaks off where the feed ends with an error.
fn fed() -> (mpsc::UnboundedSender<std::io::Result<&'static str>>, reqwest::Body) {
    let (feed, pieces) = mpsc::unbounded_channel();
    let pieces = stream::unfold(pieces, |mut pieces| async { Some((pieces.recv().await?, pieces)) });
    (feed, reqwest::Body::wrap_stream(pieces))
}

/// The moments of the claims that are held, as soon as `wanted` is true of them.
async fn claims(app: &TestApp, wanted: impl Fn(&[i64]) -> bool) -> Vec<i64> {
    loop {
        let sql = "SELECT created_at FROM idempotency_keys WHERE status IS NULL";
        let sql = Statement::from_string(app.context.db.backend(), sql);
        let rows = app.context.db.reader().query_all_raw(sql).await.unwrap();
        let held: Vec<i64> = rows.iter().map(|row| row.try_get_by("created_at").unwrap()).collect();
        if wanted(&held) {
            return held;
        }
    }
}

#[actix_web::test]
async fn an_upload_that_takes_longer_than_its_claim_is_accepted_once() {
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    let (program, _) = app.program(&owner, &[KeyScope::DatasetsRead, KeyScope::DatasetsWrite]).await;
    let (feed, body) = fed();
    let sent = actix_web::rt::spawn(upload(&program, "long").body(body).send());
    feed.send(Ok("a,b\n")).unwrap();
    let claimed = claims(&app, |held| held.len() == 1).await[0];
    // Long after the claim would have been taken over; by then the writer has begun, which renews it.
    while claims(&app, |held| held.len() == 1).await[0] < claimed + 700_000 {
        app.context.clock.advance_seconds(61);
        feed.send(Ok("1,2\n")).unwrap();
    }
    let lately = app.context.clock.now().plus_seconds(-121).millis();
    claims(&app, |held| held.iter().all(|at| *at > lately)).await;
    let again = upload(&program, "long").body("a,b\n1,2\n").send().await.unwrap();
    assert_eq!(again.status(), 422, "another body, and the first is at work still");
    drop(feed);
    let first = sent.await.unwrap().unwrap();
    assert_eq!(first.status(), 202);
    let first: Dataset = first.json().await.unwrap();
    let all = program.list::<ListDatasets>(&ListQuery::default()).await.unwrap().data;
    assert_eq!(all.iter().map(|one| one.id).collect::<Vec<_>>(), [first.id]);
}

#[actix_web::test]
async fn an_upload_that_is_cut_frees_its_key() {
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    let (feed, body) = fed();
    let sent = actix_web::rt::spawn(upload(&owner, "cut").body(body).send());
    feed.send(Ok("a,b\n")).unwrap();
    claims(&app, |held| held.len() == 1).await;
    feed.send(Err(std::io::Error::other("cut"))).unwrap();
    sent.await.unwrap().unwrap_err();
    claims(&app, <[i64]>::is_empty).await;
    let whole = upload(&owner, "cut").body("a,b\n1,2\n").send().await.unwrap();
    assert_eq!(whole.status(), 202);
    assert_eq!(owner.list::<ListDatasets>(&ListQuery::default()).await.unwrap().data.len(), 1);
}

#[actix_web::test]
async fn of_two_calls_that_hold_one_claim_the_second_takes_back_what_it_did() {
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    let (feed, body) = fed();
    let sent = actix_web::rt::spawn(upload(&owner, "frozen").body(body).send());
    feed.send(Ok("a,b\n1,2\n")).unwrap();
    claims(&app, |held| held.len() == 1).await;
    // As if the first had been frozen, and the second had taken the claim over and answered it.
    let sql = "UPDATE idempotency_keys SET status = 202, body = ''";
    app.database().await.execute_unprepared(sql).await.unwrap();
    drop(feed);
    assert_eq!(sent.await.unwrap().unwrap().status(), 409);
    assert!(owner.list::<ListDatasets>(&ListQuery::default()).await.unwrap().data.is_empty());
}

#[actix_web::test]
async fn answers_that_are_too_old_to_be_replayed_are_deleted() {
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    create(&owner, "old", "a").await;
    app.context.clock.advance_seconds(24 * 3600 + 1);
    amaas::infra::idempotency::sweep(&app.context).await.unwrap();
    let sql = Statement::from_string(app.context.db.backend(), "SELECT COUNT(*) FROM idempotency_keys");
    let row = app.context.db.reader().query_one_raw(sql).await.unwrap().unwrap();
    assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 0);
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
    app.database()
        .await
        .execute_unprepared("UPDATE idempotency_keys SET key = replace(key, 'secret', 'moved')")
        .await
        .unwrap();
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
