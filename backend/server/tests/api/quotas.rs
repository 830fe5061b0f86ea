//! Quotas and usage: what a plan allows is kept, told in headers, and counted once.

use crate::support::{Caller, STONES, TestApp};
use amaas::quotas;
use contract::{
    Code, NoQuery,
    api_keys::{CreateApiKey, CreateApiKeyBody, KeyScope},
    audit::{AuditQuery, ListAuditEvents},
    endpoints::{CreateEndpoint, CreateEndpointBody},
    quotas::{GetQuotas, GetUsage, Usage, UsageBy, UsageQuery},
};
use reqwest::Response;
use serde_json::json;

async fn predict(caller: &Caller, endpoint: &str, rows: usize) -> Response {
    let rows: Vec<_> = (0..rows).map(|row| json!({ "carat": row })).collect();
    let request = caller.request("POST", &format!("/v1/endpoints/{endpoint}/predict"));
    request.json(&json!({ "rows": rows })).send().await.unwrap()
}

async fn usage(caller: &Caller, by: UsageBy) -> Usage {
    let query = UsageQuery { by: Some(by), ..UsageQuery::default() };
    caller.list::<GetUsage>(&query).await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

#[actix_web::test]
async fn every_answer_in_a_tenant_tells_the_rate() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let response = ada.send::<GetQuotas>(&[], &NoQuery {}, &contract::Nothing {}).await;
    assert_eq!(header(&response, "ratelimit-policy"), "\"burst\";q=2000;w=2");
    let left = header(&response, "ratelimit");
    assert!(left.starts_with("\"burst\";r=1") && left.ends_with(";t=1"), "{left}");
}

#[actix_web::test]
async fn a_key_beyond_its_rate_is_refused_and_let_in_again_later() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    app.endpoint(&ada, "stones", STONES, "price").await;
    let body = CreateApiKeyBody {
        name: "slow".to_owned(),
        scopes: vec![KeyScope::Predict, KeyScope::UsageRead],
        endpoints: None,
        rate_per_second: Some(1),
        expires_at: None,
    };
    let created = ada.post::<CreateApiKey>(&[], &body).await.unwrap();
    let mut slow = app.nobody();
    slow.key = Some(created.secret);
    for path in ["predict", "quotas"] {
        let mut refused = None;
        for _ in 0..100 {
            let response = match path {
                "predict" => predict(&slow, "stones", 1).await,
                _ => slow.send::<GetQuotas>(&[], &NoQuery {}, &contract::Nothing {}).await,
            };
            if response.status() != 200 {
                refused = Some(response);
                break;
            }
        }
        let refused = refused.expect("a second call in one second");
        assert_eq!(refused.status(), 429);
        assert_eq!(header(&refused, "retry-after"), "1");
        assert_eq!(header(&refused, "ratelimit-policy"), "\"burst\";q=1;w=1");
        assert!(header(&refused, "ratelimit").starts_with("\"burst\";r=0;"));
        let problem: contract::Problem = refused.json().await.unwrap();
        assert_eq!(problem.code, Code::RateLimited);
        app.context.clock.advance_seconds(5);
        assert_eq!(predict(&slow, "stones", 1).await.status(), 200, "after {path}");
        app.context.clock.advance_seconds(5);
    }
    assert_eq!(predict(&ada, "stones", 1).await.status(), 200, "another caller has a bucket of their own");
}

#[actix_web::test]
async fn a_refusal_costs_what_an_answer_does_and_does_not_fill_the_log() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let body = CreateApiKeyBody {
        name: "slow".to_owned(),
        scopes: vec![KeyScope::Predict],
        endpoints: None,
        rate_per_second: Some(1),
        expires_at: Some(app.context.clock.now().plus_seconds(60)),
    };
    let created = ada.post::<CreateApiKey>(&[], &body).await.unwrap();
    let mut slow = app.nobody();
    slow.key = Some(created.secret);
    for (code, status) in [(Code::ScopeMissing, 403), (Code::KeyExpired, 401)] {
        let mut told = Vec::new();
        for _ in 0..100 {
            let refused = slow.list::<GetUsage>(&UsageQuery::default()).await.unwrap_err();
            told.push((refused.status, refused.problem.code));
            if refused.status == 429 {
                break;
            }
        }
        let (last, before) = told.split_last().unwrap();
        assert_eq!(*last, (429, Code::RateLimited), "a refused call in one second");
        assert!(!before.is_empty() && before.iter().all(|one| *one == (status, code)), "{told:?}");
        if status == 403 {
            let denied = AuditQuery { action: Some("access.denied".to_owned()), ..AuditQuery::default() };
            let denied = ada.list::<ListAuditEvents>(&denied).await.unwrap().data;
            assert_eq!(denied.len(), before.len(), "what is refused for its rate is not recorded");
        }
        app.context.clock.advance_seconds(61);
    }
}

#[actix_web::test]
async fn the_months_predictions_end_and_begin_again() {
    let app = TestApp::start_with(&[("plans.standard.predictions_per_month", "5")]).await;
    let ada = app.owner("ada").await;
    app.endpoint(&ada, "stones", STONES, "price").await;
    let (program, _) = app.program(&ada, &[KeyScope::Predict]).await;
    assert_eq!(predict(&program, "stones", 3).await.status(), 200);
    assert_eq!(predict(&program, "stones", 3).await.status(), 429);
    quotas::flush(&app.context).await.unwrap();
    assert_eq!(predict(&program, "stones", 2).await.status(), 200);
    let refused = predict(&program, "stones", 1).await;
    let wait: u64 = header(&refused, "retry-after").parse().unwrap();
    assert!(wait <= 31 * 86_400);
    let problem: contract::Problem = refused.json().await.unwrap();
    assert_eq!((problem.status, problem.code), (429, Code::QuotaExceeded));
    assert_eq!(problem.errors[0].pointer, "predictions_per_month");
    assert!(problem.detail.contains("5 predictions a month are allowed, 5 are used"), "{}", problem.detail);
    app.context.clock.advance_seconds(i64::try_from(wait).unwrap());
    assert_eq!(predict(&program, "stones", 5).await.status(), 200);
}

#[actix_web::test]
async fn a_call_is_counted_once_by_day_key_and_endpoint() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    app.endpoint(&ada, "stones", STONES, "price").await;
    app.endpoint(&ada, "other", STONES, "price").await;
    let (program, created) = app.program(&ada, &[KeyScope::Predict]).await;
    for (caller, endpoint, rows) in
        [(&program, "stones", 3), (&program, "stones", 2), (&program, "other", 4), (&ada, "stones", 1)]
    {
        assert_eq!(predict(caller, endpoint, rows).await.status(), 200);
        quotas::flush(&app.context).await.unwrap();
    }
    assert_eq!(predict(&program, "stones", 0).await.status(), 422);
    assert_eq!(predict(&program, "absent", 1).await.status(), 404);
    let told = |usage: &Usage| -> Vec<(String, u64, u64, u64)> {
        usage.data.iter().map(|r| (r.group.clone(), r.requests, r.predictions, r.errors)).collect()
    };
    let days = usage(&ada, UsageBy::Day).await;
    assert_eq!(told(&days), [(days.to.clone(), 5, 10, 1)]);
    let keys = told(&usage(&ada, UsageBy::Key).await);
    assert_eq!(keys, [(created.key.id.to_string(), 4, 9, 1), ("session".to_owned(), 1, 1, 0)]);
    let endpoints = told(&usage(&ada, UsageBy::Endpoint).await);
    assert_eq!(endpoints, [("stones".to_owned(), 4, 6, 1), ("other".to_owned(), 1, 4, 0)]);
    let eve = app.owner("eve").await;
    assert_eq!(usage(&eve, UsageBy::Key).await.data, [], "another tenant sees nothing of it");
    let query = UsageQuery { from: Some("2026-13-01".to_owned()), to: Some("x".to_owned()), by: None };
    let refused = ada.list::<GetUsage>(&query).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.errors.len()), (422, 2));
}

#[actix_web::test]
async fn the_quotas_are_told_with_their_use_and_kept() {
    let app = TestApp::start_with(&[("plans.standard.endpoints", "1")]).await;
    let ada = app.owner("ada").await;
    let model_id = app.endpoint(&ada, "stones", STONES, "price").await;
    predict(&ada, "stones", 7).await;
    let told = ada.get::<GetQuotas>(&[]).await.unwrap();
    assert_eq!(told.plan, "standard");
    let of = |name: &str| told.data.iter().find(|quota| quota.name == name).unwrap();
    assert_eq!((of("endpoints").limit, of("endpoints").used), (1, 1));
    assert_eq!((of("datasets").used, of("storage_bytes").used, of("queued_runs").used), (1, 10, 0));
    let month = of("predictions_per_month");
    assert_eq!((month.used, month.unit.as_str()), (7, "rows"));
    assert!(month.resets_at.is_some_and(|at| at > app.context.clock.now()));
    let body = CreateEndpointBody { name: "second".to_owned(), model_id };
    let refused = ada.post::<CreateEndpoint>(&[], &body).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (429, Code::QuotaExceeded));
    assert_eq!(refused.problem.errors[0].pointer, "endpoints");
}
