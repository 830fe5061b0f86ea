//! One data set: where it stands, how it was read, and its columns, rows, rejects, correlations and runs, each at an address of its own.

use super::{
    acts::Acts,
    columns::Columns,
    correlations::Correlations,
    in_work, poll_while,
    reading::{Changing, ReadAs, change_button},
    reading_form::ReadingForm,
    rejects::Rejects,
    rows::Rows,
    used::Used,
};
use crate::{
    client::{Failure, Remote},
    i18n::{Key, say, tr},
    model::{figure, path},
    pages::words,
    session::Tenancy,
    ui::{
        Badge, Bones, Figure, Figures, Kind, Loaded, Notice, Page, ProblemPanel, Row, Skeleton, Stack, Tab,
        Tabs, Tone, Trail,
    },
};
use contract::datasets::{Dataset as Value, DatasetStatus, GetDataset};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Columns,
    Rows,
    Rejects,
    Correlations,
    Used,
}

impl Shown {
    fn of(name: Option<String>) -> Self {
        match name.as_deref() {
            Some("rows") => Shown::Rows,
            Some("rejects") => Shown::Rejects,
            Some("correlations") => Shown::Correlations,
            Some("used") => Shown::Used,
            _ => Shown::Columns,
        }
    }
}

/// A data set.
#[component]
pub fn Dataset() -> impl IntoView {
    let (tenancy, params, query) = (Tenancy::expect(), use_params_map(), use_query_map());
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let shown = Memo::new(move |_| Shown::of(query.with(|query| query.get("tab"))));
    let dataset = Remote::new(move || tenancy.ask::<GetDataset>(&[&id.get()]).send());
    poll_while(
        move || dataset.value().is_some_and(|dataset| in_work(dataset.status)),
        move || dataset.reload(),
    );
    let changing = Changing::provide(dataset);
    let title =
        move || dataset.value().map_or_else(|| say(Key::dataset_title).to_owned(), |dataset| dataset.name);
    let trail = move || view! { <Trail href=path::datasets(&tenancy.slug()) text=tr(Key::nav_datasets)/> };
    let mark = move || {
        dataset.value().map(|dataset| {
            let (status, tone, busy) = words::status(dataset.status);
            view! { <Badge text=tr(status) tone busy/> }
        })
    };
    let actions = move || view! { <Acts dataset/> };
    let view = move |value: Value| view! { <Body value shown/> }.into_any();
    view! {
        <Page title trail mark=move || mark actions>
            <Loaded remote=dataset view bones=Bones::Cards/>
            <ReadingForm changing/>
        </Page>
    }
}

#[component]
fn Body(value: Value, shown: Memo<Shown>) -> impl IntoView {
    match value.status {
        DatasetStatus::Receiving | DatasetStatus::Profiling => view! {
            <Notice tone=Tone::Accent text=tr(Key::dataset_profiling)/>
            <Skeleton bones=Bones::Cards/>
        }
        .into_any(),
        DatasetStatus::Failed => {
            let failure =
                value.error.map_or(Failure::Garbled(200), |problem| Failure::Refused(Box::new(problem)));
            view! {
                <ProblemPanel failure/>
                <Row>{change_button(Key::reading_otherwise, Kind::Primary, String::new())}</Row>
            }
            .into_any()
        }
        DatasetStatus::Ready => view! { <Ready value shown/> }.into_any(),
    }
}

#[component]
fn Ready(value: Value, shown: Memo<Shown>) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let id = value.id.to_string();
    let base = path::dataset(&tenancy.slug(), &id);
    let rejected = value.rejected_rows.unwrap_or_default();
    let current = move |tab: Shown| Signal::derive(move || shown.get() == tab);
    let rejects_mark = move || {
        let tone = if rejected > 0 { Tone::Warn } else { Tone::Plain };
        view! { <Badge text=figure::grouped(rejected) tone/> }
    };
    let rows_address = format!("{base}?tab=rows");
    let rejects_address = format!("{base}?tab=rejects");
    let correlations_address = format!("{base}?tab=correlations");
    let used_address = format!("{base}?tab=used");
    let notice = (rejected > 0).then(|| {
        let text = move || crate::i18n::count(Key::rejects_some_one, Key::rejects_some_many, rejected);
        let href = rejects_address.clone();
        view! {
            <Notice tone=Tone::Warn text><crate::ui::Link href text=tr(Key::rejects_show)/></Notice>
        }
    });
    let tab = move || match shown.get() {
        Shown::Columns => view! { <Columns id=id.clone()/> }.into_any(),
        Shown::Rows => view! { <Rows id=id.clone()/> }.into_any(),
        Shown::Rejects => view! { <Rejects id=id.clone() rejected/> }.into_any(),
        Shown::Correlations => view! { <Correlations id=id.clone()/> }.into_any(),
        Shown::Used => view! { <Used id=id.clone()/> }.into_any(),
    };
    view! {
        <Stack>
            <Facts value/>
            {notice}
        </Stack>
        <Tabs label=tr(Key::dataset_views)>
            <Tab href=base text=tr(Key::tab_columns) current=current(Shown::Columns)/>
            <Tab href=rows_address text=tr(Key::tab_rows) current=current(Shown::Rows)/>
            <Tab href=rejects_address text=tr(Key::tab_rejects) current=current(Shown::Rejects) mark=rejects_mark/>
            <Tab href=correlations_address text=tr(Key::correlation_tab) current=current(Shown::Correlations)/>
            <Tab href=used_address text=tr(Key::usedby_tab) current=current(Shown::Used)/>
        </Tabs>
        {tab}
    }
}

#[component]
fn Facts(value: Value) -> impl IntoView {
    let reading = value.reading;
    let number = |number: Option<u64>| number.map_or_else(|| "–".to_owned(), figure::grouped);
    view! {
        <Figures>
            <Figure name=tr(Key::column_rows) value=number(value.rows)/>
            <Figure name=tr(Key::column_columns) value=number(value.columns.map(u64::from))/>
            <Figure name=tr(Key::column_rejected) value=number(value.rejected_rows)/>
            <Figure name=tr(Key::column_size) value=figure::bytes(value.size_bytes)/>
        </Figures>
        {value.dialect.map(|dialect| view! { <ReadAs dialect reading/> })}
    }
}
