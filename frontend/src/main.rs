//! Starts the dashboard in the page that `index.html` holds.

#[cfg(target_arch = "wasm32")]
fn main() {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;

    let Some(root) = document().get_element_by_id("app") else { return };
    // The boot notice has done its work.
    root.set_text_content(None);
    mount_to(root.unchecked_into(), frontend::app::App).forget();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("the dashboard runs in a browser: `cargo xtask dashboard` builds it");
}
