//! The headers of every answer: the request's id, timing, and what browsers are told. Values are made once.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use contract::REQUEST_ID_HEADER;
use std::{sync::LazyLock, time::Duration};

/// The media type of JSON.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What browsers may do with an answer.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

static SECURITY: LazyLock<[(HeaderName, HeaderValue); 5]> = LazyLock::new(|| {
    let value = HeaderValue::from_static;
    [
        (header::CONTENT_SECURITY_POLICY, value(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, value("nosniff")),
        (header::REFERRER_POLICY, value("no-referrer")),
        (HeaderName::from_static("cross-origin-opener-policy"), value("same-origin")),
        (HeaderName::from_static("cross-origin-resource-policy"), value("same-origin")),
    ]
});
static REQUEST_ID: HeaderName = HeaderName::from_static(REQUEST_ID_HEADER);
static TIMING: HeaderName = HeaderName::from_static("server-timing");
/// `Server-Timing` of answers that took less than 10 ms, by tenths.
static TIMINGS: LazyLock<Vec<HeaderValue>> =
    LazyLock::new(|| (0..100u32).filter_map(|tenths| timing(f64::from(tenths) / 10.0)).collect());

fn timing(millis: f64) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("app;dur={millis:.1}")).ok()
}

/// Writes the headers of every answer; what the handler set stays.
pub fn write(headers: &mut HeaderMap, request_id: &str, took: Duration) {
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID.clone(), value);
    }
    let tenths = usize::try_from((took.as_micros() + 50) / 100).unwrap_or(usize::MAX);
    let value = TIMINGS.get(tenths).cloned().or_else(|| timing(took.as_secs_f64() * 1000.0));
    if let Some(value) = value {
        headers.insert(TIMING.clone(), value);
    }
    for (name, value) in SECURITY.iter() {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
}

/// Forbids keeping an answer of the API, unless its handler said otherwise.
pub fn forbid_keeping(headers: &mut HeaderMap) {
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// A valid incoming id is kept; else a new one is made.
pub fn request_id(headers: &HeaderMap) -> String {
    let sent = headers.get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let valid = |id: &&str| {
        (8..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    sent.filter(valid).map_or_else(new_id, str::to_owned)
}

fn new_id() -> String {
    let mut id = String::with_capacity(36);
    id.push_str("req_");
    let bits = rand::random::<u128>();
    for place in (0..32).rev() {
        let digit = (bits >> (place * 4)) & 15;
        id.push(char::from(b"0123456789abcdef"[digit as usize]));
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_are_sent_are_kept_when_they_are_sane() {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID.clone(), HeaderValue::from_static("trace-1234"));
        assert_eq!(request_id(&headers), "trace-1234");
        headers.insert(REQUEST_ID.clone(), HeaderValue::from_static("a b <script>"));
        let made = request_id(&headers);
        assert!(made.starts_with("req_") && made.len() == 36);
        assert_ne!(made, request_id(&headers));
    }

    #[test]
    fn timing_is_told_in_tenths_of_milliseconds() {
        for (micros, told) in [(0, "app;dur=0.0"), (149, "app;dur=0.1"), (12_340, "app;dur=12.3")] {
            let mut headers = HeaderMap::new();
            write(&mut headers, "request", Duration::from_micros(micros));
            assert_eq!(headers.get("server-timing").unwrap(), told);
        }
    }
}
