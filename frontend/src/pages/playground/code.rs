//! The call as a program: the real address, the real row, the key from the environment.

use super::Bench;
use crate::{
    i18n::{Key, tr},
    model::{
        path,
        snippet::{Dialect, Snippet},
    },
    session::Tenancy,
    ui::{Bones, ButtonLink, Card, CodeBlock, Columns, Loaded, Muted, Remarks, Segment, Segments, Stack},
};
use contract::{Call, endpoints::EndpointSchema, predictions::Predict};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The whole address of an endpoint's predict call, as programs elsewhere need it.
pub fn predict_address(name: &str) -> String {
    let origin = window().location().origin().unwrap_or_default();
    format!("{origin}{}", Predict::url(&[name]))
}

fn dialect_name(dialect: Dialect) -> Key {
    match dialect {
        Dialect::Curl => Key::code_curl,
        Dialect::Python => Key::code_python,
        Dialect::PythonAlone => Key::code_python_alone,
        Dialect::JavaScript => Key::code_javascript,
    }
}

/// The third tab.
#[component]
pub fn CodeTab(
    /// What the tabs share.
    bench: Bench,
) -> impl IntoView {
    let view = move |schema: EndpointSchema| view! { <Programs bench schema/> }.into_any();
    view! { <Loaded remote=bench.schema view bones=Bones::Cards/> }
}

#[component]
fn Programs(bench: Bench, schema: EndpointSchema) -> impl IntoView {
    let (tenancy, query) = (Tenancy::expect(), use_query_map());
    let dialect = Memo::new(move |_| Dialect::of_tag(query.with(|query| query.get("lang")).as_deref()));
    let features = schema.features;
    let text = Signal::derive(move || {
        let (url, row) = (predict_address(&bench.name.get()), bench.row(&features));
        Snippet { url: &url, row: &row, secret: None, wishes: bench.wishes() }.write(dialect.get())
    });
    let here = path::endpoint(&tenancy.slug(), &bench.name.get_untracked());
    let segment = |of: Dialect| {
        let href = format!("{here}?tab=code&lang={}", of.tag());
        let current = Signal::derive(move || dialect.get() == of);
        view! { <Segment href text=tr(dialect_name(of)) current/> }
    };
    let segments = Dialect::ALL.map(segment).into_iter().collect_view();
    let answered = move || {
        let answer = bench.outcome.with(|outcome| {
            outcome.as_ref().and_then(|outcome| serde_json::to_string_pretty(&outcome.answer).ok())
        });
        let answer = answer?;
        let text = Signal::stored(answer);
        Some(view! {
            <Card title=tr(Key::code_answer)><CodeBlock label=tr(Key::code_answer) text/></Card>
        })
    };
    view! {
        <Segments label=tr(Key::code_language)>{segments}</Segments>
        <Columns>
            <Stack>
                <CodeBlock label=tr(Key::code_label) text/>
                {answered}
            </Stack>
            <Needs/>
        </Columns>
    }
}

/// What a program needs besides its text.
#[component]
fn Needs() -> impl IntoView {
    let tenancy = Tenancy::expect();
    let make = move || {
        tenancy.rights().builds().then(|| {
            let href = format!("{}?create=1", path::keys(&tenancy.slug()));
            view! { <ButtonLink href text=tr(Key::key_new)/> }
        })
    };
    let texts = vec![
        tr(Key::code_needs_key).into(),
        tr(Key::code_needs_server).into(),
        tr(Key::code_needs_many).into(),
    ];
    view! {
        <Card title=tr(Key::code_needs)>
            <Stack>
                <Remarks texts/>
                <Muted>{tr(Key::code_row_hint)}</Muted>
                {make}
            </Stack>
        </Card>
    }
}
