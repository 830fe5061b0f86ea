//! Starts the dashboard in the page that `index.html` holds.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

fn main() {
    let Some(root) = document().get_element_by_id("app") else { return };
    // The boot notice has done its work.
    root.set_text_content(None);
    mount_to(root.unchecked_into(), frontend::app::App).forget();
}
