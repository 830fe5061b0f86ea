//! A text that is meant to be taken elsewhere: selected at a press, copied by its button.

use super::{Button, Sign, copy::to_clipboard};
use crate::i18n::{Key, say};
use leptos::{html, prelude::*, task::spawn_local, text_prop::TextProp};

/// A text with its button. Where the clipboard is closed the text is selected, ready for Ctrl C.
#[component]
pub fn CopyField(
    /// What it is.
    #[prop(into)]
    label: TextProp,
    /// The text.
    text: String,
) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let copied = RwSignal::new(false);
    let select = move || {
        if let Some(input) = node.get_untracked() {
            input.select();
        }
    };
    let taken = text.clone();
    let copy = Callback::new(move |()| {
        let text = taken.clone();
        select();
        spawn_local(async move {
            if to_clipboard(&text).await {
                copied.try_set(true);
            }
        });
    });
    let word = move || say(if copied.get() { Key::member_copied } else { Key::member_copy });
    let sign = Signal::derive(move || if copied.get() { Sign::Check } else { Sign::Copy });
    view! {
        <div class="copy">
            <label class="copy-label">
                <span class="filter-label">{move || label.get()}</span>
                <input class="input" type="text" readonly="" value=text node_ref=node on:focus=move |_| select()/>
            </label>
            {move || view! { <Button text=word sign=sign.get() on_press=copy/> }}
        </div>
        <p class="sr-only" role="status">{move || copied.get().then(|| say(Key::member_copied))}</p>
    }
}
