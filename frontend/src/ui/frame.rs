//! The frames of the screens: the gate before sign-in, the shell behind it, and the page inside.

use super::{Icon, Sign};
use crate::i18n::{Key, tr};
use leptos::{ev, prelude::*, svg, text_prop::TextProp};
use leptos_router::{components::A, hooks::use_location};

/// The name and sign of the product.
#[component]
pub fn Brand() -> impl IntoView {
    let sign = svg::svg()
        .attr("width", "20")
        .attr("height", "20")
        .attr("viewBox", "0 0 32 32")
        .attr("fill", "none")
        .attr("stroke", "currentColor")
        .attr("stroke-width", "3.4")
        .attr("stroke-linecap", "round")
        .attr("stroke-linejoin", "round")
        .attr("aria-hidden", "true")
        .child((
            svg::path().attr("d", "M4 27 13.7 6h4.6L28 27"),
            svg::circle().attr("cx", "16").attr("cy", "20").attr("r", "2").attr("fill", "currentColor"),
        ));
    view! { <span class="brand">{sign} <span>{tr(Key::product)}</span></span> }
}

fn title_the_document(title: TextProp) {
    Effect::new(move |_| {
        let text = title.get();
        document().set_title(&format!("{text} · {}", tr(Key::product)()));
    });
}

/// A screen before sign-in: one card in the middle.
#[component]
pub fn Gate(
    /// What is done here.
    #[prop(into)]
    title: TextProp,
    /// Choices that have nothing to do with it: language, theme.
    #[prop(into)]
    choices: ViewFn,
    /// The way to the other screens.
    #[prop(optional, into)]
    foot: ViewFn,
    children: Children,
) -> impl IntoView {
    title_the_document(title.clone());
    view! {
        <div class="gate">
            <header class="gate-bar">
                <Brand/>
                {choices.run()}
            </header>
            <main class="gate-body" id="main">
                <div class="gate-card">
                    <h1 class="gate-title">{move || title.get()}</h1>
                    {children()}
                </div>
                <div class="gate-foot">{foot.run()}</div>
            </main>
        </div>
    }
}

/// The shell: the sidebar, which hides behind a button where there is no room, and the page.
#[component]
pub fn ShellFrame(
    /// The tenant switch.
    #[prop(into)]
    top: ViewFn,
    /// The nouns of the product.
    #[prop(into)]
    links: ViewFn,
    /// The person's menu.
    #[prop(into)]
    foot: ViewFn,
    children: Children,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.is_some_and(|before| before != now) {
            open.set(false);
        }
        now
    });
    let escape = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" {
            open.set(false);
        }
    });
    on_cleanup(move || escape.remove());
    let opened = move || open.get().then_some("");
    view! {
        <div class="shell">
            <a class="skip" href="#main" rel="external">{tr(Key::nav_skip)}</a>
            <header class="topbar">
                <button
                    class="button"
                    data-kind="quiet"
                    data-square=""
                    type="button"
                    aria-label=tr(Key::nav_menu)
                    aria-expanded=move || open.get().to_string()
                    on:click=move |_| open.set(true)
                >
                    <Icon sign=Sign::Menu/>
                </button>
                <Brand/>
            </header>
            <div class="scrim" data-open=opened on:click=move |_| open.set(false)></div>
            <aside class="sidebar" data-open=opened>
                {top.run()}
                <nav class="sidebar-list" aria-label=tr(Key::nav_label)>{links.run()}</nav>
                {foot.run()}
            </aside>
            <main class="main" id="main" tabindex="-1">{children()}</main>
        </div>
    }
}

/// A noun of the sidebar.
#[component]
pub fn NavLink(
    /// Where it leads.
    #[prop(into)]
    href: Signal<String>,
    /// The noun.
    #[prop(into)]
    text: TextProp,
    /// Its sign.
    sign: Sign,
    /// Only this very address counts as being there.
    #[prop(optional)]
    exact: bool,
) -> impl IntoView {
    view! {
        <A href=move || href.get() exact attr:class="sidebar-link">
            <Icon sign/>
            <span>{move || text.get()}</span>
        </A>
    }
}

/// The way back up.
#[component]
pub fn Trail(
    /// The page above.
    #[prop(into)]
    href: String,
    /// Its name.
    #[prop(into)]
    text: TextProp,
) -> impl IntoView {
    view! {
        <nav class="trail" aria-label=tr(Key::nav_trail)>
            <A href=href>{move || text.get()}</A>
            <span aria-hidden="true">"/"</span>
        </nav>
    }
}

/// A page of the shell: what it is, what can be done, and the rest.
#[component]
pub fn Page(
    /// What it is.
    #[prop(into)]
    title: TextProp,
    /// A sentence about it.
    #[prop(optional, into)]
    lead: Option<TextProp>,
    /// The way back up.
    #[prop(optional, into)]
    trail: ViewFn,
    /// A mark behind the title.
    #[prop(optional, into)]
    mark: ViewFn,
    /// What can be done.
    #[prop(optional, into)]
    actions: ViewFn,
    children: Children,
) -> impl IntoView {
    title_the_document(title.clone());
    view! {
        <div class="page">
            <header class="page-head">
                <div class="page-heading">
                    {trail.run()}
                    <h1 class="page-title"><span>{move || title.get()}</span> {mark.run()}</h1>
                    {lead.map(|lead| view! { <p class="page-lead">{move || lead.get()}</p> })}
                </div>
                <div class="row">{actions.run()}</div>
            </header>
            {children()}
        </div>
    }
}
