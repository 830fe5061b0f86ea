//! What is pressed: buttons, links, tabs.

use super::{Icon, Sign};
use leptos::{ev::MouseEvent, prelude::*, text_prop::TextProp};
use leptos_router::components::A;

/// How much a button asks to be pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Primary,
    #[default]
    Secondary,
    Quiet,
    Danger,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Kind::Primary => "primary",
            Kind::Secondary => "secondary",
            Kind::Quiet => "quiet",
            Kind::Danger => "danger",
        }
    }
}

/// A button. While it is off it stays in the tab order, so that the focus is not lost.
#[component]
pub fn Button(
    /// What it does.
    #[prop(into)]
    text: TextProp,
    /// How much it asks to be pressed.
    #[prop(optional)]
    kind: Kind,
    /// A sign before the text.
    #[prop(optional, into)]
    sign: Option<Sign>,
    /// Shows the sign alone; the text is its name for screen readers.
    #[prop(optional)]
    sign_only: bool,
    /// Sends the form it stands in.
    #[prop(optional)]
    submits: bool,
    /// Takes the whole width.
    #[prop(optional)]
    wide: bool,
    /// Does nothing at the moment.
    #[prop(optional, into)]
    off: Signal<bool>,
    /// What happens.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
) -> impl IntoView {
    let press = move |event: MouseEvent| {
        if off.get_untracked() {
            event.prevent_default();
        } else if let Some(press) = on_press {
            press.run(());
        }
    };
    let named = text.clone();
    let label = sign_only.then_some(move || named.get());
    let words = (!sign_only).then(|| view! { <span>{move || text.get()}</span> });
    view! {
        <button
            class="button"
            type=if submits { "submit" } else { "button" }
            data-kind=kind.name()
            data-wide=wide.then_some("")
            data-square=sign_only.then_some("")
            aria-disabled=move || off.get().then_some("true")
            aria-label=label.clone()
            title=label
            on:click=press
        >
            {sign.map(|sign| view! { <Icon sign/> })}
            {words}
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn ButtonLink(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// What it says.
    #[prop(into)]
    text: TextProp,
    /// How much it asks to be pressed.
    #[prop(optional)]
    kind: Kind,
) -> impl IntoView {
    view! { <A href=href attr:class="button" attr:data-kind=kind.name()>{move || text.get()}</A> }
}

/// A link in running text.
#[component]
pub fn Link(
    /// Where it leads.
    #[prop(into)]
    href: TextProp,
    /// What it says.
    #[prop(into)]
    text: TextProp,
) -> impl IntoView {
    view! { <A href=move || href.get().to_string() attr:class="link">{move || text.get()}</A> }
}

/// The views of one thing; each has its own address.
#[component]
pub fn Tabs(
    /// What they are views of.
    #[prop(into)]
    label: TextProp,
    children: Children,
) -> impl IntoView {
    view! { <nav class="tabs" aria-label=move || label.get()>{children()}</nav> }
}

/// One view.
#[component]
pub fn Tab(
    /// Its address.
    #[prop(into)]
    href: String,
    /// Its name.
    #[prop(into)]
    text: TextProp,
    /// Whether it is the one that is shown.
    #[prop(into)]
    current: Signal<bool>,
    /// A mark behind the name.
    #[prop(optional, into)]
    mark: ViewFn,
) -> impl IntoView {
    // A plain anchor: the router would mark every tab of the same path as current.
    view! {
        <a class="tab" href=href aria-current=move || current.get().then_some("page")>
            <span>{move || text.get()}</span>
            {mark.run()}
        </a>
    }
}
