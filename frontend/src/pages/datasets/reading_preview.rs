//! The beginning of a file as it would be read, a moment after somebody said something else.

use super::{reading::Changing, reading_form::Draft, rows};
use crate::{
    client::Failure,
    i18n::{Key, count, say, tr},
    pages::words,
    session::Tenancy,
    ui::{Badge, Beneath, Bones, Column, Notice, ProblemPanel, Skeleton, Table, Tone},
};
use contract::datasets::{ColumnKind, PreviewReading, ReadingPreview};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// How long nothing more is said before the file is tried.
const PAUSE: Duration = Duration::from_millis(400);
/// Rows and columns that are drawn.
const ROWS: usize = 12;
const COLUMNS: usize = 20;

/// What came of trying a reading. The last one that worked stays known while another is tried.
#[derive(Clone, Copy, Default)]
pub struct Attempt {
    answer: RwSignal<Option<ReadingPreview>>,
    failure: RwSignal<Option<Failure>>,
    busy: RwSignal<bool>,
    /// The names of the columns.
    pub names: RwSignal<Vec<String>>,
}

impl Attempt {
    /// What a column would hold.
    pub fn kind(self, name: &str) -> Option<ColumnKind> {
        let find = |preview: &ReadingPreview| {
            preview.columns.iter().find(|column| column.name == name).map(|column| column.kind)
        };
        self.answer.with(|answer| answer.as_ref().and_then(find))
    }

    /// Nothing was tried yet.
    pub fn forget(self) {
        self.answer.set(None);
        self.failure.set(None);
        self.names.set(Vec::new());
    }

    fn take(self, answer: Result<ReadingPreview, Failure>) {
        self.busy.set(false);
        match answer {
            Ok(preview) => {
                let names: Vec<_> = preview.columns.iter().map(|column| column.name.clone()).collect();
                if self.names.with_untracked(|known| *known != names) {
                    self.names.set(names);
                }
                self.failure.set(None);
                self.answer.set(Some(preview));
            }
            Err(failure) => self.failure.set(Some(failure)),
        }
    }

    /// Tries what the fields say, now and whenever they have come to rest. An answer to an older question is dropped.
    fn follow(self, changing: Changing, draft: Draft, again: RwSignal<u32>) {
        let tenancy = Tenancy::expect();
        let (said, question) = (Memo::new(move |_| draft.reading()), StoredValue::new(0_u64));
        Effect::new(move |before: Option<()>| {
            again.track();
            let reading = said.get();
            let Some(dataset) = untrack(|| changing.dataset.value()) else { return };
            let ask = untrack(|| tenancy.ask::<PreviewReading>(&[&dataset.id.to_string()])).body(&reading);
            self.busy.set(true);
            question.update_value(|question| *question += 1);
            let asked = question.get_value();
            let send = move || {
                spawn_local(async move {
                    let answer = ask.send().await;
                    if question.try_get_value() == Some(asked) {
                        self.take(answer);
                    }
                });
            };
            let pause = if before.is_none() { Duration::ZERO } else { PAUSE };
            if let Ok(timer) = set_timeout_with_handle(send, pause) {
                on_cleanup(move || timer.clear());
            }
        });
    }
}

/// The beginning of the file.
#[component]
pub fn Preview(
    /// The dialog.
    changing: Changing,
    /// The fields.
    draft: Draft,
    /// What came of them.
    attempt: Attempt,
) -> impl IntoView {
    let again = RwSignal::new(0_u32);
    attempt.follow(changing, draft, again);
    let retry = Callback::new(move |()| again.update(|again| *again = again.wrapping_add(1)));
    let busy = move || {
        attempt.busy.get().then(|| {
            view! { <Badge text=tr(Key::reading_preview_busy) tone=Tone::Accent busy=true/> }
        })
    };
    let seen = move || match (attempt.failure.get(), attempt.answer.get()) {
        (Some(failure), _) => view! { <ProblemPanel failure retry/> }.into_any(),
        (None, Some(preview)) => look(preview),
        (None, None) => view! { <Skeleton bones=Bones::Lines/> }.into_any(),
    };
    view! { <Beneath title=tr(Key::reading_preview) aside=busy>{seen}</Beneath> }
}

fn look(preview: ReadingPreview) -> AnyView {
    let rejected = preview.rejected_rows;
    let tone = if rejected > 0 { Tone::Warn } else { Tone::Good };
    let remark = move || match rejected {
        0 => say(Key::reading_rejects_none).to_owned(),
        rejected => count(Key::reading_rejects_one, Key::reading_rejects_many, rejected),
    };
    let numeric: Vec<bool> = preview
        .columns
        .iter()
        .take(COLUMNS)
        .map(|column| matches!(column.kind, ColumnKind::Number | ColumnKind::Integer))
        .collect();
    let heads = preview.columns.into_iter().zip(&numeric).map(|(column, numeric)| {
        let name = move || format!("{} · {}", column.name, say(words::kind(column.kind)));
        if *numeric { Column::numbers(name) } else { Column::words(name) }
    });
    let columns: Vec<Column> = heads.collect();
    let row = |row: Vec<Option<String>>| {
        let cells: Vec<AnyView> =
            row.into_iter().zip(&numeric).map(|(value, numeric)| rows::cell(value, *numeric)).collect();
        view! { <tr>{cells}</tr> }
    };
    let rows = preview.rows.into_iter().take(ROWS).map(row).collect_view();
    view! {
        <Notice tone text=remark/>
        <Table label=tr(Key::reading_preview) columns dense=true>{rows}</Table>
    }
    .into_any()
}
