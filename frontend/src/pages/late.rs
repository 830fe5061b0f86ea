//! In the place of a page whose wing could not be fetched: what happened, and the page itself once it comes.

use crate::{
    client::{pause, superseded},
    i18n::{Key, tr},
    model::sse::wait_millis,
    ui::{Button, Kind, Notice, Page, Sign, Tone},
};
use leptos::{prelude::*, task::spawn_local};
use std::future::Future;

/// Asks for the wing again with growing pauses until it comes, and shows the page then. A tab that is older than the
/// server asks in vain: it is told so and stops.
#[component]
pub fn Late<F, W, B>(
    /// Fetches the wing; whether it came.
    fetched: F,
    /// Builds the page of a wing that is there.
    page: B,
) -> impl IntoView
where
    F: Fn() -> W + 'static,
    W: Future<Output = bool> + 'static,
    B: Fn() -> Option<AnyView> + Send + Sync + 'static,
{
    let (here, older) = (RwSignal::new(false), RwSignal::new(false));
    spawn_local(async move {
        for tries in 0.. {
            if superseded().await {
                older.try_set(true);
                return;
            }
            pause(wait_millis(tries)).await;
            // Nobody waits any more once another page is shown.
            if here.try_get_untracked().is_none() {
                return;
            }
            if fetched().await {
                here.try_set(true);
                return;
            }
        }
    });
    move || match here.get() {
        true => untrack(&page).into_any(),
        false => view! { <Away older/> }.into_any(),
    }
}

#[component]
fn Away(older: RwSignal<bool>) -> impl IntoView {
    let title = move || tr(if older.get() { Key::late_older } else { Key::late_title })();
    let text = move || tr(if older.get() { Key::late_older_text } else { Key::late_text })();
    let reload = Callback::new(|()| drop(window().location().reload()));
    view! {
        <Page title>
            <Notice tone=Tone::Warn text>
                <Button text=tr(Key::late_reload) kind=Kind::Primary sign=Sign::Refresh on_press=reload/>
            </Notice>
        </Page>
    }
}
