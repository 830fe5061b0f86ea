//! The pages under `/docs`: a reference made from the OpenAPI document, and a page for every error code. Plain HTML
//! without scripts, so that they can be read where the dashboard can't.

mod errors;
mod html;
mod reference;

use crate::error::{Error, Result};
use actix_web::{HttpResponse, http::header, web};
use std::sync::OnceLock;

/// Serves the pages.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/docs", web::get().to(reference_page))
        .route("/docs/style.css", web::get().to(style))
        .route("/docs/errors", web::get().to(errors_page))
        .route("/docs/errors/{code}", web::get().to(error_page));
}

async fn reference_page() -> HttpResponse {
    static PAGE: OnceLock<String> = OnceLock::new();
    page(PAGE.get_or_init(|| reference::page(crate::openapi::document())))
}

async fn errors_page() -> HttpResponse {
    page(&errors::list())
}

async fn error_page(name: web::Path<String>) -> Result<HttpResponse> {
    let name = name.into_inner();
    errors::page(&name).map(|text| page(&text)).ok_or_else(Error::not_found)
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header(cached())
        .body(include_str!("style.css"))
}

fn page(text: &str) -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").insert_header(cached()).body(text.to_owned())
}

fn cached() -> (header::HeaderName, &'static str) {
    (header::CACHE_CONTROL, "no-cache")
}
