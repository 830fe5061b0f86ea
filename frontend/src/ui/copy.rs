//! Text to take along: shown as it is, copied by one press, selected where the clipboard is closed to us.

use super::{Button, Icon, Kind, Sign};
use crate::i18n::{Key, say, tr};
use leptos::{html, prelude::*, task::spawn_local, text_prop::TextProp};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

const SAID_FOR: Duration = Duration::from_secs(3);

/// What became of the last press.
#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Nothing,
    Copied,
    Selected,
}

/// Whether the text went to the clipboard.
pub(super) async fn to_clipboard(text: &str) -> bool {
    // Browsers keep the clipboard from pages that came over a plain connection: then there is no such object.
    let clipboard = js_sys::Reflect::get(&window().navigator(), &JsValue::from_str("clipboard"));
    let Some(clipboard) = clipboard.ok().filter(|clipboard| !clipboard.is_undefined()) else { return false };
    let clipboard: web_sys::Clipboard = clipboard.unchecked_into();
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

fn select(node: Option<web_sys::HtmlElement>) {
    if let (Some(node), Ok(Some(selection))) = (node, window().get_selection()) {
        // What can't be selected by us can be by hand.
        drop(selection.select_all_children(&node));
    }
}

/// A text for machines with a button that copies it.
#[component]
pub fn CodeBlock(
    /// What it is, for screen readers.
    #[prop(into)]
    label: TextProp,
    /// The text.
    #[prop(into)]
    text: Signal<String>,
    /// Breaks anywhere, for one long word such as a secret.
    #[prop(optional)]
    breaks: bool,
) -> impl IntoView {
    let node = NodeRef::<html::Code>::new();
    let outcome = RwSignal::new(Outcome::Nothing);
    let presses = StoredValue::new(0_u32);
    let copy = Callback::new(move |()| {
        let copied_text = text.get_untracked();
        presses.update_value(|presses| *presses += 1);
        let press = presses.get_value();
        spawn_local(async move {
            let done = to_clipboard(&copied_text).await;
            if !done {
                select(node.get_untracked());
            }
            outcome.try_set(if done { Outcome::Copied } else { Outcome::Selected });
            let forget = move || {
                if presses.try_get_value() == Some(press) {
                    outcome.try_set(Outcome::Nothing);
                }
            };
            set_timeout(forget, SAID_FOR);
        });
    });
    let said = move || match outcome.get() {
        Outcome::Nothing => None,
        Outcome::Copied => {
            Some(view! { <Icon sign=Sign::Check/><span>{tr(Key::code_copied)}</span> }.into_any())
        }
        Outcome::Selected => Some(view! { <span>{tr(Key::code_selected)}</span> }.into_any()),
    };
    view! {
        <div class="code-block" data-breaks=breaks.then_some("")>
            <pre class="code-text" tabindex="0" role="region" aria-label=move || label.get()>
                <code node_ref=node>{move || text.get()}</code>
            </pre>
            <div class="code-foot">
                <Button text=move || say(Key::code_copy) sign=Sign::Copy kind=Kind::Secondary on_press=copy/>
                <span class="code-said" role="status">{said}</span>
            </div>
        </div>
    }
}
