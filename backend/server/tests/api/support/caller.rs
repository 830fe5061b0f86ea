//! Callers: nobody, a person with cookies, a program with a key.

use super::TestApp;
use contract::{
    Call, Method, NoQuery, Nothing, Problem, Schema, TENANT_HEADER,
    accounts::{Me, SignIn, SignInBody, SignUp, SignUpBody},
    api_keys::{CreateApiKey, CreateApiKeyBody, CreatedApiKey, KeyScope},
};
use reqwest::{RequestBuilder, Response};

/// The password of every person in the tests.
pub const PASSWORD: &str = "seven green kettles sing";

/// A call that was refused.
#[derive(Debug)]
pub struct Refused {
    /// The HTTP status.
    pub status: u16,
    /// The problem document.
    pub problem: Problem,
}

/// Somebody who calls.
#[derive(Clone)]
pub struct Caller {
    /// Holds the cookies.
    pub http: reqwest::Client,
    base: String,
    /// The tenant acted in, sent with each call of a person.
    pub tenant: Option<String>,
    /// The secret of a program's key.
    pub key: Option<String>,
    /// Who signed up, for a person.
    pub me: Option<Me>,
}

impl Caller {
    /// A caller without any credential.
    pub fn new(base: String) -> Self {
        let http = reqwest::Client::builder().cookie_store(true).no_proxy().build().unwrap();
        Self { http, base, tenant: None, key: None, me: None }
    }

    /// The same caller at another server.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// A request to a path, with this caller's credential and nothing else.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let mut request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.base));
        if let Some(secret) = &self.key {
            return request.bearer_auth(secret);
        }
        if method != "GET" {
            request = request.header("sec-fetch-site", "same-origin");
        }
        match &self.tenant {
            Some(tenant) => request.header(TENANT_HEADER, tenant),
            None => request,
        }
    }

    /// Sends a call and returns the raw response.
    pub async fn send<C: Call>(&self, slots: &[&str], query: &C::Query, body: &C::Body) -> Response {
        let mut request = self.request(C::METHOD.as_str(), &C::url(slots)).query(query);
        if <C::Body as Schema>::MEDIA == contract::Media::Json {
            request = request.json(body);
        } else if C::METHOD != Method::Get {
            request = request.header("content-type", "application/json");
        }
        request.send().await.unwrap()
    }

    /// Sends a call; its status must be the contract's, or the answer a problem.
    pub async fn call<C: Call>(
        &self,
        slots: &[&str],
        query: &C::Query,
        body: &C::Body,
    ) -> Result<C::Answer, Refused> {
        read::<C>(self.send::<C>(slots, query, body).await).await
    }

    /// A call without body and query.
    pub async fn get<C: Call<Query = NoQuery, Body = Nothing>>(
        &self,
        slots: &[&str],
    ) -> Result<C::Answer, Refused> {
        self.call::<C>(slots, &NoQuery {}, &Nothing {}).await
    }

    /// A call with a query and no body.
    pub async fn list<C: Call<Body = Nothing>>(&self, query: &C::Query) -> Result<C::Answer, Refused> {
        self.call::<C>(&[], query, &Nothing {}).await
    }

    /// A call with a body and no query.
    pub async fn post<C: Call<Query = NoQuery>>(
        &self,
        slots: &[&str],
        body: &C::Body,
    ) -> Result<C::Answer, Refused> {
        self.call::<C>(slots, &NoQuery {}, body).await
    }

    /// The tenant's id.
    pub fn tenant_id(&self) -> contract::TenantId {
        self.me.as_ref().unwrap().tenants[0].id
    }
}

/// Reads an answer by its call, or the problem.
pub async fn read<C: Call>(response: Response) -> Result<C::Answer, Refused> {
    let status = response.status().as_u16();
    let kind = response.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
    let body = response.bytes().await.unwrap();
    if kind.as_deref() == Some("application/problem+json") {
        let problem: Problem = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem.status, status);
        assert!(!problem.request_id.is_empty(), "a problem names its request");
        return Err(Refused { status, problem });
    }
    assert_eq!(status, C::STATUS, "{}: {}", C::NAME, String::from_utf8_lossy(&body));
    let body: &[u8] = if body.is_empty() { b"{}" } else { &body };
    Ok(serde_json::from_slice(body).unwrap_or_else(|error| panic!("{}: {error}", C::NAME)))
}

impl TestApp {
    /// A person who has just signed up with a tenant of their own.
    pub async fn owner(&self, name: &str) -> Caller {
        self.owner_of(name, &format!("{name} Ltd")).await
    }

    /// A person who has just signed up with a tenant of this name.
    pub async fn owner_of(&self, name: &str, tenant: &str) -> Caller {
        let mut caller = self.nobody();
        let body = SignUpBody {
            email: format!("{name}@example.com"),
            password: PASSWORD.to_owned(),
            name: name.to_owned(),
            tenant_name: Some(tenant.to_owned()),
            invite_token: None,
        };
        let me = caller.post::<SignUp>(&[], &body).await.expect("sign-up");
        caller.tenant = Some(me.tenants[0].id.to_string());
        caller.me = Some(me);
        caller
    }

    /// A person who signed up before, on another device.
    pub async fn sign_in(&self, name: &str) -> Result<Caller, Refused> {
        let mut caller = self.nobody();
        let body = SignInBody { email: format!("{name}@example.com"), password: PASSWORD.to_owned() };
        let me = caller.post::<SignIn>(&[], &body).await?;
        caller.tenant = me.tenants.first().map(|tenant| tenant.id.to_string());
        caller.me = Some(me);
        Ok(caller)
    }

    /// The person whom the configuration of the tests names as operator.
    pub async fn operator(&self) -> Caller {
        match self.sign_in("operator").await {
            Ok(known) => known,
            Err(_) => self.owner("operator").await,
        }
    }

    /// A program with a key of the owner's tenant.
    pub async fn program(&self, owner: &Caller, scopes: &[KeyScope]) -> (Caller, CreatedApiKey) {
        let body = CreateApiKeyBody {
            name: "a program".to_owned(),
            scopes: scopes.to_vec(),
            endpoints: None,
            rate_per_second: None,
            expires_at: None,
        };
        let created = owner.post::<CreateApiKey>(&[], &body).await.expect("a key");
        let mut caller = self.nobody();
        caller.key = Some(created.secret.clone());
        (caller, created)
    }
}
