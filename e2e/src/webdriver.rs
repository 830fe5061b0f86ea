//! The little of WebDriver (<https://www.w3.org/TR/webdriver2/>) that the tests need, over HTTP on loopback.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;

use crate::Result;

/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A client that talks to loopback directly and takes every status for an answer.
pub fn agent() -> Agent {
    let config = Agent::config_builder().proxy(None).http_status_as_error(false);
    config.timeout_global(Some(Duration::from_secs(60))).build().into()
}

/// A session of a browser.
pub struct Session {
    agent: Agent,
    url: String,
}

/// An element of the page, as long as the page shows it.
#[derive(Clone, Debug)]
pub struct Element(String);

impl Session {
    /// Opens a browser with these capabilities.
    ///
    /// # Errors
    /// When the driver refuses.
    pub fn open(driver: &str, capabilities: &Value) -> Result<Self> {
        let agent = agent();
        let body = json!({"capabilities": {"alwaysMatch": capabilities}});
        let value = send(&agent, "POST", &format!("{driver}/session"), Some(&body))?;
        let id = value["sessionId"].as_str().ok_or("the driver gave no session")?;
        Ok(Self { url: format!("{driver}/session/{id}"), agent })
    }

    /// Makes a POST of the session's own path.
    ///
    /// # Errors
    /// With WebDriver's own error and message.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        send(&self.agent, "POST", &format!("{}/{path}", self.url), Some(body))
    }

    /// Makes a GET of the session's own path.
    ///
    /// # Errors
    /// With WebDriver's own error and message.
    pub fn get(&self, path: &str) -> Result<Value> {
        send(&self.agent, "GET", &format!("{}/{path}", self.url), None)
    }

    /// The elements that a CSS selector finds.
    ///
    /// # Errors
    /// When the selector is wrong or the page is gone.
    pub fn find_all(&self, selector: &str) -> Result<Vec<Element>> {
        let found = self.post("elements", &json!({"using": "css selector", "value": selector}))?;
        Ok(found.as_array().into_iter().flatten().filter_map(Element::from_value).collect())
    }

    /// Runs a script in the page; `arguments` are its `arguments`.
    ///
    /// # Errors
    /// When it throws.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.post("execute/sync", &json!({"script": script, "args": arguments}))
    }

    /// A command of the Chrome DevTools protocol.
    ///
    /// # Errors
    /// When Chromium refuses.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Result<Value> {
        self.post("goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// The entries of a log since it was last read.
    ///
    /// # Errors
    /// When the log was not asked for in the capabilities.
    pub fn log(&self, kind: &str) -> Result<Vec<Value>> {
        Ok(self.post("se/log", &json!({"type": kind}))?.as_array().cloned().unwrap_or_default())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The driver may be gone already.
        let _ = send(&self.agent, "DELETE", &self.url, None);
    }
}

impl Element {
    /// The element of a script's answer; none for null.
    pub fn from_value(value: &Value) -> Option<Self> {
        value[ELEMENT].as_str().map(|id| Self(id.to_owned()))
    }

    /// As an argument of a script.
    pub fn to_value(&self) -> Value {
        json!({ELEMENT: self.0})
    }

    /// The path of one of its commands.
    pub fn path(&self, command: &str) -> String {
        format!("element/{}/{command}", self.0)
    }
}

fn send(agent: &Agent, method: &str, url: &str, body: Option<&Value>) -> Result<Value> {
    let request =
        ureq::http::Request::builder().method(method).uri(url).header("content-type", "application/json");
    let mut response = match body {
        Some(body) => agent.run(request.body(serde_json::to_vec(body)?)?)?,
        None => agent.run(request.body(())?)?,
    };
    // A screenshot is some megabytes of text.
    let text = response.body_mut().with_config().limit(64 << 20).read_to_string()?;
    let mut answer: Value = serde_json::from_str(&text)?;
    let value = answer["value"].take();
    if response.status().is_success() {
        return Ok(value);
    }
    Err(format!(
        "{}: {}",
        value["error"].as_str().unwrap_or("error"),
        value["message"].as_str().unwrap_or(&text)
    )
    .into())
}
