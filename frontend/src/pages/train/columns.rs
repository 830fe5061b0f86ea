//! The columns to learn from: suspects are flagged and left out unless somebody takes them in.

use super::draft::Draft;
use crate::{
    i18n::{Key, fill, tr},
    model::{figure, plan},
    pages::words as common,
    ui::{Badge, Button, Kind, Muted, Row, Tick, TickGroup, Tone},
};
use contract::datasets::ColumnProfile;
use leptos::prelude::*;

/// Columns that are shown at once: a table may have ten thousand.
const STEP: usize = 100;

/// The fields.
pub fn fields(draft: Draft) -> AnyView {
    let shown = RwSignal::new(STEP);
    let inputs = Memo::new(move |_| draft.inputs());
    let ticks = move || {
        inputs.with(|inputs| {
            inputs.iter().take(shown.get()).map(|column| tick(draft, column)).collect::<Vec<_>>().into_view()
        })
    };
    let more = move || {
        let left = inputs.with(Vec::len).saturating_sub(shown.get());
        (left > 0).then(|| {
            let text = move || fill(Key::train_features_more, &[("count", &figure::grouped(left as u64))]);
            view! { <Button text on_press=move |()| shown.update(|shown| *shown += STEP)/> }
        })
    };
    let all = move |()| {
        let learnable = inputs.get_untracked().into_iter().filter(plan::learnable);
        draft.features.set(learnable.map(|column| column.name).collect());
    };
    let usual = move |()| {
        let useful = inputs.get_untracked().into_iter().filter(plan::useful);
        draft.features.set(useful.map(|column| column.name).collect());
    };
    let none = move |()| draft.features.update(std::collections::BTreeSet::clear);
    view! {
        <Row spread=true>
            <Muted>{move || draft.taken()}</Muted>
            <Row>
                <Button text=tr(Key::train_features_usual) kind=Kind::Quiet on_press=usual/>
                <Button text=tr(Key::train_features_all) kind=Kind::Quiet on_press=all/>
                <Button text=tr(Key::train_features_no) kind=Kind::Quiet on_press=none/>
            </Row>
        </Row>
        <TickGroup form=draft.form pointer="#/features" label=tr(Key::train_features_label)
            hint=tr(Key::train_features_hint)>
            {ticks}
        </TickGroup>
        {more}
    }
    .into_any()
}

fn tick(draft: Draft, column: &ColumnProfile) -> AnyView {
    let (name, kind) = (column.name.clone(), column.kind);
    let (held, changed) = (name.clone(), name.clone());
    let suspects = column.suspects.clone();
    let learnable = plan::learnable(column);
    let taken = Signal::derive(move || learnable && draft.features.with(|features| features.contains(&held)));
    let change = Callback::new(move |take: bool| {
        draft.features.update(|features| {
            if take {
                features.insert(changed.clone());
            } else {
                features.remove(&changed);
            }
        });
    });
    let aside = move || {
        let badge = |name: String| view! { <Badge text=move || common::suspect(&name) tone=Tone::Warn/> };
        let odd = suspects.iter().cloned().map(badge).collect_view();
        let unfit = (!learnable).then(|| view! { <Badge text=tr(Key::train_unfit)/> });
        view! { <Muted>{tr(common::kind(kind))}</Muted>{odd}{unfit} }
    };
    view! { <Tick text=name taken off=!learnable aside on_change=change/> }.into_any()
}
