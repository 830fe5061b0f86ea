//! The states that every view of the server's things has: loading, refused, old, and there.

use super::{Bones, Button, Notice, ProblemPanel, Sign, Skeleton, Tone};
use crate::{
    client::{Remote, State},
    i18n::{Key, tr},
};
use leptos::prelude::*;

/// Shows a value of the server by `view`, or what stands in its way.
#[component]
pub fn Loaded<T, V>(
    /// The value.
    remote: Remote<T>,
    /// How it looks; empty and partial values are its own affair.
    view: V,
    /// The shape of what is coming.
    #[prop(optional)]
    bones: Bones,
    /// Fills a card.
    #[prop(optional)]
    flush: bool,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    V: Fn(T) -> AnyView + Send + Sync + 'static,
{
    let retry = Callback::new(move |()| remote.reload());
    let state = remote.state();
    move || match state.get() {
        State::Loading => view! { <Skeleton bones/> }.into_any(),
        State::Failed(failure) => view! { <ProblemPanel failure retry flush/> }.into_any(),
        State::Ready(value) => view(value),
        State::Stale(value, _) => view! {
            <Notice tone=Tone::Warn text=tr(Key::state_stale) flush>
                <Button text=tr(Key::action_retry) sign=Sign::Refresh on_press=retry/>
            </Notice>
            {view(value)}
        }
        .into_any(),
    }
}
