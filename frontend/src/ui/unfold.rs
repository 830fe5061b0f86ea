//! What is there but folded away: rows that open to their details, and blocks behind a summary.

use super::{Icon, Sign};
use leptos::{prelude::*, text_prop::TextProp};

/// A row of a table that opens to its details. Its first cell is the button that opens it.
#[component]
pub fn UnfoldRow(
    /// What opens, for screen readers.
    #[prop(into)]
    label: TextProp,
    /// The columns of the table, this one's button included.
    span: usize,
    /// The details, built when they are opened.
    #[prop(into)]
    detail: ViewFn,
    children: Children,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let opened = move || {
        open.get().then(|| {
            view! { <tr class="unfolded"><td colspan=span.to_string()>{detail.run()}</td></tr> }
        })
    };
    view! {
        <tr class="unfold" data-open=move || open.get().then_some("")>
            <td class="unfold-cell">
                <button
                    class="unfold-button"
                    type="button"
                    aria-expanded=move || open.get().to_string()
                    aria-label=move || label.get()
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    <Icon sign=Sign::Fold/>
                </button>
            </td>
            {children()}
        </tr>
        {opened}
    }
}

/// A block behind a summary.
#[component]
pub fn Behind(
    /// What is behind it.
    #[prop(into)]
    summary: TextProp,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="fold">
            <summary>{move || summary.get()}</summary>
            {children()}
        </details>
    }
}
