//! The one constructor of the application, for `main` and for tests.

use crate::{
    auth,
    context::Context,
    dashboard, docs,
    error::{self, Error},
    guard, headers, http,
    infra::{
        connection::{Line, UnderWay},
        overload::Places,
        telemetry,
    },
    openapi,
    predictions::express,
    routes,
};
use actix_web::{
    App, Error as ActixError, HttpMessage, HttpRequest, HttpResponse,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    http::header,
    middleware::{Next, from_fn},
    web,
};
use contract::Code;
use std::{
    pin::Pin,
    rc::Rc,
    task::Poll,
    time::{Duration, Instant},
};

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
    let under_way = request.conn_data::<Rc<Line>>().map(Line::begin);
    let request_id = headers::request_id(request.headers());
    let request = match express::answer(request, &request_id).await {
        Ok(mut response) => {
            let took = started.elapsed();
            express::count(response.status(), took);
            headers::write(response.headers_mut(), &request_id, took);
            headers::forbid_keeping(response.headers_mut());
            return Ok(response);
        }
        Err(request) => request,
    };
    if let Some(context) = request.app_data::<http::Ctx>() {
        let origin = auth::origin_of(context, request.request(), request_id.clone());
        request.extensions_mut().insert(origin);
    }
    let mut response = next.call(request).await?.map_into_boxed_body();
    if let Some(problem) = response.response().error().map(error::as_problem) {
        let http = response.into_parts().0;
        response = guard::answer(http, &problem);
    }
    finish(&mut response, &request_id, started.elapsed());
    // What still comes after this keeps its places until it has come.
    let places = response.response_mut().extensions_mut().remove::<Places>();
    Ok(match places {
        Some(_places) => {
            let media = response.headers().get(header::CONTENT_TYPE);
            let is_endless = media.is_some_and(|media| media == EVENTS);
            response.map_body(|_, body| BoxBody::new(Held { body, is_endless, under_way, _places }))
        }
        None => response,
    })
}

/// The media type of a stream that lasts until one side ends it.
const EVENTS: &str = "text/event-stream";

/// A body that comes piece by piece, with what its call holds until the end.
struct Held {
    body: BoxBody,
    is_endless: bool,
    under_way: Option<UnderWay>,
    _places: Places,
}

impl MessageBody for Held {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> Poll<Option<Result<web::Bytes, Self::Error>>> {
        // A client that ends its side may still want the rest of a file; of events there is no rest.
        if self.is_endless && self.under_way.as_ref().is_some_and(UnderWay::has_lost_its_client) {
            return Poll::Ready(None);
        }
        self.body.as_pin_mut().poll_next(cx)
    }
}

fn finish(response: &mut ServiceResponse<BoxBody>, request_id: &str, took: Duration) {
    let is_api = response.request().path().starts_with("/v1/");
    let status = response.status();
    let route = response.request().match_pattern().unwrap_or_else(|| "other".to_owned());
    let method = response.request().method().as_str().to_owned();
    telemetry::count_request(&route, &method, status.as_u16(), took);
    tracing::debug!(request_id, method, route, status = status.as_u16(), ?took, "answered");
    headers::write(response.headers_mut(), request_id, took);
    if is_api {
        headers::forbid_keeping(response.headers_mut());
    }
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
