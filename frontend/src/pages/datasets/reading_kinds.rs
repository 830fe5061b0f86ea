//! What each column is said to hold, as many columns at once as one can look through.

use super::{reading::Changing, reading_form::Draft, reading_preview::Attempt};
use crate::{
    i18n::{Key, fill, say, tr},
    model::{figure::grouped, plan, reading},
    pages::words,
    ui::{Choice, Fold, Lines, ListLine, Muted, Search},
};
use contract::datasets::ColumnKind;
use leptos::prelude::*;

/// Columns that are drawn: a table may have ten thousand.
const SHOWN: usize = 60;

const KINDS: [ColumnKind; 7] = [
    ColumnKind::Number,
    ColumnKind::Integer,
    ColumnKind::Boolean,
    ColumnKind::Category,
    ColumnKind::Text,
    ColumnKind::DateTime,
    ColumnKind::Id,
];

/// The columns with a list each.
#[component]
pub fn Kinds(
    /// The fields.
    draft: Draft,
    /// What the file looks like so.
    attempt: Attempt,
    /// The dialog, which may have been opened for one column.
    changing: Changing,
) -> impl IntoView {
    let filter = RwSignal::new(String::new());
    let wanted = changing.column;
    let names = Memo::new(move |_| {
        draft.kinds.with(|kinds| {
            attempt.names.with(|file| reading::columns(file, kinds, &wanted.get(), &filter.get()))
        })
    });
    let shown = move || names.with(|names| names.iter().take(SHOWN).cloned().collect::<Vec<_>>());
    let led = StoredValue::new(false);
    let line = move |name: String| {
        // The keyboard is led there once, not again when a filter brings the column back.
        let first = !led.get_value() && wanted.with_untracked(|wanted| *wanted == name);
        led.update_value(|led| *led |= first);
        line(draft, attempt, first, name)
    };
    let rest = move || {
        let all = names.with(Vec::len);
        (all > SHOWN).then(|| {
            let (shown, all) = (grouped(SHOWN as u64), grouped(all as u64));
            let text = move || fill(Key::reading_kinds_cut, &[("shown", &shown), ("all", &all)]);
            view! { <Muted>{text}</Muted> }
        })
    };
    let none =
        move || names.with(Vec::is_empty).then(|| view! { <Muted>{tr(Key::reading_kinds_none)}</Muted> });
    let open = Signal::derive(move || wanted.with(|wanted| !wanted.is_empty()));
    view! {
        <Fold title=tr(Key::reading_kinds_title) wanted=open>
            <Muted>{tr(Key::reading_kinds_hint)}</Muted>
            <Search label=tr(Key::reading_kinds_filter) value=filter/>
            <Lines><For each=shown key=Clone::clone children=line/></Lines>
            {none}
            {rest}
        </Fold>
    }
}

fn line(draft: Draft, attempt: Attempt, wanted: bool, name: String) -> AnyView {
    let (own, found, taken) = (name.clone(), name.clone(), name.clone());
    let said = Memo::new(move |_| draft.kinds.with(|kinds| kinds.get(&own).copied()));
    let detected = Memo::new(move |_| attempt.kind(&found));
    let choices = Signal::derive(move || {
        let detected = move || match detected.get().filter(|_| said.get().is_none()) {
            Some(kind) => fill(Key::reading_as_detected_kind, &[("kind", say(words::kind(kind)))]),
            None => say(Key::reading_as_detected).to_owned(),
        };
        let kind = |kind: ColumnKind| Choice::new(plan::name_of(&kind), tr(words::kind(kind)));
        std::iter::once(Choice::new("", detected)).chain(KINDS.into_iter().map(kind)).collect::<Vec<_>>()
    });
    let value = Signal::derive(move || said.get().map(|kind| plan::name_of(&kind)).unwrap_or_default());
    let choose = Callback::new(move |kind: String| {
        let column = taken.clone();
        draft.kinds.update(|kinds| match reading::kind(&kind) {
            Some(kind) => drop(kinds.insert(column, kind)),
            None => drop(kinds.remove(&column)),
        });
    });
    view! { <ListLine name choices value wanted on_choose=choose/> }.into_any()
}
