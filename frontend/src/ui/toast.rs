//! Short news in the corner: said to screen readers too, gone by themselves unless they are bad.

use super::{Button, Icon, Kind, Sign, Tone};
use crate::i18n::{Key, tr};
use leptos::prelude::*;
use std::time::Duration;

const SHOWN_FOR: Duration = Duration::from_secs(6);

#[derive(Clone)]
struct Toast {
    number: u64,
    tone: Tone,
    text: String,
}

/// The news, for whoever has some.
#[derive(Clone, Default)]
pub struct Toasts {
    all: ArcRwSignal<Vec<Toast>>,
    next: ArcRwSignal<u64>,
}

impl Toasts {
    /// Says something.
    pub fn say(&self, tone: Tone, text: impl Into<String>) {
        let number = self.next.get_untracked();
        self.next.set(number + 1);
        self.all.update(|all| all.push(Toast { number, tone, text: text.into() }));
        if tone != Tone::Bad {
            let toasts = self.clone();
            set_timeout(move || toasts.dismiss(number), SHOWN_FOR);
        }
    }

    fn dismiss(&self, number: u64) {
        self.all.update(|all| all.retain(|toast| toast.number != number));
    }
}

/// Where the news stands.
#[component]
pub fn Toaster(
    /// The news.
    toasts: Toasts,
) -> impl IntoView {
    let all = toasts.all.clone();
    let show = move |toast: Toast| {
        let toasts = toasts.clone();
        let sign = if toast.tone == Tone::Bad { Sign::Warning } else { Sign::Check };
        view! {
            <div class="toast" data-tone=toast.tone.name()>
                <Icon sign/>
                <p class="toast-text">{toast.text}</p>
                <Button
                    text=tr(Key::action_dismiss)
                    sign=Sign::Cross
                    sign_only=true
                    kind=Kind::Quiet
                    on_press=move |()| toasts.dismiss(toast.number)
                />
            </div>
        }
    };
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || all.get() key=|toast| toast.number children=show/>
        </div>
    }
}
