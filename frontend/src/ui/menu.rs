//! Menus by the disclosure pattern: a button that says whether it is open, and a list. Esc and a press elsewhere close it.

use super::{Icon, Sign};
use leptos::{ev, html, prelude::*, text_prop::TextProp};
use leptos_router::components::A;
use wasm_bindgen::JsCast;

/// Where the list stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Side {
    Below,
    BelowEnd,
    Above,
}

impl Side {
    const fn name(self) -> &'static str {
        match self {
            Side::Below => "below",
            Side::BelowEnd => "below-end",
            Side::Above => "above",
        }
    }
}

#[derive(Clone, Copy)]
struct Open(RwSignal<bool>);

/// A menu.
#[component]
pub fn Menu(
    /// What it is for.
    #[prop(into)]
    label: TextProp,
    /// Where the list stands.
    side: Side,
    /// The face of the button.
    #[prop(into)]
    face: ViewFn,
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    provide_context(Open(open));
    let root = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let elsewhere = window_event_listener(ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let inside = root.get_untracked().is_some_and(|root| root.contains(target.as_ref()));
        if !inside && open.get_untracked() {
            open.set(false);
        }
    });
    on_cleanup(move || elsewhere.remove());
    let key = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            event.stop_propagation();
            open.set(false);
            if let Some(button) = button.get_untracked() {
                drop(button.focus());
            }
        }
    };
    view! {
        <div class="menu" node_ref=root on:keydown=key>
            <button
                class="menu-button"
                type="button"
                node_ref=button
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <span class="sr-only">{move || label.get()}" "</span>
                {face.run()}
            </button>
            <Show when=move || open.get()>
                <div class="menu-list" data-side=side.name()>{children()}</div>
            </Show>
        </div>
    }
}

/// The usual face of a menu: an avatar, a name, a second line.
#[component]
pub fn MenuButton(
    /// The name.
    #[prop(into)]
    text: TextProp,
    /// The second line.
    #[prop(optional, into)]
    sub: Option<TextProp>,
    /// People have round avatars, businesses square ones.
    #[prop(optional)]
    round: bool,
) -> impl IntoView {
    let initial = text.clone();
    view! {
        <Avatar of=initial round/>
        <span class="menu-text">
            <span class="menu-main">{move || text.get()}</span>
            {sub.map(|sub| view! { <span class="menu-sub">{move || sub.get()}</span> })}
        </span>
        <Icon sign=Sign::Chevrons/>
    }
}

/// The face of a menu of choices: a sign and a word.
#[component]
pub fn MenuWord(
    /// The sign.
    sign: Sign,
    /// The word.
    #[prop(into)]
    text: TextProp,
) -> impl IntoView {
    view! {
        <Icon sign/>
        <span>{move || text.get()}</span>
        <Icon sign=Sign::Chevrons/>
    }
}

/// The first letter of a name.
#[component]
pub fn Avatar(
    /// The name.
    #[prop(into)]
    of: TextProp,
    /// For people.
    #[prop(optional)]
    round: bool,
) -> impl IntoView {
    let letter = move || of.get().trim().chars().next().map(|letter| letter.to_uppercase().to_string());
    view! { <span class="avatar" data-round=round.then_some("") aria-hidden="true">{letter}</span> }
}

/// A heading among entries.
#[component]
pub fn MenuHead(
    /// The heading.
    #[prop(into)]
    text: TextProp,
) -> impl IntoView {
    view! { <p class="menu-head">{move || text.get()}</p> }
}

/// A line between entries.
#[component]
pub fn MenuLine() -> impl IntoView {
    view! { <div class="menu-line" role="separator"></div> }
}

/// An entry that does something; a chosen one among others has a tick.
#[component]
pub fn MenuItem(
    /// What it does.
    #[prop(into)]
    text: TextProp,
    /// Whether it is the chosen one; none when it isn't about choosing.
    #[prop(optional, into)]
    chosen: Option<Signal<bool>>,
    /// What happens.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    let open = expect_context::<Open>().0;
    let press = move |_| {
        on_press.run(());
        if chosen.is_none() {
            open.try_set(false);
        }
    };
    let mark = chosen.map(|chosen| {
        view! { <span class="menu-item-mark">{move || chosen.get().then(|| view! { <Icon sign=Sign::Check/> })}</span> }
    });
    let pressed = move || chosen.map(|chosen| chosen.get().to_string());
    view! {
        <button class="menu-item" type="button" aria-pressed=pressed on:click=press>
            {mark}
            <span>{move || text.get()}</span>
        </button>
    }
}

/// An entry that leads somewhere.
#[component]
pub fn MenuLink(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// Where that is.
    #[prop(into)]
    text: TextProp,
    /// Whether we are there.
    chosen: bool,
) -> impl IntoView {
    let open = expect_context::<Open>().0;
    view! {
        <A href=href attr:class="menu-item" on:click=move |_| { open.try_set(false); }>
            <span class="menu-item-mark">{chosen.then(|| view! { <Icon sign=Sign::Check/> })}</span>
            <span>{move || text.get()}</span>
        </A>
    }
}
