//! A caller of the public API as a browser session would call it: cookies, the tenant's header, same origin.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::time::Duration;

use anyhow::{Context, Result};
use contract::{Call, Nothing, Problem, Schema, TENANT_HEADER};
use serde_json::Value;
use ureq::http::{Request, Response, request::Builder};
use ureq::{Agent, Body, SendBody};

/// One answer in time or none: nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The server said no: its problem document.
#[derive(Debug)]
pub struct Refused(pub Problem);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {} ({})", self.0.status, self.0.code, self.0.detail, self.0.request_id)?;
        self.0.errors.iter().try_for_each(|fault| write!(f, "\n  {}: {}", fault.pointer, fault.message))
    }
}

impl std::error::Error for Refused {}

/// A signed-in (or not yet signed-in) caller.
pub struct Client {
    agent: Agent,
    base: String,
    cookies: BTreeMap<String, String>,
    /// The tenant acted in.
    pub tenant: Option<String>,
}

impl Client {
    /// A caller without a session.
    pub fn new(base: &str) -> Self {
        Self { agent: agent(), base: base.to_owned(), cookies: BTreeMap::new(), tenant: None }
    }

    /// Makes a call; `arguments` fill the slots of its path.
    ///
    /// # Errors
    /// [`Refused`] when the server says no, and others when it can't be reached or answers what it should not.
    pub fn call<C: Call>(
        &mut self,
        arguments: &[&str],
        query: &C::Query,
        body: &C::Body,
    ) -> Result<C::Answer> {
        let request = self.request::<C>(arguments, query, "application/json")?;
        let response = match serde_json::to_value(body)? {
            body if C::Body::MEDIA == Nothing::MEDIA => {
                debug_assert!(body.as_object().is_none_or(serde_json::Map::is_empty));
                self.send(request.body(SendBody::none())?)?
            }
            body => {
                let body = serde_json::to_vec(&body)?;
                self.send(request.body(SendBody::from_reader(&mut body.as_slice()))?)?
            }
        };
        let text = response.into_body().into_with_config().limit(64 << 20).read_to_string()?;
        let text = if C::Answer::MEDIA == Nothing::MEDIA { "{}" } else { text.as_str() };
        serde_json::from_str(text)
            .with_context(|| format!("{} answered what the contract does not know", C::NAME))
    }

    /// Streams a body of `size` bytes.
    ///
    /// # Errors
    /// As of [`Client::call`].
    pub fn upload<C: Call>(
        &mut self,
        query: &C::Query,
        media: &str,
        size: u64,
        body: &mut dyn Read,
    ) -> Result<C::Answer> {
        let request = self.request::<C>(&[], query, "application/json")?;
        let mut request = request.header("content-length", size).body(SendBody::from_reader(body))?;
        request.headers_mut().insert("content-type", media.parse()?);
        let mut response = self.send(request)?;
        serde_json::from_str(&response.body_mut().read_to_string()?)
            .with_context(|| format!("{} answered no JSON", C::NAME))
    }

    /// Opens a stream of events, after the event `last` when there is one.
    ///
    /// # Errors
    /// As of [`Client::call`].
    pub fn events<C: Call>(
        &mut self,
        arguments: &[&str],
        query: &C::Query,
        last: Option<&str>,
    ) -> Result<Events> {
        let mut request = self.request::<C>(arguments, query, "text/event-stream")?;
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = self.send(request.body(SendBody::none())?)?;
        Ok(Events { lines: Box::new(BufReader::new(response.into_body().into_reader())) })
    }

    fn request<C: Call>(&self, arguments: &[&str], query: &C::Query, accept: &str) -> Result<Builder> {
        let url = format!("{}{}{}", self.base, C::url(arguments), query_text(&serde_json::to_value(query)?));
        let mut request = Request::builder().method(C::METHOD.as_str()).uri(url).header("accept", accept);
        if C::METHOD.changes_state() {
            request =
                request.header("sec-fetch-site", "same-origin").header("content-type", "application/json");
        }
        if let Some(tenant) = &self.tenant {
            request = request.header(TENANT_HEADER, tenant);
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", cookies.join("; "));
        }
        Ok(request)
    }

    fn send(&mut self, request: Request<SendBody<'_>>) -> Result<Response<Body>> {
        let shown = format!("{} {}", request.method(), request.uri().path());
        let response = self.agent.run(request).with_context(|| format!("{shown}: no answer"))?;
        for cookie in response.headers().get_all("set-cookie") {
            self.keep_cookie(cookie.to_str().unwrap_or_default());
        }
        accepted(response).with_context(|| shown)
    }

    fn keep_cookie(&mut self, cookie: &str) {
        let mut parts = cookie.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return };
        let ended = parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
        if ended || value.is_empty() {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// A JSON call with an API key, as a program outside would make it.
///
/// # Errors
/// As of [`Client::call`].
pub fn call_with_key<C: Call>(base: &str, arguments: &[&str], key: &str, body: &Value) -> Result<Value> {
    let request = Request::builder()
        .method(C::METHOD.as_str())
        .uri(format!("{base}{}", C::url(arguments)))
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
        .body(serde_json::to_vec(body)?)?;
    let mut response = accepted(agent().run(request)?)?;
    Ok(serde_json::from_str(&response.body_mut().read_to_string()?)?)
}

fn agent() -> Agent {
    // No proxy: the server is on loopback. A stream of events may take longer than any one answer.
    let config =
        Agent::config_builder().http_status_as_error(false).proxy(None).timeout_recv_response(Some(PATIENCE));
    config.build().into()
}

fn accepted(mut response: Response<Body>) -> Result<Response<Body>> {
    if response.status().is_success() {
        return Ok(response);
    }
    let text = response.body_mut().read_to_string().unwrap_or_default();
    match serde_json::from_str(&text) {
        Ok(problem) => Err(Refused(problem).into()),
        Err(_) => anyhow::bail!("the server answered {}: {text}", response.status()),
    }
}

/// A stream of server-sent events.
pub struct Events {
    lines: Box<dyn BufRead>,
}

impl Iterator for Events {
    /// The event's id and data.
    type Item = (String, String);

    fn next(&mut self) -> Option<(String, String)> {
        let (mut id, mut data, mut line) = (String::new(), String::new(), String::new());
        loop {
            line.clear();
            // A stream that broke ends here like one that is over: the caller reads on from the last id.
            if self.lines.read_line(&mut line).ok()? == 0 {
                return None;
            }
            match line.trim_end().split_once(':') {
                Some(("id", value)) => id = value.trim_start().to_owned(),
                Some(("data", value)) => {
                    if !data.is_empty() {
                        data.push('\n');
                    }
                    data.push_str(value.strip_prefix(' ').unwrap_or(value));
                }
                None if line.trim_end().is_empty() && !data.is_empty() => return Some((id, data)),
                _ => {}
            }
        }
    }
}

/// A query as text, with its question mark; empty fields are left out.
fn query_text(query: &Value) -> String {
    let encode = |text: &str| contract::fill("{text}", &[text]);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let fields = query.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let fields: Vec<String> =
        fields.map(|(name, value)| format!("{name}={}", encode(&text(value)))).collect();
    if fields.is_empty() { String::new() } else { format!("?{}", fields.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_across_comments_and_many_lines() {
        let text = ": hello\n\nid: 1\nevent: started\ndata: {\"a\":\ndata: 1}\n\nid: 2\ndata: x\n\ndata: cut";
        let events = Events { lines: Box::new(BufReader::new(text.as_bytes())) };
        let read: Vec<(String, String)> = events.collect();
        assert_eq!(read, [("1".into(), "{\"a\":\n1}".into()), ("2".into(), "x".into())]);
    }

    #[test]
    fn cookies_are_kept_replaced_and_dropped() {
        let mut client = Client::new("http://x");
        client.keep_cookie("amaas=one; HttpOnly; Path=/");
        client.keep_cookie("amaas=two; Max-Age=600");
        client.keep_cookie("refresh=three");
        client.keep_cookie("refresh=; Max-Age=0");
        assert_eq!(client.cookies.into_iter().collect::<Vec<_>>(), [("amaas".to_owned(), "two".to_owned())]);
    }

    #[test]
    fn a_query_is_encoded_and_empty_fields_are_left_out() {
        let query = serde_json::json!({"name": "my data&more", "limit": 5, "cursor": null});
        assert_eq!(query_text(&query), "?limit=5&name=my%20data%26more");
        assert_eq!(query_text(&serde_json::json!({})), "");
    }
}
