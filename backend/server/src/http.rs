//! What handlers are made of: typed inputs whose faults are problem documents, and typed replies.

use crate::{
    context::Context,
    error::{Error, Result},
    infra::{body, nul, text},
    policy::{Identity, Operator, Origin, Scope},
};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse, Responder,
    dev::Payload,
    http::{
        StatusCode,
        header::{Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue},
    },
    web,
};
use contract::{Call, Code, Media, Schema};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use std::{
    future::{Ready, ready},
    str::FromStr,
    sync::Arc,
};

/// The context as handlers take it.
pub type Ctx = web::Data<Context>;

/// A JSON body of at most `limits.json_bytes`.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { Ok(Self(body::from_json(&json_bytes(&request, payload).await?)?)) })
    }
}

/// Reads a JSON body as bytes, within its limit; one whose texts hold what no database keeps is refused.
pub async fn json_bytes(request: &HttpRequest, payload: Payload) -> Result<web::Bytes> {
    let media = body::media_type(request);
    if media != "application/json" {
        let detail = format!("Send the body as application/json, not as {media:?}.");
        return Err(Error::new(Code::UnsupportedMediaType, detail));
    }
    let context = context(request)?;
    let limits = &context.config.limits;
    let limit = limits.json_bytes as u64;
    let bytes = body::Pieces::short(request, payload, limit, limits)?.all().await?;
    nul::refuse_in_json(&bytes)?;
    Ok(bytes)
}

/// The query parameters.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = web::Query::<T>::from_query(request.query_string());
        ready(query.map(|query| Self(query.into_inner())).map_err(|error| {
            let text = error.to_string();
            let message = text.rsplit("error: ").next().unwrap_or_default();
            Error::invalid_field("query", message, "compare the parameters with the reference at /docs")
        }))
    }
}

/// The slot of the path, as the id or name that it must be; anything else is not found.
#[derive(Debug)]
pub struct Slot<T>(pub T);

impl<T: FromStr> FromRequest for Slot<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let value = request.match_info().iter().next().map(|(_, value)| value);
        let value = value.filter(|value| !nul::stands_in_path(value)).and_then(|value| value.parse().ok());
        ready(value.map(Self).ok_or_else(Error::not_found))
    }
}

impl FromRequest for Scope {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    // The guard put it there; a route that it does not stand before can't take a scope.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let scope = request.extensions().get::<Scope>().cloned();
        ready(
            scope.ok_or_else(|| Error::internal("a handler took a Scope on a route that is not a tenant's")),
        )
    }
}

/// The person who is signed in, on routes that need no tenant.
#[derive(Debug)]
pub struct Person(pub Arc<Identity>);

impl FromRequest for Person {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let identity = request.extensions().get::<Arc<Identity>>().cloned();
        ready(identity.map(Self).ok_or_else(|| Error::internal("a handler took a Person on a public route")))
    }
}

impl FromRequest for Operator {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let operator = request.extensions().get::<Operator>().cloned();
        ready(operator.ok_or_else(|| Error::internal("a handler took an Operator on another route")))
    }
}

impl FromRequest for Origin {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(request.extensions().get::<Origin>().cloned().unwrap_or_default()))
    }
}

/// The answer of a call, sent with the status that the contract gives.
#[derive(Debug)]
pub struct Reply<C: Call>(pub C::Answer);

impl<C: Call> Responder for Reply<C> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let status = StatusCode::from_u16(C::STATUS).unwrap_or(StatusCode::OK);
        let mut response = HttpResponse::build(status);
        if <C::Answer as Schema>::MEDIA == Media::Nothing {
            return response.finish();
        }
        match serde_json::to_vec(&self.0) {
            Ok(body) => response.content_type("application/json").body(body),
            Err(error) => Error::from(error).respond(""),
        }
    }
}

/// The context of a request.
pub fn context(request: &HttpRequest) -> Result<&Ctx> {
    request.app_data::<Ctx>().ok_or_else(|| Error::internal("the app has no context"))
}

/// How many items a page holds: 20 unless told, 1 to 100.
pub fn page_limit(asked: Option<u32>) -> Result<u64> {
    match asked.unwrap_or(20) {
        limit @ 1..=100 => Ok(u64::from(limit)),
        other => Err(Error::invalid_field(
            "limit",
            format!("expected 1 to 100, got {other}"),
            "send a number from 1 to 100",
        )),
    }
}

/// Where a list reads on: the id that the page before ended with.
pub fn page_cursor<T: FromStr>(cursor: Option<&str>) -> Result<Option<T>> {
    let wrong = |_| {
        Error::invalid_field(
            "cursor",
            "this cursor is not one of ours",
            "send next_cursor of the page before",
        )
    };
    cursor.map(|cursor| cursor.parse().map_err(|_| wrong(()))).transpose()
}

/// A file to be saved under a name: in full for those who understand it, in plain letters for the others (RFC 6266 and
/// RFC 8187). A name of before names were checked may hold what a header can't.
pub fn attachment(name: &str) -> ContentDisposition {
    let stands = |c: char| !"/\\:*?\"<>|".contains(c) && !text::is_unshowable(c);
    let name: String = name.chars().map(|c| if stands(c) { c } else { '_' }).collect();
    let plain = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let full = ExtendedValue {
        charset: Charset::Ext("UTF-8".to_owned()),
        language_tag: None,
        value: name.into_bytes(),
    };
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(plain), DispositionParam::FilenameExt(full)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::TryIntoHeaderValue as _;

    #[test]
    fn any_name_can_be_a_files() {
        let every_control: String = (0u8..=0x9f).map(char::from).collect();
        for name in ["plain", "Wein \"2024\"\r\nX-Evil: 1", "价格\u{202e}", every_control.as_str(), ""] {
            let header = attachment(name).try_into_value().unwrap();
            let text = header.to_str().unwrap();
            assert!(text.starts_with("attachment; filename=\""), "{text}");
            assert!(text.contains("; filename*=UTF-8''"), "{text}");
        }
    }
}
