//! Request bodies: size and pace are bounded here, because actix bounds neither for a raw payload.

use crate::{
    config::Limits,
    error::{Error, Result, fault},
};
use actix_web::{HttpRequest, dev::Payload, error::PayloadError, http::header, web::Bytes};
use contract::Code;
use futures_util::{FutureExt, StreamExt};
use serde::de::DeserializeOwned;
use std::time::{Duration, Instant};

/// Slower than this on average, a body is given up once the time without a byte is over.
const BYTES_PER_SECOND: u64 = 8192;

/// Memory that is set aside for a body because of its announced length alone.
const MOST_SET_ASIDE: usize = 1 << 20;

/// A body that is read piece by piece, never slower than the limits allow.
pub struct Pieces {
    payload: Payload,
    idle: Duration,
    /// By when all of it must be here.
    whole: Option<Duration>,
    /// When the client was first waited for.
    began: Option<Instant>,
    left: u64,
    limit: u64,
    /// The length that the request announces.
    announced: Option<u64>,
}

impl Pieces {
    /// Reads the payload of `request` up to `limit` bytes; refuses a body that announces more before a byte is read.
    pub fn new(request: &HttpRequest, payload: Payload, limit: u64, limits: &Limits) -> Result<Self> {
        let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let announced = length.and_then(|text| text.parse::<u64>().ok());
        if announced.is_some_and(|length| length > limit) {
            return Err(too_large(limit));
        }
        let idle = Duration::from_secs(limits.body_idle_seconds);
        Ok(Self { payload, idle, whole: None, began: None, left: limit, limit, announced })
    }

    /// As [`Pieces::new`], for a body that is held in memory: all of it must be here in `limits.body_seconds`.
    pub fn short(request: &HttpRequest, payload: Payload, limit: u64, limits: &Limits) -> Result<Self> {
        let whole = Some(Duration::from_secs(limits.body_seconds));
        Ok(Self { whole, ..Self::new(request, payload, limit, limits)? })
    }

    /// The next piece; none at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        // What is here already needs no timer.
        let piece = match self.payload.next().now_or_never() {
            Some(piece) => piece,
            None => self.wait().await?,
        };
        let Some(piece) = piece else { return Ok(None) };
        let piece = piece.map_err(|error| {
            Error::new(Code::InvalidRequest, "The body broke off before its end. Send it again.")
                .with_private(error)
        })?;
        self.left = self.left.checked_sub(piece.len() as u64).ok_or_else(|| too_large(self.limit))?;
        self.keep_pace()?;
        Ok(Some(piece))
    }

    async fn wait(&mut self) -> Result<Option<Result<Bytes, PayloadError>>> {
        let began = *self.began.get_or_insert_with(Instant::now);
        let left = self.whole.map(|whole| whole.saturating_sub(began.elapsed()));
        let patience = left.map_or(self.idle, |left| left.min(self.idle));
        tokio::time::timeout(patience, self.payload.next()).await.map_err(|_| {
            let detail = match self.whole {
                Some(whole) if patience < self.idle => {
                    format!(
                        "The body was not whole after {} seconds. Send it again, faster.",
                        whole.as_secs()
                    )
                }
                _ => format!("No byte came for {} seconds. Send it again.", self.idle.as_secs()),
            };
            Error::new(Code::BodyTimeout, detail)
        })
    }

    fn keep_pace(&self) -> Result<()> {
        let Some(elapsed) = self.began.map(|began| began.elapsed()) else { return Ok(()) };
        if elapsed <= self.idle || self.limit - self.left >= elapsed.as_secs() * BYTES_PER_SECOND {
            return Ok(());
        }
        let detail =
            format!("The body comes at less than {BYTES_PER_SECOND} bytes a second. Send it again, faster.");
        Err(Error::new(Code::BodyTimeout, detail))
    }

    /// The whole body.
    pub async fn all(mut self) -> Result<Bytes> {
        let Some(first) = self.next().await? else { return Ok(Bytes::new()) };
        let Some(second) = self.next().await? else { return Ok(first) };
        // Announced is not sent: what is set aside for a body that may never come is bounded.
        let announced = usize::try_from(self.announced.unwrap_or_default()).unwrap_or(MOST_SET_ASIDE);
        let mut body = Vec::with_capacity(announced.min(MOST_SET_ASIDE).max(first.len() + second.len()));
        body.extend_from_slice(&first);
        body.extend_from_slice(&second);
        while let Some(piece) = self.next().await? {
            body.extend_from_slice(&piece);
        }
        Ok(body.into())
    }
}

/// Takes what of a refused call's body is here already, and waits for nothing: actix closes a connection on which
/// some was left, and making connections anew costs far more than a refusal.
pub async fn let_go(mut payload: Payload) {
    // Only then has actix handed over what came with the head.
    tokio::task::yield_now().await;
    while let Some(Some(Ok(_))) = payload.next().now_or_never() {}
}

/// The problem of a body over its limit.
pub fn too_large(limit: u64) -> Error {
    Error::new(Code::BodyTooLarge, format!("The body may have {limit} bytes at most."))
}

/// The media type of the request's body, without parameters, in lower case.
pub fn media_type(request: &HttpRequest) -> String {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Reads JSON into a request type; the fault names the place.
pub fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        // A null where a variant must be is a syntax error to serde_json, though the body is JSON.
        let is_json = |text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        if inner.is_data() || std::str::from_utf8(bytes).is_ok_and(is_json) {
            let message = plain(&inner);
            Error::invalid(vec![fault(
                &pointer,
                "invalid_value",
                message,
                "compare the body with the reference at /docs",
            )])
        } else {
            not_json(&inner)
        }
    })?;
    reader.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Error {
    let (line, column) = (error.line(), error.column());
    Error::new(Code::InvalidJson, format!("The body stops being JSON at line {line}, column {column}."))
}

fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = "#".to_owned();
    for segment in path {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&part);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{accounts::SignInBody, members::UpdateMemberBody, training::StartRunBody};

    #[test]
    fn a_fault_names_its_place() {
        let error = from_json::<SignInBody>(br#"{"email":1,"password":"x"}"#).unwrap_err();
        assert_eq!(error.problem("").errors[0].pointer, "#/email");
        let error = from_json::<UpdateMemberBody>(br#"{"role":null}"#).unwrap_err();
        assert_eq!(error.problem("").errors[0].pointer, "#/role");
        let error = from_json::<SignInBody>(b"{").unwrap_err();
        assert_eq!(error.code(), Code::InvalidJson);
    }

    #[test]
    fn an_unknown_field_is_refused_beside_flattened_settings() {
        let id = contract::DatasetId::from_bits(1);
        let body = format!(r#"{{"dataset_id":"{id}","target":"price","tenant_id":"x"}}"#);
        assert_eq!(from_json::<StartRunBody>(body.as_bytes()).unwrap_err().code(), Code::InvalidRequest);
        let body = format!(r#"{{"dataset_id":"{id}","target":"price"}}"#);
        assert!(from_json::<StartRunBody>(body.as_bytes()).is_ok());
    }
}
