//! Downloads: a plain link can't name the tenant, so the answer is fetched and handed to the browser as a file.

use super::{Ask, Failure};
use contract::Call;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlAnchorElement, Url};

/// Fetches an answer and saves it under a name.
pub async fn save<C: Call>(ask: Ask<C>, file: String) -> Result<(), Failure> {
    let blob = ask.blob().await?;
    hand_over(&blob, &file).map_err(|_| Failure::Garbled(200))
}

fn hand_over(blob: &Blob, file: &str) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(file);
    link.click();
    Url::revoke_object_url(&address)
}
