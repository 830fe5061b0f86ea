use crate::support::TestApp;
use contract::health::{GetLive, GetReady};

#[actix_web::test]
async fn a_fresh_server_is_alive_and_ready() {
    let app = TestApp::start().await;
    let nobody = app.nobody();
    assert_eq!(nobody.get::<GetLive>(&[]).await.unwrap().status, "ok");
    let ready = nobody.get::<GetReady>(&[]).await.unwrap();
    assert_eq!(ready.checks["database"], "ok");
    assert_eq!(ready.checks["storage"], "ok");
}

#[actix_web::test]
async fn an_unknown_path_is_a_problem_with_the_id_that_was_sent() {
    let app = TestApp::start().await;
    let request = app.nobody().http.get(app.url("/v1/nowhere")).header("x-request-id", "my-own-id-1");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 404);
    assert_eq!(response.headers()["x-request-id"], "my-own-id-1");
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let problem: contract::Problem = response.json().await.unwrap();
    assert_eq!((problem.code, problem.request_id.as_str()), (contract::Code::NotFound, "my-own-id-1"));
}

#[actix_web::test]
async fn a_wrong_method_names_the_right_ones() {
    let app = TestApp::start().await;
    let response = app.nobody().http.delete(app.url("/livez")).send().await.unwrap();
    let problem: contract::Problem = response.json().await.unwrap();
    assert_eq!(problem.code, contract::Code::MethodNotAllowed);
    assert!(problem.detail.contains("GET"), "{}", problem.detail);
}
