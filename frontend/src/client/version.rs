//! Whether this tab is of the version that the server has.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// Whether the page that the server hands out now starts another build than the one that runs here. False as long as
/// the server can't be asked.
pub async fn superseded() -> bool {
    let script = document().query_selector("script[src]").ok().flatten();
    let Some(ours) = script.and_then(|script| script.get_attribute("src")) else { return false };
    page().await.is_some_and(|page| !page.contains(&ours))
}

/// The page that the server hands out now; its names carry hashes, so it tells one build from another.
async fn page() -> Option<String> {
    let answer = JsFuture::from(window().fetch_with_str("/")).await.ok()?;
    let answer: Response = answer.unchecked_into();
    let text = answer.ok().then(|| answer.text().ok())??;
    JsFuture::from(text).await.ok()?.as_string()
}
