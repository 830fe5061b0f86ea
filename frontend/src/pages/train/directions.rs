//! How the answer must move with columns of numbers.

use super::draft::Draft;
use crate::{
    i18n::{Key, tr},
    model::plan,
    ui::{Choice, FieldGroup, Lines, ListLine, Muted, Search},
};
use leptos::prelude::*;

/// Columns that are shown at once: a table may have ten thousand.
const MOST: usize = 100;

/// The lists, one a column that is learned from.
pub fn fields(draft: Draft) -> AnyView {
    let wanted = RwSignal::new(String::new());
    let columns = Memo::new(move |_| {
        let taken = draft.features.get();
        let fit =
            |column: &contract::datasets::ColumnProfile| plan::counts(column) && taken.contains(&column.name);
        draft.inputs().into_iter().filter(fit).map(|column| column.name).collect::<Vec<_>>()
    });
    let shown = Memo::new(move |_| {
        let wanted = wanted.get().trim().to_lowercase();
        let fit = |name: &&String| name.to_lowercase().contains(&wanted);
        columns.with(|columns| columns.iter().filter(fit).take(MOST).cloned().collect::<Vec<_>>())
    });
    let many = Memo::new(move |_| columns.with(Vec::len) > 12);
    let search =
        move || many.get().then(|| view! { <Search label=tr(Key::train_directions_filter) value=wanted/> });
    let lines = move || {
        let lines = shown.get().into_iter().map(|name| line(draft, name)).collect_view();
        if columns.with(Vec::is_empty) {
            view! { <Muted>{tr(Key::train_directions_none)}</Muted> }.into_any()
        } else {
            view! { <Lines>{lines}</Lines> }.into_any()
        }
    };
    view! {
        <FieldGroup form=draft.form pointer="#/monotone" label=tr(Key::train_directions)
                hint=tr(Key::train_directions_hint)>
                {search}
                {lines}
        </FieldGroup>
    }
    .into_any()
}

fn line(draft: Draft, name: String) -> AnyView {
    let choices = Signal::derive(|| {
        vec![
            Choice::new("", tr(Key::train_direction_free)),
            Choice::new("increasing", tr(Key::train_direction_rising)),
            Choice::new("decreasing", tr(Key::train_direction_falling)),
        ]
    });
    let (held, changed) = (name.clone(), name.clone());
    let value = Signal::derive(move || {
        draft.monotone.with(|monotone| monotone.get(&held).cloned().unwrap_or_default())
    });
    let choose = Callback::new(move |direction: String| {
        draft.monotone.update(|monotone| {
            if direction.is_empty() {
                monotone.remove(&changed);
            } else {
                monotone.insert(changed.clone(), direction);
            }
        });
    });
    view! { <ListLine name choices value on_choose=choose/> }.into_any()
}
