//! Files: dropped anywhere on the page, or chosen; and the line that shows one on its way.

use super::{Button, Icon, Sign};
use crate::i18n::{Key, tr};
use leptos::{ev, html, prelude::*, text_prop::TextProp};
use web_sys::{DragEvent, File, FileList};

fn files(list: Option<FileList>) -> Vec<File> {
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|place| list.item(place)).collect()
}

fn carries_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
}

/// Takes files that are dropped anywhere, and shows that it would while they hover.
/// Without `on_files` a drop does nothing, rather than leave the page for the file.
#[component]
pub fn DropVeil(
    /// What the veil says.
    #[prop(into)]
    text: TextProp,
    /// Takes the files.
    on_files: Signal<Option<Callback<Vec<File>>>>,
) -> impl IntoView {
    let hovering = RwSignal::new(0_i32);
    let enter = window_event_listener(ev::dragenter, move |event| {
        if carries_files(&event) {
            hovering.update(|depth| *depth += 1);
        }
    });
    let over = window_event_listener(ev::dragover, |event| {
        if carries_files(&event) {
            event.prevent_default();
        }
    });
    let leave = window_event_listener(ev::dragleave, move |event| {
        if carries_files(&event) {
            hovering.update(|depth| *depth = (*depth - 1).max(0));
        }
    });
    let dropped = window_event_listener(ev::drop, move |event| {
        if carries_files(&event) {
            event.prevent_default();
            hovering.set(0);
            if let Some(take) = on_files.get_untracked() {
                take.run(files(event.data_transfer().and_then(|data| data.files())));
            }
        }
    });
    on_cleanup(move || {
        for listener in [enter, over, leave, dropped] {
            listener.remove();
        }
    });
    view! {
        <Show when=move || { hovering.get() > 0 && on_files.with(Option::is_some) }>
            <div class="drop-veil">
                <div class="drop-veil-card">
                    <Icon sign=Sign::Upload/>
                    <p class="strong">{let text = text.clone(); move || text.get()}</p>
                </div>
            </div>
        </Show>
    }
}

/// A place that invites to drop or choose files. The drop itself is [`DropVeil`]'s, which covers the page.
#[component]
pub fn DropZone(
    /// The invitation.
    #[prop(into)]
    text: TextProp,
    /// A line, not a field.
    #[prop(optional)]
    small: bool,
    /// Takes the files.
    #[prop(into)]
    on_files: Callback<Vec<File>>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            on_files.run(files(input.files()));
            // The same file may be chosen again.
            input.set_value("");
        }
    };
    let choose = move |()| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <div class="drop" data-small=small.then_some("")>
            <Icon sign=Sign::Upload/>
            <p class="muted">{move || text.get()}</p>
            <Button text=tr(Key::upload_choose) on_press=choose/>
            <input
                type="file"
                id="upload-file"
                multiple=""
                hidden=""
                accept=".csv,.tsv,.txt,text/csv"
                aria-label=tr(Key::upload_choose)
                node_ref=input
                on:change=chosen
            />
        </div>
    }
}

/// A file on its way: its bar, its figures, and what can be done about it.
#[component]
pub fn TransferRow(
    /// The name of the file.
    #[prop(into)]
    name: String,
    /// Bytes that went and all bytes, while they go.
    #[prop(into)]
    progress: Signal<Option<(u64, u64)>>,
    /// Figures in words; they change often and are not read out.
    #[prop(into)]
    detail: TextProp,
    /// What is read out: it changes seldom.
    #[prop(into)]
    spoken: TextProp,
    children: Children,
) -> impl IntoView {
    let label = name.clone();
    let bar = move || {
        let (sent, total) = progress.get()?;
        let label = label.clone();
        Some(view! {
            <progress class="bar" max=total.max(1).to_string() value=sent.to_string() aria-label=label></progress>
        })
    };
    view! {
        <li class="transfer">
            <div class="row" data-spread="">
                <span class="strong clip">{name}</span>
                <div class="row">{children()}</div>
            </div>
            {bar}
            <p class="muted small" aria-hidden="true">{move || detail.get()}</p>
            <p class="sr-only" role="status">{move || spoken.get()}</p>
        </li>
    }
}
