//! What was learned from a data set: its training runs, newest first, each with the model that came out.

use super::poll_while;
use crate::{
    client::Remote,
    i18n::{Key, tr},
    model::path,
    pages::{pager::pager, train::words},
    session::Tenancy,
    ui::{Badge, ButtonLink, Card, Cell, Column, Empty, Kind, Link, Loaded, Moment, Muted, Sign, Table},
};
use contract::{
    Page as List,
    training::{ListRuns, ListRunsQuery, Run},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// Runs a page.
const PAGE: u32 = 25;

/// The view.
#[component]
pub fn Used(
    /// The data set.
    id: String,
) -> impl IntoView {
    let (tenancy, query) = (Tenancy::expect(), use_query_map());
    let cursor = Memo::new(move |_| query.with(|query| query.get("cursor")));
    let asked = id.clone();
    let runs = Remote::new(move || {
        let query = ListRunsQuery {
            dataset_id: asked.parse().ok(),
            status: None,
            limit: Some(PAGE),
            cursor: cursor.get(),
        };
        tenancy.ask::<ListRuns>(&[]).query(&query).send()
    });
    poll_while(
        move || runs.value().is_some_and(|runs| runs.data.iter().any(|run| !run.status.is_final())),
        move || runs.reload(),
    );
    view! { <Loaded remote=runs view=move |runs| table(tenancy, &id, cursor.get_untracked(), runs)/> }
}

fn table(tenancy: Tenancy, id: &str, cursor: Option<String>, runs: List<Run>) -> AnyView {
    if runs.data.is_empty() && cursor.is_none() {
        return nothing(tenancy, id);
    }
    let columns = vec![
        Column::words(tr(Key::usedby_run)),
        Column::words(tr(Key::column_status)),
        Column::words(tr(Key::train_target)),
        Column::words(tr(Key::usedby_model)),
        Column::words(tr(Key::run_queued_at)),
    ];
    let rows = runs.data.into_iter().map(|run| row(tenancy, run)).collect_view();
    let here = format!("{}?tab=used", path::dataset(&tenancy.slug(), id));
    view! {
        <Card flush=true><Table label=tr(Key::usedby_title) columns>{rows}</Table></Card>
        {pager(&here, "cursor", cursor, runs.next_cursor)}
    }
    .into_any()
}

fn nothing(tenancy: Tenancy, id: &str) -> AnyView {
    let builds = tenancy.rights().builds();
    let text = if builds { Key::usedby_none_text } else { Key::usedby_none_reader };
    let train = builds.then(|| {
        let href = path::train(&tenancy.slug(), id);
        view! { <ButtonLink href text=tr(Key::train_title) kind=Kind::Primary/> }
    });
    view! { <Card><Empty sign=Sign::Bolt title=tr(Key::usedby_none) text=tr(text)>{train}</Empty></Card> }
        .into_any()
}

fn row(tenancy: Tenancy, run: Run) -> impl IntoView {
    let (status, tone, busy) = words::run_status(run.status);
    let id = run.id.to_string();
    let model = match run.model_id {
        Some(model) => {
            let href = move || path::model(&tenancy.slug(), &model.to_string());
            view! { <Link href text=tr(Key::run_see_model)/> }.into_any()
        }
        None => view! { <Muted>"–"</Muted> }.into_any(),
    };
    view! {
        <tr>
            <Cell><Link href=move || path::run(&tenancy.slug(), &id) text=run.name/></Cell>
            <Cell><Badge text=tr(status) tone busy/></Cell>
            <Cell>{run.settings.target}</Cell>
            <Cell>{model}</Cell>
            <Cell><Moment at=run.queued_at/></Cell>
        </tr>
    }
}
