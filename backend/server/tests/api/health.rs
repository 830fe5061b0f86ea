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

#[actix_web::test]
async fn metrics_tell_the_depth_of_the_queue_the_memory_and_the_version() {
    let app = TestApp::start().await;
    app.nobody().get::<GetLive>(&[]).await.unwrap();
    let context = actix_web::web::Data::new(app.context.clone());
    let response = amaas::health::metrics(context).await;
    let body = actix_web::body::to_bytes(response.into_body()).await.unwrap_or_default();
    let text = String::from_utf8(body.to_vec()).unwrap();
    for line in [
        "amaas_queue_jobs{state=\"queued\"} 0",
        "amaas_queue_jobs{state=\"dead\"} 0",
        "amaas_queue_oldest_due_seconds 0",
        "process_resident_memory_bytes ",
        "amaas_requests_in_flight{lane=\"calls\"} 0",
        "amaas_requests_waiting{lane=\"calls\"} 0",
        "amaas_connections_open 1",
        "amaas_build_info{version=\"",
        "amaas_http_requests_total{",
        "amaas_http_request_duration_seconds_bucket{",
    ] {
        assert!(text.contains(line), "{line} is missing:\n{text}");
    }
}

#[actix_web::test]
async fn metrics_are_not_on_the_listener_of_the_api() {
    let app = TestApp::start().await;
    let response = app.nobody().http.get(app.url("/metrics")).send().await.unwrap();
    let text = response.text().await.unwrap();
    assert!(!text.contains("amaas_queue_jobs"));
}
