//! A new secret for a key; the old one works on for a while, so that programs can be changed over.

use super::reveal::Reveal;
use crate::{
    client::Remote,
    i18n::{Key, tr},
    session::Tenancy,
    ui::{Button, Dialog, Form, FormState, Kind, PickGroup, PickOne},
};
use contract::api_keys::{ApiKey, CreatedApiKey, RotateApiKey, RotateApiKeyBody};
use leptos::prelude::*;

/// How long the old secret can go on working.
const OVERLAPS: [(u32, Key, Key); 4] = [
    (0, Key::key_overlap_none, Key::key_overlap_none_text),
    (3_600, Key::key_overlap_hour, Key::key_overlap_hour_text),
    (86_400, Key::key_overlap_day, Key::key_overlap_day_text),
    (604_800, Key::key_overlap_week, Key::key_overlap_week_text),
];

/// The question, and then the new secret.
#[component]
pub fn RollDialog(
    /// The key.
    key: Remote<ApiKey>,
    /// Whether the question is shown.
    open: RwSignal<bool>,
) -> impl IntoView {
    let (tenancy, form) = (Tenancy::expect(), FormState::default());
    let overlap = RwSignal::new("86400".to_owned());
    let created = RwSignal::new(None::<CreatedApiKey>);
    let roll = Callback::new(move |()| {
        let Some(value) = untrack(|| key.value()) else { return };
        let body = RotateApiKeyBody { overlap_seconds: overlap.get_untracked().parse().unwrap_or_default() };
        let ask = untrack(|| tenancy.ask::<RotateApiKey>(&[&value.id.to_string()]).body(&body));
        form.send(ask.send(), move |rolled| {
            open.try_set(false);
            created.try_set(Some(rolled));
        });
    });
    let stored = Callback::new(move |rolled: ApiKey| key.put(rolled));
    let foot = move || {
        view! {
            <Button text=tr(Key::action_cancel) on_press=move |()| open.set(false)/>
            <Button text=tr(Key::key_roll) kind=Kind::Primary on_press=roll off=form.busy()/>
        }
    };
    let choices = move || {
        let one = |(seconds, label, text): (u32, Key, Key)| {
            view! {
                <PickOne group="key-overlap" value=seconds.to_string() label=tr(label) text=tr(text) chosen=overlap/>
            }
        };
        let choices = OVERLAPS.map(one).into_iter().collect_view();
        let fault = form.claim("#/overlap_seconds");
        view! {
            <PickGroup id="field-overlap_seconds" label=tr(Key::key_overlap) fault>
                {choices}
            </PickGroup>
        }
    };
    view! {
        <Dialog open title=tr(Key::key_roll_title) foot>
            <Form state=form on_send=roll>
                <p>{tr(Key::key_roll_means)}</p>
                {choices()}
            </Form>
        </Dialog>
        <Reveal created on_stored=stored/>
    }
}
