//! One call: its address, headers and body by the contract, sent by the browser's `fetch`.

use super::proof;
use crate::model::{failure::Failure, query::query_string};
use contract::{Call, Code, Media, Method, Schema, TENANT_HEADER, accounts::Refresh};
use js_sys::Promise;
use leptos::prelude::*;
use std::{cell::RefCell, marker::PhantomData, sync::LazyLock};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{AbortSignal, Blob, Request, RequestCredentials, RequestInit, Response};

static SIGNED_OUT: LazyLock<ArcRwSignal<bool>> = LazyLock::new(|| ArcRwSignal::new(false));

thread_local! {
    /// The renewal under way: calls that are refused together wait for the same one.
    static RENEWAL: RefCell<Option<Promise>> = const { RefCell::new(None) };
}

/// Whether the session is over and can't be renewed; followed by whoever reads it in a reactive place.
pub fn signed_out() -> bool {
    SIGNED_OUT.get()
}

/// Notes that a person signed in (or that the sign-in page took over).
pub fn signed_out_reset() {
    // Setting wakes whoever follows it, changed or not: one that signs in would wake itself for ever.
    if SIGNED_OUT.get_untracked() {
        SIGNED_OUT.set(false);
    }
}

/// A call in the making.
pub struct Ask<C: Call> {
    url: String,
    tenant: Option<String>,
    body: Option<String>,
    secret: Option<String>,
    renews: bool,
    headers: Vec<(&'static str, String)>,
    signal: Option<AbortSignal>,
    call: PhantomData<C>,
}

impl<C: Call> Ask<C> {
    /// A call with the slots of its path filled in order.
    pub fn new(arguments: &[&str]) -> Self {
        Self {
            url: C::url(arguments),
            tenant: None,
            body: None,
            secret: None,
            renews: true,
            headers: Vec::new(),
            signal: None,
            call: PhantomData,
        }
    }

    /// Acts in a tenant.
    pub fn tenant(mut self, slug: impl Into<String>) -> Self {
        self.tenant = Some(slug.into());
        self
    }

    /// With query parameters; absent ones are left out.
    pub fn query(mut self, query: &C::Query) -> Self {
        self.url.push_str(&query_string(query));
        self
    }

    /// With a JSON body.
    pub fn body(mut self, body: &C::Body) -> Self {
        self.body = serde_json::to_string(body).ok();
        self
    }

    /// With a JSON body, for a call that takes several forms.
    pub fn json(mut self, body: &impl serde::Serialize) -> Self {
        self.body = serde_json::to_string(body).ok();
        self
    }

    /// As a program calls: by the secret of an API key, without the session of this browser.
    pub fn bearer(mut self, secret: impl Into<String>) -> Self {
        self.secret = Some(secret.into());
        self.renews = false;
        self
    }

    /// A refusal stays a refusal: signing in is not mended by renewing a session.
    pub fn without_renewal(mut self) -> Self {
        self.renews = false;
        self
    }

    /// With a header of its own.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Is given up when the signal says so, also while the answer is read.
    pub fn until(mut self, signal: AbortSignal) -> Self {
        self.signal = Some(signal);
        self
    }

    /// The address with its query.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends the call and reads its JSON answer.
    pub async fn send(self) -> Result<C::Answer, Failure> {
        let (status, text) = self.text().await?;
        let empty = matches!(<C::Answer as Schema>::MEDIA, Media::Nothing);
        let text = if empty { "{}" } else { text.as_str() };
        serde_json::from_str(text).map_err(|_| Failure::Garbled(status))
    }

    /// Sends the call and takes the answer as text, with its status.
    pub async fn text(&self) -> Result<(u16, String), Failure> {
        let response = self.response().await?;
        Ok((response.status(), read(&response).await?))
    }

    /// Sends the call and takes the answer as it is, for downloads.
    pub async fn blob(&self) -> Result<Blob, Failure> {
        let response = self.response().await?;
        let blob = response.blob().map_err(|_| Failure::Unreachable)?;
        let blob = JsFuture::from(blob).await.map_err(|_| Failure::Unreachable)?;
        Ok(blob.unchecked_into())
    }

    /// Sends the call and takes the answer as soon as it begins.
    pub(super) async fn response(&self) -> Result<Response, Failure> {
        let answer = self.in_session().await;
        let wants_proof = answer.as_ref().is_err_and(|failure| failure.code() == Some(Code::StepUpRequired));
        if wants_proof && proof::proved().await { self.in_session().await } else { answer }
    }

    /// Sends the call, and once more when the session had to be renewed.
    async fn in_session(&self) -> Result<Response, Failure> {
        let first = self.once().await;
        if !self.renews || !is_unsigned(&first) {
            return first;
        }
        let again = if renewed().await { self.once().await } else { first };
        if is_unsigned(&again) {
            SIGNED_OUT.set(true);
        }
        again
    }

    async fn once(&self) -> Result<Response, Failure> {
        let request = self.request().map_err(|_| Failure::Unreachable)?;
        let answer = JsFuture::from(window().fetch_with_request(&request)).await;
        let response: Response = answer.map_err(|_| Failure::Unreachable)?.unchecked_into();
        if response.ok() {
            return Ok(response);
        }
        let text = read(&response).await?;
        Err(Failure::of_text(response.status(), &text))
    }

    fn request(&self) -> Result<Request, JsValue> {
        let settings = RequestInit::new();
        settings.set_method(C::METHOD.as_str());
        if let Some(body) = &self.body {
            settings.set_body(&JsValue::from_str(body));
        }
        if self.secret.is_some() {
            settings.set_credentials(RequestCredentials::Omit);
        }
        settings.set_signal(self.signal.as_ref());
        let request = Request::new_with_str_and_init(&self.url, &settings)?;
        let headers = request.headers();
        if C::METHOD != Method::Get {
            headers.set("Content-Type", "application/json")?;
        }
        if let Some(tenant) = &self.tenant {
            headers.set(TENANT_HEADER, tenant)?;
        }
        if let Some(secret) = &self.secret {
            headers.set("Authorization", &format!("Bearer {secret}"))?;
        }
        for (name, value) in &self.headers {
            headers.set(name, value)?;
        }
        Ok(request)
    }
}

fn is_unsigned<T>(answer: &Result<T, Failure>) -> bool {
    answer.as_ref().is_err_and(|failure| failure.status() == 401)
}

async fn read(response: &Response) -> Result<String, Failure> {
    let text = response.text().map_err(|_| Failure::Unreachable)?;
    let text = JsFuture::from(text).await.map_err(|_| Failure::Unreachable)?;
    Ok(text.as_string().unwrap_or_default())
}

/// Renews the session once for everybody who waits; whether it worked.
async fn renewed() -> bool {
    let promise = RENEWAL.with_borrow_mut(|renewal| {
        renewal
            .get_or_insert_with(|| {
                future_to_promise(async {
                    let answer = Ask::<Refresh>::new(&[]).without_renewal().once().await;
                    RENEWAL.with_borrow_mut(|renewal| *renewal = None);
                    Ok(JsValue::from_bool(answer.is_ok()))
                })
            })
            .clone()
    });
    JsFuture::from(promise).await.is_ok_and(|worked| worked.is_truthy())
}
