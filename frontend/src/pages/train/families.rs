//! The families that are tried, with what each is in a line.

use super::{draft::Draft, words};
use crate::{
    i18n::{Key, tr},
    model::plan,
    ui::{PickBox, TickGroup},
};
use contract::training::Algorithm;
use leptos::{prelude::*, text_prop::TextProp};

/// The boxes.
pub fn fields(draft: Draft) -> AnyView {
    let families = Memo::new(move |_| draft.families());
    let boxes = move || families.get().into_iter().map(|family| tick(draft, family)).collect_view();
    let directed = Memo::new(move |_| draft.directed());
    let hint = move || {
        let key = if directed.get() { Key::train_families_directed } else { Key::train_families_hint };
        tr(key)()
    };
    view! {
        <TickGroup form=draft.form pointer="#/algorithms" label=tr(Key::train_families_label) hint>{boxes}</TickGroup>
    }
    .into_any()
}

fn tick(draft: Draft, family: Algorithm) -> AnyView {
    let name = plan::name_of(&family);
    let held = name.clone();
    let ticked = Signal::derive(move || draft.without.with(|without| !without.contains(&held)));
    let change = Callback::new(move |take: bool| {
        draft.without.update(|without| {
            if take {
                without.remove(&name);
            } else {
                without.insert(name.clone());
            }
        });
        draft.form.forgive("#/algorithms");
    });
    let text = Some(TextProp::from(tr(words::about(family))));
    view! { <PickBox label=tr(words::algorithm(family)) text ticked on_tick=change/> }.into_any()
}
