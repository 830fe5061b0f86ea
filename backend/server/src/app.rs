//! The one constructor of the application, for `main` and for tests.

use crate::{
    auth,
    context::Context,
    dashboard, docs,
    error::{self, Error},
    guard, http, openapi, routes,
};
use actix_web::{
    App, Error as ActixError, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    http::header::{self, HeaderName, HeaderValue},
    middleware::{Next, from_fn},
    web,
};
use contract::{Code, REQUEST_ID_HEADER};
use std::time::Instant;

/// The application on a context.
pub fn app(
    context: Context,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = ActixError,
        InitError = (),
    >,
> {
    let limit = context.config.limits.json_bytes;
    App::new()
        .app_data(web::Data::new(context))
        .app_data(web::PayloadConfig::new(limit))
        .wrap(from_fn(around))
        .configure(routes::configure)
        .configure(openapi::configure)
        .configure(docs::configure)
        .default_service(web::to(elsewhere))
}

/// Around every request: its id, where it came from, security headers, metrics, the log line.
async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let started = Instant::now();
    let request_id = request_id(&request);
    if let Some(context) = request.app_data::<http::Ctx>() {
        let origin = auth::origin_of(context, request.request(), request_id.clone());
        request.extensions_mut().insert(origin);
    }
    let mut response = next.call(request).await?.map_into_boxed_body();
    if let Some(problem) = response.response().error().map(error::as_problem) {
        let http = response.into_parts().0;
        response = guard::answer(http, &problem);
    }
    let millis = started.elapsed().as_secs_f64() * 1000.0;
    finish(&mut response, &request_id, millis);
    Ok(response)
}

fn finish(response: &mut ServiceResponse<BoxBody>, request_id: &str, millis: f64) {
    let is_api = response.request().path().starts_with("/v1/");
    let status = response.status().as_u16();
    let route = response.request().match_pattern().unwrap_or_else(|| "other".to_owned());
    let method = response.request().method().as_str().to_owned();
    metrics::counter!("amaas_http_requests_total", "route" => route.clone(), "method" => method.clone(), "status" => status.to_string()).increment(1);
    metrics::histogram!("amaas_http_request_duration_seconds", "route" => route.clone())
        .record(millis / 1000.0);
    tracing::debug!(request_id, method, route, status, millis, "answered");
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static(REQUEST_ID_HEADER), value);
    }
    if let Ok(value) = HeaderValue::from_str(&format!("app;dur={millis:.1}")) {
        headers.insert(HeaderName::from_static("server-timing"), value);
    }
    for (name, value) in SECURITY {
        if !headers.contains_key(*name) {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    }
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// The headers of every answer.
const SECURITY: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
         img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// A valid incoming id is kept; else a new one is made.
fn request_id(request: &ServiceRequest) -> String {
    let sent = request.headers().get(REQUEST_ID_HEADER).and_then(|value| value.to_str().ok());
    let valid = |id: &&str| {
        (8..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    sent.filter(valid).map_or_else(|| format!("req_{:032x}", rand::random::<u128>()), str::to_owned)
}

/// Everything that no route matched: a page of the dashboard, or a problem.
async fn elsewhere(request: HttpRequest) -> Result<HttpResponse, Error> {
    let path = request.path();
    let same_path = |row: &&routes::Row| actix_web::dev::ResourceDef::new(row.path).is_match(path);
    let allowed: Vec<_> = routes::TABLE.iter().filter(same_path).map(|row| row.method.as_str()).collect();
    if !allowed.is_empty() {
        let detail = format!("{} can't be used on this path; {} can.", request.method(), allowed.join(", "));
        return Err(Error::new(Code::MethodNotAllowed, detail));
    }
    dashboard::serve(&request).ok_or_else(Error::not_found)
}
