//! A caller of the public API: a person's session or a program's key, at one server or another.

use std::io::Read;

use contract::accounts::{SignUp, SignUpBody};
use contract::{Call, IDEMPOTENCY_HEADER, Media, Page, Problem, Schema, TENANT_HEADER};
use serde_json::Value;
use ureq::http::Request;
use ureq::{Agent, SendBody};

use crate::Result;

/// The server said no: its problem document.
#[derive(Clone, Debug)]
pub struct Refused(pub Problem);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.detail)
    }
}

impl std::error::Error for Refused {}

/// The problem document of a call that was refused; none when there was no answer, or another one.
pub fn refusal<T>(outcome: &Result<T>) -> Option<&Problem> {
    outcome.as_ref().err()?.downcast_ref::<Refused>().map(|refused| &refused.0)
}

/// Everybody's password.
pub const PASSWORD: &str = "penguins on thin ice";

/// What proves who calls.
#[derive(Clone)]
enum Credential {
    /// The cookies of a session, and the tenant that is acted in.
    Session { cookies: String, tenant: String },
    /// The secret of an API key.
    Key(String),
}

/// A caller with a credential, at one address.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    address: String,
    credential: Option<Credential>,
    once: Option<String>,
}

/// A body with its media type and its size.
struct Payload<'a>(&'a str, u64, &'a mut dyn Read);

impl Client {
    /// Signs a new person up, with a business of their own.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn sign_up(address: &str, email: &str, tenant_name: &str) -> Result<Self> {
        let agent = crate::webdriver::agent();
        let mut client = Self { agent, address: address.to_owned(), credential: None, once: None };
        let body = SignUpBody {
            email: email.to_owned(),
            password: PASSWORD.to_owned(),
            name: "Ada Lovelace".to_owned(),
            tenant_name: Some(tenant_name.to_owned()),
            invite_token: None,
        };
        let (cookies, me) = client.send_json::<SignUp>(&[], &serde_json::to_value(body)?)?;
        let me: contract::accounts::Me = serde_json::from_str(&me)?;
        let tenant = me.tenants.first().ok_or("the new person belongs to no tenant")?.id.to_string();
        client.credential = Some(Credential::Session { cookies, tenant });
        Ok(client)
    }

    /// The same caller at another server, or at the same one after it moved.
    #[must_use]
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// A caller at the same server who has nothing but an API key.
    #[must_use]
    pub fn with_key(&self, secret: &str) -> Self {
        Self { credential: Some(Credential::Key(secret.to_owned())), ..self.clone() }
    }

    /// The same caller, whose calls carry an `Idempotency-Key`.
    #[must_use]
    pub fn once(&self, key: &str) -> Self {
        Self { once: Some(key.to_owned()), ..self.clone() }
    }

    /// Makes a call with a JSON body; `arguments` fill the slots of its path.
    ///
    /// # Errors
    /// [`Refused`] when the server says no, and others when it can't be reached or answers what it should not.
    pub fn call<C: Call<Query: Default>>(&self, arguments: &[&str], body: &C::Body) -> Result<C::Answer> {
        Ok(serde_json::from_value(self.call_untyped::<C>(arguments, &serde_json::to_value(body)?)?)?)
    }

    /// As [`Client::call`], for calls that take and give several forms: JSON both ways.
    ///
    /// # Errors
    /// As of [`Client::call`].
    pub fn call_untyped<C: Call<Query: Default>>(&self, arguments: &[&str], body: &Value) -> Result<Value> {
        let (_, text) = self.send_json::<C>(arguments, body)?;
        Ok(serde_json::from_str(if text.is_empty() { "{}" } else { &text })?)
    }

    /// Asks for something that needs no body.
    ///
    /// # Errors
    /// As of [`Client::call`].
    pub fn get<C: Call>(&self, arguments: &[&str], query: &C::Query) -> Result<C::Answer> {
        let (_, text) = self.send::<C>(arguments, query, None)?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Asks for something that is not JSON; its text.
    ///
    /// # Errors
    /// As of [`Client::call`].
    pub fn text<C: Call<Query: Default>>(&self, arguments: &[&str]) -> Result<String> {
        Ok(self.send::<C>(arguments, &C::Query::default(), None)?.1)
    }

    /// Every item of a list, page by page; `query` makes the query of the page after a cursor.
    ///
    /// # Errors
    /// As of [`Client::call`].
    pub fn list<C, T>(&self, query: impl Fn(Option<String>) -> C::Query) -> Result<Vec<T>>
    where
        C: Call<Answer = Page<T>>,
        Page<T>: Schema,
    {
        let mut items = Vec::new();
        let mut cursor = None;
        loop {
            let page: Page<T> = self.get::<C>(&[], &query(cursor))?;
            items.extend(page.data);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(items);
            }
        }
    }

    /// Streams a body of `size` bytes up.
    ///
    /// # Errors
    /// As of [`Client::call`].
    pub fn upload<C: Call>(
        &self,
        query: &C::Query,
        media: &str,
        size: u64,
        body: &mut dyn Read,
    ) -> Result<C::Answer> {
        Ok(serde_json::from_str(&self.send::<C>(&[], query, Some(Payload(media, size, body)))?.1)?)
    }

    fn send_json<C: Call<Query: Default>>(
        &self,
        arguments: &[&str],
        body: &Value,
    ) -> Result<(String, String)> {
        let bytes = serde_json::to_vec(body)?;
        let mut rest = bytes.as_slice();
        let payload = Payload("application/json", bytes.len() as u64, &mut rest);
        let has_body = <C::Body as Schema>::MEDIA != Media::Nothing;
        self.send::<C>(arguments, &C::Query::default(), has_body.then_some(payload))
    }

    /// The cookies that were set, as they are sent back, and the text of the answer.
    fn send<C: Call>(
        &self,
        arguments: &[&str],
        query: &C::Query,
        payload: Option<Payload<'_>>,
    ) -> Result<(String, String)> {
        let url = format!("{}{}{}", self.address, C::url(arguments), question(&serde_json::to_value(query)?));
        let mut headers = vec![("accept", "application/json".to_owned())];
        if C::METHOD.changes_state() {
            headers.push(("sec-fetch-site", "same-origin".to_owned()));
        }
        headers.extend(self.once.clone().map(|key| (IDEMPOTENCY_HEADER, key)));
        match &self.credential {
            Some(Credential::Session { cookies, tenant }) => {
                headers.extend([("cookie", cookies.clone()), (TENANT_HEADER, tenant.clone())]);
            }
            Some(Credential::Key(secret)) => headers.push(("authorization", format!("Bearer {secret}"))),
            None => {}
        }
        let request = Request::builder().method(C::METHOD.as_str()).uri(url);
        let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        let mut answer = match payload {
            Some(Payload(media, size, body)) => {
                let request = request.header("content-type", media).header("content-length", size);
                self.agent.run(request.body(SendBody::from_reader(body))?)?
            }
            None => self.agent.run(request.body(SendBody::none())?)?,
        };
        let set = answer.headers().get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
        let cookies: Vec<&str> = set.filter_map(|cookie| cookie.split(';').next()).collect();
        let cookies = cookies.join("; ");
        let status = answer.status();
        let text = answer.body_mut().read_to_string()?;
        match (status.is_success(), serde_json::from_str(&text)) {
            (true, _) => Ok((cookies, text)),
            (false, Ok(problem)) => Err(Refused(problem).into()),
            (false, Err(_)) => Err(format!("{} was answered {status}: {text}", C::NAME).into()),
        }
    }
}

/// A query as text with its question mark; fields that are null are left out.
fn question(query: &Value) -> String {
    let fields = query.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let fields = fields.map(|(name, value)| contract::fill("{name}={value}", &[name, &shown(value)]));
    let text = fields.collect::<Vec<_>>().join("&");
    if text.is_empty() { text } else { format!("?{text}") }
}
