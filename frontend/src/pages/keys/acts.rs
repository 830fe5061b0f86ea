//! What can be done with a key: change it, give it a new secret, revoke it.

use super::{masked, roll::RollDialog};
use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    model::path,
    pages::confirm::Confirm,
    session::Tenancy,
    ui::{Button, ButtonLink, FormState, Sign, Toasts, Tone},
};
use contract::api_keys::{ApiKey, RevokeApiKey};
use leptos::prelude::*;

/// The buttons and their dialogs; nothing for a key that is revoked, which is for good.
#[component]
pub fn Acts(
    /// The key.
    key: Remote<ApiKey>,
) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let (rolling, revoking) = (RwSignal::new(false), RwSignal::new(false));
    let there = Memo::new(move |_| {
        tenancy.rights().builds() && key.value().is_some_and(|key| key.revoked_at.is_none())
    });
    let edit = move || {
        let id = key.value()?.id.to_string();
        let href = format!("{}?edit=1", path::key(&tenancy.slug(), &id));
        Some(view! { <ButtonLink href text=tr(Key::key_edit)/> })
    };
    view! {
        <Show when=move || there.get()>
            {edit}
            <Button text=tr(Key::key_roll) sign=Sign::Refresh on_press=move |()| rolling.set(true)/>
            <Button text=tr(Key::key_revoke) sign=Sign::Trash on_press=move |()| revoking.set(true)/>
        </Show>
        <RollDialog key open=rolling/>
        <RevokeDialog key open=revoking/>
    }
}

#[component]
fn RevokeDialog(key: Remote<ApiKey>, open: RwSignal<bool>) -> impl IntoView {
    let (tenancy, toasts, form) = (Tenancy::expect(), expect_context::<Toasts>(), FormState::default());
    let name = Signal::derive(move || key.value().map(|key| key.name).unwrap_or_default());
    let more = move || {
        let Some(key) = key.value() else { return String::new() };
        match key.last_used_at {
            Some(at) => {
                let at = crate::model::moment::exact(at.millis());
                fill(Key::key_revoke_used, &[("secret", &masked(&key)), ("at", &at)])
            }
            None => fill(Key::key_revoke_unused, &[("secret", &masked(&key))]),
        }
    };
    let sure = Callback::new(move |()| {
        let Some(value) = untrack(|| key.value()) else { return };
        let ask = untrack(|| tenancy.ask::<RevokeApiKey>(&[&value.id.to_string()]));
        let toasts = toasts.clone();
        form.send(ask.send(), move |_| {
            toasts.say(Tone::Good, fill(Key::key_revoked, &[("name", &value.name)]));
            open.try_set(false);
            key.reload();
        });
    });
    view! {
        <Confirm open title=tr(Key::key_revoke_title) loses=tr(Key::key_revoke_loses) more act=Key::key_revoke name form
            on_sure=sure/>
    }
}
