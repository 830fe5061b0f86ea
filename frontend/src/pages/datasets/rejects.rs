//! The rows that could not be read, each with its line and its reason: nothing is lost silently.

use crate::{
    client::{Remote, save},
    i18n::{Key, fill, say, tr},
    model::{delimited, figure::grouped},
    session::Tenancy,
    ui::{Button, Card, Cell, Column, Empty, Loaded, Notice, Row, Sign, Table, Toasts, Tone},
};
use contract::datasets::GetRejects;
use leptos::{prelude::*, task::spawn_local};

/// Rows that are drawn; the download has all.
const SHOWN: usize = 200;
/// Characters of a field that are drawn.
const LONGEST: usize = 300;

/// The rejected rows.
#[component]
pub fn Rejects(
    /// The data set.
    id: String,
    /// How many there are.
    rejected: u64,
) -> impl IntoView {
    if rejected == 0 {
        return view! { <Empty sign=Sign::Check title=tr(Key::rejects_none) text=tr(Key::rejects_none_text)/> }.into_any();
    }
    let (tenancy, toasts) = (Tenancy::expect(), expect_context::<Toasts>());
    let asked = id.clone();
    let rejects = Remote::new(move || {
        let ask = tenancy.ask::<GetRejects>(&[&asked]);
        async move { ask.text().await.map(|(_, text)| text) }
    });
    let download = Callback::new(move |()| {
        let (ask, toasts) = (untrack(|| tenancy.ask::<GetRejects>(&[&id])), toasts.clone());
        let file = format!("{id}-rejects.csv");
        spawn_local(async move {
            if save(ask, file).await.is_err() {
                toasts.say(Tone::Bad, say(Key::download_failed));
            }
        });
    });
    view! {
        <Row><Button text=tr(Key::rejects_download) sign=Sign::Download on_press=download/></Row>
        <Loaded remote=rejects view=table/>
    }
    .into_any()
}

fn table(text: String) -> AnyView {
    let mut records = delimited::records(&text).into_iter();
    let Some(head) = records.next() else {
        return view! { <Empty sign=Sign::Check title=tr(Key::rejects_none) text=tr(Key::rejects_none_text)/> }.into_any();
    };
    let records: Vec<_> = records.collect();
    let cut = (records.len() > SHOWN).then(|| {
        let (shown, all) = (grouped(SHOWN as u64), grouped(records.len() as u64));
        view! { <Notice text=move || fill(Key::rejects_cut, &[("shown", &shown), ("all", &all)])/> }
    });
    let columns = head
        .into_iter()
        .map(|name| match name.as_str() {
            "line" => Column::words(tr(Key::reject_line)),
            "column" => Column::words(tr(Key::reject_column)),
            "reason" => Column::words(tr(Key::reject_reason)),
            "raw" => Column::words(tr(Key::reject_text)),
            _ => Column::words(name),
        })
        .collect();
    let row = |record: Vec<String>| {
        let cell = |field: String| view! { <Cell>{field.chars().take(LONGEST).collect::<String>()}</Cell> };
        view! { <tr>{record.into_iter().map(cell).collect_view()}</tr> }
    };
    view! {
        {cut}
        <Card flush=true>
            <Table label=tr(Key::tab_rejects) columns>
                {records.into_iter().take(SHOWN).map(row).collect_view()}
            </Table>
        </Card>
    }
    .into_any()
}
