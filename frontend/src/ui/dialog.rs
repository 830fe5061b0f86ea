//! A dialog on the browser's own element: it keeps the focus inside, closes by Esc and gives the focus back.

use leptos::{html, prelude::*, text_prop::TextProp};

/// A dialog that `open` shows and hides.
#[component]
pub fn Dialog(
    /// Whether it is shown; closing sets it to false.
    open: RwSignal<bool>,
    /// The heading.
    #[prop(into)]
    title: TextProp,
    /// The buttons, the deciding one last.
    #[prop(into)]
    foot: ViewFn,
    /// Only its buttons close it: it shows what can't be seen again.
    #[prop(optional)]
    held: bool,
    /// The content, built anew each time it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if open.get() && !dialog.open() {
            // Refused only for a dialog that is off the page, which is then as good as closed.
            drop(dialog.show_modal());
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    let heading = title.clone();
    let escape = move |event: web_sys::KeyboardEvent| {
        if held && event.key() == "Escape" {
            event.prevent_default();
        }
    };
    let cancel = move |event: web_sys::Event| {
        if held {
            event.prevent_default();
        }
    };
    let closed = move |_| match node.get_untracked() {
        // Browsers close on a second try whatever a page says.
        Some(dialog) if held && open.get_untracked() => drop(dialog.show_modal()),
        _ => open.set(false),
    };
    view! {
        <dialog class="dialog" node_ref=node aria-label=move || title.get() on:keydown=escape on:cancel=cancel
            on:close=closed>
            <Show when=move || open.get()>
                <div class="dialog-body">
                    <h2 class="dialog-title">{let heading = heading.clone(); move || heading.get()}</h2>
                    {children()}
                    <div class="dialog-foot">{foot.run()}</div>
                </div>
            </Show>
        </dialog>
    }
}
