//! The short cut for a program's predict on an endpoint that is ready: dispatched before the router, because
//! matching the patterns of all other routes costs more than the whole call.
//!
//! It is no side door. The action comes from the URL table's row; credential, scope, endpoint limit, rate, quota,
//! error bodies and headers are the same functions as everywhere. Whatever is unusual (a session, a query, a form with parameters, a key that is
//! not known, a refusal that leaves an audit event, an endpoint that is not loaded) goes on to the router untouched:
//! nothing is decided here before the call's token is taken, and everything after.

use super::{
    negotiate::Form,
    served::{Answer, Served},
    service, warned,
    wishes::Told,
};
use crate::{
    api_keys, auth,
    context::Context,
    error::{Error, Result},
    guard, headers,
    http::Ctx,
    infra::{
        body::{self, Pieces},
        overload::{Gate, Place},
        telemetry,
    },
    policy::{self, Action, Caller, Origin},
    quotas::{self, Admission},
    routes::{self, Access, Row},
};
use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::BoxBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
};
use contract::{Call, predictions::Predict};
use metrics::{Counter, Histogram};
use std::{
    sync::{Arc, LazyLock, OnceLock},
    time::Duration,
};

/// A call that was let in.
struct Ride<'a> {
    ctx: &'a Ctx,
    served: Arc<Served>,
    admission: Admission,
    forms: (Form, Form),
}

/// Answers the call, or gives it back for the router.
pub async fn answer(
    request: ServiceRequest,
    request_id: &str,
) -> Result<ServiceResponse<BoxBody>, ServiceRequest> {
    if !is_candidate(&request) {
        return Err(request);
    }
    let Some(ctx) = request.app_data::<Ctx>().cloned() else { return Err(request) };
    let _place = match Gate::enter(ctx.gates.calls()).await {
        Ok(place) => place,
        Err(busy) => {
            let (http, payload) = request.into_parts();
            body::let_go(payload).await;
            return Ok(refuse(&ctx, http, request_id, &busy));
        }
    };
    let Some(ride) = board(&ctx, &request).await else { return Err(request) };
    let (http, payload) = request.into_parts();
    let answered = match enter(&ride).await {
        Ok(_place) => predict(&ride, &http, payload).await,
        Err(refusal) => {
            body::let_go(payload).await;
            Err(refusal)
        }
    };
    let mut response = match answered {
        Ok(answer) => {
            let mut response = HttpResponse::with_body(StatusCode::OK, BoxBody::new(answer.body));
            let media = match ride.forms.1 {
                Form::Json => headers::JSON,
                Form::Csv => HeaderValue::from_static(Form::Csv.media_type()),
            };
            response.headers_mut().insert(header::CONTENT_TYPE, media);
            if let Some(warnings) = warned::header(&answer.warnings) {
                response.headers_mut().insert(warned::WARNINGS.clone(), warnings);
            }
            ServiceResponse::new(http, response)
        }
        Err(error) => refuse(&ctx, http, request_id, &error),
    };
    ride.admission.write(response.headers_mut());
    Ok(response)
}

fn refuse(ctx: &Context, http: HttpRequest, request_id: &str, error: &Error) -> ServiceResponse<BoxBody> {
    let origin = auth::origin_of(ctx, &http, request_id.to_owned());
    http.extensions_mut().insert(origin);
    guard::answer(http, error)
}

/// Counts an answer of [`answer`] as the router's are counted.
pub fn count(status: StatusCode, took: Duration) {
    static FINE: LazyLock<Counter> = LazyLock::new(|| telemetry::requests(PATTERN, "POST", 200));
    static DURATIONS: LazyLock<Histogram> = LazyLock::new(|| telemetry::durations(PATTERN));
    if status == StatusCode::OK {
        FINE.increment(1);
    } else {
        telemetry::requests(PATTERN, "POST", status.as_u16()).increment(1);
    }
    DURATIONS.record(took.as_secs_f64());
}

/// The route's pattern, as the router names it.
const PATTERN: &str = Predict::PATH;

fn name_of(path: &str) -> Option<&str> {
    let (before, after) = PATTERN.split_once("{name}")?;
    let name = path.strip_prefix(before)?.strip_suffix(after)?;
    // What is percent-encoded or has more parts is the router's to read.
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (!name.is_empty() && name.bytes().all(plain)).then_some(name)
}

fn is_candidate(request: &ServiceRequest) -> bool {
    let headers = request.headers();
    request.method() == Method::POST
        && headers.get(header::AUTHORIZATION).is_some()
        && request.query_string().is_empty()
        && forms(request.request()).is_some()
        && name_of(request.path()).is_some()
}

/// The forms of body and answer, where they are named in the plainest way.
fn forms(request: &HttpRequest) -> Option<(Form, Form)> {
    let sent = match request.headers().get(header::CONTENT_TYPE)?.as_bytes() {
        b"application/json" => Form::Json,
        b"text/csv" => Form::Csv,
        _ => return None,
    };
    let wanted = match request.headers().get(header::ACCEPT).map(|value| value.as_bytes()) {
        None | Some(b"*/*" | b"application/json") => Form::Json,
        Some(b"text/csv") => Form::Csv,
        Some(_) => return None,
    };
    Some((sent, wanted))
}

/// Credential, permission, endpoint and rate, as the guard asks them; none when the router must.
async fn board<'a>(ctx: &'a Ctx, request: &ServiceRequest) -> Option<Ride<'a>> {
    let action = action()?;
    let name = name_of(request.path())?;
    let forms = forms(request.request())?;
    let secret = auth::bearer(request.request()).ok()??;
    let caller = Caller::Key(api_keys::identify(ctx, secret).await.ok()?);
    let scope = policy::require(&caller, action, &Origin::default()).ok()?;
    scope.allow_endpoint(name).ok()?;
    let served = ctx.state.predictions.get(scope.tenant_id(), name)?;
    let admission = quotas::admit(ctx, &scope).await.ok()?;
    Some(Ride { ctx, served, admission, forms })
}

/// The action that the URL table gives the route.
fn action() -> Option<Action> {
    static ACTION: OnceLock<Option<Action>> = OnceLock::new();
    *ACTION.get_or_init(|| {
        let row: &Row = routes::TABLE.iter().find(|row| row.name == Predict::NAME)?;
        match row.access {
            Access::Tenant(action) => Some(action),
            Access::Public | Access::Person | Access::Operator => None,
        }
    })
}

/// A place of the tenant's, if its rate allows the call.
async fn enter<'a>(ride: &'a Ride<'_>) -> Result<Place<&'a Gate>> {
    match ride.admission.refusal() {
        Some(refusal) => Err(refusal),
        None => Gate::enter(ride.admission.gate()).await,
    }
}

async fn predict(ride: &Ride<'_>, http: &HttpRequest, payload: Payload) -> Result<Answer> {
    let ctx: &Context = ride.ctx;
    let tally = ride.admission.tally(ctx, name_of(http.path()).unwrap_or_default());
    let limit = ctx.config.limits.predict_bytes as u64;
    let body = Pieces::short(http, payload, limit, &ctx.config.limits)?.all().await?;
    service::answer(ctx, &ride.served, tally, &body, ride.forms, Told::default()).await
}
