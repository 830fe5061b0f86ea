//! The dashboard's files, embedded in the program: hashed names, compressed beforehand, cached for ever; every other
//! path that a browser asks for is the page itself, which routes by itself.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, header},
};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../target/dashboard"]
#[allow_missing = true]
struct Files;

/// Rebuilds the program when the dashboard changed: the build script sets it to the digest of its files.
const _STAMP: Option<&str> = option_env!("AMAAS_DASHBOARD_STAMP");

/// The file or page for a path; none when the dashboard has nothing there.
pub fn serve(request: &HttpRequest) -> Option<HttpResponse> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let path = request.path().trim_start_matches('/');
    if path.starts_with("v1/") || path.starts_with("v2/") {
        return None;
    }
    if let Some(response) = file(request, path) {
        return Some(response);
    }
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if is_file { None } else { file(request, "index.html") }
}

fn file(request: &HttpRequest, path: &str) -> Option<HttpResponse> {
    if path.ends_with(".br") || path.ends_with(".gz") {
        return None;
    }
    let accepted = request
        .headers()
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let (encoding, content) = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(name, _)| accepted.contains(name))
        .find_map(|(name, suffix)| Files::get(&format!("{path}.{suffix}")).map(|file| (Some(name), file)))
        .or_else(|| Files::get(path).map(|file| (None, file)))?;
    let mut response = HttpResponse::Ok();
    response.content_type(media_type(path)).insert_header((header::VARY, "accept-encoding"));
    if let Some(name) = encoding {
        response.insert_header((header::CONTENT_ENCODING, name));
    }
    // Names under assets/ hold a digest of the content, so they never change.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.insert_header((header::CACHE_CONTROL, cache));
    Some(response.body(content.data.into_owned()))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
