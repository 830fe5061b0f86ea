//! Which rows learn and which test, with a picture of it.

use super::draft::Draft;
use crate::{
    i18n::{Key, tr},
    model::{figure, plan},
    ui::{Choice, Muted, NumberField, Part, SegmentField, SelectField, Shares, Slider},
};
use contract::{datasets::ColumnKind, training::Task};
use leptos::prelude::*;

/// The fields.
pub fn fields(draft: Draft) -> AnyView {
    let kinds = Signal::derive(move || {
        let mut kinds = vec![Choice::new("random", tr(Key::train_split_random))];
        if draft.asked_task() == Task::Classification {
            kinds.push(Choice::new("stratified", tr(Key::train_split_stratified)));
        }
        kinds.push(Choice::new("column", tr(Key::train_split_column)));
        kinds
    });
    let by_column = Memo::new(move |_| draft.split.get() == "column");
    let how = move || if by_column.get() { column(draft) } else { share(draft) };
    let counts = Memo::new(move |_| parts(draft));
    let picture = move || match counts.get() {
        Some(_) => {
            let parts = Signal::derive(move || {
                let (train, test) = counts.get().unwrap_or_default();
                let part = |key: Key, count: u64| Part { name: tr(key).into(), count };
                vec![part(Key::train_part_train, train), part(Key::train_part_test, test)]
            });
            view! { <Shares label=tr(Key::train_split_picture) parts/> }.into_any()
        }
        None => view! { <Muted>{tr(Key::train_split_unknown)}</Muted> }.into_any(),
    };
    view! {
        <SegmentField form=draft.form pointer="#/split/kind" label=tr(Key::train_split_kind) choices=kinds
            value=draft.split hint=tr(Key::train_split_hint)/>
        {how}
        {picture}
    }
    .into_any()
}

/// Rows that learn and rows that test; none while that can't be told.
fn parts(draft: Draft) -> Option<(u64, u64)> {
    if draft.split.get() == "column" {
        let column = draft.column(&draft.split_column.get())?;
        return Some(plan::named_parts(&column)).filter(|parts| parts.0 > 0 && parts.1 > 0);
    }
    let percent: f64 = draft.test_percent.get().trim().parse().ok()?;
    // Rows without a target neither learn nor test.
    let missing = draft.column(&draft.target.get()).map_or(0, |column| column.missing);
    let rows = draft.profile.with_value(|profile| profile.rows).saturating_sub(missing);
    plan::parts(rows, percent / 100.0)
}

fn share(draft: Draft) -> AnyView {
    let percent = Signal::derive(move || draft.test_percent.get().trim().parse().unwrap_or(20.0));
    let slide = Callback::new(move |percent: f64| draft.test_percent.set(percent.to_string()));
    view! {
        <Slider label=tr(Key::train_share_slider) range=(1.0, 90.0) step=1.0 value=percent
            shown=move || format!("{} %", figure::measured(percent.get())) on_slide=slide/>
        <NumberField form=draft.form pointer="#/split/test_fraction" label=tr(Key::train_share)
            value=draft.test_percent min="1" max="90"/>
    }
    .into_any()
}

fn column(draft: Draft) -> AnyView {
    let columns = Signal::derive(move || {
        let target = draft.target.get();
        let mut choices = vec![Choice::new("", tr(Key::train_split_choose))];
        draft.profile.with_value(|profile| {
            let fit = profile.columns.iter().filter(|column| {
                column.name != target && matches!(column.kind, ColumnKind::Category | ColumnKind::Text)
            });
            choices.extend(fit.map(|column| Choice::new(column.name.clone(), column.name.clone())));
        });
        choices
    });
    view! {
        <SelectField form=draft.form pointer="#/split/column" label=tr(Key::train_split_by) choices=columns
            value=draft.split_column hint=tr(Key::train_split_by_hint)/>
    }
    .into_any()
}
