//! Which rows learn and which test, with a picture of it.

use super::{draft::Draft, field::number};
use crate::{
    i18n::{Key, fill, say, tr},
    model::{
        figure, plan,
        strips::{self, Layout},
    },
    ui::{Choice, Muted, SegmentField, SelectField, Slider, Stack, Strips},
};
use contract::{
    datasets::{ColumnKind, ColumnProfile},
    training::Task,
};
use leptos::prelude::*;

/// The fields.
pub fn fields(draft: Draft) -> AnyView {
    let kinds = Signal::derive(move || {
        let classes = draft.asked_task() == Task::Classification;
        let all = [
            ("random", Key::train_split_random),
            ("stratified", Key::train_split_stratified),
            ("time", Key::train_split_time),
            ("group", Key::train_split_group),
            ("column", Key::train_split_column),
            ("folds", Key::train_split_folds),
        ];
        let fit = all.into_iter().filter(|(name, _)| classes || *name != "stratified");
        fit.map(|(name, key)| Choice::new(name, tr(key))).collect::<Vec<_>>()
    });
    let kind = Memo::new(move |_| draft.split.get());
    let how = move || match kind.get().as_str() {
        "column" => column(draft, Key::train_split_by, Key::train_split_by_hint, names_parts),
        "time" => view! {
            {column(draft, Key::train_split_time_by, Key::train_split_time_hint, plan::tells_when)}
            {share(draft)}
        }
        .into_any(),
        "group" => view! {
            {column(draft, Key::train_split_group_by, Key::train_split_group_hint, plan::names_groups)}
            {share(draft)}
        }
        .into_any(),
        "folds" => number(draft, "#/split/folds"),
        _ => share(draft),
    };
    view! {
        <SegmentField form=draft.form pointer="#/split/kind" label=tr(Key::train_split_kind) choices=kinds
            value=draft.split hint=tr(Key::train_split_hint)/>
        {how}
        {picture(draft)}
    }
    .into_any()
}

fn names_parts(column: &ColumnProfile) -> bool {
    matches!(column.kind, ColumnKind::Category | ColumnKind::Text)
}

/// The share of rows that test, as far as it is written.
fn asked_share(draft: Draft) -> Option<f64> {
    let percent: f64 = draft.number("#/split/test_fraction").get().trim().parse().ok()?;
    Some(percent / 100.0)
}

/// The picture, with the numbers of rows as far as they can be told.
fn picture(draft: Draft) -> AnyView {
    let counts = Memo::new(move |_| parts(draft));
    let strips = Signal::derive(move || {
        let named = draft.column(&draft.parts_column.get()).map(|column| plan::named_parts(&column));
        let share = match (draft.split.get().as_str(), named) {
            ("column", Some((train, test))) if train + test > 0 => test as f64 / (train + test) as f64,
            _ => asked_share(draft).unwrap_or(0.2),
        };
        strips::strips(&layout(draft), share)
    });
    let called = |key: Key, rows: Key, count: Option<u64>| match count {
        Some(count) => format!("{}: {}", say(key), fill(rows, &[("count", &figure::grouped(count))])),
        None => say(key).to_owned(),
    };
    let learns =
        move || called(Key::train_part_train, Key::train_part_rows, counts.get().map(|counts| counts.0));
    let tests =
        move || called(Key::train_part_test, Key::train_part_rows, counts.get().map(|counts| counts.1));
    let said = move || match draft.split.get().as_str() {
        "time" => tr(Key::train_split_time_said)(),
        "group" => tr(Key::train_split_group_said)(),
        "folds" => tr(Key::train_split_folds_said)(),
        "column" if counts.get().is_none() => tr(Key::train_split_unknown)(),
        "stratified" => tr(Key::train_split_stratified_said)(),
        "column" => tr(Key::train_split_column_said)(),
        _ => tr(Key::train_split_random_said)(),
    };
    view! {
        <Stack>
            <Strips label=tr(Key::train_split_picture) learns tests strips/>
            <Muted>{said}</Muted>
        </Stack>
    }
    .into_any()
}

fn layout(draft: Draft) -> Layout {
    match draft.split.get().as_str() {
        "stratified" => {
            let classes = draft.classes();
            if classes.is_empty() { Layout::Scattered } else { Layout::ByClass(classes) }
        }
        "column" | "time" => Layout::Apart,
        "group" => Layout::Groups,
        "folds" => Layout::Folds(draft.number("#/split/folds").get().trim().parse().map_or(5, within_folds)),
        _ => Layout::Scattered,
    }
}

fn within_folds(folds: usize) -> usize {
    folds.clamp(2, 20)
}

/// Rows that learn and rows that test; none where that can't be told before the file is read.
fn parts(draft: Draft) -> Option<(u64, u64)> {
    match draft.split.get().as_str() {
        "column" => {
            let column = draft.column(&draft.parts_column.get())?;
            Some(plan::named_parts(&column)).filter(|parts| parts.0 > 0 && parts.1 > 0)
        }
        "random" | "stratified" => {
            // Rows without a target neither learn nor test.
            let missing = draft.column(&draft.target.get()).map_or(0, |column| column.missing);
            let rows = draft.profile.with_value(|profile| profile.rows).saturating_sub(missing);
            plan::parts(rows, asked_share(draft)?)
        }
        _ => None,
    }
}

fn share(draft: Draft) -> AnyView {
    let written = draft.number("#/split/test_fraction");
    let percent = Signal::derive(move || written.get().trim().parse().unwrap_or(20.0));
    let slide = Callback::new(move |percent: f64| written.set(percent.to_string()));
    view! {
        <Slider label=tr(Key::train_share_slider) range=(1.0, 90.0) step=1.0 value=percent
            shown=move || format!("{} %", figure::measured(percent.get())) on_slide=slide/>
        {number(draft, "#/split/test_fraction")}
    }
    .into_any()
}

fn column(draft: Draft, label: Key, hint: Key, fit: fn(&ColumnProfile) -> bool) -> AnyView {
    let Some(value) = untrack(|| draft.split_column()) else { return ().into_any() };
    let columns = Signal::derive(move || {
        let named = draft.columns(fit).into_iter().map(|name| Choice::new(name.clone(), name));
        std::iter::once(Choice::new("", tr(Key::train_split_choose))).chain(named).collect::<Vec<_>>()
    });
    view! {
        <SelectField form=draft.form pointer="#/split/column" label=tr(label) choices=columns value hint=tr(hint)/>
    }
    .into_any()
}
