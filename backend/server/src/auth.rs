//! From a request to a caller: which credential, whose, and for which tenant.

use crate::{
    accounts, api_keys,
    context::Context,
    error::{Error, Result},
    members,
    policy::{Caller, Identity, Origin},
};
use actix_web::{HttpRequest, http::header};
use contract::{Code, TENANT_HEADER};
use std::sync::Arc;

/// Where the request came from, as far as can be told.
pub fn origin_of(context: &Context, request: &HttpRequest, request_id: String) -> Origin {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let forwarded = if context.config.server.trust_forwarded_for { header("x-forwarded-for") } else { None };
    let ip = match forwarded.and_then(|list| list.rsplit(',').next()) {
        Some(last) => Some(last.trim().to_owned()),
        None => request.peer_addr().map(|address| address.ip().to_string()),
    };
    let user_agent = header("user-agent").map(|text| text.chars().take(300).collect());
    Origin { request_id, ip, user_agent }
}

/// The API key of a request; none when there is no `Authorization` header.
pub fn bearer(request: &HttpRequest) -> Result<Option<&str>> {
    let Some(value) = request.headers().get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    let secret = text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("bearer "));
    secret.map(|secret| Some(secret.trim())).ok_or_else(|| {
        Error::new(Code::Unauthenticated, "The Authorization header must read: Bearer amk_live_…")
    })
}

/// The caller of a request that acts in a tenant.
pub async fn caller(context: &Context, request: &HttpRequest) -> Result<Caller> {
    if let Some(secret) = bearer(request)? {
        return Ok(Caller::Key(api_keys::identify_or_charge(context, secret).await?));
    }
    let identity = person(context, request).await?;
    let named = request.headers().get(TENANT_HEADER).and_then(|value| value.to_str().ok());
    let named = named.ok_or_else(|| {
        Error::new(
            Code::TenantRequired,
            "Name the tenant to act in by the header X-Amaas-Tenant (its id or slug).",
        )
    })?;
    // A tenant that the person is not in looks exactly like one that does not exist.
    let (tenant_id, role) =
        members::membership(context, identity.user_id, named).await?.ok_or_else(Error::not_found)?;
    Ok(Caller::Member { identity, tenant_id, role })
}

/// The person who is signed in.
pub async fn person(context: &Context, request: &HttpRequest) -> Result<Arc<Identity>> {
    if bearer(request)?.is_some() {
        return Err(Error::new(
            Code::WrongCredential,
            "An API key can't do this; a person who is signed in can.",
        ));
    }
    let cookie = request.cookie(accounts::access_cookie(context));
    let token = cookie.ok_or_else(|| {
        Error::new(Code::Unauthenticated, "Sign in, or send an API key as Authorization: Bearer amk_live_…")
    })?;
    let identity = accounts::identify(context, token.value()).await?;
    check_same_origin(context, request)?;
    Ok(identity)
}

/// Refuses a state-changing call that another site made a browser send (Fetch Metadata, with Origin as fall-back).
pub fn check_same_origin(context: &Context, request: &HttpRequest) -> Result<()> {
    if request.method().is_safe() {
        return Ok(());
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let same = match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = header("host").unwrap_or_default();
            let bare = origin.split_once("://").map_or(origin, |(_, rest)| rest);
            bare == host || origin == context.public_url()
        }
        (None, None) => false,
    };
    if same {
        return Ok(());
    }
    let detail = "A call by session that changes something must come from our own pages: send Sec-Fetch-Site: same-origin.";
    Err(Error::new(Code::CrossSiteRequest, detail))
}
