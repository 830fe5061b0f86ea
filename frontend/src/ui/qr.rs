//! A picture for a camera: an SVG document of the API, shown as an image, so that nothing in it can run.

use leptos::{prelude::*, text_prop::TextProp};

/// The picture.
#[component]
pub fn QrCode(
    /// What it is, for those who can't see it.
    #[prop(into)]
    label: TextProp,
    /// The document.
    svg: String,
) -> impl IntoView {
    let address = format!("data:image/svg+xml,{}", js_sys::encode_uri_component(&svg));
    view! { <img class="qr" src=address alt=move || label.get()/> }
}
