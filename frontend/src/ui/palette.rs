//! The palette: a dialog with a combobox and its list. The keyboard stays in the field; arrows move along the list.

use crate::{
    i18n::{Key, tr},
    model::shortcuts::around,
};
use leptos::{ev::MouseEvent, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{KeyboardEvent, ScrollIntoViewOptions, ScrollLogicalPosition};

const LIST: &str = "palette-list";

/// An entry of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaletteEntry {
    /// What it does or where it leads.
    pub text: String,
    /// What kind of thing that is.
    pub group: String,
}

fn id_of(place: usize) -> String {
    format!("palette-option-{place}")
}

fn scroll_to(place: usize) {
    request_animation_frame(move || {
        if let Some(option) = document().get_element_by_id(&id_of(place)) {
            let how = ScrollIntoViewOptions::new();
            how.set_block(ScrollLogicalPosition::Nearest);
            option.scroll_into_view_with_scroll_into_view_options(&how);
        }
    });
}

/// Shows and hides the dialog as `open` says; opened, the keyboard stands in the field.
fn follow(open: RwSignal<bool>, dialog: NodeRef<html::Dialog>, input: NodeRef<html::Input>) {
    Effect::new(move |_| {
        let (Some(dialog), Some(input)) = (dialog.get(), input.get()) else { return };
        if open.get() && !dialog.open() {
            drop(dialog.show_modal());
            drop(input.focus());
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
}

/// Whether a press hit the veil around the dialog, which counts as the dialog itself.
fn is_beside(event: &MouseEvent) -> bool {
    event.target().is_some_and(|target| target.has_type::<web_sys::HtmlDialogElement>())
}

/// The palette's dialog.
#[component]
pub fn PaletteFrame(
    /// Whether it is shown; closing sets it to false.
    open: RwSignal<bool>,
    /// What is typed.
    query: RwSignal<String>,
    /// What matches it, best first.
    entries: Signal<Vec<PaletteEntry>>,
    /// Takes the place of the chosen entry.
    on_choose: Callback<usize>,
) -> impl IntoView {
    let (dialog, input) = (NodeRef::<html::Dialog>::new(), NodeRef::<html::Input>::new());
    let active = RwSignal::new(0_usize);
    follow(open, dialog, input);
    Effect::new(move |_| {
        query.track();
        active.set(0);
    });
    let count = Memo::new(move |_| entries.with(Vec::len));
    let some = move || count.get() > 0;
    let choose = move |place: usize| {
        open.set(false);
        on_choose.run(place);
    };
    let key = move |event: KeyboardEvent| {
        let all = count.get_untracked();
        match event.key().as_str() {
            // What an input method is still composing is not ours yet.
            _ if event.is_composing() => return,
            step @ ("ArrowDown" | "ArrowUp") => {
                let place = around(active.get_untracked(), step == "ArrowDown", all);
                active.set(place);
                scroll_to(place);
            }
            "Enter" if active.get_untracked() < all => choose(active.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    let current = move || (active.get() < count.get()).then(|| id_of(active.get()));
    view! {
        <dialog class="dialog palette" node_ref=dialog aria-label=tr(Key::palette_title)
            on:close=move |_| open.set(false)
            on:click=move |event| if is_beside(&event) { open.set(false) }>
            <div class="palette-body">
                <input
                    class="palette-input"
                    type="text"
                    role="combobox"
                    autocomplete="off"
                    spellcheck="false"
                    aria-label=tr(Key::palette_label)
                    aria-autocomplete="list"
                    aria-expanded=move || some().to_string()
                    aria-controls=LIST
                    aria-activedescendant=current
                    placeholder=tr(Key::palette_label)
                    node_ref=input
                    prop:value=move || query.get()
                    on:input=move |event| query.set(event_target_value(&event))
                    on:keydown=key
                />
                <Options entries active choose=Callback::new(choose)/>
                <p class="palette-none" role="status">
                    {move || (!some() && open.get()).then(|| tr(Key::palette_none)())}
                </p>
            </div>
        </dialog>
    }
}

#[component]
fn Options(
    entries: Signal<Vec<PaletteEntry>>,
    active: RwSignal<usize>,
    choose: Callback<usize>,
) -> impl IntoView {
    let option = move |(place, entry): (usize, PaletteEntry)| {
        let selected = move || (active.get() == place).to_string();
        view! {
            <li class="palette-option" role="option" id=id_of(place) aria-selected=selected
                on:pointermove=move |_| {
                    if active.get_untracked() != place {
                        active.set(place);
                    }
                }
                on:click=move |_| choose.run(place)>
                <span class="clip">{entry.text}</span>
                <span class="muted small">{entry.group}</span>
            </li>
        }
    };
    let empty = move || entries.with(Vec::is_empty).then_some("");
    view! {
        <ul class="palette-list" role="listbox" id=LIST aria-label=tr(Key::palette_title) hidden=empty>
            {move || entries.get().into_iter().enumerate().map(option).collect_view()}
        </ul>
    }
}
